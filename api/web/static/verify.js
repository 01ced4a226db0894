// Verifying in the browser: files may be dropped, the digest of a document is computed here
// so that it need not leave, and one sees how far the sending is. The answer takes the place
// of the form, so that a receipt does not ask for the files again. Without this script the
// form is sent as it is.
"use strict";
{
  // What a signature names its digests by, and how they are computed: object identifiers in
  // a CMS, addresses in an XML signature.
  const digests = [
    { name: "SHA-256", oid: "608648016503040201", uri: /#sha256|rsa-sha256|ecdsa-sha256/, subtle: "SHA-256" },
    { name: "SHA-384", oid: "608648016503040202", uri: /sha384/, subtle: "SHA-384" },
    { name: "SHA-512", oid: "608648016503040203", uri: /sha512/, subtle: "SHA-512" },
    { name: "SHA-1", oid: "2b0e03021a", uri: /#sha1|rsa-sha1/, subtle: "SHA-1" },
    { name: "GOST 34.311-95", oid: "2a830e030a010301", older: "2b06010401b511010201", uri: /gost34311/ },
    { name: "GOST 34.11-2015-256", oid: "2a830e030a010302", uri: /gost34112015-256|gostr34112012-256/ },
    { name: "GOST 34.11-2015-512", oid: "2a830e030a010303", uri: /gost34112015-512|gostr34112012-512/ },
  ];

  const hexOf = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

  // bytesIn takes the armour off a signature: PEM or base64.
  const bytesIn = (raw) => {
    const bare = new TextDecoder("ascii").decode(raw).replace(/-----[^-]+-----/g, "").replace(/\s+/g, "");
    if (!/^[A-Za-z0-9+/]+=*$/.test(bare)) return raw;
    try {
      return Uint8Array.from(atob(bare), (c) => c.charCodeAt(0));
    } catch {
      return raw;
    }
  };

  // wanted are the digests that a signature names: a CMS in its beginning, where it lists
  // them, an XML signature anywhere.
  const wanted = async (file) => {
    const [most, beginning] = [16 << 20, 512];
    const bytes = bytesIn(new Uint8Array(await file.slice(0, most).arrayBuffer()));
    const text = new TextDecoder().decode(bytes);
    if (/^\s*</.test(text)) return digests.filter((d) => d.uri.test(text));
    const hex = hexOf(bytes.subarray(0, beginning));
    return digests.filter((d) => [d.oid, d.older].some((oid) => oid && hex.indexOf(oid) % 2 === 0));
  };

  const load = (source) => new Promise((resolve, reject) => {
    if (globalThis.tamgaDigests) {
      resolve();
      return;
    }
    const script = Object.assign(document.createElement("script"), { src: source, onload: resolve, onerror: () => reject(new Error("lost")) });
    document.head.append(script);
  });

  // digestOf is a digest of a document, which is read piece by piece where it is computed
  // by a script of ours.
  const digestOf = async (digest, file, progress) => {
    if (digest.subtle) return hexOf(new Uint8Array(await crypto.subtle.digest(digest.subtle, await file.arrayBuffer())));
    const hash = globalThis.tamgaDigests[digest.name]();
    const piece = 1 << 18;
    for (let at = 0; at < file.size; at += piece) {
      hash.update(new Uint8Array(await file.slice(at, at + piece).arrayBuffer()));
      progress((100 * at) / file.size);
      await new Promise((resolve) => { setTimeout(resolve); });
    }
    return hash.digest();
  };

  const kept = { file: null, content: null, digests: "" };

  const give = (input, file) => {
    const list = new DataTransfer();
    if (file) list.items.add(file);
    input.files = list.files;
  };

  // speaker says where a form is.
  const speaker = (form) => {
    const status = form.querySelector("[data-status]");
    const bar = form.querySelector("[data-progress]");
    return {
      say: (name) => {
        status.textContent = name ? form.querySelector(`[data-say="${name}"]`).textContent : "";
        status.dataset.said = name;
      },
      at: (percent) => {
        bar.hidden = percent === null;
        if (percent !== null) bar.value = percent;
      },
    };
  };

  const send = (form, body, speak) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "text";
    request.upload.onprogress = (e) => e.lengthComputable && speak.at((100 * e.loaded) / e.total);
    request.upload.onload = () => {
      speak.at(null);
      speak.say("judge");
    };
    request.onload = () => resolve(request.responseText);
    request.onerror = () => reject(new Error("lost"));
    request.send(body);
  });

  // show puts the answer into the place of the form.
  const show = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const main = page.querySelector("main");
    if (!main) throw new Error("lost");
    document.querySelector("main").replaceWith(main);
    document.title = page.title;
    history.pushState({}, "", "#answer");
    listen();
    const first = document.querySelector("#answer, #errors, h1");
    if (first) {
      first.focus();
      scrollTo(0, 0);
    }
  };

  const verify = async (form) => {
    const speak = speaker(form);
    const [file, content] = ["file", "document"].map((name) => form.elements[name].files[0]);
    if (!file) {
      speak.say("no_file");
      form.elements.file.focus();
      return;
    }
    if (file.size + (content ? content.size : 0) > Number(form.dataset.most)) {
      speak.say("too_large");
      return;
    }
    const local = form.querySelector("#local");
    const body = new FormData(form);
    Object.assign(kept, { file, content, digests: "" });
    if (content && !local.disabled && local.checked) {
      speak.say("digest");
      const found = await wanted(file);
      if (found.length === 0) {
        speak.say("unknown_digest");
        return;
      }
      if (found.some((d) => !d.subtle)) await load(form.dataset.digests);
      const sums = [];
      for (const digest of found) sums.push(`${digest.name}:${await digestOf(digest, content, speak.at)}`);
      kept.digests = sums.join(",");
      body.set("digests", kept.digests);
      body.delete("document");
    }
    speak.say("send");
    speak.at(0);
    show(await send(form, body, speak));
  };

  const listenTo = (form) => {
    const local = form.querySelector("[data-local]");
    const able = globalThis.crypto && crypto.subtle;
    local.querySelector("input").disabled = !able;
    const chosen = () => { local.hidden = !able || form.elements.document.files.length === 0; };
    form.elements.document.addEventListener("change", chosen);
    for (const place of form.querySelectorAll("[data-drop]")) {
      place.addEventListener("dragover", (e) => {
        e.preventDefault();
        place.classList.add("over");
      });
      place.addEventListener("dragleave", () => place.classList.remove("over"));
      place.addEventListener("drop", (e) => {
        e.preventDefault();
        place.classList.remove("over");
        if (e.dataTransfer.files.length > 0) give(place.querySelector("input[type=file]"), e.dataTransfer.files[0]);
        chosen();
      });
    }
    chosen();
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      form.setAttribute("aria-busy", "true");
      try {
        await verify(form);
      } catch {
        speaker(form).say("lost");
      } finally {
        busy = false;
        form.removeAttribute("aria-busy");
        speaker(form).at(null);
      }
    });
  };

  const listen = () => {
    const form = document.querySelector("form[data-verify]");
    if (form) listenTo(form);
    const again = document.querySelector("form[data-again]");
    if (again && kept.file) {
      give(again.elements.file, kept.file);
      if (again.elements.document) give(again.elements.document, kept.content);
      again.elements.digests.value = kept.digests;
      again.querySelector("[data-choose]").hidden = true;
    }
  };

  listen();
  addEventListener("popstate", () => location.reload());
}
