// Passkeys: making one on the page of the account, and using one to sign in. The page brings everything the browser
// needs to be asked; what it answers goes back in the fields of the same form. Without scripts, or without passkeys
// in the browser, these forms stay hidden.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  // The challenge of a page ends after five minutes; until a little before, it is worth asking with.
  const FRESH = 280000;
  const opened = Date.now();

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const optionsOf = (form) => {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    (options.excludeCredentials ?? []).forEach((credential) => {
      credential.id = bytes(credential.id);
    });
    return options;
  };

  const answer = (form, credential) => {
    const response = credential.response;
    const values = {
      credential_id: text(credential.rawId),
      client_data_json: text(response.clientDataJSON),
      attestation_object: response.attestationObject && text(response.attestationObject),
      transports: response.getTransports && response.getTransports().join(" "),
      authenticator_data: response.authenticatorData && text(response.authenticatorData),
      signature: response.signature && text(response.signature),
    };
    for (const [name, value] of Object.entries(values)) {
      const field = form.elements.namedItem(name);
      if (field && value) field.value = value;
    }
    form.submit();
  };

  const say = (form, sentence) => {
    const place = form.querySelector("[data-says]");
    place.textContent = sentence;
    place.hidden = false;
  };

  const ways = {
    create: (form, extra) => navigator.credentials.create({ publicKey: optionsOf(form), ...extra }),
    get: (form, extra) => navigator.credentials.get({ publicKey: optionsOf(form), ...extra }),
  };

  let waiting = null;
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (Date.now() - opened > FRESH) {
        location.reload();
        return;
      }
      waiting?.abort();
      try {
        answer(form, await ways[form.dataset.passkey](form, {}));
      } catch (error) {
        say(form, error.name === "InvalidStateError" ? "This device has a passkey for this account already." : "No passkey was used. Try again.");
      }
    });
  });

  // The browser offers passkeys in the field for the address, beside what it remembers.
  const signIn = document.querySelector('form[action="/signin/passkey"]');
  const isOffered = PublicKeyCredential.isConditionalMediationAvailable?.();
  if (signIn && isOffered) {
    isOffered.then(async (isPossible) => {
      if (!isPossible) return;
      waiting = new AbortController();
      setTimeout(() => waiting.abort(), FRESH);
      try {
        answer(signIn, await ways.get(signIn, { mediation: "conditional", signal: waiting.signal }));
      } catch {
        // Nobody chose one.
      }
    });
  }
})();
