// A list that opens under an input while one types: arrows choose, Enter takes, Escape closes.
const REST = 180;
let made = 0;

/** Make `input` a combobox. `lookUp(input, text)` gives {hits, tail, none}; a hit that has a refusal is shown and not taken. */
export function combobox(input, lookUp) {
  input.removeAttribute("list");
  const list = Object.assign(document.createElement("ul"), { id: `options-${made++}`, className: "options", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label"));
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) input.setAttribute(name, value);
  input.parentElement.classList.add("combo");
  input.after(list);
  let timer, asked = 0, at = -1;

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    const all = options();
    if (!all.length) return;
    at = (place + all.length) % all.length;
    all.forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
    input.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  };
  const take = (option) => {
    input.value = option.dataset.label;
    input.dataset.unit = option.dataset.unit || "";
    close();
    input.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
  };

  function show({ hits, tail, none }) {
    list.replaceChildren(...hits.map((hit, index) => {
      const item = Object.assign(document.createElement("li"), { id: `${list.id}-${index}` });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      if (hit.refusal) item.setAttribute("aria-disabled", "true");
      item.dataset.label = hit.label;
      item.dataset.unit = hit.unit || "";
      const facts = [hit.value, hit.kind, hit.year, hit.region, hit.reach, hit.release].filter(Boolean).join(" · ");
      item.append(
        Object.assign(document.createElement("strong"), { textContent: hit.name }),
        Object.assign(document.createElement("small"), { textContent: facts }),
      );
      const said = hit.refusal || hit.remark;
      if (said) item.append(Object.assign(document.createElement("small"), { className: "said", textContent: said }));
      return item;
    }));
    const word = hits.length ? tail : none;
    if (word) {
      const item = Object.assign(document.createElement("li"), { className: "help", textContent: word });
      item.setAttribute("role", "option");
      item.setAttribute("aria-disabled", "true");
      list.append(item);
    }
    at = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  async function open() {
    const turn = ++asked;
    const text = input.value.trim().replace(/\s*\[[^[\]]*\]$/, "");
    const found = await lookUp(input, text).catch(() => null);
    if (found && turn === asked && document.activeElement === input) show(found);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(open, REST);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
      else mark(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      take(options()[at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" || event.key === "Tab") {
      asked += 1;
      clearTimeout(timer);
      close();
    }
  });
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asked += 1;
    close();
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option && !option.hasAttribute("aria-disabled")) take(option);
  });
}
