// The office: j/k through a list or from case to case, panes without a new page, live totals. Every page works without it.
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
addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) return;
  if (event.key === "j" || event.key === "k") {
    if (move(event.key === "j" ? 1 : -1)) return;
    const link = document.querySelector(`[data-key="${event.key}"]`);
    if (link) location.assign(link.href);
  }
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
    const given = marks.filter((one) => one.value !== "");
    total.value = given.length ? given.reduce((all, one) => all + Number(one.value), 0) : "–";
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
