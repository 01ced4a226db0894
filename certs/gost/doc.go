// Package gost is the cryptography of the national standards of Kazakhstan, as
// the national certification authority uses it: the hashes GOST 34.311-95 and
// Streebog, and signatures on three elliptic curves, in two families. The 2004
// family is GOST 34.310-2004 with 256 bits, the 2015 family ST RK GOST R
// 34.10-2015 with 512 bits (256 are registered, but not issued).
//
// To verify, read the signer's key with [ParsePKIXPublicKey], take the hash
// from the key with [PublicKey.Algorithm] and [Algorithm.NewHash] — never from
// the signature alone — hash the signed bytes as they are, and call
// [PublicKey.Verify]. To sign, [PrivateKey] is a crypto.Signer.
//
// All numbers are little-endian on the wire: coordinates, r‖s, digests. The
// Russian encodings of RFC 4491 and RFC 9215 have signatures the other way
// round, and the package does not read them.
//
// Signing runs in constant time. Verification does not, as it only sees what
// is public. The hashes look tables up and must not be used on secrets.
package gost
