package xmltree

import (
	"crypto/sha256"
	"encoding/base64"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tamga/judgetest"
)

// xmlsecDigests asks xmlsec1 for the digests of the canonical forms of elements by
// version 1.1, by having it sign a document that refers to them.
func xmlsecDigests(t *testing.T, document string, ids []string) []string {
	t.Helper()
	dir := t.TempDir()
	blank := `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>` +
		`<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>`
	for _, id := range ids {
		blank += `<ds:Reference URI="#` + id + `"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2006/12/xml-c14n11"/></ds:Transforms>` +
			`<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>`
	}
	blank += `</ds:SignedInfo><ds:SignatureValue/></ds:Signature>`
	for name, content := range map[string]string{"key": "a key of thirty-two bytes or more", "file.xml": strings.Replace(document, "</all>", blank+"</all>", 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("xmlsec1", "--sign", "--hmackey", filepath.Join(dir, "key"), "--id-attr:Id", "e", filepath.Join(dir, "file.xml"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var digests []string
	for _, m := range regexp.MustCompile(`<ds:DigestValue>([^<]*)<`).FindAllStringSubmatch(string(out), -1) {
		digests = append(digests, m[1])
	}
	return digests
}

// relativeBases are values of xml:base of which libxml2 has no opinion of its own: it
// keeps fragments, slashes in a row, two dots at the end and the dots of what is
// absolute, drops what is empty wherever it stands, joins nothing with letters beyond
// ASCII, and takes any dot before the last character for two dots.
func relativeBases(r *rand.Rand) []string {
	var bases []string
	for range 2 + r.IntN(5) {
		b := segments(r, "..", ".", "b", "%20", "c;d", "..e", "e..") + []string{"/", "/fgh"}[r.IntN(2)]
		switch r.IntN(9) {
		case 0:
			b = "http://a.example/b/c"
		case 1:
			b = "/d/e"
		case 2, 3:
			b = ""
		}
		if b != "" {
			b += []string{"", "", "?q", "?q/../r"}[r.IntN(4)]
		}
		bases = append(bases, b)
	}
	return bases
}

// TestBasesAgainstXmlsec has libxml2 say what elements inherit of xml:base.
func TestBasesAgainstXmlsec(t *testing.T) {
	judgetest.Need(t, "xmlsec1")
	compared := 0
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 4))
		document := "<all>" + randomBases(r, relativeBases(r)...) + "</all>"
		d, err := Parse([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		var ids, ours, forms []string
		d.Walk(func(n *Node) bool {
			if id, ok := n.Attribute("", "Id"); ok {
				form, err := d.Canonical(n, Method{Version11: true}, nil, 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				sum := sha256.Sum256(form)
				ids, forms, ours = append(ids, id), append(forms, string(form)), append(ours, base64.StdEncoding.EncodeToString(sum[:]))
			}
			return true
		})
		theirs := xmlsecDigests(t, document, ids)
		if len(theirs) != len(ours) {
			t.Fatalf("%d of %d", len(theirs), len(ours))
		}
		for i := range ours {
			compared++
			if ours[i] != theirs[i] {
				t.Errorf("%s\nof %s", forms[i], document)
			}
		}
	}
	t.Logf("%d canonical forms compared", compared)
}
