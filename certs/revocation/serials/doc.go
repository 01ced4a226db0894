// Package serials finds the entries of very large certificate revocation lists
// (RFC 5280 section 5.1.2.6) by serial number.
//
// [Open] maps a list from a file, [InMemory] takes one that was read already,
// [File.Index] makes it searchable in one pass that also hashes the signed part
// for the signature, and [Index.Find] answers with the entry. [Index.Save] and
// [File.Restore] keep an index over a restart, bound to the SHA-256 of the list
// and to a key.
//
// No entry becomes a Go object: an index is less than eleven bytes an entry
// outside the Go heap (a table of parts of hashes and offsets, of which a
// look-up reads one line of the processor's cache), and the list itself confirms
// every hit byte by byte, so an answer is never "probably". A list with a
// malformed entry is refused whole. Several entries of one certificate are
// joined into what the list says of it, and in an indirect list an entry is of
// the authorities that certificateIssuer names. What follows for a certificate,
// and whether the list may be believed at all, is for the caller to judge.
//
// A mapped file must not be written to while it is in use: replace it by
// renaming another over it. A file that shrinks or cannot be read any more
// gives [ErrChanged], never "not found".
package serials
