//go:build interop

package interop

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"tamga/signing/signtest"
	"tamga/signing/xmldsig"
)

// TestInteropNationalXML holds that the judge of national XML signatures says no, and
// to what: of each part that was changed it says that it is this one.
func TestInteropNationalXML(t *testing.T) {
	court := slices.DeleteFunc(judges(), func(j judge) bool { return j.name != "bouncycastle" })
	if why := court[0].missing(); why != "" {
		t.Skip("bouncycastle: " + why)
	}
	const digest, value = "digest of reference '[^']*' differs", "signature value is wrong"
	says := map[string]string{
		"content-changed": "^" + digest + "$", "wrong-content": "^" + digest + "$", "digest-bit": "^" + value + ", " + digest + "$",
		"signature-bit": "^" + value + "$", "another-certificate": "^" + value + "$", "untrusted-signer": "^no issuer of",
		"body-moved": "^neither the document nor its body",
	}
	var rows []row
	for _, f := range families()[2:] {
		a, impostor := newAuthority(t, f.slug, f.family), newAuthority(t, f.slug+"-impostor", f.family)
		rows = append(append(append(rows, xmlRows(a, impostor)...), santuarioRows(a)...), wrappedRow(a))
	}
	qs := write(t, t.TempDir(), rows)
	answers, err := court[0].ask(qs)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	for i, q := range qs {
		what := filepath.Base(q.name)
		want, wrong := says[what]
		switch {
		case q.wrong == honest && answers[i].verdict != valid:
			t.Errorf("%s: %s (%s), want valid", q.name, answers[i].verdict, answers[i].detail)
		case wrong && (answers[i].verdict != refused || !regexp.MustCompile(want).MatchString(answers[i].detail)):
			t.Errorf("%s: %s (%s), want refused (%s)", q.name, answers[i].verdict, answers[i].detail, want)
		}
		asked[what]++
	}
	for what := range says {
		if asked[what] < 2 {
			t.Errorf("%s: the judge was asked about %d files of it", what, asked[what])
		}
	}
}

// wrappedRow is a message whose signed body stands aside while another one stands in
// its place.
func wrappedRow(a *authority) row {
	signed := must(xmldsig.SignSOAP(a.t.Context(), []byte(envelope), xmlKey(a.keys[good]), xmldsig.SOAPOptions{At: signtest.Now()}))
	body := regexp.MustCompile(`<soapenv:Body.*</soapenv:Body>`).Find(signed)
	moved := bytes.Replace(signed, body, []byte("<soapenv:Body>EVIL</soapenv:Body>"), 1)
	moved = bytes.Replace(moved, []byte("<soapenv:Header>"), append([]byte("<soapenv:Header><aside>"), append(body, "</aside>"...)...), 1)
	return row{name: "xml/" + a.slug + "/soap/body-moved", kind: kindXML, file: moved, signer: a.keys[good].Certificate.Raw, world: a.world, wrong: attack}
}
