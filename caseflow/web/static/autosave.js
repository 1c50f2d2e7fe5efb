// Typing is saved two seconds after it rests, and on leaving a field; nothing typed is lost on the way.
//
// <form data-autosave="/address" data-version="3"> with an element [data-save-state] for what is said.
// Sent: POST {version, fields: [[name, value], …]}. Answers: 200 {version}; 409 {version, fields, by};
// 401 signed out; 422 {version, errors}: saved as a draft all the same. Anything else is tried again.
const PREFIX = "caseflow:";
const REST = 2000;
const PAUSES = [3000, 10000, 30000, 60000];

/** Forget what this device keeps of unsaved texts (at sign-out: the computer may be shared). */
export function forgetLocal() {
  Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
}

function clock() {
  return new Date().toLocaleTimeString("zh-CN", { hour12: false });
}

function fieldsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
}

function fill(form, fields) {
  const values = new Map();
  fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
  [...form.elements].forEach((one) => {
    if (!one.name || one.type === "file" || one.name === "csrf_token") return;
    const given = values.get(one.name) || [];
    if (one.type === "checkbox" || one.type === "radio") one.checked = given.includes(one.value);
    else if (given.length) one.value = given[0];
    one.dispatchEvent(new Event("input"));
  });
}

/** Save `form` while it is being typed into. */
export function autosave(form, say) {
  const state = form.querySelector("[data-save-state]") || form.appendChild(document.createElement("p"));
  state.classList.add("save-state");
  state.setAttribute("role", "status");
  const key = `${PREFIX}${document.body.dataset.person || ""}:${form.dataset.autosave}`;
  const token = document.querySelector("meta[name=csrf-token]")?.content || "";
  let version = Number(form.dataset.version || 0);
  let saved = JSON.stringify(fieldsOf(form));
  let timer, sending = false, failures = 0, stopped = false;

  const show = (text, bad = false) => {
    state.textContent = text;
    state.classList.toggle("bad", bad);
  };
  const keep = (now) => {
    try {
      localStorage.setItem(key, JSON.stringify({ version, fields: JSON.parse(now) }));
    } catch {
      // Private windows and full disks keep nothing; saving to the server goes on.
    }
  };

  async function save() {
    clearTimeout(timer);
    const now = JSON.stringify(fieldsOf(form));
    if (sending || stopped || now === saved) return;
    keep(now);
    sending = true;
    show(say("saving"));
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
        body: JSON.stringify({ version, fields: JSON.parse(now) }),
      });
      const body = await answer.json().catch(() => ({}));
      if (answer.ok || answer.status === 422) {
        version = body.version ?? version + 1;
        form.dataset.version = version;
        form.querySelectorAll("input[name=version]").forEach((one) => (one.value = version));
        // What was sent is saved; what was typed while it was on its way is not.
        saved = JSON.stringify(JSON.parse(now).map(([name, value]) => [name, name === "version" ? String(version) : value]));
        if (JSON.stringify(fieldsOf(form)) === saved) localStorage.removeItem(key);
        else timer = setTimeout(save, REST);
        failures = 0;
        show(say("saved", { time: clock() }));
        form.dispatchEvent(new CustomEvent("saved", { detail: body, bubbles: true }));
      } else if (answer.status === 409) conflict(body);
      else if (answer.status === 401 || answer.status === 400) {
        stopped = true;
        show(say("signed_out"), true);
      } else throw new Error(String(answer.status));
    } catch {
      show(say("failed"), true);
      timer = setTimeout(save, PAUSES[Math.min(failures++, PAUSES.length - 1)]);
    } finally {
      sending = false;
    }
  }

  function settle(now, unsaved) {
    version = now;
    form.dataset.version = now;
    form.querySelectorAll("input[name=version]").forEach((one) => (one.value = now));
    saved = unsaved ? "" : JSON.stringify(fieldsOf(form));
    localStorage.removeItem(key);
  }

  function conflict(body) {
    const theirs = body.fields || [];
    const mine = new Map(fieldsOf(form));
    // Where rows come and go, a field that I have not is a row of theirs.
    const differs = (name, value) => (mine.has(name) ? mine.get(name) !== value : "reload" in form.dataset);
    const differing = theirs.filter(([name, value]) => name !== "version" && differs(name, value));
    if (theirs.length && !differing.length) {
      // The same text arrived by an earlier attempt whose answer was lost.
      settle(body.version, false);
      show(say("saved", { time: clock() }));
      return;
    }
    stopped = true;
    const box = document.createElement("div");
    box.className = "conflict";
    box.setAttribute("role", "alert");
    box.append(Object.assign(document.createElement("p"), { textContent: say("conflict") + (body.by ? ` (${body.by})` : "") }));
    differing.forEach(([name, value]) => {
      for (const [title, text] of [["theirs", value], ["mine", mine.get(name) ?? ""]]) {
        box.append(Object.assign(document.createElement("strong"), { textContent: say(title) }));
        box.append(Object.assign(document.createElement("pre"), { textContent: text }));
      }
    });
    const choose = (take) => () => {
      if (take && "reload" in form.dataset) {
        settle(body.version, false);
        location.reload();
        return;
      }
      if (take) fill(form, theirs);
      settle(body.version, !take);
      stopped = false;
      box.remove();
      if (!take) save();
    };
    for (const [label, take] of [["keep_mine", false], ["take_theirs", true]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "secondary small", textContent: say(label) });
      button.addEventListener("click", choose(take));
      box.append(button, " ");
    }
    form.prepend(box);
    show("");
    box.scrollIntoView({ block: "center" });
  }

  function offerLocal() {
    let kept;
    try {
      kept = JSON.parse(localStorage.getItem(key) || "null");
    } catch {
      kept = null;
    }
    if (!kept || JSON.stringify(kept.fields) === saved) return;
    const box = Object.assign(document.createElement("p"), { className: "warning", textContent: `${say("local")} ` });
    for (const label of ["restore", "discard"]) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "secondary small", textContent: say(label) });
      button.addEventListener("click", () => {
        if (label === "restore") fill(form, kept.fields.filter(([name]) => name !== "version"));
        else localStorage.removeItem(key);
        box.remove();
        if (label === "restore") save();
      });
      box.append(button, " ");
    }
    form.prepend(box);
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, REST);
  });
  form.addEventListener("focusout", () => save());
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
    localStorage.removeItem(key);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  offerLocal();
}
