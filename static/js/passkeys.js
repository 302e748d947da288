// Passkeys (WebAuthn): signing in, adding one, confirming. Without script or support the buttons stay away
// or say so; the code by e-mail does the same job.
(() => {
  const supported = Boolean(window.PublicKeyCredential && navigator.credentials);

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)).buffer;
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  // What older browsers cannot do themselves (PublicKeyCredential.parse…FromJSON, toJSON).
  const read = ({ publicKey }) => {
    const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
    if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
    for (const list of ["allowCredentials", "excludeCredentials"]) {
      if (options[list]) options[list] = options[list].map((one) => ({ ...one, id: bytes(one.id) }));
    }
    return { publicKey: options };
  };
  const write = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  };

  const onSubmit = (form, ask) => {
    const failed = form.querySelector("[data-passkey-failed]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopImmediatePropagation(); // angekommen.js would lock the button for good
      failed.hidden = true;
      try {
        form.elements.credential.value = write(await ask());
        form.submit();
      } catch {
        failed.hidden = false;
      }
    }, { capture: true });
  };

  for (const form of document.querySelectorAll("[data-passkey-create]")) {
    onSubmit(form, () => navigator.credentials.create(read(JSON.parse(form.dataset.passkeyCreate))));
  }
  for (const form of document.querySelectorAll("[data-passkey-use]")) {
    onSubmit(form, () => navigator.credentials.get(read(JSON.parse(form.dataset.passkeyUse))));
  }
  if (!supported) return;
  for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = false;
  for (const form of document.querySelectorAll("[data-passkey-get]")) {
    onSubmit(form, async () => {
      const answer = await fetch(form.dataset.passkeyGet, { headers: { Accept: "application/json" } });
      return navigator.credentials.get(read((await answer.json()).request_options));
    });
  }
})();
