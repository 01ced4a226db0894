// Scanning on the page that asks for a number: by the camera or from a picture, with the
// reader of the page offline, which is loaded when somebody scans. A code of this register
// leads to the page of its document here; one of another site leads nowhere.
"use strict";
{
  const part = document.querySelector("[data-scan]");
  const find = (name) => part.querySelector(`[data-${name}]`);
  const say = (name, host = "") => {
    find("status").textContent = name ? part.querySelector(`[data-say="${name}"]`).textContent.replace("{host}", host) : "";
    find("status").dataset.said = name;
  };

  const load = (source) => new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement("script"), { src: source, onload: resolve, onerror: () => reject(new Error("lost")) }));
  });
  let reader = null;
  const ready = () => {
    reader ??= load(part.dataset.reader).then(() => load(part.dataset.scanner));
    return reader;
  };

  // go follows a code: to the same path here, with the seal that stands after it.
  const go = (text) => {
    if (text === null) {
      say("no_code");
      return;
    }
    let address;
    try {
      address = new URL(text);
    } catch {
      address = null;
    }
    if (!address && /^[A-Z2-7]{60,}$/.test(text)) {
      location.assign(`/offline#${text}`);
    } else if (!address || !/^https?:$/.test(address.protocol)) {
      say("other");
    } else if (address.host !== location.host) {
      say("foreign", address.host);
    } else if (!address.pathname.startsWith("/check/")) {
      say("other");
    } else {
      location.assign(address.pathname + address.hash);
    }
  };

  let stream = null;
  const stop = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    find("video").srcObject = null;
    find("viewfinder").hidden = true;
    find("camera").hidden = false;
  };

  const start = async () => {
    say("");
    try {
      await ready();
    } catch {
      reader = null;
      say("lost");
      return;
    }
    let mine;
    try {
      mine = await navigator.mediaDevices.getUserMedia({
        audio: false, video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
      });
    } catch {
      say("no_camera");
      return;
    }
    stop();
    stream = mine;
    find("video").srcObject = mine;
    find("viewfinder").hidden = false;
    find("camera").hidden = true;
    find("stop").focus();
    await find("video").play().catch(() => {});
    const text = await watch(find("video"), () => stream === mine);
    if (text === null) return;
    stop();
    go(text);
  };

  const look = async (file) => {
    say("reading");
    try {
      await ready();
    } catch {
      reader = null;
      say("lost");
      return;
    }
    let text;
    try {
      text = await readPicture(file);
    } catch {
      say("no_picture");
      return;
    }
    go(text);
  };

  find("plain").hidden = true;
  find("works").hidden = false;
  find("camera").addEventListener("click", start);
  find("stop").addEventListener("click", () => {
    stop();
    find("camera").focus();
  });
  const picture = part.querySelector("#picture");
  picture.addEventListener("change", () => picture.files.length > 0 && look(picture.files[0]));
}
