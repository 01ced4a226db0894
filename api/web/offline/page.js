// The page itself. Everything that was read is shown as text, never as markup.

const given = JSON.parse(document.getElementById("given").textContent);
const byId = (id) => document.getElementById(id);
const now = () => Math.floor(Date.now() / 1000);

const state = {
  lang: given.lang,
  keys: new Map(), // those that came with the page, and never others
  list: null,
  text: null, // of the code that was read last
  verdict: null,
  message: "", // key of what is said about reading
  listMessage: "",
  stream: null,
};

function t(key) {
  return given.words[key][state.lang];
}

function element(name, properties, ...children) {
  const e = Object.assign(document.createElement(name), properties);
  e.append(...children.filter((c) => c !== null));
  return e;
}

function printedDay(iso) {
  return iso.split("-").reverse().join(".");
}

function printedMoment(seconds) {
  const text = new Date((seconds + zone) * 1000).toISOString();
  return `${printedDay(text.slice(0, 10))} ${text.slice(11, 16)} (UTC+5)`;
}

function age(seconds) {
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days > 0) return `${days} ${t("offline_days")} ${hours} ${t("offline_hours")}`;
  if (hours > 0) return `${hours} ${t("offline_hours")} ${minutes % 60} ${t("offline_minutes")}`;
  return `${minutes} ${t("offline_minutes")}`;
}

function icon(tone) {
  return byId("icon-" + tone).content.cloneNode(true);
}

function banner(v) {
  const words = element("div", {}, element("p", { className: "verdict", textContent: t(v.title) }));
  words.append(element("p", { textContent: v.at ? `${t(v.note)} ${printedDay(v.at)}` : t(v.note) }));
  if (v.also) words.append(element("p", { textContent: t(v.also) }));
  if (v.detail) words.append(element("p", { className: "code", textContent: `${t("offline_key")}: ${v.detail}` }));
  const b = element("div", { className: "banner " + v.tone }, icon(v.tone), words);
  b.dataset.title = v.title;
  b.dataset.note = v.note;
  return b;
}

function fact(label, value, options = {}) {
  if (value === "") return null;
  const dd = element("dd", { textContent: value, lang: options.lang || "" });
  if (!options.lang) dd.removeAttribute("lang");
  if (options.code) dd.className = "code";
  return element("div", {}, element("dt", { textContent: t(label) }), dd);
}

function facts(d) {
  const kind = given.kinds[d.kind];
  return element("dl", { className: "facts" },
    fact("offline_kind", kind ? kind.title[state.lang] : d.kind),
    fact("fact_number", d.number),
    fact("fact_issued", d.issuedOn && printedDay(d.issuedOn)),
    fact("fact_holder", d.holder, { lang: "kk" }),
    fact({ export_certificate: "fact_purpose", approval: "fact_monument" }[d.kind] || "fact_activity", d.activity, { lang: "kk" }),
    fact("fact_valid_until", d.validUntil ? printedDay(d.validUntil) : kind && kind.gives_right ? t("offline_no_term") : ""),
    fact("offline_digest", d.digest, { code: true }),
    fact("offline_key", d.key, { code: true }));
}

function showAnswer() {
  const answer = byId("answer");
  const shown = [];
  if (state.verdict) {
    shown.push(element("h2", { textContent: t("offline_answer") }), banner(state.verdict));
    if (state.verdict.document) {
      shown.push(listLine(), element("h3", { textContent: t("facts") }), facts(state.verdict.document));
    }
  } else if (state.message) {
    const tone = state.message === "offline_reading" ? "neutral" : "unclear";
    shown.push(element("div", { className: "banner " + tone }, icon(tone), element("div", {}, element("p", { textContent: t(state.message) }))));
  }
  answer.replaceChildren(...shown);
}

// listLine says how old the list is that the verdict rests on.
function listLine() {
  const l = state.list;
  const words = l
    ? `${t("offline_list_of")} ${printedMoment(l.issuedAt)}, ${t("offline_next")} ${printedMoment(l.nextUpdate)}. ${t("offline_age")} ${age(now() - l.issuedAt)}.`
    : t("offline_list_none");
  return element("p", { className: "aside", textContent: words });
}

function showGrounds() {
  const keys = element("dl", { className: "facts" });
  for (const id of state.keys.keys()) keys.append(fact("offline_key", id, { code: true }));
  keys.append(fact("offline_keys_at", printedMoment(given.served_at)));
  const l = state.list;
  const list = element("dl", { className: "facts" });
  if (l) {
    list.append(fact("offline_issued_at", printedMoment(l.issuedAt)), fact("offline_next_update", printedMoment(l.nextUpdate)),
      fact("offline_age_label", age(now() - l.issuedAt)), fact("offline_listed", String(l.size)));
  }
  const stale = !l ? ["unclear", "offline_list_none"]
    : l.issuedAt > now() + clockError ? ["unclear", "offline_clock_note"]
    : now() > l.nextUpdate ? ["unclear", "offline_list_old"] : ["good", "offline_list_fresh"];
  byId("list-state").replaceChildren(element("div", { className: "state " + stale[0] }, icon(stale[0]), element("span", { textContent: t(stale[1]) })));
  byId("list-state").dataset.state = stale[1];
  byId("list-message").textContent = state.listMessage ? t(state.listMessage) : "";
  byId("keys").replaceChildren(keys);
  byId("list").replaceChildren(list);
}

