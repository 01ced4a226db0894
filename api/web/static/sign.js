// Signing in the browser: by NCALayer on this machine or, in the demonstration, by its own
// signer. A form with a part "data-signing" is held when it is sent, its texts are signed
// one after another, and it is sent with the signatures. Without this script people give
// the signatures as files.
"use strict";
{
  const ncalayer = ["wss://127.0.0.1:13579/", "wss://localhost:13579/"];
  const cms = { sign: "1.3.6.1.5.5.7.3.4" }; // key use: signing documents (RFC 5280)

  // Trouble is why a signature was not made: the name of a phrase of the page.
  class Trouble extends Error {}

  // connect resolves to a signer once it has greeted.
  const connect = (address) => new Promise((resolve, reject) => {
    let socket;
    try {
      socket = new WebSocket(address);
    } catch {
      reject(new Trouble("away"));
      return;
    }
    const signer = { socket, waiting: null };
    const lost = () => {
      reject(new Trouble("away"));
      if (signer.waiting) signer.waiting.reject(new Trouble("lost"));
      signer.waiting = null;
    };
    socket.onclose = lost;
    socket.onerror = lost;
    socket.onmessage = (event) => {
      if (event.data === "--heartbeat--") return;
      let said;
      try {
        said = JSON.parse(event.data);
      } catch {
        said = null;
      }
      if (signer.waiting) {
        const { resolve: done, reject: failed } = signer.waiting;
        signer.waiting = null;
        if (said) done(said);
        else failed(new Trouble("unreadable"));
      } else if (said && said.result && said.result.version) {
        resolve(signer);
      }
    };
  });

  // One request is under way at a time.
  const ask = (signer, request) => new Promise((resolve, reject) => {
    signer.waiting = { resolve, reject };
    signer.socket.send(JSON.stringify(request));
  });

  const bare = (signature) => signature.replace(/-----[A-Z ]+-----/g, "").replace(/\s+/g, "");

  // signAll signs texts in one dialogue of basics.
  const byBasics = async (signer, texts, detached, options) => {
    const answer = await ask(signer, {
      module: "kz.gov.pki.knca.basics",
      method: "sign",
      args: {
        format: "cms",
        data: texts,
        signingParams: { decode: "true", encapsulate: detached ? "false" : "true", digested: "false", tsaProfile: null },
        signerParams: { extKeyUsageOids: options.uses, chain: options.anyChain ? [] : null },
        locale: options.locale,
      },
    });
    if (answer.errorCode === "MODULE_NOT_FOUND") return null;
    if (answer.status !== true) throw new Trouble("failed");
    if (!answer.body || answer.body.result === undefined) throw new Trouble("cancelled");
    return [].concat(answer.body.result).map(bare);
  };

  // byCommonUtils is for installations without basics: text by text.
  const byCommonUtils = async (signer, text, detached, options) => {
    const answer = await ask(signer, {
      module: "kz.gov.pki.knca.commonUtils",
      method: "createCAdESFromBase64",
      args: ["PKCS12", options.purpose === "sign-in" ? "AUTHENTICATION" : "SIGNATURE", text, !detached],
    });
    if (String(answer.code) === "200") return bare(answer.responseObject);
    throw new Trouble(answer.message === "action.canceled" ? "cancelled" : "failed");
  };

  const inBase64 = async (response) => {
    const bytes = new Uint8Array(await response.arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return btoa(text);
  };

  const dataOf = async (text) => {
    if (!text.dataset.from) return text.dataset.text;
    const response = await fetch(text.dataset.from, { credentials: "same-origin" });
    if (!response.ok) throw new Trouble("text_away");
    return inBase64(response);
  };

  // reach connects to NCALayer and, where it is away, to the signer of the demonstration.
  const reach = async (part) => {
    for (const address of ncalayer) {
      try {
        return { signer: await connect(address), demo: false };
      } catch { /* the next one */ }
    }
    const key = part.querySelector("[data-demo-key]");
    if (part.dataset.demo) {
      const address = new URL(part.dataset.demo, location.href);
      address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      if (key) address.searchParams.set("key", key.value);
      return { signer: await connect(address.href), demo: true };
    }
    throw new Trouble(await whyAway());
  };

  // whyAway tells a browser that does not let the page reach this machine from a machine
  // where NCALayer does not run (Local Network Access, Chrome since 147).
  const whyAway = async () => {
    for (const name of ["local-network-access", "loopback-network"]) {
      try {
        const { state } = await navigator.permissions.query({ name });
        if (state === "denied") return "refused";
        if (state === "prompt") return "never_asked";
        return "away";
      } catch { /* this browser does not know it */ }
    }
    return "away";
  };

  const signForm = async (part) => {
    const texts = [...part.querySelectorAll("[data-text]")];
    const say = (name, values = {}) => {
      const phrase = part.querySelector(`[data-say="${name}"]`);
      let said = phrase ? phrase.textContent : name;
      for (const [place, value] of Object.entries(values)) said = said.replace(`{${place}}`, value);
      part.querySelector("[data-status]").textContent = said;
    };
    say("connecting");
    const { signer, demo } = await reach(part);
    const options = {
      purpose: part.dataset.purpose, uses: part.dataset.purpose === "sign" ? [cms.sign] : [], anyChain: demo || part.dataset.demo !== "",
      locale: { kk: "kk", ru: "ru", en: "en" }[document.documentElement.lang],
    };
    try {
      say("choose");
      const detached = texts.map((text) => text.dataset.detached === "true");
      const data = [];
      for (const text of texts) data.push(await dataOf(text));
      let signed = null;
      if (detached.every((d) => d === detached[0])) signed = await byBasics(signer, data, detached[0], options);
      if (!signed) {
        signed = [];
        for (let i = 0; i < data.length; i++) {
          say("signing", { n: String(i + 1), of: String(data.length) });
          const one = await byBasics(signer, [data[i]], detached[i], options);
          signed.push(one ? one[0] : await byCommonUtils(signer, data[i], detached[i], options));
        }
      }
      if (signed.length !== texts.length) throw new Trouble("failed");
      texts.forEach((text, i) => { text.querySelector("[data-cms]").value = signed[i]; });
      say("sending");
    } finally {
      signer.socket.onclose = null;
      signer.socket.close();
    }
  };

  const key = "tamga-demo-key";
  for (const part of document.querySelectorAll("[data-signing]")) {
    const form = part.closest("form");
    const demoKey = part.querySelector("[data-demo-key]");
    if (demoKey) {
      const kept = sessionStorage.getItem(key);
      if (kept && [...demoKey.options].some((o) => o.value === kept)) demoKey.value = kept;
      demoKey.addEventListener("change", () => sessionStorage.setItem(key, demoKey.value));
    }
    let busy = false;
    form.addEventListener("submit", async (event) => {
      const filled = [...part.querySelectorAll("[data-cms]")].every((field) => field.value);
      const given = [...part.querySelectorAll("input[type=file]")].some((field) => field.files.length > 0);
      const unsigned = event.submitter && event.submitter.hasAttribute("data-unsigned");
      if (filled || given || unsigned) return;
      event.preventDefault();
      if (busy) return;
      busy = true;
      part.setAttribute("aria-busy", "true");
      if (demoKey) sessionStorage.setItem(key, demoKey.value);
      try {
        await signForm(part);
        form.requestSubmit(event.submitter);
      } catch (error) {
        const name = error instanceof Trouble ? error.message : "failed";
        const phrase = part.querySelector(`[data-say="${name}"]`);
        part.querySelector("[data-status]").textContent = phrase ? phrase.textContent : name;
        part.dataset.trouble = name;
      } finally {
        busy = false;
        part.removeAttribute("aria-busy");
      }
    });
  }
}
