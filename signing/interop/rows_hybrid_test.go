//go:build interop

package interop

import (
	"os"

	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// hybridRows are a file with two kinds of cross-references, as Word writes them,
// that is signed by us, by pyHanko, and by both in turn.
func hybridRows(a *authority) []row {
	if a.family != ca.RSA && a.family != ca.ECDSA {
		return nil // which pyHanko does not sign with
	}
	file := must(os.ReadFile("../testdata/cases/pdf/word-hybrid-unsigned.pdf"))
	sign := func(file []byte, who string) []byte {
		return must(signtest.Sign(creation.PDF{File: file, Reason: "Келісемін"}, a.keys[who], signtest.Now()))
	}
	base := row{name: "pdf-hybrid/" + a.slug, kind: kindPDF, world: a.world}
	ours := sign(file, good)
	rows := []row{
		base.with(ours).as("b-b", honest),
		base.with(a.lasting(ours, creation.BaselineLTA)).as("b-lta", honest),
		base.with(sign(ours, second)).as("two-signatures", honest),
	}
	if notInFolder("venv/bin/python")() != "" || notInPath("faketime")() != "" {
		return rows
	}
	theirs := a.pyhankoSigned(file, good, "Theirs")
	return append(rows,
		base.with(theirs).as("by-pyhanko", honest),
		base.with(sign(theirs, second)).as("by-pyhanko-and-us", honest),
		base.with(a.pyhankoSigned(ours, second, "Theirs")).as("by-us-and-pyhanko", honest))
}
