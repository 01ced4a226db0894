package xmldsig_test

import (
	"slices"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/xmldsig"
)

// Each limit at its last value, where nothing is said of it, and one beyond.
func TestLimits(t *testing.T) {
	key := person(t, ca.ECDSA)
	signed, err := xmldsig.SignEnveloped(t.Context(), []byte("<a></a>"), key, xmldsig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	signature := string(signed[len("<a>") : len(signed)-len("</a>")])
	_, info, _ := cut(t, signature, "<ds:SignedInfo>", "</ds:SignedInfo>")
	_, reference, _ := cut(t, info, "<ds:Reference", "</ds:Reference>")
	before, certificate, after := cut(t, signature, "<ds:X509Certificate>", "</ds:X509Certificate>")
	more := func(at, what string, n int) string {
		if !strings.Contains(signature, at) {
			t.Fatalf("there is no %s", at)
		}
		return strings.Replace(signature, at, at+strings.Repeat(what, n), 1)
	}
	prefixes := func(n int) string {
		const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
		_, method, _ := cut(t, signature, "<ds:CanonicalizationMethod", "/>")
		return strings.Replace(signature, "<ds:CanonicalizationMethod"+method+"/>",
			`<ds:CanonicalizationMethod Algorithm="`+exclusive+`"><e:InclusiveNamespaces xmlns:e="`+exclusive+`" PrefixList="`+strings.Repeat("p ", n)+`"/></ds:CanonicalizationMethod>`, 1)
	}
	transforms := func(n int) string {
		const enveloped = `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>`
		before, _, after := cut(t, signature, "<ds:Transforms>", "</ds:Transforms>")
		return before + strings.Repeat(enveloped, n) + after
	}
	padded := func(size int) string {
		return before + certificate + strings.Repeat(" ", size-len(certificate)) + after
	}
	long := func(spaces int) string {
		return strings.Replace(signature, "<ds:SignedInfo>", "<ds:SignedInfo>"+strings.Repeat(" ", spaces), 1)
	}
	d, err := xmldsig.Read(signed)
	if err != nil {
		t.Fatal(err)
	}
	infoSize := len(d.Signatures(t.Context(), xmldsig.Supplied{})[0].SignedInfo)
	for _, test := range []struct {
		name     string
		at, over string
		said     string
	}{
		{"signatures", strings.Repeat(signature, 64), strings.Repeat(signature, 65), "too many signatures; this one and any after it were not looked at"},
		{"references", more("</ds:Reference>", "<ds:Reference"+reference+"</ds:Reference>", 63), more("</ds:Reference>", "<ds:Reference"+reference+"</ds:Reference>", 64), "SignedInfo has too many References"},
		{"transforms", transforms(4), transforms(5), "Transforms is empty or too long"},
		{"no transforms", transforms(1), transforms(0), "Transforms is empty or too long"},
		{"prefixes", prefixes(64), prefixes(65), "a PrefixList is too long"},
		{"certificates", more("</ds:X509Certificate>", "<ds:X509Certificate>"+certificate+"</ds:X509Certificate>", 30), more("</ds:X509Certificate>", "<ds:X509Certificate>"+certificate+"</ds:X509Certificate>", 31), "too many certificates, or too large a one"},
		{"letters of a certificate", padded(128 << 10), padded(128<<10 + 1), "too many certificates, or too large a one"},
		{"bytes of SignedInfo", long(128<<10 - infoSize), long(128<<10 - infoSize + 1), "SignedInfo is too long"},
	} {
		for file, limited := range map[string]bool{test.at: false, test.over: true} {
			d, err := xmldsig.Read([]byte("<a>" + file + "</a>"))
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			said := false
			for _, s := range d.Signatures(t.Context(), xmldsig.Supplied{}) {
				said = said || slices.ContainsFunc(s.Problems, func(p xmldsig.Problem) bool { return p.Detail == test.said })
			}
			if said != limited {
				t.Errorf("%s: it is said is %v, want %v", test.name, said, limited)
			}
		}
	}
}
