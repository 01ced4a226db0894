// Package interop asks outside judges about what we make: OpenSSL, pdfsig,
// qpdf, mutool, xmlsec1, pyHanko, EU DSS, veraPDF, and Bouncy Castle about
// national signatures, which the others do not know (of XML signatures it is given
// what Apache Santuario canonicalises). It holds only tests, under the build tag
// interop; "make interop" installs the judges and runs them.
//
// A line of the tables in rows_*_test.go is a file with a name such as
// cms/rsa/attached/signature-bit. Each judge that can read its kind is asked
// under the same trust, the same revocation data and the same moment, offline,
// and its verdict is laid beside ours. Where they differ, the difference is
// explained in testdata/explained.json, or the run fails; it also fails when an
// explanation is no longer needed, when an honest file does not pass and when a
// bad one does.
//
// TAMGA_INTEROP names the folder of the judges, var/interop by default, and
// TAMGA_INTEROP_FILES one in which the judged files stay, to be looked at.
package interop
