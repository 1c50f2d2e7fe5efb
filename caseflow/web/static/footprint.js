// The activity data typed fast: rows by keys, rows from a spreadsheet, factors found while typing, figures that follow.
// Every button also works without this: it then sends the form.
import { combobox } from "./factors.js";

const form = document.querySelector("form.footprint");
const words = JSON.parse(form.dataset.words);
const state = form.querySelector("[data-save-state]");
const FAST = ["name", "amount", "unit", "factor"];
let next = Number(form.dataset.nextNumber) + 1;
// An empty row as it came, before anything is typed into it.
const patterns = new Map([...form.querySelectorAll("[data-lines]")].map((stage) => {
  const blank = stage.querySelector("tbody[data-blank]").cloneNode(true);
  blank.removeAttribute("data-blank");
  return [stage, blank];
}));

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function changed() {
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

const part = (line, name) => line.querySelector(`[name="${line.dataset.line}-${name}"]`);
const linesOf = (stage) => [...stage.querySelectorAll("tbody.line")];

/** Give every name, id and address of a row another start. */
function rename(line, start) {
  const old = line.dataset.line;
  line.querySelectorAll("*").forEach((one) => {
    for (const attribute of ["name", "id", "for", "value", "data-fold"]) {
      const value = one.getAttribute(attribute);
      if (value === null || (attribute === "value" && one.tagName !== "BUTTON")) continue;
      if (value === old || value.includes(`${old}-`) || value.endsWith(`:${old}`)) one.setAttribute(attribute, value.replace(old, start));
    }
  });
  line.dataset.line = start;
  line.id = start;
}

function number(stage) {
  linesOf(stage).forEach((line, at) => (line.querySelector("th").textContent = at + 1));
}

/** An empty line after `after`, or at the end of the stage. */
function add(stage, after = null) {
  const line = patterns.get(stage).cloneNode(true);
  rename(line, `${stage.dataset.lines}-${next++}`);
  if (after) after.after(line);
  else stage.querySelector("table").append(line);
  line.querySelectorAll("[data-factor]").forEach((input) => combobox(input, lookUp));
  number(stage);
  return line;
}

/** The texts of all inputs of a line, the folded ones too; without what belongs to this line alone. */
function textsOf(line) {
  const texts = JSON.parse(part(line, "more")?.value || "{}");
  const start = `${line.dataset.line}-`;
  line.querySelectorAll("[name]").forEach((one) => {
    const name = one.name.startsWith(start) ? one.name.slice(start.length) : "";
    if (!name || name === "more" || one.tagName === "BUTTON") return;
    const value = one.type === "checkbox" ? (one.checked ? "yes" : "") : one.value;
    if (value) texts[name] = value;
  });
  delete texts.id;
  return texts;
}

function setTexts(line, texts) {
  const rest = {};
  for (const [name, text] of Object.entries(texts)) {
    const input = part(line, name);
    if (!input || !put(input, text)) rest[name] = text;
  }
  const more = part(line, "more");
  if (more) more.value = JSON.stringify(rest);
  else if (Object.keys(rest).length) {
    line.querySelector("details").append(Object.assign(document.createElement("input"), { type: "hidden", name: `${line.dataset.line}-more`, value: JSON.stringify(rest) }));
  }
}

/** Put a text into an input; false where the input cannot hold it. */
function put(input, text) {
  if (input.type === "checkbox") {
    input.checked = text === "yes";
    return true;
  }
  input.value = text;
  return input.value === text;
}

/** The folded inputs of a line come onto the page when they are asked for. */
function unfold(details) {
  const line = details.closest("tbody.line");
  if (!details.open || line.querySelector(".fold-group")) return;
  const pattern = patterns.get(line.closest("[data-lines]")).cloneNode(true);
  rename(pattern, line.dataset.line);
  details.querySelectorAll(".without-script").forEach((one) => one.remove());
  details.append(...pattern.querySelectorAll(".fold-group"));
  const texts = JSON.parse(part(line, "more")?.value || "{}");
  setTexts(line, texts);
}

const acts = {
  copy(line, stage) {
    const made = add(stage, line);
    setTexts(made, textsOf(line));
    return part(made, "name");
  },
  remove(line, stage) {
    const near = line.nextElementSibling?.matches(".line") ? line.nextElementSibling : line.previousElementSibling;
    line.remove();
    const other = near?.matches(".line") ? near : add(stage);
    number(stage);
    state.textContent = words.removed;
    return part(other, "name");
  },
  up(line, stage) {
    if (line.previousElementSibling?.matches(".line")) line.previousElementSibling.before(line);
    number(stage);
    return line.querySelector("[data-do=up]");
  },
  down(line, stage) {
    if (line.nextElementSibling?.matches(".line")) line.nextElementSibling.after(line);
    number(stage);
    return line.querySelector("[data-do=down]");
  },
};

function act(name, line) {
  const target = acts[name](line, line.closest("[data-lines]"));
  target.focus();
  changed();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do], [data-add-line]");
  if (!button) return;
  event.preventDefault();
  if (button.dataset.do) act(button.dataset.do, button.closest("tbody.line"));
  else part(add(button.closest("[data-lines]")), "name").focus();
});
form.addEventListener("toggle", (event) => event.target.matches("[data-fold]") && unfold(event.target), true);

form.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  const line = event.target.closest?.("tbody.line");
  if (!line || !event.target.matches("input, select")) return;
  if (event.key === "Enter") {
    event.preventDefault();
    const stage = line.closest("[data-lines]");
    const all = linesOf(stage);
    const below = all[all.indexOf(line) + 1] || add(stage);
    const cell = FAST.find((name) => event.target === part(line, name));
    part(below, cell || "name").focus();
  } else if (event.key.toLowerCase() === "d" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    act("copy", line);
  }
});

