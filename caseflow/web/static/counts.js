// Live counters of 字, by the same rule as the server's.
import { count } from "./characters.js";

/** Keep the counter of every limited text inside `part` up to date. */
export function watchCounts(part, say) {
  part.querySelectorAll("[data-limit]").forEach((input) => {
    const shown = document.querySelector(`[data-count-of="${CSS.escape(input.name)}"]`);
    if (!shown) return;
    const limit = Number(input.dataset.limit);
    const show = () => {
      const n = count(input.value);
      shown.textContent = say(n > limit ? "over" : "count", { n, limit, over: n - limit });
      shown.classList.toggle("near", n >= limit * 0.9 && n <= limit);
      shown.classList.toggle("over", n > limit);
    };
    let spoken;
    input.addEventListener("input", () => {
      show();
      // A screen reader hears the count when the typing rests, not at every letter.
      clearTimeout(spoken);
      shown.removeAttribute("aria-live");
      spoken = setTimeout(() => shown.setAttribute("aria-live", "polite"), 1200);
    });
    show();
  });
}