function show() {
  document.documentElement.lang = state.lang;
  document.title = `${t("offline_title")} — ${t("service")}`;
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll("[data-label]")) e.setAttribute("aria-label", t(e.dataset.label));
  for (const e of document.querySelectorAll("button[data-lang]")) {
    if (e.dataset.lang === state.lang) e.setAttribute("aria-current", "true");
    else e.removeAttribute("aria-current");
  }
  showGrounds();
  showAnswer();
}

// asked counts questions, so that a slow answer never replaces a later one.
let asked = 0;

function say(message) {
  asked++;
  Object.assign(state, { text: null, verdict: null, message });
  showAnswer();
}

async function answer(text) {
  const mine = ++asked;
  let verdict;
  try {
    verdict = await judge(text, state.keys, state.list, given.kinds, now());
  } catch {
    verdict = { tone: "unclear", title: "unclear", note: "offline_no_crypto_note" };
  }
  if (mine !== asked) return;
  Object.assign(state, { text, verdict, message: "" });
  showAnswer();
}

async function answerAgain() {
  if (state.text !== null) await answer(state.text);
}

// take keeps a list if it is signed by a known key and not older than the one
// that is there: an old list would hide what happened since.
async function take(bytes) {
  let list;
  try {
    list = await openList(bytes, state.keys);
  } catch (e) {
    return e instanceof UnknownKey ? "offline_list_unknown_key" : "offline_list_wrong";
  }
  if (state.list && list.issuedAt < state.list.issuedAt) return "offline_list_older";
  state.list = list;
  return "offline_list_taken";
}

const longestList = 32 << 20;

async function takeFile(file) {
  state.listMessage = file.size > longestList ? "offline_list_wrong" : await take(new Uint8Array(await file.arrayBuffer()));
  showGrounds();
  await answerAgain();
}

// refresh fetches the list from the register. The keys are those that came with
// the page: whoever stands between a saved page and the register must not be
// able to bring keys of their own.
async function refresh() {
  const home = location.protocol.startsWith("http") ? "" : given.base_url;
  try {
    const response = await fetch(home + "/v1/status-list", { credentials: "omit", cache: "no-cache", signal: AbortSignal.timeout(20000) });
    if (!response.ok) throw new Error("no answer");
    state.listMessage = await take(new Uint8Array(await response.arrayBuffer()));
  } catch {
    state.listMessage = "offline_no_network";
  }
  showGrounds();
  await answerAgain();
}

function stopCamera() {
  if (state.stream) state.stream.getTracks().forEach((track) => track.stop());
  state.stream = null;
  byId("video").srcObject = null;
  byId("viewfinder").hidden = true;
  byId("camera").hidden = false;
}

async function startCamera() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
  } catch {
    say("offline_no_camera");
    return;
  }
  stopCamera();
  state.stream = stream;
  const video = byId("video");
  video.srcObject = stream;
  byId("viewfinder").hidden = false;
  byId("camera").hidden = true;
  byId("stop").focus();
  await video.play().catch(() => {});
  const text = await watch(video, () => state.stream === stream);
  if (text === null) return;
  stopCamera();
  await answer(text);
  goToAnswer();
}

async function takePicture(file) {
  say("offline_reading");
  const mine = asked;
  let message = "offline_no_code";
  try {
    await pause(30);
    const text = await readPicture(file);
    if (mine !== asked) return;
    if (text !== null) {
      await answer(text);
      goToAnswer();
      return;
    }
  } catch {
    message = "offline_no_picture";
  }
  if (mine === asked) say(message);
}

function goToAnswer() {
  byId("answer").scrollIntoView({ block: "start" });
}

function readAddress() {
  const seal = location.hash.slice(1);
  if (seal !== "" && seal !== "content") answer(seal);
}

function listen() {
  byId("camera").addEventListener("click", startCamera);
  byId("stop").addEventListener("click", () => {
    stopCamera();
    byId("camera").focus();
  });
  byId("picture").addEventListener("change", (e) => e.target.files.length > 0 && takePicture(e.target.files[0]));
  byId("typed").addEventListener("submit", async (e) => {
    e.preventDefault();
    const text = byId("text").value;
    if (text.trim() === "") say("offline_empty");
    else await answer(text);
    goToAnswer();
  });
  byId("list-file").addEventListener("change", (e) => e.target.files.length > 0 && takeFile(e.target.files[0]));
  byId("refresh").addEventListener("click", refresh);
  for (const b of document.querySelectorAll("button[data-lang]")) {
    b.addEventListener("click", () => {
      state.lang = b.dataset.lang;
      show();
    });
  }
  addEventListener("hashchange", readAddress);
}

async function begin() {
  byId("works").hidden = false;
  byId("saving").hidden = !location.protocol.startsWith("http");
  show();
  listen();
  if (!(globalThis.crypto && crypto.subtle)) {
    say("offline_no_crypto_note");
    return;
  }
  try {
    state.keys = await importKeys(given.keys);
  } catch {
    say("offline_no_crypto_note"); // a browser without P-256
    return;
  }
  if (given.status_list !== "") {
    const outcome = await take(fromBase64(given.status_list));
    if (outcome !== "offline_list_taken") state.listMessage = outcome;
  }
  show();
  readAddress();
  setInterval(showGrounds, 30000);
}

begin();
