// Digests that browsers do not know, so that a document need not leave the machine:
// Streebog (GOST R 34.11-2012, ST RK GOST R 34.11-2015, RFC 6986) and GOST 34.311-95 with
// the substitution of the national algorithm registry. The numbers are those of
// certs/gost, and so are the test vectors. Each takes bytes piece by piece by update, and
// its digest is hexadecimal.
"use strict";
{
  const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (b) => parseInt(b, 16));
  const hexOf = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  const joined = (text) => text.replace(/\s+/g, "");

  // A 512-bit value is sixteen words of 32 bits, the least significant first.
  const pi = bytesOf(joined(`
    fceedd11cf6e3116fbc4fada23c5044de977f0db932e99ba1736f1bb14cd5fc1
    f918655ae25cef21811c3c428b018e4f058402aee36a8fa0060bed987fd4d31f
    eb342c51eac848abf22a68a2fd3aceccb5700e56080c7612bf7213479cb75d87
    15a19629107b9ac7f391786f9d9eb2b13275193dff358a7e6d54c680c3bd0d57
    dff524a93ea843c9d779d6f67c22b903e00fecde7a94b0bcdce828504e330a4a
    a79760731e0062441ab83882649f2641ad454692275e552f8ca3a57d69d5953b
    0758b34086ac1df730376be488d9e789e11b83494c3ff8fe8d53aa90cad88561
    207167a42d2b095bcb9b25d0bee56c5259a674d2e6f4b4c0d166afc2394b63b6`));
  const matrixA = joined(`
    8e20faa72ba0b47047107ddd9b505a38ad08b0e0c3282d1cd8045870ef14980e
    6c022c38f90a4c073601161cf205268d1b8e0b0e798c13c883478b07b2468764
    a011d380818e8f405086e740ce47c9202843fd2067adea1014aff010bdd87508
    0ad97808d06cb40405e23c0468365a028c711e02341b2d0146b60f011a83988e
    90dab52a387ae76f486dd4151c3dfdb924b86a840e90f0d2125c354207487869
    092e94218d243cba8a174a9ec8121e5d4585254f64090fa0accc9ca9328a8950
    9d4df05d5f661451c0a878a0a1330aa660543c50de970553302a1e286fc58ca7
    18150f14b9ec46dd0c84890ad27623e00642ca05693b9f700321658cba93c138
    86275df09ce8aaa8439da0784e745554afc0503c273aa42ad960281e9d1d5215
    e230140fc080298471180a8960409a42b60c05ca30204d215b068c651810a89e
    456c34887a3805b9ac361a443d1c8cd2561b0d22900e46692b838811480723ba
    9bcf4486248d9f5dc3e9224312c8c1a0effa11af0964ee50f97d86d98a327728
    e4fa2054a80b329c727d102a548b194e39b008152acb82279258048415eb419d
    492c024284fbaec0aa16012142f35760550b8e9e21f7a530a48b474f9ef5dc18
    70a6a56e2440598e3853dc371220a2471ca76e95091051ad0edd37c48a08a6d8
    07e095624504536c8d70c431ac02a736c83862965601dd1b641c314b2b8ee083`).match(/.{16}/g);
  const roundConstants = joined(`
    dd806559f2a6450705767436cc744d23a2422a08a460d3154b7ce09192676901
    714eb88d7585c4fc2f6a76432e45d016ebcb2f81c0657c1fb1085bda1ecadae9
    e679047021b19bb755dda21bd7cbcd565cb561c2db0aa7ca9ab5176b12d69958
    61d55e0f16b50131f3feea720a232b984fe39d460f70b5d76fa3b58aa99d2f1a
    991e96f50aba0ab2c2b6f443867adb31c1c93a376062db09d3e20fe490359eb1
    f2ea7514b1297b7b06f15e5f529c1f8b0a39fc286a3d8435f574dcac2bce2fc7
    220cbebc84e3d12e3453eaa193e837f1d8b71333935203bea9d72c82ed03d675
    9d721cad685e353f488e857e335c3c7df948e1a05d71e4ddef1fdfb3e81566d2
    601758fd7c6cfe577a56a27ea9ea63f5dfff00b723271a16bfcd1747253af5a3
    359e35d7800fffbd7f151c1f1686104a9a3f410c6ca923634bea6bacad474799
    fa68407a46647d6ebf71c57236904f350af21f66c2bec6b6cffaa6b71c9ab7b4
    187f9ab49af08ec62d66c4f95142a46c6fa4c33b7a3039c0ae4faeae1d3ad3d9
    8886564d3a14d4933517454ca23c4af306476983284a05040992abc52d822c37
    d3473e33197a93c9399ec6c7e6bf87c951ac86febf240954f4c70e16eeaac5ec
    a47f0dd4bf02e71e36acc2355951a8d969d18d2bd1a5c42ff4892bcb929b0690
    89b4443b4ddbc49a4eb7f8719c36de1e03e7aa020c6e41419b1f5b424d93c9a7
    7261445183235adb0e38dc92cb1f2a607b2b8a9aa6079c54800a440bdbb2ceb1
    3cd955b7e00d09843a7d3a1b25894224944c9ad8ec165fde378f5a541631229b
    74b4c7fb98459ced3698fad1153bb6c37a1e6c303b7652f49fe76702af69334b
    1fffe18a1b3361038941e71cff8a78db382ae548b2e4f3f3abbedea680056f52
    6bcaa4cd81f32d1bdea2594ac06fd85defbacd1d7d476e988a1d71efea48b9ca
    2001802114846679d8fa6bbbebab07613002c6cd635afe947bcd9ed0efc889fb
    48bc924af11bd720faf417d5d9b21b99e71da4aa88e128525d80ef9d1891cc86
    f82012d430219f9bcda43c32bcdf1d77d21380b00449b17a378ee767f11631ba`).match(/.{128}/g).map((hex) => Uint32Array.from(hex.match(/.{16}/g).flatMap((w) => [w.slice(8), w.slice(0, 8)]), (w) => parseInt(w, 16)));

  // The steps L, P and S of a round as one look-up: low and high halves apart.
  const [tableLow, tableHigh] = (() => {
    const low = new Uint32Array(2048);
    const high = new Uint32Array(2048);
    for (let j = 0; j < 8; j++) {
      for (let b = 0; b < 256; b++) {
        for (let bit = 0; bit < 8; bit++) {
          if (!((pi[b] >> bit) & 1)) continue;
          const row = matrixA[63 - 8 * j - bit];
          low[256 * j + b] ^= parseInt(row.slice(8), 16);
          high[256 * j + b] ^= parseInt(row.slice(0, 8), 16);
        }
      }
    }
    return [low, high];
  })();

  const mixed = new Uint32Array(16);

  // lps sets z = L(P(S(a xor b))); z may be a or b.
  const lps = (z, a, b) => {
    for (let i = 0; i < 16; i++) mixed[i] = a[i] ^ b[i];
    for (let i = 0; i < 8; i++) {
      const half = i >> 2;
      const shift = 8 * (i & 3);
      let low = 0;
      let high = 0;
      for (let j = 0; j < 8; j++) {
        const at = 256 * j + ((mixed[2 * j + half] >>> shift) & 0xff);
        low ^= tableLow[at];
        high ^= tableHigh[at];
      }
      z[2 * i] = low;
      z[2 * i + 1] = high;
    }
  };

  // addTo adds numbers of the same many words.
  const addTo = (sum, words) => {
    let carry = 0;
    for (let i = 0; i < sum.length; i++) {
      const s = sum[i] + words[i] + carry;
      sum[i] = s;
      carry = s > 0xffffffff ? 1 : 0;
    }
  };

  // Blocks collects what is written into blocks.
  class Blocks {
    constructor(size) {
      this.buffer = new Uint8Array(size);
      this.view = new DataView(this.buffer.buffer);
      this.filled = 0;
    }

    update(bytes) {
      for (let at = 0; at < bytes.length;) {
        const n = Math.min(this.buffer.length - this.filled, bytes.length - at);
        this.buffer.set(bytes.subarray(at, at + n), this.filled);
        this.filled += n;
        at += n;
        if (this.filled === this.buffer.length) {
          this.block(this.filled);
          this.filled = 0;
        }
      }
      return this;
    }

    words(n) {
      const words = new Uint32Array(n);
      for (let i = 0; i < n; i++) words[i] = this.view.getUint32(4 * i, true);
      return words;
    }
  }

  const hexOfWords = (words) => {
    const view = new DataView(new ArrayBuffer(4 * words.length));
    words.forEach((w, i) => view.setUint32(4 * i, w, true));
    return hexOf(new Uint8Array(view.buffer));
  };

  class Streebog extends Blocks {
    constructor(bits) {
      super(64);
      this.bits = bits;
      this.h = new Uint32Array(16).fill(bits === 256 ? 0x01010101 : 0);
      this.length = new Uint32Array(16);
      this.checksum = new Uint32Array(16);
    }

    block(n) {
      const m = this.words(16);
      this.compress(this.length, m);
      const bits = new Uint32Array(16);
      bits[0] = 8 * n;
      addTo(this.length, bits);
      addTo(this.checksum, m);
    }

    compress(n, m) {
      const key = new Uint32Array(16);
      const state = m.slice();
      lps(key, this.h, n);
      for (const constant of roundConstants) {
        lps(state, state, key);
        lps(key, key, constant);
      }
      for (let i = 0; i < 16; i++) this.h[i] ^= state[i] ^ key[i] ^ m[i];
    }

    digest() {
      this.buffer.fill(0, this.filled);
      this.buffer[this.filled] = 1;
      this.block(this.filled);
      const zero = new Uint32Array(16);
      this.compress(zero, this.length);
      this.compress(zero, this.checksum);
      return hexOfWords(this.h.subarray(16 - this.bits / 32));
    }
  }

  const nibbles = [
    [4, 10, 9, 2, 13, 8, 0, 14, 6, 11, 1, 12, 7, 15, 5, 3],
    [14, 11, 4, 12, 6, 13, 15, 10, 2, 3, 8, 1, 0, 7, 5, 9],
    [5, 8, 1, 13, 10, 3, 4, 2, 14, 15, 12, 7, 6, 0, 9, 11],
    [7, 13, 10, 1, 0, 8, 9, 15, 14, 4, 6, 12, 11, 2, 5, 3],
    [6, 12, 7, 1, 5, 15, 13, 8, 4, 10, 9, 14, 0, 3, 11, 2],
    [4, 11, 10, 0, 7, 2, 1, 13, 3, 6, 8, 5, 9, 12, 15, 14],
    [13, 11, 4, 1, 3, 15, 5, 9, 0, 10, 14, 7, 6, 8, 2, 12],
    [1, 15, 13, 0, 5, 7, 10, 4, 9, 2, 3, 14, 6, 11, 8, 12],
  ];
  const turned = (v) => (v << 11) | (v >>> 21);
  const substituted = [0, 1, 2, 3].map((i) =>
    Uint32Array.from({ length: 256 }, (_, b) => turned((nibbles[2 * i][b & 15] | (nibbles[2 * i + 1][b >> 4] << 4)) << (8 * i))));
  const round = (x) => substituted[0][x & 0xff] ^ substituted[1][(x >>> 8) & 0xff] ^ substituted[2][(x >>> 16) & 0xff] ^ substituted[3][x >>> 24];

  const constant3 = Uint32Array.of(0xff00ff00, 0xff00ff00, 0x00ff00ff, 0x00ff00ff, 0x00ffff00, 0xff0000ff, 0x000000ff, 0xff00ffff);

  class Gost34311 extends Blocks {
    constructor() {
      super(32);
      this.h = new Uint32Array(8);
      this.checksum = new Uint32Array(8);
      this.length = 0; // in bytes; exact far beyond any file
    }

    block(n) {
      const m = this.words(8);
      addTo(this.checksum, m);
      this.length += n;
      this.step(m);
    }

    step(m) {
      const s = new Uint32Array(8);
      this.keys(m).forEach((key, i) => {
        let a = this.h[2 * i];
        let b = this.h[2 * i + 1];
        for (let r = 0; r < 32; r += 2) {
          const back = r >= 24; // the key words come in reverse in the last eight rounds
          b ^= round((a + key[back ? 7 - (r & 7) : r & 7]) >>> 0);
          a ^= round(((b >>> 0) + key[back ? 6 - (r & 7) : (r & 7) + 1]) >>> 0);
          a >>>= 0;
          b >>>= 0;
        }
        s[2 * i] = b;
        s[2 * i + 1] = a;
      });
      const first = this.shuffle(s, 12);
      for (let i = 0; i < 8; i++) first[i] ^= m[i];
      const second = this.shuffle(first, 1);
      for (let i = 0; i < 8; i++) second[i] ^= this.h[i];
      this.h = this.shuffle(second, 61);
    }

    // keys are the four keys of a step: from the state and the block.
    keys(block) {
      const mix = (y) => Uint32Array.of(y[2], y[3], y[4], y[5], y[6], y[7], y[0] ^ y[2], y[1] ^ y[3]);
      let u = this.h;
      let v = block;
      return [0, 1, 2, 3].map((j) => {
        if (j > 0) {
          u = mix(u);
          v = mix(mix(v));
        }
        if (j === 2) u = u.map((w, i) => w ^ constant3[i]);
        const w = u.map((x, i) => x ^ v[i]);
        const key = new Uint32Array(8);
        for (let k = 0; k < 8; k++) {
          const half = k >> 2;
          const shift = 8 * (k & 3);
          for (let i = 0; i < 4; i++) key[k] |= ((w[2 * i + half] >>> shift) & 0xff) << (8 * i);
        }
        return key;
      });
    }

    // shuffle applies the feedback shift of 16-bit words n times.
    shuffle(x, n) {
      const y = new Uint16Array(16 + n);
      for (let i = 0; i < 16; i++) y[i] = x[i >> 1] >>> (16 * (i & 1));
      for (let i = 0; i < n; i++) y[i + 16] = y[i] ^ y[i + 1] ^ y[i + 2] ^ y[i + 3] ^ y[i + 12] ^ y[i + 15];
      const z = new Uint32Array(8);
      for (let i = 0; i < 16; i++) z[i >> 1] |= y[n + i] << (16 * (i & 1));
      return z;
    }

    digest() {
      if (this.filled > 0) {
        this.buffer.fill(0, this.filled);
        this.block(this.filled);
      }
      const bits = new Uint32Array(8);
      bits[0] = (this.length * 8) % 0x100000000;
      bits[1] = Math.floor(this.length / 0x20000000);
      this.step(bits);
      this.step(this.checksum);
      return hexOfWords(this.h);
    }
  }

  globalThis.tamgaDigests = {
    "GOST 34.311-95": () => new Gost34311(),
    "GOST 34.11-2015-256": () => new Streebog(256),
    "GOST 34.11-2015-512": () => new Streebog(512),
  };
}
