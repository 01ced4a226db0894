package signing_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/signtest/xmlattack"
	"tamga/signing/xmldsig"
)

// supplied is a question about a content, or about digests of one, and the
// sub-indication that is right; "" passes.
type supplied struct {
	name    string
	content []byte
	digests []signing.ContentDigest
	want    signing.SubIndication
	judged  []string // digests that the verdict is about
}

func digestOf(name string, content []byte) signing.ContentDigest {
	d, ok := certs.DigestByName(name)
	if !ok {
		panic(name)
	}
	return signing.ContentDigest{Digest: d, Value: d.Sum(content)}
}

// A content that no signature covers is refused with its reason, in every
// format, however it is supplied; what a signature covers passes, and the
// verdict names the digests that it is about.
func TestSuppliedContent(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA) // signs over SHA-256
	key := pki.Person(signtest.Applicant())
	content, other := []byte("өтініш"), []byte("another")
	right, wrong := digestOf("SHA-256", content), digestOf("SHA-256", other)
	unused := digestOf("SHA-512", content)
	xml := func(form creation.XMLForm, file []byte) []byte {
		signed, err := signtest.Sign(creation.XML{File: file, Form: form, Address: "a.bin"}, key, signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	// What a signature carries or covers itself: nothing else may be supplied.
	alone := []supplied{
		{"nothing", nil, nil, "", nil},
		{"another content", other, nil, signing.HashFailure, nil},
		{"an empty content", []byte{}, nil, signing.HashFailure, nil},
		{"another digest", nil, []signing.ContentDigest{wrong}, signing.HashFailure, nil},
		{"an unused digest", nil, []signing.ContentDigest{unused}, signing.HashFailure, nil},
	}
	for format, c := range map[string]struct {
		file  []byte
		cases []supplied
	}{
		"attached CMS": {pki.Signed(content, key), []supplied{
			{"nothing", nil, nil, "", nil},
			{"its content", content, nil, "", nil},
			{"another content", other, nil, signing.HashFailure, nil},
			{"an empty content", []byte{}, nil, signing.HashFailure, nil},
			{"its digest", nil, []signing.ContentDigest{right}, "", []string{"SHA-256"}},
			{"two of its digests", nil, []signing.ContentDigest{right, unused}, "", []string{"SHA-256", "SHA-512"}},
			{"another digest", nil, []signing.ContentDigest{wrong}, signing.HashFailure, []string{"SHA-256"}},
			{"one of two wrong", nil, []signing.ContentDigest{unused, wrong}, signing.HashFailure, []string{"SHA-256", "SHA-512"}},
		}},
		"detached CMS": {pki.Detached(content, key), []supplied{
			{"nothing", nil, nil, signing.SignedDataNotFound, nil},
			{"its content", content, nil, "", nil},
			{"another content", other, nil, signing.HashFailure, nil},
			{"an empty content", []byte{}, nil, signing.HashFailure, nil},
			{"its digest", nil, []signing.ContentDigest{right}, "", []string{"SHA-256"}},
			// The other one is right too, and nobody has looked at it.
			{"two of its digests", nil, []signing.ContentDigest{unused, right}, "", []string{"SHA-256"}},
			{"one that is not looked at", nil, []signing.ContentDigest{digestOf("SHA-512", other), right}, "", []string{"SHA-256"}},
			{"another digest", nil, []signing.ContentDigest{wrong, unused}, signing.HashFailure, []string{"SHA-256"}},
			{"an unused digest", nil, []signing.ContentDigest{unused}, signing.SignedDataNotFound, nil},
		}},
		"detached XML": {xml(creation.XMLDetached, content), []supplied{
			{"nothing", nil, nil, signing.SignedDataNotFound, nil},
			{"its content", content, nil, "", nil},
			{"another content", other, nil, signing.HashFailure, nil},
			{"an empty content", []byte{}, nil, signing.HashFailure, nil},
			{"its digest", nil, []signing.ContentDigest{right}, "", []string{"SHA-256"}},
			{"two of its digests", nil, []signing.ContentDigest{unused, right}, "", []string{"SHA-256"}},
			{"another digest", nil, []signing.ContentDigest{wrong, unused}, signing.HashFailure, []string{"SHA-256"}},
			{"an unused digest", nil, []signing.ContentDigest{unused}, signing.SignedDataNotFound, nil},
		}},
		"enveloped XML": {xml(creation.XMLEnveloped, []byte(xmlApplication)), alone},
		"SOAP":          {xml(creation.XMLSOAP, []byte(soapMessage)), alone},
		"PDF":           {signedPDF(t, key), alone},
		"certificate":   {key.Certificate.Raw, alone},
	} {
		for _, q := range c.cases {
			question := signing.Question{At: signtest.Now(), Content: q.content, Digests: q.digests}
			verdict, err := pki.Verifier.Verify(t.Context(), c.file, question)
			if err != nil {
				t.Fatalf("%s, %s: %v", format, q.name, err)
			}
			if verdict.Passed() != (q.want == "") || verdict.SubIndication != q.want ||
				(q.want == signing.HashFailure) != (verdict.Indication == signing.TotalFailed) {
				t.Errorf("%s, %s: %s %s, want %q", format, q.name, verdict.Indication, verdict.SubIndication, q.want)
			}
			judged := map[string]string{}
			for _, d := range q.digests {
				for _, name := range q.judged {
					if d.Digest.Name == name {
						judged[name] = hex.EncodeToString(d.Value)
					}
				}
			}
			if !equalMaps(judged, verdict.ContentDigests) {
				t.Errorf("%s, %s: the verdict is about %v, want %v", format, q.name, verdict.ContentDigests, judged)
			}
		}
	}
}

func equalMaps(a, b map[string]string) bool {
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return len(a) == len(b)
}

// Of several signatures each must cover what was supplied: one that is over
// something else would be told to have signed it.
func TestSuppliedContentAndSeveralSignatures(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	content, other := []byte("өтініш"), []byte("another")
	applicant, head := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	add := func(file, content []byte) []byte {
		signed, err := signtest.Make(creation.CMS{Others: file, Content: content, Claim: true}, head, signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		return signed.File
	}
	detached := func(content []byte, key creation.Key) []byte {
		signed, err := signtest.Sign(creation.XML{File: content, Form: creation.XMLDetached, Address: "a.bin"}, key, signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		_, element, _ := strings.Cut(string(signed), "?>\n")
		return []byte(element)
	}
	both := func(a, b []byte) []byte {
		return []byte(`<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">` + string(a) + string(b) + `</asic:XAdESSignatures>`)
	}
	for name, c := range map[string]struct {
		file []byte
		good int // signers that are over the content
	}{
		"CMS, both":       {add(pki.Detached(content, applicant), content), 2},
		"CMS, the first":  {add(pki.Detached(content, applicant), other), 1},
		"CMS, the second": {add(pki.Detached(other, applicant), content), 1},
		"XML, both":       {both(detached(content, applicant), detached(content, head)), 2},
		"XML, the first":  {both(detached(content, applicant), detached(other, head)), 1},
		"XML, the second": {both(detached(other, applicant), detached(content, head)), 1},
	} {
		for _, q := range []signing.Question{
			{Content: content}, {Digests: []signing.ContentDigest{digestOf("SHA-256", content)}},
		} {
			q.At = signtest.Now()
			verdict, err := pki.Verifier.Verify(t.Context(), c.file, q)
			if err != nil || len(verdict.Signers) != 2 {
				t.Fatalf("%s: %v %s", name, err, asJSON(verdict))
			}
			good := 0
			for _, s := range verdict.Signers {
				if s.Indication == signing.TotalPassed {
					good++
				} else if s.SubIndication != signing.HashFailure {
					t.Errorf("%s: a signer of something else is %s %s", name, s.Indication, s.SubIndication)
				}
			}
			if good != c.good || verdict.Passed() != (good == 2) {
				t.Errorf("%s: %d signers of the content, %s", name, good, verdict.Indication)
			}
		}
	}
}

// No honest XML signature, whatever its shape, passes for a content that it is
// not over.
func TestSuppliedContentAndEveryXML(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	cases, err := xmlattack.Cases(xmldsig.Key{Signer: key.Signer, Certificate: key.Certificate}, signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	honest := 0
	for _, c := range cases {
		if c.Unreadable || c.WrongValue || c.Weak || c.Code != "" {
			continue
		}
		honest++
		other := []byte("unrelated")
		for _, q := range []signing.Question{{Content: other}, {Digests: []signing.ContentDigest{digestOf("SHA-256", other)}}} {
			q.At = signtest.Now()
			verdict, err := pki.Verifier.VerifyXML(t.Context(), c.File, q)
			if err != nil || verdict.Indication != signing.TotalFailed || verdict.SubIndication != signing.HashFailure {
				t.Errorf("%s: %v %s", c.Name, err, asJSON(verdict))
			}
		}
	}
	if honest < 5 {
		t.Errorf("%d honest shapes are too few to say anything", honest)
	}
}

// Two digests by one algorithm are no question: whichever were looked at, the
// other would be passed over.
func TestDigestTwice(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	q := signing.Question{At: signtest.Now(), Digests: []signing.ContentDigest{
		digestOf("SHA-256", []byte("a")), digestOf("SHA-256", []byte("b")),
	}}
	for _, file := range [][]byte{pki.Detached([]byte("a"), key), pki.Signed([]byte("a"), key), key.Certificate.Raw, []byte("<a/>"), []byte("%PDF-1.7")} {
		if verdict, err := pki.Verifier.Verify(t.Context(), file, q); !errors.Is(err, signing.ErrDigestTwice) {
			t.Errorf("%.10q: %v %+v", file, err, verdict)
		}
	}
	q.Content = []byte("a") // which counts alone
	if verdict, err := pki.Verifier.Verify(t.Context(), pki.Detached([]byte("a"), key), q); err != nil || !verdict.Passed() || verdict.ContentDigests != nil {
		t.Errorf("%v %+v", err, verdict)
	}
}

// A timestamp about one thing is not asked about another.
func TestSuppliedContentAndTimestamp(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	stamped := []byte("stamped")
	token := tokenAt(t, pki.TSA(), signtest.Now(), stamped)
	for name, c := range map[string]struct {
		q    signing.Question
		want signing.SubIndication
	}{
		"nothing":   {signing.Question{}, ""},
		"content":   {signing.Question{Content: []byte("another")}, signing.HashFailure},
		"digest":    {signing.Question{Digests: []signing.ContentDigest{digestOf("SHA-256", []byte("another"))}}, signing.HashFailure},
		"its bytes": {signing.Question{Content: stamped}, signing.HashFailure},
	} {
		c.q.At = signtest.Now().Add(time.Minute)
		verdict, err := pki.Verifier.VerifyTimestamp(t.Context(), token, stamped, c.q)
		if err != nil || verdict.SubIndication != c.want || verdict.Passed() != (c.want == "") {
			t.Errorf("%s: %v %+v", name, err, verdict)
		}
	}
}

// Nothing is extended for a content that its signatures do not cover.
func TestExtendSuppliedContent(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	content := []byte("өтініш")
	for name, c := range map[string]struct {
		file, content []byte
		want          error
	}{
		"attached CMS, wrong":  {pki.Signed(content, key), []byte("another"), creation.ErrContentTwice},
		"attached CMS, its":    {pki.Signed(content, key), content, nil},
		"detached CMS, wrong":  {pki.Detached(content, key), []byte("another"), creation.ErrUnsound},
		"PDF":                  {signedPDF(t, key), content, creation.ErrContentTwice},
		"PDF, an empty one":    {signedPDF(t, key), []byte{}, creation.ErrContentTwice},
		"attached, an empty 1": {pki.Signed(content, key), []byte{}, creation.ErrContentTwice},
	} {
		_, err := creation.Make(t.Context(), pki.Services(pki.TSA()), creation.Order{
			Form: creation.Existing{File: c.file, Content: c.content}, Level: creation.BaselineT, Time: signtest.Now(),
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
