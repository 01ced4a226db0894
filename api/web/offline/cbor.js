// CBOR (RFC 8949) in the little that seals need, read only in the
// deterministic form of section 4.2.1: one value has one encoding. Whatever
// else the bytes may be, the answer is Malformed.

class Malformed extends Error {}

const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6 };

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  peek() {
    if (this.at >= this.bytes.length) throw new Malformed("cut off");
    return this.bytes[this.at] >> 5;
  }

  // head reads a type with its number, which must be in the shortest form and
  // one that arithmetic here is exact for.
  head(type) {
    if (this.peek() !== type) throw new Malformed("another type of value");
    const info = this.bytes[this.at++] & 0x1f;
    if (info < 24) return info;
    if (info > 27) throw new Malformed("a length that is not told");
    const width = 1 << (info - 24);
    if (this.bytes.length - this.at < width) throw new Malformed("cut off");
    let n = 0;
    for (let i = 0; i < width; i++) n = n * 256 + this.bytes[this.at++];
    if (n < [24, 0x100, 0x10000, 0x100000000][info - 24]) throw new Malformed("not the shortest form");
    if (!Number.isSafeInteger(n)) throw new Malformed("a number too large");
    return n;
  }

  int() {
    return this.peek() === major.negative ? -1 - this.head(major.negative) : this.head(major.unsigned);
  }

  string(type) {
    const n = this.head(type);
    if (n > this.bytes.length - this.at) throw new Malformed("cut off");
    return this.bytes.slice(this.at, (this.at += n));
  }

  byteString() {
    return this.string(major.bytes);
  }

  text() {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.string(major.text));
    } catch (e) {
      if (e instanceof Malformed) throw e;
      throw new Malformed("text that is not UTF-8");
    }
  }

  // entries reads a map with whole numbers for keys: each gets every key and
  // reads its value. Keys come once, in the order of their encodings, which for
  // whole numbers is: 0, 1, 2, … -1, -2, …
  entries(each) {
    const n = this.head(major.map);
    let last = null;
    for (let i = 0; i < n; i++) {
      const key = this.int();
      if (last !== null && !follows(key, last)) throw new Malformed("keys twice or out of order");
      last = key;
      each(key);
    }
  }

  elements(each) {
    const n = this.head(major.array);
    for (let i = 0; i < n; i++) each();
  }

  end() {
    if (this.at !== this.bytes.length) throw new Malformed("more than one value");
  }
}

// follows reports whether the encoding of a whole number sorts after that of
// another.
function follows(key, last) {
  if (key >= 0) return last >= 0 && key > last;
  return last >= 0 || key < last;
}
