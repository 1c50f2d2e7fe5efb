// The form while it is filled in: files go up as soon as they are chosen, what was said of a field stands beside it,
// and a question that depends on another appears when it is due. Everything also works by the button alone.
const token = document.querySelector("meta[name=csrf-token]")?.content || "";

function size(bytes) {
  return bytes >= 104858 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

function put(element, text) {
  element.textContent = text;
  return element;
}

/** One stored file in the list of its question. */
function listed(box, file, words) {
  const item = document.createElement("li");
  const name = box.dataset.upload;
  const kept = Object.assign(document.createElement("input"), { type: "hidden", name, value: file.id });
  const link = Object.assign(put(document.createElement("a"), file.name), { href: file.url });
  const label = Object.assign(document.createElement("label"), { className: "choice drop" });
  const drop = Object.assign(document.createElement("input"), { type: "checkbox", name: `${name}-drop`, value: file.id });
  label.append(drop, " ", put(document.createElement("span"), words.leaveOut));
  item.append(kept, link, " ", put(document.createElement("small"), size(file.size)), label);
  return item;
}

async function send(form, box, input) {
  const state = box.querySelector("[data-upload-state]");
  const said = state.dataset.rule || (state.dataset.rule = state.textContent);
  const list = box.querySelector("[data-stored]");
  for (const file of [...input.files]) {
    state.classList.remove("bad");
    put(state, `${form.dataset.uploading} ${file.name}`);
    const body = new FormData();
    for (const [name, value] of [["case", form.dataset.case], ["part", form.dataset.part], ["field", box.dataset.upload]]) body.append(name, value);
    body.append("file", file);
    try {
      const answer = await fetch(form.dataset.uploadTo, { method: "POST", body, headers: { "X-CSRF-Token": token, Accept: "application/json" } });
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok) {
        state.classList.add("bad");
        put(state, (told.errors || [form.dataset.uploadFailed]).join(" "));
        input.value = "";
        continue;
      }
      if (!("many" in box.dataset)) list.replaceChildren();
      list.append(listed(box, told, form.dataset));
      put(state, said);
      input.value = "";
      form.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("focusout", { bubbles: true }));
    } catch {
      state.classList.add("bad");
      put(state, form.dataset.uploadFailed);
    }
  }
}

document.querySelectorAll("form[data-upload-to]").forEach((form) => {
  form.addEventListener("change", (event) => {
    const input = event.target;
    const box = input.closest("[data-upload]");
    if (box && input.type === "file" && input.files.length && input.checkValidity()) send(form, box, input);
    if (input.matches("input[name$='-drop']")) input.closest("li").classList.toggle("dropped", input.checked);
  });
});

/** Show the errors of the fields already left, and take away those that are settled. */
function showErrors(form, errors) {
  form.querySelectorAll("[data-question]").forEach((question) => {
    const name = question.dataset.question;
    const found = Object.entries(errors).filter(([path]) => path === name || path.startsWith(`${name}.`)).flatMap(([, texts]) => texts);
    const field = question.querySelector(".field");
    if (!field || !question.dataset.left) return;
    field.querySelectorAll(":scope > .error").forEach((one) => one.remove());
    field.classList.toggle("has-error", found.length > 0);
    const before = field.querySelector("input, textarea, select, .choices, .scroll, .files");
    found.forEach((text) => {
      const line = Object.assign(put(document.createElement("p"), text), { className: "error" });
      let place = before;
      while (place && place.parentElement !== field) place = place.parentElement;
      field.insertBefore(line, place || null);
    });
  });
}

function showAsked(form, notAsked) {
  form.querySelectorAll("[data-conditional]").forEach((question) => {
    question.hidden = notAsked.includes(question.dataset.question);
  });
}

document.querySelectorAll("form[data-autosave]").forEach((form) => {
  showAsked(form, [...form.querySelectorAll("[data-not-asked]")].map((one) => one.dataset.question));
  form.addEventListener("focusout", (event) => {
    const question = event.target.closest("[data-question]");
    if (question) question.dataset.left = "yes";
  });
  form.addEventListener("change", (event) => {
    // A choice may bring another question with it: ask at once.
    if (event.target.matches("input[type=radio], input[type=checkbox], select")) event.target.dispatchEvent(new Event("focusout", { bubbles: true }));
  });
  form.addEventListener("saved", (event) => {
    const told = event.detail || {};
    if (told.errors) showErrors(form, told.errors);
    if (told.not_asked) showAsked(form, told.not_asked);
    if (told.total) document.querySelectorAll("[data-live-total]").forEach((one) => put(one, told.total));
  });
});

document.querySelectorAll("[data-score]").forEach((sheet) => {
  const total = sheet.querySelector("[data-score-total]");
  const add = () => {
    const marks = [...sheet.querySelectorAll("[data-mark]")].map((one) => one.value);
    put(total, marks.some((one) => one !== "") ? String(marks.reduce((sum, one) => sum + (Number(one) || 0), 0)) : "–");
  };
  sheet.addEventListener("input", add);
  add();
});
