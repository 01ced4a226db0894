//go:build interop

package interop

import (
	"bytes"

	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// statement is what the CMS signatures are over.
var statement = []byte("Өтініш: археологиялық жұмыстарға лицензия беруді сұраймын. 2026-06-01.")

// cmsRows are signatures of one family over a statement.
func cmsRows(a, impostor *authority) []row {
	var rows []row
	for _, form := range []struct {
		name     string
		detached bool
	}{{"attached", false}, {"detached", true}} {
		sign := func(from *authority, who string, claim bool) row {
			key := from.keys[who]
			b, err := signtest.Sign(creation.CMS{Content: statement, Detached: form.detached, Claim: claim}, key, signedAt(key))
			if err != nil {
				a.t.Fatal(err)
			}
			r := row{name: "cms/" + a.slug + "/" + form.name, kind: kindCMS, file: b, world: a.world}
			if form.detached {
				r.content = statement
			}
			return r
		}
		usual := sign(a, good, true)
		rows = append(rows,
			usual.as("honest", honest),
			sign(a, good, false).as("no-signing-time", honest),
			sign(a, revoked, true).as("revoked-signer", standing),
			sign(a, expired, true).as("expired-signer", period),
			sign(a, future, true).as("future-signer", period),
			sign(impostor, good, true).as("untrusted-signer", trust),
			usual.in(a.elsewhere("no-lists-"+form.name), func(w *world) { w.crls = nil }).as("no-lists", standing),
			usual.in(a.elsewhere("stale-lists-"+form.name), func(w *world) { w.crls = a.stale }).as("stale-lists", standing),
		)
		rows = append(rows, cmsFaults(usual, form.detached)...)
	}
	return rows
}

// as names a variant of a row and says what is wrong with it.
func (r row) as(name string, wrong matter) row {
	r.name, r.wrong = r.name+"/"+name, wrong
	return r
}

// in puts a row into another world.
func (r row) in(w *world, change func(*world)) row {
	change(w)
	r.world = w
	return r
}

// with puts another file into a row.
func (r row) with(file []byte) row {
	r.file = file
	return r
}

// cmsFaults are mutations of an honest signature.
func cmsFaults(usual row, detached bool) []row {
	p := cmsParts(usual.file)
	rows := []row{
		usual.with(flipped(usual.file, p.signature)).as("signature-bit", integrity),
		usual.with(flipped(usual.file, p.messageDigest)).as("message-digest-bit", integrity),
		usual.with(flipped(usual.file, p.certificateHash)).as("certificate-hash-bit", integrity),
		usual.with(usual.file[:len(usual.file)-1]).as("truncated", structure),
		usual.with(usual.file[:len(usual.file)/2]).as("half", structure),
		usual.with(append(bytes.Clone(usual.file), 0x05, 0x00)).as("trailing-element", structure),
		usual.with([]byte("no signature at all")).as("no-cms", structure),
	}
	if detached {
		other := usual
		other.content = flipped(statement, span{5, 10})
		rows = append(rows, other.as("content-bit", integrity))
		other.content = []byte("another content")
		return append(rows, other.as("wrong-content", integrity))
	}
	at := bytes.Index(usual.file, statement)
	return append(rows, usual.with(flipped(usual.file, span{at, at + 10})).as("content-bit", integrity))
}
