/* Keys for saying whose a letter is. Everything works without: links, radio buttons and buttons.

   Elements name their key (data-key), their number (data-number) or where they lead (data-step). Enter sends
   the form if a case is chosen, wherever the focus is, unless it is on something that has its own Enter.
   Single keys do nothing without data-index-keys: people can switch them off (WCAG 2.1.4).
   Pictures wanted next are fetched before they are asked for (data-ahead). */
(() => {
  "use strict";
  const index = document.querySelector("[data-index]");
  if (!index) return;
  const find = (name, value) => document.querySelector(`main [${name}="${CSS.escape(value)}"]`);
  const steps = {
    ArrowLeft: "page-before", ArrowRight: "page-after",
    k: "letter-before", j: "letter-after",
  };
  const form = index.querySelector("[data-index-form]");
  const accept = form && form.querySelector("[value=link]");

  window.addEventListener("load", () => {
    index.dataset.ahead.split(" ").filter(Boolean).forEach((address) => { new Image().src = address; });
  });

  function act(event, element) {
    if (!element) return;
    event.preventDefault();
    if (element.matches("input[type=radio]")) {
      element.checked = true;
      element.focus();
    } else if (element.matches("input")) {
      element.focus();
      element.select();
    } else {
      element.focus();
      element.click();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const on = event.target;
    if (event.key === "Escape" && on.matches("input[type=search]")) on.blur();
    if (on.closest("input:not([type=radio]), select, textarea")) return;
    if (event.key === "Enter") {
      const ready = accept && form.querySelector("input[type=radio]:checked");
      if (ready && !on.closest("a, button, summary")) act(event, accept);
      return;
    }
    if (!("indexKeys" in index.dataset)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key in steps) {
      // Within a group of radio buttons arrows change the choice, as everywhere.
      if (!(key.startsWith("Arrow") && on.matches("input[type=radio]"))) act(event, find("data-step", steps[key]));
    } else if (/^[1-9]$/.test(key)) {
      act(event, find("data-number", key));
    } else if (key.length === 1) {
      act(event, find("data-key", key));
    }
  });
})();