// Rows of a spreadsheet go into the cells from here on; with heads, or more columns than are in sight, the server reads them.
form.addEventListener("paste", (event) => {
  const line = event.target.closest?.("tbody.line");
  const from = line ? FAST.findIndex((name) => event.target === part(line, name)) : -1;
  const text = event.clipboardData?.getData("text/plain") || "";
  if (from < 0 || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const rows = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((row) => row.split("\t"));
  const stage = line.closest("[data-lines]");
  if (text.includes('"') || rows.some((row) => row.length > FAST.length - from) || /名称|项目|name/i.test(rows[0].join(" ")) && rows[0].length > 1) {
    const area = stage.querySelector("textarea");
    area.closest("details").open = true;
    area.value = area.value ? `${area.value}\n${text}` : text;
    changed();
    stage.querySelector("[name=go][value^='look:']").click();
    return;
  }
  let at = line;
  rows.forEach((cells, row) => {
    if (row) at = at.nextElementSibling?.matches(".line") && !Object.keys(textsOf(at.nextElementSibling)).length ? at.nextElementSibling : add(stage, at);
    cells.forEach((cell, column) => (part(at, FAST[from + column]).value = cell.trim().replace(/^([+-]?\d{1,3})((?:,\d{3})+)(\.\d+)?$/, (whole) => whole.replaceAll(",", ""))));
  });
  number(stage);
  state.textContent = fill(words.pasted, { n: rows.length });
  changed();
});

/** The factors for what was typed: those of the application itself, then the published ones. */
async function lookUp(input, text) {
  const line = input.closest("tbody.line");
  const own = [...document.querySelectorAll("#table-factors tbody tr")].map((row) => {
    const cell = (name) => row.querySelector(`[name$="-${name}"]`)?.value || "";
    return { id: cell("id"), name: cell("name"), value: `${cell("value")} kgCO2e/${cell("unit")}` };
  }).filter((one) => one.id && `${one.name} own/${one.id}`.toLowerCase().includes(text.toLowerCase()));
  const query = new URLSearchParams({ format: "json", q: text, unit: part(line, "unit")?.value || "" });
  const answer = await fetch(`${form.dataset.search}?${query}`, { headers: { Accept: "application/json" } });
  const found = answer.ok ? await answer.json() : { hits: [], more: 0 };
  return {
    hits: [...own.map((one) => ({ label: `${one.name} [own/${one.id}]`, name: one.name, value: one.value, kind: words.own })), ...found.hits],
    tail: found.more ? fill(words.more, { n: found.more }) : "",
    none: words.none,
  };
}

function chosen(input) {
  const line = input.closest("tbody.line");
  const unit = part(line, "unit");
  const wanted = input.dataset.unit;
  if (unit && !unit.value && wanted) unit.value = wanted;
  changed();
}
form.addEventListener("chosen", (event) => chosen(event.target));
form.querySelectorAll("[data-factor]").forEach((input) => combobox(input, lookUp));

// After each save the figures follow.
form.addEventListener("saved", (event) => {
  const told = event.detail;
  const set = (element, text) => element && (element.textContent = text);
  const unread = form.querySelector("[data-unread]");
  if (told.total === null || told.total === undefined) {
    set(unread, told.wrong_count ? fill(words.unread, { n: told.wrong_count, first: told.wrong[0].text }) : "");
    return;
  }
  set(unread, "");
  document.getElementById("unreadable")?.remove();
  document.querySelectorAll("[data-live-total]").forEach((one) => set(one, told.total));
  form.querySelectorAll("tbody.line").forEach((line) => {
    const figures = told.lines[line.dataset.line];
    set(line.querySelector("[data-kg]"), figures?.kg || "");
    set(line.querySelector("[data-share]"), figures?.share || "");
    const problem = line.querySelector("[data-problem]");
    set(problem, figures?.problem || "");
    problem.hidden = !figures?.problem;
  });
  const result = document.querySelector("[data-result]");
  if (!result) return;
  set(result.querySelector("[data-deviation]"), told.deviation);
  result.querySelector("[data-deviation]").classList.toggle("over", told.over);
  set(result.querySelector("[data-next]"), told.next);
  const badge = result.querySelector("[data-gate] .badge");
  badge.className = `badge ${told.status === "blocked" ? "bad" : "good"}`;
  badge.replaceChildren(Object.assign(document.createElement("span"), { className: "mark", ariaHidden: "true" }), told.status_text);
  result.querySelectorAll("tr[data-stage]").forEach((row) => {
    const stage = told.stages[row.dataset.stage];
    set(row.querySelector("[data-kg]"), stage?.kg ?? "–");
    set(row.querySelector("[data-share]"), stage?.share ?? "–");
    const bar = row.querySelector("[data-bar]");
    bar.setAttribute("width", stage?.bar ?? "0");
    bar.setAttribute("class", stage?.credit ? "bar-credit" : "bar-fill");
  });
  const findings = result.querySelector("[data-findings]");
  set(findings.querySelector("summary"), told.count);
  findings.querySelector("ul").replaceChildren(...told.findings.map(finding));
});

function finding(one) {
  const item = document.createElement("li");
  const tone = { block: "bad", warning: "warn" }[one.severity] || "neutral";
  const badge = Object.assign(document.createElement("span"), { className: `badge ${tone}` });
  badge.append(Object.assign(document.createElement("span"), { className: "mark", ariaHidden: "true" }), one.word);
  const check = one.at ? Object.assign(document.createElement("a"), { href: `#${one.at}`, textContent: one.check }) : one.check;
  item.append(badge, " ", check, " ", one.text, " ", Object.assign(document.createElement("small"), { textContent: one.advice }));
  return item;
}
