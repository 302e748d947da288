/* Files on their way to the office. Without this script the forms send them; with it a chosen file

   1. lies in this browser's own store (IndexedDB) at once, so that a closed page loses nothing,
   2. is made ready (photo.js) and hashed,
   3. goes in pieces to the server (tus 1.0; channels/uploads.py), while the person goes on,
   4. is forgotten here once the receipt names the same hash.

   A module: angekommen.js loads it once a file is chosen, or if one may lie here from before. It needs an
   element [data-queue]; forms with data-uploads="address" say where files of a paper go. */
const queue = document.querySelector("[data-queue]");
const TUS = { "Tus-Resumable": "1.0.0" };
const KEEP = 14 * 24 * 3600 * 1000; // as long as the server keeps a draft
const SMALLEST = 64 * 1024, LARGEST = 1024 * 1024;
let piece = 256 * 1024; // grows on good lines, shrinks on bad ones
let patience = 10; // seconds without a sign of life
let pause = 0; // seconds until the next try
let wake = null, busy = false, running = null;
const urls = new Map(); // id -> address of its upload
const shown = new Map(); // id -> element of a file that has not arrived yet
const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
const wait = (seconds) => new Promise((done) => { wake = done; setTimeout(done, seconds * 1000); });

// --- the store of this browser
const base = new Promise((done, fail) => {
  const request = indexedDB.open("angekommen", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("files", { keyPath: "id", autoIncrement: true });
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});
async function store(mode, act) {
  const change = (await base).transaction("files", mode);
  const request = act(change.objectStore("files"));
  return new Promise((done, fail) => {
    change.oncomplete = () => done(request.result);
    change.onabort = change.onerror = () => fail(change.error);
  });
}
const list = () => store("readonly", (files) => files.getAll()).catch(() => []); // emptied, or none here
const add = (file) => store("readwrite", (files) => files.add(file));
const put = (file) => store("readwrite", (files) => { // unless it was taken back meanwhile
  const known = files.get(file.id);
  known.onsuccess = () => { if (known.result) files.put(file); };
  return known;
});
const drop = (file) => store("readwrite", (files) => files.delete(file.id));

// --- one request; given up when nothing moves any more
function ask(method, url, headers, body, moved) {
  return new Promise((done, fail) => {
    const request = running = new XMLHttpRequest();
    let timer;
    const alive = () => { clearTimeout(timer); timer = setTimeout(() => request.abort(), patience * 1000); };
    request.open(method, url);
    const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    Object.entries({ ...TUS, ...headers, "X-CSRFToken": token ? token[1] : "" })
      .forEach(([name, value]) => request.setRequestHeader(name, value));
    request.upload.onprogress = (event) => { alive(); if (moved) moved(event.loaded); };
    request.onload = () => { clearTimeout(timer); (request.status < 500 ? done : fail)(request); };
    request.onerror = request.onabort = () => { clearTimeout(timer); fail(request); };
    alive();
    request.send(body);
  });
}
const offsetOf = (answer) => Number(answer.getResponseHeader("Upload-Offset"));
const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const inText = (text) => base64(new TextEncoder().encode(text));
const digest = async (blob) => crypto.subtle.digest("SHA-256", await blob.arrayBuffer());

async function makeReady(file) {
  const photo = file.blob.type.startsWith("image/") && await import(queue.dataset.photo).catch(() => null);
  const { blob, hints } = photo ? await photo.prepare(file.blob) : file;
  file.sha256 = Array.from(new Uint8Array(await digest(blob)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  Object.assign(file, { blob, hints });
  await put(file);
  show();
}

// Announced with the same hash again, a file is the same upload: the answer says how much of it is there.
async function begin(file) {
  const told = { filename: file.name.slice(-100), sha256: file.sha256, hints: file.hints };
  const metadata = Object.entries(told).filter(([, value]) => value).map(([key, value]) => `${key} ${inText(value)}`);
  const answer = await ask("POST", file.to, { "Upload-Length": file.blob.size, "Upload-Metadata": metadata.join(",") });
  if (answer.status !== 201) throw answer;
  urls.set(file.id, answer.getResponseHeader("Location"));
  return offsetOf(answer);
}

async function transfer(file) {
  if (!file.sha256) await makeReady(file);
  const size = file.blob.size;
  let offset = await begin(file);
  while (offset < size) {
    const part = file.blob.slice(offset, offset + piece), started = Date.now();
    const headers = {
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": offset,
      "Upload-Checksum": "sha256 " + base64(await digest(part)),
    };
    const answer = await ask("PATCH", urls.get(file.id), headers, part, (bytes) => {
      const element = shown.get(file.id);
      if (element) element.querySelector("progress").value = (offset + bytes) / size;
    });
    if (answer.status === 204 || answer.status === 409) offset = offsetOf(answer);
    else if (answer.status === 460) offset = await begin(file);
    else throw answer;
    if (Date.now() - started < 2000) piece = Math.min(LARGEST, 2 * piece);
    pause = 0;
    patience = 10;
  }
  await put(Object.assign(file, { arrived: Date.now() }));
  document.dispatchEvent(new CustomEvent("fresh", { detail: "kept-files" }));
}

// One after the other, so that pages keep their order and a bad line carries one at a time.
async function work() {
  if (busy) return;
  busy = true;
  const closed = new Set(); // drafts this session may not open any more
  for (;;) {
    const file = (await list()).find((one) => !one.arrived && !one.refused && !closed.has(one.draft));
    if (!file) break;
    try {
      await transfer(file);
    } catch (answer) {
      if (!("status" in answer)) { // our own mistake or a full disk: the plain form still works
        await put(Object.assign(file, { refused: " " })).catch(() => closed.add(file.draft));
      } else if (answer.status === 403) {
        closed.add(file.draft);
        queue.dataset.lost = "1";
      } else if (answer.status >= 400 && answer.status < 500) {
        await put(Object.assign(file, { refused: answer.responseText || " " }));
      } else if ((await list()).some((one) => one.id === file.id)) {
        piece = Math.max(SMALLEST, piece / 2);
        patience = Math.min(120, 2 * patience);
        pause = Math.min(30, 2 * pause + 1);
        queue.dataset.waiting = "1";
        show();
        await wait(pause);
        delete queue.dataset.waiting;
      }
    }
    show();
  }
  busy = false;
}
// Several pages of one browser: the first one sends, another goes on when it is closed.
const start = () => { if (navigator.locks) navigator.locks.request("angekommen", work); else work(); };
window.addEventListener("online", () => { patience = 10; pause = 0; if (wake) wake(); });

// --- what is seen
const line = (name) => all("[data-line]", queue).forEach((one) => { one.hidden = one.dataset.line !== name; });

async function show() {
  const files = await list();
  const mine = files.filter((one) => !queue.dataset.draft || one.draft === queue.dataset.draft);
  const open = mine.filter((one) => !one.arrived);
  const waiting = open.filter((one) => !one.refused);
  all("[data-there]").forEach((one) => { one.textContent = mine.length - open.length; });
  all("[data-of]").forEach((one) => { one.textContent = mine.length; });
  all("[data-draft-link]", queue).forEach((one) => { if (open.length) one.href = open[0].page; });
  if (open.length && !queue.dataset.draft) queue.dataset.seen = "1";
  const done = !open.length && mine.length && queue.dataset.seen; // seen to arrive: it does not just vanish
  queue.hidden = !open.length && !done;
  line(done ? "done" : queue.dataset.lost ? "lost" : !waiting.length ? "refused" : queue.dataset.waiting ? "waiting" : "sending");
  const place = document.querySelector("[data-coming]");
  const here = place ? mine.filter((one) => one.to === place.dataset.coming) : open;
  if (place) showFiles(place, here.filter((one) => !one.arrived));
  all("[data-none]").forEach((one) => { one.hidden = here.length; });
  all("[data-some]").forEach((one) => { one.hidden = !here.length; });
  const form = document.querySelector("[data-held]");
  if (form && !waiting.length) {
    delete form.dataset.held;
    form.requestSubmit();
  }
}

function showFiles(place, files) {
  shown.forEach((element, id) => {
    if (files.some((one) => one.id === id)) return;
    element.remove();
    shown.delete(id);
  });
  place.hidden = !files.length;
  files.forEach((file) => {
    if (!shown.has(file.id)) {
      const element = place.querySelector("template").content.firstElementChild.cloneNode(true);
      element.querySelector("[data-name]").textContent = file.name;
      const picture = element.querySelector("img");
      picture.onerror = () => { picture.hidden = true; };
      picture.src = URL.createObjectURL(file.blob);
      element.querySelector("[data-drop]").onclick = () => take(file);
      place.querySelector("ul").append(element);
      shown.set(file.id, element);
    }
    const element = shown.get(file.id);
    all("[data-hint]", element).forEach((one) => { one.hidden = !(file.hints || "").split(" ").includes(one.dataset.hint); });
    const refused = element.querySelector("[data-refused]");
    refused.hidden = !file.refused;
    if ((file.refused || "").trim()) refused.textContent = file.refused;
  });
}

// Take a file back before it has arrived.
async function take(file) {
  const now = (await list()).find((one) => one.id === file.id) || file;
  await drop(file);
  if (running) running.abort();
  if (wake) wake();
  show();
  if (now.sha256) begin(now).then(() => ask("DELETE", urls.get(now.id))).catch(() => {});
}

// --- choosing and sending

// Errors: no room in this browser's store; the form then sends what was chosen.
export async function choose(form, chosen) {
  for (const blob of chosen) {
    const { uploads: to, draft } = form.dataset;
    await add({ draft, to, page: location.pathname, name: blob.name, blob, chosen: Date.now() });
  }
  show();
  start();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("waits" in form.dataset) || queue.hidden) return;
  if (event.submitter && event.submitter.name === "anyway") return;
  if (queue.dataset.lost || !queue.querySelector("[data-line=refused]").hidden) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.dataset.held = "1";
  const note = form.querySelector("[data-held-note]");
  note.hidden = false;
  note.focus();
}, true);

// --- the receipt names what arrived; what is the same here need not be kept here
async function compare() {
  const files = await list();
  const there = all("[data-sha256]").map((one) => one.dataset.sha256);
  const same = files.filter((one) => one.arrived && there.includes(one.sha256));
  const note = document.querySelector("[data-compared]");
  if (note && same.length && new Set(same.map((one) => one.sha256)).size === new Set(there).size) note.hidden = false;
  const drafts = new Set(same.map((one) => one.draft));
  const over = (one) => (drafts.has(one.draft) && one.arrived) || Date.now() - one.chosen > KEEP;
  await Promise.all(files.filter(over).map(drop));
}

export const ready = compare().then(show).catch(() => {}); // a browser that keeps nothing: forms do the same job
ready.then(start);
