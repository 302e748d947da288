/* Keys for splitting a batch. Every page works without: ticks can be tabbed, large pages have links.

   In the grid of pages (data-pages): arrows or j and k move from tick to tick; space ticks, as everywhere.
   Everywhere else, unless something is being typed: left and right follow the links to the page beside. */
(() => {
  "use strict";
  const typing = (element) => element.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  const steps = { ArrowRight: 1, ArrowDown: 1, j: 1, ArrowLeft: -1, ArrowUp: -1, k: -1 };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in steps) || typing(event.target)) return;
    const grid = event.target.closest("[data-pages]");
    const letterKey = event.key === "j" || event.key === "k";
    if (grid || (letterKey && document.querySelector("[data-pages]"))) {
      const ticks = Array.from((grid || document.querySelector("[data-pages]")).querySelectorAll("input[type=checkbox]"));
      const now = ticks.indexOf(event.target.closest(".tile") && event.target.closest(".tile").querySelector("input"));
      const next = ticks[now < 0 ? 0 : now + steps[event.key]];
      if (next) {
        event.preventDefault();
        next.focus();
        next.closest(".tile").scrollIntoView({ block: "nearest" });
      }
      return;
    }
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const link = document.querySelector(event.key === "ArrowRight" ? "a[rel=next]" : "a[rel=prev]");
      if (link && document.body === event.target) link.click();
    }
  });
})();
