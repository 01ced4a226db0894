//go:build interop

package interop

import (
	"bytes"
	"fmt"
	"time"

	"tamga/certs/ca"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// stampedRows are CMS signatures with a signature timestamp, and with more than
// one signer.
func stampedRows(a, impostor *authority) []row {
	sign := func(who string, by *authority, ago time.Duration) row {
		b := must(signtest.Sign(creation.CMS{Content: statement, Claim: true}, a.keys[who], signtest.Now().Add(-ago)))
		b = signtest.StampedOver(a.t, b, must(cms.DigestOf(a.keys[who].Certificate.PublicKey)), by.stamps(ago, nil).Stamper())
		return row{name: "cms-t/" + a.slug, kind: kindCMS, file: b, world: a.world}
	}
	const twoDays = 48 * time.Hour
	usual := sign(good, a, time.Minute)
	lapsed := sign(expired, a, 5*24*time.Hour)
	lapsed.world = a.elsewhere("lists-of-last-week")
	lapsed.world.crls = append([][]byte{a.lastWeek}, a.crls...)
	two := usual
	two.name = "cms-two-signers/" + a.slug
	plain := creation.CMS{Content: statement, Claim: true}
	beside := func(who string) []byte {
		joint := plain
		joint.Others = must(signtest.Sign(plain, a.keys[good], signtest.Now()))
		return must(signtest.Sign(joint, a.keys[who], signtest.Now()))
	}
	two.file = beside(second)
	one := two.with(beside(revoked))
	var pss []row
	if a.family == ca.RSA {
		form := plain
		form.PSS = true
		pss = append(pss, usual.with(must(signtest.Sign(form, a.keys[good], signtest.Now()))).as("pss", honest))
	}
	return append(pss,
		usual.as("honest", honest),
		sign(replaced, a, twoDays).as("revoked-after-timestamp", honest),
		lapsed.as("expired-after-timestamp", honest),
		sign(good, impostor, time.Minute).as("untrusted-timestamp", honest),
		sign(revoked, a, time.Minute).as("revoked-before-timestamp", standing),
		usual.with(flipped(usual.file, span{len(usual.file) - 60, len(usual.file)})).as("timestamp-signature-bit", honest),
		two.as("honest", honest),
		one.as("one-revoked", standing),
	)
}

// lasting makes a signature of the authority's persons last.
func (a *authority) lasting(file []byte, to creation.Baseline) []byte {
	return signtest.Made(a.t, a.services(), creation.Order{Form: creation.Existing{File: file}, Level: to})
}

// services are what signatures are made with, and made to last.
func (a *authority) services() creation.Services {
	v := a.verifier()
	return creation.Services{
		Verifier: v, Stamp: signtest.Stamping(a.stamps(20*time.Second, nil).Stamper()),
		Gather: (&creation.Gatherer{Path: v.Path, Lists: v.Revocation}).Gather,
	}
}

// archivedRows are CMS signatures that carry their evidence.
func archivedRows(a *authority) []row {
	signed := must(signtest.Sign(creation.CMS{Content: statement, Claim: true}, a.keys[good], signtest.Now().Add(-time.Minute)))
	alone := a.elsewhere("evidence-embedded")
	alone.crls = nil
	var rows []row
	for _, level := range []struct {
		name string
		to   creation.Baseline
	}{{"cms-lt", creation.BaselineLT}, {"cms-lta", creation.BaselineLTA}} {
		file := a.lasting(signed, level.to)
		r := row{name: level.name + "/" + a.slug, kind: kindCMS, file: file, world: a.world}
		p := cmsParts(file)
		rows = append(rows, r.as("honest", honest),
			r.with(flipped(file, p.signature)).as("signature-bit", integrity),
			r.with(flipped(file, find(file, statement))).as("content-bit", integrity))
		r.world = alone
		rows = append(rows, r.as("honest-without-lists", honest))
	}
	return rows
}

// levelRows are PDF signatures of the levels above B-B, made by increment.
func levelRows(a *authority) []row {
	form := creation.PDF{File: plainPDF(), Name: "Шымкент (ЖШС)", Reason: "Келісемін", Certify: 2, Room: 20 << 10}
	at := signtest.Now().Add(-time.Minute)
	base := row{name: "pdf-levels/" + a.slug, kind: kindPDF, world: a.world}
	bb := must(signtest.Sign(form, a.keys[good], at))
	bt := signtest.StampedInside(a.t, bb, a.stamps(30*time.Second, nil).Stamper())
	lt, lta := a.lasting(bt, creation.BaselineLT), a.lasting(bt, creation.BaselineLTA)
	form.File, form.Certify = bt, 0
	twice := must(signtest.Sign(form, a.keys[second], at))
	return []row{
		base.with(bb).as("b-b", honest),
		base.with(bt).as("b-t", honest),
		base.with(lt).as("b-lt", honest),
		base.with(lta).as("b-lta", honest),
		base.with(twice).as("two-signatures", honest),
		base.with(append(bytes.Clone(lta), pageReplaced(lta)...)).as("page-replaced-after-b-lta", integrity),
	}
}

// plainPDF is a small file without signatures.
func plainPDF() []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << >> /Contents 4 0 R >>",
		"<< /Length 23 >>\nstream\n0 0 1 RG 9 9 m 99 9 l S\nendstream",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	table := "0000000000 65535 f \n"
	for i, o := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n%strailer\n<< /Size %d /Root 1 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] >>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, table, len(objects)+1, start)
	return b.Bytes()
}
