// Signing in the browser: by NCALayer on this machine or, in the demonstration, by its own
// signer. A form with a part "data-signing" is held when it is sent, its texts are signed
// one after another, and it is sent with the signatures. Without this script people give
// the signatures as files.
"use strict";
{
  const ncalayer = ["wss://127.0.0.1:13579/", "wss://localhost:13579/"];
  const cms = { sign: "1.3.6.1.5.5.7.3.4" }; // key use: signing documents (RFC 5280)

  // Trouble is why a signature was not made: the name of a phrase of the page, and what
  // NCALayer calls it.
  class Trouble extends Error {
    constructor(name, code = "") {
      super(name);
      this.code = code;
    }
  }

  // connect resolves to a signer once it has greeted; patience is in seconds.
  const connect = (address, patience) => new Promise((resolve, reject) => {
    let socket;
    try {
      socket = new WebSocket(address);
    } catch {
      reject(new Trouble("away"));
      return;
    }
    const signer = { socket, waiting: null };
    const late = setTimeout(() => {
      reject(new Trouble("silent"));
      socket.close();
    }, patience * 1000);
    const lost = () => {
      clearTimeout(late);
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
        if (said !== null && typeof said === "object") done(said);
        else failed(new Trouble("unreadable"));
      } else if (said && said.result && said.result.version) {
        clearTimeout(late);
        resolve(signer);
      }
    };
  });

  // One request is under way at a time. Whoever signs looks for his key, so the page waits
  // long, and offers soon to stop that.
  const ask = (signer, request, waits) => new Promise((resolve, reject) => {
    const soon = setTimeout(() => waits.soon(() => reject(new Trouble("stopped"))), waits.patience * 1000);
    const late = setTimeout(() => reject(new Trouble("silent")), waits.patience * 15 * 1000);
    const end = (then) => (value) => {
      clearTimeout(soon);
      clearTimeout(late);
      waits.over();
      then(value);
    };
    resolve = end(resolve);
    reject = end(reject);
    signer.waiting = { resolve, reject };
    signer.socket.send(JSON.stringify(request));
  });

  // bare is a signature as base64 without its armour; what is none is unreadable.
  const bare = (signature) => {
    const plain = typeof signature === "string" ? signature.replace(/-----[A-Z0-9 ]+-----/g, "").replace(/\s+/g, "") : "";
    if (!/^M[A-Za-z0-9+/]+={0,2}$/.test(plain)) throw new Trouble("unreadable");
    return plain;
  };

  // byBasics signs texts in one dialogue; null where basics is not installed.
  const byBasics = async (signer, texts, detached, options) => {
    const answer = await ask(signer, {
      module: "kz.gov.pki.knca.basics",
      method: "sign",
      args: {
        format: "cms",
        data: texts.length === 1 ? texts[0] : texts,
        signingParams: { decode: "true", encapsulate: detached ? "false" : "true", digested: "false", tsaProfile: null },
        signerParams: { extKeyUsageOids: options.uses, chain: options.anyChain ? [] : null },
        locale: options.locale,
      },
    }, options.waits);
    if (answer.errorCode === "MODULE_NOT_FOUND") return null;
    if (answer.status !== true) throw new Trouble(cancels(answer) ? "cancelled" : "failed", answer.code);
    if (!answer.body || answer.body.result === undefined) throw new Trouble("cancelled");
    const signed = [].concat(answer.body.result).map(bare);
    if (signed.length !== texts.length) throw new Trouble("unreadable");
    return signed;
  };

  const cancels = (answer) => answer.message === "action.canceled" || answer.details === "action.canceled";

  // byCommonUtils is for installations without basics: text by text.
  const byCommonUtils = async (signer, text, detached, options) => {
    const answer = await ask(signer, {
      module: "kz.gov.pki.knca.commonUtils",
      method: "createCAdESFromBase64",
      args: ["PKCS12", "SIGNATURE", text, !detached], // the keys of today are for signing alone, and sign in, too
    }, options.waits);
    if (answer.errorCode === "MODULE_NOT_FOUND") throw new Trouble("outdated");
    if (String(answer.code) === "200") return bare(answer.responseObject);
    throw new Trouble(cancels(answer) ? "cancelled" : "failed", answer.code);
  };

  const inBase64 = async (response) => {
    const bytes = new Uint8Array(await response.arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return btoa(text);
  };

  const dataOf = async (text) => {
    if (!text.dataset.from) return text.dataset.text;
    let response;
    try {
      response = await fetch(text.dataset.from, { credentials: "same-origin" });
    } catch {
      throw new Trouble("text_away");
    }
    if (!response.ok) throw new Trouble("text_away");
    return inBase64(response);
  };

  // reach connects to NCALayer and, where it is away, to the signer of the demonstration.
  const reach = async (part, patience) => {
    let why = await whyAway(true);
    for (const address of why === "refused" ? [] : ncalayer) {
      try {
        return { signer: await connect(address, patience), demo: false };
      } catch (error) {
        if (error.message === "silent") why = "silent";
      }
    }
    const key = part.querySelector("[data-demo-key]");
    if (part.dataset.demo) {
      const address = new URL(part.dataset.demo, location.href);
      address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      if (key) address.searchParams.set("key", key.value);
      return { signer: await connect(address.href, patience), demo: true };
    }
    throw new Trouble(why === "silent" ? why : await whyAway(false));
  };

  // whyAway tells a browser that does not let the page reach this machine from a machine
  // where NCALayer does not run (Local Network Access, Chrome since 147). Browsers that do
  // not know the permission ask nobody; pages of this machine need none.
  const whyAway = async (before) => {
    for (const name of ["loopback-network", "local-network-access"]) {
      try {
        const { state } = await navigator.permissions.query({ name });
        if (state === "granted" || ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname)) return "away";
        if (!window.isSecureContext) return before ? "away" : "insecure";
        return state === "denied" ? "refused" : "never_asked";
      } catch { /* this browser does not know it */ }
    }
    return "away";
  };

  // signForm has the texts of a part signed, and puts the signatures into the form.
  const signForm = async (part, screen) => {
    const texts = [...part.querySelectorAll("[data-text]")];
    const detached = texts.map((text) => text.dataset.detached === "true");
    const patience = Number(part.dataset.patience);
    screen.say("connecting");
    const data = [];
    for (const text of texts) data.push(await dataOf(text));
    const { signer, demo } = await reach(part, patience);
    const options = {
      uses: part.dataset.purpose === "sign" ? [cms.sign] : [], anyChain: demo || part.dataset.demo !== "",
      locale: { kk: "kk", ru: "ru", en: "en" }[document.documentElement.lang],
      waits: { patience, soon: (stop) => screen.offerToStop(stop), over: () => screen.noStop() },
    };
    try {
      screen.say("choose");
      let basics = true;
      const signed = [];
      if (detached.every((d) => d === detached[0])) {
        const all = await byBasics(signer, data, detached[0], options);
        basics = all !== null;
        if (basics) signed.push(...all);
      }
      while (signed.length < data.length) {
        const i = signed.length;
        screen.say("signing", { n: String(i + 1), of: String(data.length) });
        const one = basics ? await byBasics(signer, [data[i]], detached[i], options) : null;
        basics = one !== null;
        signed.push(basics ? one[0] : await byCommonUtils(signer, data[i], detached[i], options));
      }
      texts.forEach((text, i) => { text.querySelector("[data-cms]").value = signed[i]; });
      screen.say("sending");
    } finally {
      signer.socket.onclose = null;
      signer.socket.close();
    }
  };

  // screenOf is what a part tells whoever signs: how far it is, and what went wrong, to
  // which the focus goes.
  const screenOf = (part) => {
    const status = part.querySelector("[data-status]");
    const trouble = part.querySelector("[data-trouble]");
    const phrase = (name, values) => {
      const found = part.querySelector(`[data-say="${name}"]`);
      let said = found ? found.textContent : name;
      for (const [place, value] of Object.entries(values)) said = said.replace(`{${place}}`, value);
      return said;
    };
    const screen = {
      say: (name, values = {}) => {
        trouble.hidden = true;
        status.textContent = phrase(name, values);
      },
      fail: (error) => {
        const name = error instanceof Trouble ? error.message : "failed";
        status.textContent = "";
        trouble.textContent = phrase(name, { code: (error.code || "—").toString().slice(0, 60) });
        trouble.hidden = false;
        trouble.focus();
      },
      offerToStop: (then) => {
        screen.say("still_waiting");
        trouble.after(part.querySelector("template").content.cloneNode(true));
        part.querySelector("[data-stop] button").addEventListener("click", then);
      },
      noStop: () => part.querySelector("[data-stop]")?.remove(),
    };
    return screen;
  };

  const key = "tamga-demo-key";
  for (const part of document.querySelectorAll("[data-signing]")) {
    const form = part.closest("form");
    const screen = screenOf(part);
    const demoKey = part.querySelector("[data-demo-key]");
    if (demoKey) {
      const kept = sessionStorage.getItem(key);
      if (kept && [...demoKey.options].some((o) => o.value === kept)) demoKey.value = kept;
      demoKey.addEventListener("change", () => sessionStorage.setItem(key, demoKey.value));
    }
    // A page that the browser shows again has old signatures in it.
    window.addEventListener("pageshow", () => {
      for (const field of part.querySelectorAll("[data-cms]")) field.value = "";
    });
    let busy = false;
    form.addEventListener("submit", async (event) => {
      const filled = [...part.querySelectorAll("[data-cms]")].every((field) => field.value);
      const given = [...part.querySelectorAll("input[type=file]")].some((field) => field.files.length > 0);
      const unsigned = event.submitter && event.submitter.hasAttribute("data-unsigned");
      const phone = part.querySelector('input[name="by"][value="phone"]').checked;
      if (filled || given || unsigned || phone) return;
      event.preventDefault();
      if (busy) return;
      busy = true;
      part.setAttribute("aria-busy", "true");
      if (demoKey) sessionStorage.setItem(key, demoKey.value);
      try {
        await signForm(part, screen);
        form.requestSubmit(event.submitter);
      } catch (error) {
        screen.fail(error);
      } finally {
        busy = false;
        part.removeAttribute("aria-busy");
      }
    });
  }
}
