// What a code and a status list together say, as keys of words: nothing here
// touches the page.

// The country has one zone of UTC+5.
const zone = 5 * 3600;

// clockError is by how much a device's clock may be wrong, in seconds, before
// it is said.
const clockError = 300;

function civilDay(seconds) {
  return new Date((seconds + zone) * 1000).toISOString().slice(0, 10);
}

// takeApart finds the seal in the text of a code: what follows the #, or all of
// it. An address also names the number.
function takeApart(text) {
  const trimmed = text.trim();
  const hash = trimmed.indexOf("#");
  if (hash < 0 && trimmed.includes("/")) return { seal: "", number: "" };
  const seal = trimmed.slice(hash + 1);
  const named = hash < 0 ? null : /\/check\/([^/?#]+)/.exec(trimmed.slice(0, hash));
  return { seal, number: named ? named[1] : "" };
}

// judge returns the verdict on the text of a code: {tone, title, note, detail,
// document, status}. List may be null.
async function judge(text, keys, list, kinds, now) {
  const { seal, number } = takeApart(text);
  if (seal === "") return { tone: "unclear", title: "offline_no_seal", note: "offline_no_seal_note" };
  let document;
  try {
    document = await openSeal(seal, keys);
  } catch (e) {
    if (e instanceof Malformed) return { tone: "bad", title: "offline_malformed", note: "offline_malformed_note" };
    if (e instanceof UnknownKey) {
      return { tone: "unclear", title: "offline_unknown_key", note: "offline_unknown_key_note", detail: e.message };
    }
    if (e instanceof WrongSignature) return { tone: "bad", title: "offline_forged", note: "offline_forged_note", detail: e.message };
    throw e;
  }
  if (number !== "" && number !== document.number) {
    return { tone: "bad", title: "offline_other_number", note: "offline_other_number_note", document };
  }
  return { ...judgeStatus(document, list, kinds[document.kind], now), document };
}

// judgeStatus is the verdict on a document whose seal holds.
function judgeStatus(document, list, kind, now) {
  if (!kind) return { tone: "unclear", title: "offline_authentic", note: "offline_unknown_kind_note" };
  const doubt = doubtAbout(list, document, now);
  const moment = list ? Math.max(now, list.issuedAt) : now; // a clock may be slow
  const found = list ? statusIn(list, document.number, moment) : { status: "in_force", at: 0 };
  const listed = withoutForce(found);
  if (listed) return { ...listed, also: doubt };
  if (document.validUntil !== "" && civilDay(moment) > document.validUntil) {
    return { tone: "past", title: "expired", note: "expired_note", at: document.validUntil };
  }
  if (found.status !== "in_force") return { tone: "unclear", title: "offline_authentic", note: "offline_unknown_status_note" };
  if (!kind.gives_right) return { tone: "info", title: "authentic", note: "offline_permits_nothing_note" };
  if (doubt) return { tone: "unclear", title: "offline_authentic", note: doubt };
  if (kind.copy) return { tone: "unclear", title: "offline_authentic", note: "offline_copy_note" };
  return { tone: "good", title: "in_force", note: "offline_in_force_note" };
}

// doubtAbout is why a list cannot tell that a document is in force now, or
// nothing.
function doubtAbout(list, document, now) {
  if (!list) return "offline_no_list_note";
  if (list.issuedAt > now + clockError) return "offline_clock_note";
  if (now > list.nextUpdate) return "offline_old_list_note";
  if (document.issuedOn > civilDay(list.issuedAt)) return "offline_young_note";
  return "";
}

function withoutForce(found) {
  const at = found.at ? civilDay(found.at) : "";
  switch (found.status) {
    case "suspended": return { tone: "paused", title: "suspended", note: "suspended_note" };
    case "terminated": return { tone: "bad", title: "terminated", note: "terminated_note", at };
    case "annulled": return { tone: "bad", title: "annulled", note: "annulled_note", at };
    case "reconsider": return { tone: "paused", title: "reconsider", note: "reconsider_note", at };
    case "reconsidered": return { tone: "replaced", title: "reconsidered", note: "offline_reconsidered_note" };
    case "reissued": return { tone: "replaced", title: "reissued", note: "offline_reissued_note" };
    case "expired": return { tone: "past", title: "expired", note: "expired_note", at };
  }
  return null;
}
