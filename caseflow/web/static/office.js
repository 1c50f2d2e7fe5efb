// The office: keys j k o x ? through a list, j/k from case to case, panes without a new page, live totals. Every page works without it.
const typing = (one) => one.closest("input, select, textarea, [contenteditable]");

const rows = [...document.querySelectorAll("[data-list] [data-row]")];
let at = -1;
function move(by) {
  if (!rows.length) return false;
  rows[at]?.removeAttribute("aria-current");
  at = Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[at].setAttribute("aria-current", "true");
  rows[at].querySelector("[data-open]")?.focus();
  rows[at].scrollIntoView({ block: "nearest" });
  return true;
}
// Single keys can be switched off (they get in the way of speech input); the choice stays on this device.
const KEYS = "single-keys";
const help = document.querySelector("[data-keys]");
const on = document.querySelector("[data-keys-on]");
let listening = true;
try {
  listening = localStorage.getItem(KEYS) !== "off";
} catch {
  // A browser that keeps nothing asks anew on every page.
}
if (on) {
  on.checked = listening;
  on.addEventListener("change", () => {
    listening = on.checked;
    try {
      localStorage.setItem(KEYS, listening ? "on" : "off");
    } catch {
      // As above.
    }
  });
}
function showHelp() {
  help.open = !help.open;
  help.querySelector("summary").focus();
}
function act(key) {
  if (key === "j" || key === "k") {
    if (move(key === "j" ? 1 : -1)) return true;
    const link = document.querySelector(`[data-key="${key}"]`);
    if (link) location.assign(link.href);
    return Boolean(link);
  }
  if (key === "s" && document.querySelector("[data-key=s]")) return document.querySelector("[data-key=s]").click(), true;
  if (key === "?" && help) return showHelp(), true;
  if (key === "o" && rows[at]) return rows[at].querySelector("[data-open]").click(), true;
  if (key === "x" && rows[at]) return rows[at].querySelector("[data-choose]")?.click(), true;
  return false;
}
addEventListener("keydown", (event) => {
  const busy = event.altKey || event.ctrlKey || event.metaKey;
  const chosen = event.target.matches?.("[data-choose], [data-choose-all], [data-keys-on]");
  if (busy || !listening || (typing(event.target) && !chosen)) return;
  if (act(event.key)) event.preventDefault();
});
document.querySelector("[data-choose-all]")?.addEventListener("change", (event) => {
  document.querySelectorAll("[data-choose]").forEach((one) => (one.checked = event.target.checked));
});

const bodies = [...document.querySelectorAll("[data-pane-body]")];
function show(name) {
  bodies.forEach((one) => (one.hidden = one.dataset.paneBody !== name));
  document.querySelectorAll("[data-pane]").forEach((one) => {
    if (one.dataset.pane === name) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  });
}
document.querySelectorAll("[data-pane]").forEach((link) =>
  link.addEventListener("click", (event) => {
    event.preventDefault();
    show(link.dataset.pane);
  }),
);
if (bodies.length) show(document.querySelector("[data-pane][aria-current]")?.dataset.pane || bodies[0].dataset.paneBody);

document.querySelectorAll("[data-score]").forEach((sheet) => {
  const total = sheet.querySelector("[data-score-total]");
  const marks = [...sheet.querySelectorAll("[data-mark]")];
  const sum = () => {
    const given = marks.filter((one) => one.value !== "" && one.dataset.weight);
    const all = given.reduce((before, one) => before + Number(one.value) * Number(one.dataset.weight), 0);
    total.value = given.length ? Number(all.toFixed(9)) : "–";
    marks.forEach(told);
  };
  const told = (one) => {
    const box = one.closest(".criterion");
    const within = (low, high) => one.value !== "" && low <= Number(one.value) && Number(one.value) <= high;
    box.querySelectorAll("[data-from]").forEach((range) => {
      range.classList.toggle("here", within(Number(range.dataset.from), Number(range.dataset.to)));
    });
    const below = box.querySelector("[data-below]");
    if (below) below.hidden = one.value === "" || Number(one.value) >= Number(below.dataset.below);
  };
  marks.forEach((one) => one.addEventListener("input", sum));
  sum();
});

const counter = document.querySelector("[data-comment-count]");
if (counter) {
  const comments = [...document.querySelectorAll("[data-comment]")];
  const count = () => (counter.value = comments.filter((one) => one.value.trim()).length);
  document.addEventListener("input", count);
  count();
  // The comments stand outside their form, so its autosave would not hear them.
  comments.forEach((one) => {
    for (const kind of ["input", "focusout"]) one.addEventListener(kind, () => one.form.dispatchEvent(new Event(kind)));
  });
}
