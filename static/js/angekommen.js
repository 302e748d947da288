/* The only script. Every page works without it; it adds comfort to elements that carry data-* hooks:

   data-focus          takes the focus when the page opens (error summary, heading of the next task)
   data-busy="…"       on a submit button: its text while the form is being sent
   data-no-lock        on a form: may be sent twice (downloads, language)
   data-upload         on a form: a chosen file is sent at once; data-upload-state says what happens
   data-file-names     names of the files chosen in the same form
   data-queue          what is on its way; data-send is the address of send.js, which is loaded once there is something
   data-uploads="…"    on a form: where send.js sends chosen files; data-waits: it is sent after them
   data-save           on a form: what was typed is saved when a field is left; data-saved inside it says so
   data-print          prints the page
   data-read-aloud="…" a hidden button, shown where the device has a voice for the language; its text while reading
   data-screen         on a hidden field: gets the size of the window
   data-refresh="20"   on an element with an id: fetched again every so many seconds while the page is in sight,
                       and at once on the event "fresh" with its id
   data-stay="id"      on a form: only the element with this id is renewed by the answer, the page stays

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

  // Files in pieces (send.js): nobody loads it before she chooses one, or has one left here from before.
  const queue = window.indexedDB && window.crypto && crypto.subtle && document.querySelector("[data-queue]");
  const load = () => import(queue.dataset.send).then((sender) => sender.ready.then(() => sender));
  if (queue) {
    const bases = indexedDB.databases ? indexedDB.databases() : Promise.resolve([{ name: "angekommen" }]);
    const left = bases.then((all) => all.some((one) => one.name === "angekommen") && load());
    let known = false; // what lies here; a form that has to wait for it is held until then, but not for ever
    const soon = Promise.race([left, new Promise((done) => setTimeout(done, 10000))]).catch(() => {});
    soon.then(() => { known = true; });
    document.addEventListener("submit", (event) => {
      const { target: form, submitter } = event;
      if (known || !("waits" in form.dataset)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      soon.then(() => form.requestSubmit(submitter));
    }, true);
    document.addEventListener("click", ({ target }) => {
      if (target.type === "file" && target.form && target.form.dataset.uploads) load().catch(() => {});
    });
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

  // Files, in the order in which they are chosen
  let turn = Promise.resolve();
  document.addEventListener("change", (event) => {
    const input = event.target, form = input.form;
    if (input.type !== "file" || !form) return;
    const files = Array.from(input.files), names = files.map((file) => file.name).join(", ");
    all("[data-file-names]", form).forEach((element) => { element.textContent = names; });
    if (!("upload" in form.dataset) || !files.length || form.dataset.sent) return;
    const state = form.querySelector("[data-upload-state]");
    const say = (text) => { if (state) state.textContent = text; };
    if (state) say(names + " – " + state.dataset.sending);
    if (!queue || !form.dataset.uploads) form.requestSubmit();
    else turn = turn.then(load).then((sender) => sender.choose(form, files))
      .then(() => { input.value = ""; say(""); }, () => form.requestSubmit());
  });

  // Saving by itself: the same form, sent as if by a button called "save"
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form || !("save" in form.dataset)) return;
    const request = new XMLHttpRequest(), data = new FormData(form);
    data.append("save", "1");
    request.open("POST", location.href);
    request.onload = () => all("[data-saved]", form).forEach((one) => { one.hidden = request.status !== 204; });
    request.send(data);
  });
  // Size of the window, for feedback
  all("[data-screen]").forEach((input) => { input.value = window.innerWidth + "x" + window.innerHeight; });

  // Printing
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-print]")) window.print();
  });

  // Reading aloud. Only voices on the device: others send the text of the page to their maker.
  const reader = document.querySelector("[data-read-aloud]");
  const speech = window.speechSynthesis;
  if (reader && speech) {
    const language = document.documentElement.lang.slice(0, 2);
    const label = reader.lastElementChild;
    const start = label.textContent;
    const voice = () => speech.getVoices().find((one) => one.localService && one.lang.slice(0, 2) === language);
    const show = () => { reader.hidden = !voice(); };
    const end = () => { label.textContent = start; };
    show();
    speech.addEventListener("voiceschanged", show);
    window.addEventListener("pagehide", () => speech.cancel());
    reader.addEventListener("click", () => {
      const reading = label.textContent !== start;
      speech.cancel();
      end();
      if (reading) return;
      label.textContent = reader.dataset.readAloud;
      const lines = document.querySelector("main").innerText.split("\n").filter((line) => line.trim());
      lines.forEach((line, index) => {
        const said = new SpeechSynthesisUtterance(line);
        said.voice = voice();
        said.lang = said.voice.lang;
        if (index === lines.length - 1) said.onend = end;
        speech.speak(said);
      });
    });
  }

  // Fresh state of one region. XMLHttpRequest parses the page itself: DOMParser is closed by Trusted Types.
  function renew(id, done, form, button) {
    const request = new XMLHttpRequest();
    request.open(form ? "POST" : "GET", form ? form.action : location.href);
    request.responseType = "document";
    request.timeout = 15000;
    request.onloadend = () => {
      const page = request.status === 200 && request.response;
      const fresh = page && page.getElementById(id), region = document.getElementById(id);
      if (fresh && region && (form || fresh.textContent !== region.textContent)) {
        const at = region.contains(document.activeElement) && document.activeElement;
        region.replaceChildren(...Array.from(fresh.childNodes, (node) => document.importNode(node, true)));
        const same = at && all("[name]", region).find((one) => one.name === at.name && one.value === at.value);
        if (at) (same || region).focus();
      }
      done(fresh);
    };
    request.send(form && new FormData(form, button));
  }
  const looking = new Set();
  function refresh(id, seconds) {
    if (looking.has(id)) return;
    looking.add(id);
    setTimeout(() => {
      looking.delete(id);
      const region = document.getElementById(id);
      if (!region) return;
      if (document.hidden || region.contains(document.activeElement)) refresh(id, seconds);
      else renew(id, (fresh) => { if (!fresh || fresh.dataset.refresh) refresh(id, seconds); });
    }, seconds * 1000);
  }
  document.addEventListener("fresh", ({ detail: id }) => {
    if (document.getElementById(id)) renew(id, (fresh) => { if (fresh && fresh.dataset.refresh) refresh(id, 5); });
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.stay || form.dataset.plain) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    renew(form.dataset.stay, (fresh) => {
      if (fresh) return;
      form.dataset.plain = "1"; // a bad line or another page: as without this script
      form.requestSubmit(event.submitter);
    }, form, event.submitter);
  }, true);
  all("[data-refresh]").forEach((region) => {
    refresh(region.id, Math.max(5, Number(region.dataset.refresh) || 20));
  });
})();
