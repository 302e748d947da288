/* Keys for splitting a batch. Every page works without: ticks can be tabbed, large pages have links.

   In the grid of pages (data-pages): arrows or j and k move from tick to tick; space ticks, as everywhere.
   s on a page: split before it (data-key="s"), or, where pages are not assigned yet, tick all pages before it.
   t turns the page to the right (data-turn on the tile, data-turns on the form beside a large page).
   Everywhere else, unless something is being typed: left and right follow the links to the page beside. */
(() => {
  "use strict";
  const typing = (element) => element.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  const steps = { ArrowRight: 1, ArrowDown: 1, j: 1, ArrowLeft: -1, ArrowUp: -1, k: -1 };

  function tickBefore(grid, tile) {
    const tiles = Array.from(grid.querySelectorAll(".tile"));
    const here = tiles.indexOf(tile);
    tiles.forEach((one, n) => {
      one.querySelector("input[type=checkbox]").checked = n < here;
    });
    const form = grid.closest("form");
    const kind = here > 0 && form && form.querySelector("[name=kind]");
    if (!kind) return;
    chooseKind(form);
    kind.focus();
  }

  /* The kind read on the first page ticked is chosen, unless somebody chose another one herself. */
  function chooseKind(form) {
    const kind = form.querySelector("[name=kind]");
    if (!kind || kind.dataset.chosen) return;
    const tiles = Array.from(form.querySelectorAll(".tile[data-kind]"));
    const ticked = tiles.find((tile) => tile.querySelector("input[type=checkbox]").checked);
    const option = ticked && Array.from(kind.options).find((one) => one.value === ticked.dataset.kind);
    if (option) kind.value = option.value;
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (!form || !form.querySelector("[data-pages]")) return;
    if (event.target.name === "kind") event.target.dataset.chosen = "1";
    else if (event.target.name === "page") chooseKind(form);
  });

  async function turn(tile) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    const picture = tile.querySelector("img");
    if (!token || !picture || tile.dataset.turning) return;
    tile.dataset.turning = "1";
    try {
      const body = new FormData();
      body.set("degrees", "90");
      body.set("csrfmiddlewaretoken", token.value);
      const answer = await fetch(tile.dataset.turn, { method: "POST", body, redirect: "manual" });
      if (answer.type !== "opaqueredirect") return;
      const { width, height } = picture;
      picture.setAttribute("width", height);
      picture.setAttribute("height", width);
      picture.src = `${picture.getAttribute("src").split("?")[0]}?v=${Date.now()}`;
    } finally {
      delete tile.dataset.turning;
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const tile = event.target.closest(".tile");
    if (event.key === "t") {
      const turns = document.querySelector("[data-turns] button");
      if (tile && tile.dataset.turn) turn(tile);
      else if (turns) turns.click();
    }
    if (event.key === "s" && tile) {
      const grid = tile.closest("[data-pages]");
      const here = tile.querySelector("[data-key=s]");
      event.preventDefault(); // or the s would choose a kind
      if (here) here.click();
      else if (grid && !document.querySelector("[data-key=s]")) tickBefore(grid, tile);
    }
  });

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
