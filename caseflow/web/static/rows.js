// Tables that grow: the last row is the pattern of the next one.

/** Let rows be added to and removed from the table editor `editor`. */
export function editRows(editor, say) {
  const body = editor.querySelector("tbody");
  const pattern = body.querySelector("tr[data-blank]");
  const most = Number(editor.dataset.maxRows || 200);
  const name = editor.dataset.rows;
  let next = body.rows.length;
  const blank = pattern.cloneNode(true);
  blank.removeAttribute("data-blank");
  if (body.rows.length > 1) pattern.remove();

  const number = () => {
    [...body.rows].forEach((row, at) => (row.querySelector("th").textContent = at + 1));
    editor.querySelector("[data-add-row]").hidden = body.rows.length >= most;
  };
  editor.querySelector("[data-add-row]").addEventListener("click", () => {
    const row = blank.cloneNode(true);
    const old = new RegExp(`^${name}-\\d+-`);
    row.querySelectorAll("[name], [id], [for]").forEach((one) => {
      for (const attribute of ["name", "id", "for"]) {
        const value = one.getAttribute(attribute);
        if (value) one.setAttribute(attribute, value.replace(old, `${name}-${next}-`));
      }
    });
    next += 1;
    body.append(row);
    number();
    row.querySelector("input, select, textarea")?.focus();
  });
  body.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-row]");
    if (!button) return;
    const row = button.closest("tr");
    const near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    number();
    (near?.querySelector("input, select, textarea") || editor.querySelector("[data-add-row]")).focus();
    const form = editor.closest("form");
    form?.dispatchEvent(new Event("input", { bubbles: true }));
    editor.dataset.said = say("removed");
  });
  number();
}
