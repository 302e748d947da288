/* The only script. Every page works without it; it adds comfort to elements that carry data-* hooks:

   data-focus          takes the focus when the page opens (error summary, heading of the next task)
   data-busy="…"       on a submit button: its text while the form is being sent
   data-no-lock        on a form: may be sent twice (downloads, language)
   data-upload         on a form: a chosen file is sent at once; data-upload-state says what happens
   data-file-names     names of the files chosen in the same form
   data-print          prints the page
   data-refresh="20"   on an element with an id: fetched again every so many seconds while the page is in sight

   No innerHTML, no eval: it runs under Trusted Types. */
(() => {
  "use strict";
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // Focus
  const first = document.querySelector("[data-focus]");
  if (first) {
    if (!first.hasAttribute("tabindex")) first.tabIndex = -1;
    first.focus();
  }

  // Sending once. aria-disabled instead of disabled: the focus stays, and the button's own value is still sent.
  const locked = new Set();
  function lock(form, button) {
    const label = button && (button.querySelector(".kern-label") || button);
    const state = { form, button, label, text: label && Array.from(label.childNodes) };
    locked.add(state);
    form.dataset.sent = "1";
    if (button && button.dataset.busy) {
      button.setAttribute("aria-disabled", "true");
      label.replaceChildren(button.dataset.busy);
    }
    // A stopped page load tells nobody; a form without files may be tried again after a while.
    if (!form.querySelector("input[type=file]")) setTimeout(() => unlock(state), 15000);
  }
  function unlock(state) {
    if (!locked.delete(state)) return;
    delete state.form.dataset.sent;
    if (state.button && state.button.dataset.busy) {
      state.button.removeAttribute("aria-disabled");
      state.label.replaceChildren(...state.text);
    }
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("noLock" in form.dataset) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    lock(form, event.submitter);
  });
  window.addEventListener("pageshow", () => Array.from(locked).forEach(unlock));

  // Files
  function say(form, text) {
    const state = form.querySelector("[data-upload-state]");
    if (state) state.textContent = text;
    return state;
  }
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file" || !input.form) return;
    const names = Array.from(input.files, (file) => file.name).join(", ");
    all("[data-file-names]", input.form).forEach((element) => { element.textContent = names; });
    if (!("upload" in input.form.dataset) || !input.files.length || input.form.dataset.sent) return;
    const state = input.form.querySelector("[data-upload-state]");
    if (state) say(input.form, names + " – " + state.dataset.sending);
    input.form.requestSubmit();
  });

  // Printing
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-print]")) window.print();
  });

  // Fresh state of one region. XMLHttpRequest parses the page itself: DOMParser is closed by Trusted Types.
  function refresh(id, seconds) {
    setTimeout(() => {
      const region = document.getElementById(id);
      if (!region) return;
      if (document.hidden || region.contains(document.activeElement)) {
        refresh(id, seconds);
        return;
      }
      const request = new XMLHttpRequest();
      request.open("GET", location.href);
      request.responseType = "document";
      request.timeout = 15000;
      request.onloadend = () => {
        const page = request.status === 200 && request.response;
        const fresh = page && page.getElementById(id);
        if (fresh && fresh.textContent !== region.textContent) {
          region.replaceChildren(...Array.from(fresh.childNodes, (node) => document.importNode(node, true)));
        }
        if (!fresh || fresh.dataset.refresh) refresh(id, seconds);
      };
      request.send();
    }, seconds * 1000);
  }
  all("[data-refresh]").forEach((region) => {
    refresh(region.id, Math.max(5, Number(region.dataset.refresh) || 20));
  });
})();
