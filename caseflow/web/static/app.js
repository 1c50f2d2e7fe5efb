// What makes the pages quicker to use. Every page also works without it.
import { watchCounts } from "./counts.js";
import { autosave, forgetLocal } from "./autosave.js";
import { editRows } from "./rows.js";

const root = document.documentElement;
root.classList.add("scripted");
export const words = JSON.parse(document.body.dataset.words || "{}");

/** The words under `key` with its {places} filled in. */
export function say(key, values = {}) {
  return (words[key] || key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

document.querySelectorAll("[data-focus]").forEach((one) => one.focus());
document.querySelectorAll("[data-rows]").forEach((one) => editRows(one, say));
watchCounts(document, say);
reachScrollers();
document.querySelectorAll(".diagram").forEach((one) => (one.scrollLeft = (one.scrollWidth - one.clientWidth) / 2)); // the way stands in the middle
addEventListener("resize", reachScrollers);
document.querySelectorAll("form[data-autosave]").forEach((form) => autosave(form, say));

// A field in an error list is often a group: go to its first control.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-error-link]");
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const control = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
  (control || target).focus();
  (control || target).scrollIntoView({ block: "center" });
});

/** A table wider than the page can be scrolled with the keys too. */
function reachScrollers() {
  document.querySelectorAll(".scroll").forEach((one) => {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  });
}

// A chosen organisation is switched to at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  if (event.target.matches("input[type=file][data-megabytes]")) checkSize(event.target);
});

function checkSize(input) {
  const limit = Number(input.dataset.megabytes);
  const large = [...input.files].find((file) => file.size > limit * 1024 * 1024);
  const message = large ? say("too_large", { name: large.name, limit }) : "";
  input.setCustomValidity(message);
  if (message) input.reportValidity();
}

// One click, one act: the server knows the request key too, this only spares the wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-sign-out]")) forgetLocal();
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post") return;
  form.dataset.sent = "yes";
  dirty.delete(form);
  const button = event.submitter;
  setTimeout(() => button && button.setAttribute("aria-disabled", "true"));
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll("button[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
});

// Leaving a form that is saved by a button only, with something typed, asks first.
const dirty = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && form.matches("[data-dirty]")) dirty.add(form);
});
addEventListener("beforeunload", (event) => {
  if (dirty.size) event.preventDefault();
});
