// Seals and status lists: COSE_Sign1 messages (RFC 9052) with ES256 (RFC 9053).

class UnknownKey extends Error {}
class WrongSignature extends Error {}

const base32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const longestSeal = 4096;

// fromBase32 reads the one encoding of bytes without padding (RFC 4648,
// section 6).
function fromBase32(text) {
  if (text.length > longestSeal || [1, 3, 6].includes(text.length % 8)) throw new Malformed("not a seal");
  const out = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const c of text) {
    const value = base32Letters.indexOf(c);
    if (value < 0) throw new Malformed("not a seal");
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  if (held !== 0) throw new Malformed("not a seal");
  return out;
}

function fromBase64(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

function hex(bytes) {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

// importKeys reads a JWK set (RFC 7517). A key whose id is not the beginning of
// the SHA-256 of its point, or that is of another kind, makes the whole set
// wrong: half a set of keys would call good seals unknown.
async function importKeys(set) {
  const keys = new Map();
  if (!set || !Array.isArray(set.keys)) throw new Malformed("not a set of keys");
  for (const k of set.keys) {
    if (!k || k.kty !== "EC" || k.crv !== "P-256" || k.alg !== "ES256") throw new Malformed("not an ES256 key");
    const point = new Uint8Array(65);
    const x = fromBase64(k.x);
    const y = fromBase64(k.y);
    if (x.length !== 32 || y.length !== 32) throw new Malformed("not a point of P-256");
    point[0] = 4;
    point.set(x, 1);
    point.set(y, 33);
    const id = hex((await sha256(point)).slice(0, 8));
    if (hex(fromBase64(k.kid)) !== id) throw new Malformed("a key with the id of another");
    keys.set(id, await crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]));
  }
  return keys;
}

function cborHead(type, n) {
  if (n < 24) return [(type << 5) | n];
  if (n < 0x100) return [(type << 5) | 24, n];
  if (n < 0x10000) return [(type << 5) | 25, n >> 8, n & 0xff];
  return [(type << 5) | 26, n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
}

// toBeSigned is the Sig_structure (RFC 9052, section 4.4).
function toBeSigned(type, protectedHeader, payload) {
  const ascii = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  const string = (bytes) => [cborHead(major.bytes, bytes.length), bytes];
  const parts = [[0x84, 0x6a], ascii("Signature1"), ...string(protectedHeader), ...string(ascii(type)), ...string(payload)];
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

// What a message is, signed as externally supplied data (RFC 9052, section
// 4.3). Seals printed before there were types have none; the payload of a list
// is never that of a seal.
const signedAsSeal = ["application/tamga-seal", ""];
const signedAsList = ["application/tamga-status-list"];

// verify returns the payload of a message if one of the keys has signed it as
// one of the types, and the id of the key.
async function verify(message, types, keys) {
  const r = new Reader(message);
  if (r.head(major.tag) !== 18 || r.head(major.array) !== 4) throw new Malformed("not a COSE_Sign1 message");
  const protectedHeader = r.byteString();
  r.entries(() => {
    throw new Malformed("a header that is not protected");
  });
  const payload = r.byteString();
  const signature = r.byteString();
  r.end();
  if (signature.length !== 64) throw new Malformed("a signature of another length");
  let algorithm = 0;
  let id = "";
  const p = new Reader(protectedHeader);
  p.entries((key) => {
    if (key === 1) algorithm = p.int();
    else if (key === 4) id = hex(p.byteString());
    else throw new Malformed("an unknown header");
  });
  p.end();
  if (algorithm !== -7) throw new Malformed("another algorithm than ES256");
  const key = keys.get(id);
  if (!key) throw new UnknownKey(id);
  let holds = false;
  for (const type of types) {
    holds ||= await crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" }, key, signature, toBeSigned(type, protectedHeader, payload));
  }
  if (!holds) throw new WrongSignature(id);
  return { payload, id };
}

// date reads 20260622 and returns "2026-06-22".
function date(r) {
  const n = r.int();
  const text = String(n).padStart(8, "0");
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  const parsed = new Date(iso + "T00:00:00Z");
  if (n < 0 || text.length !== 8 || isNaN(parsed) || parsed.toISOString().slice(0, 10) !== iso) {
    throw new Malformed("not a date");
  }
  return iso;
}

// openSeal returns what a seal says, if one of the keys has signed it.
async function openSeal(text, keys) {
  const { payload, id } = await verify(fromBase32(text), signedAsSeal, keys);
  const p = { kind: "", number: "", issuedOn: "", holder: "", activity: "", validUntil: "", digest: "", key: id };
  const r = new Reader(payload);
  r.entries((key) => {
    switch (key) {
      case 1: p.kind = r.text(); break;
      case 2: p.number = r.text(); break;
      case 3: p.issuedOn = date(r); break;
      case 4: p.holder = r.text(); break;
      case 5: p.activity = r.text(); break;
      case 6: p.validUntil = date(r); break;
      case 7: {
        const digest = r.byteString();
        if (digest.length !== 32) throw new Malformed("not a digest");
        p.digest = hex(digest);
        break;
      }
      default: throw new Malformed("signed, and not understood");
    }
  });
  r.end();
  if (p.kind === "" || p.number === "" || p.issuedOn === "" || p.digest === "") throw new Malformed("signed, and not understood");
  return p;
}

// openList returns what a signed status list says, with its moments in seconds
// since 1970 and for each number its changes in their order.
async function openList(message, keys) {
  const { payload, id } = await verify(message, signedAsList, keys);
  const list = { issuedAt: 0, nextUpdate: 0, changes: new Map(), size: 0, key: id };
  const r = new Reader(payload);
  let said = 0;
  r.entries((key) => {
    said++;
    switch (key) {
      case 1: list.issuedAt = r.int(); break;
      case 2: list.nextUpdate = r.int(); break;
      case 3:
        r.elements(() => {
          if (r.head(major.array) !== 3) throw new Malformed("signed, and not understood");
          const number = r.text();
          const change = { status: r.text(), at: r.int() };
          if (!list.changes.has(number)) list.changes.set(number, []);
          list.changes.get(number).push(change);
        });
        break;
      default: throw new Malformed("signed, and not understood");
    }
  });
  r.end();
  if (said !== 3 || list.issuedAt <= 0 || list.nextUpdate < list.issuedAt) throw new Malformed("signed, and not understood");
  list.size = list.changes.size;
  return list;
}

// statusIn returns what a list says about a document at a moment: in force
// unless it says otherwise.
function statusIn(list, number, at) {
  let status = { status: "in_force", at: 0 };
  for (const change of list.changes.get(number) || []) {
    if (change.at <= at) status = change;
  }
  return status;
}
