package certs

import (
	"strings"
	"testing"

	"tamga/certs/der"
)

func nameOf(t testing.TB, rdns ...[]byte) Name {
	n, err := ParseName(der.Sequence(rdns...))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func attributeOf(tag der.Tag, value string) []byte {
	return der.Sequence(der.OID(oidCommonName), der.Encode(tag, []byte(value)))
}

func TestNameComparison(t *testing.T) {
	text := func(tag der.Tag, value string) Name { return nameOf(t, der.Set(attributeOf(tag, value))) }
	u, p := der.UTF8String, der.PrintableString
	organisation := der.Sequence(der.OID(oidOrganisation), der.Text("O"))
	tests := []struct {
		what string
		a, b Name
		same bool
	}{
		{"case", text(p, "Good CA"), text(p, "gOOD ca"), true},
		{"the first and the last letters", text(p, "AZ"), text(u, "az"), true},
		{"what stands beside the letters", text(p, "@["), text(u, "`{"), false},
		{"string type", text(p, "Good CA"), text(u, "Good CA"), true},
		{"BMP", text(0x1e, "\x04\x1d\x00A"), text(u, "НA"), true},
		{"Latin-1", text(0x14, "caf\xe9"), text(u, "CAFÉ"), true},
		{"white space", text(p, "  Good   CA "), text(u, "Good\tCA"), true},
		{"no-break space", text(u, "Good\u00a0CA"), text(p, "Good CA"), true},
		{"white space between letters", text(p, "GoodCA"), text(p, "Good CA"), false},
		{"one space is not two words more", text(p, "A BC"), text(p, "A B C"), false},
		{"Kazakh letters", text(u, "ҰЛТТЫҚ ӘІҢҒҮӨҺ"), text(u, "ұлттық әіңғүөһ"), true},
		{"Latin i is not Cyrillic і", text(u, "бөлiм"), text(u, "бөлім"), false},
		{"invisible", text(u, "Good\u200b CA"), text(u, "Good CA"), true},
		{"final sigma", text(u, "ΟΔΟΣ"), text(u, "οδος"), true},
		{"Kelvin", text(u, "\u212a"), text(p, "k"), true},
		{"other text", text(p, "Good CA"), text(p, "Good CB"), false},
		{"not UTF-8, the same", text(u, "\xff"), text(u, "\xff"), true},
		{"not UTF-8, others", text(u, "\xff"), text(u, "\xfe"), false},
		{"not text", nameOf(t, der.Set(der.Sequence(der.OID(oidCommonName), der.NullValue()))), text(u, ""), false},
		{"another attribute", text(u, "O"), nameOf(t, der.Set(organisation)), false},
		{"order in a set", nameOf(t, der.Encode(der.SetTag, attributeOf(u, "A"), organisation)), nameOf(t, der.Encode(der.SetTag, organisation, attributeOf(p, "a"))), true},
		{"order of sets", nameOf(t, der.Set(attributeOf(u, "A")), der.Set(organisation)), nameOf(t, der.Set(organisation), der.Set(attributeOf(u, "A"))), false},
		{"one set or two", nameOf(t, der.Set(attributeOf(u, "A"), organisation)), nameOf(t, der.Set(attributeOf(u, "A")), der.Set(organisation)), false},
		{"empty", nameOf(t), nameOf(t), true},
		{"empty and not", nameOf(t), text(u, "A"), false},
	}
	for _, test := range tests {
		if test.a.Equal(test.b) != test.same || test.b.Equal(test.a) != test.same || (test.a.Key() == test.b.Key()) != test.same {
			t.Errorf("%s: %q and %q: want same %v", test.what, test.a.Key(), test.b.Key(), test.same)
		}
	}
}

func TestSubtreesOfNames(t *testing.T) {
	country := der.Set(der.Sequence(der.OID(oidCountry), der.Encode(der.PrintableString, []byte("KZ"))))
	org := func(s string) []byte { return der.Set(der.Sequence(der.OID(oidOrganisation), der.Text(s))) }
	base := nameOf(t, country, org("Tamga"))
	tests := []struct {
		name   Name
		inside bool
	}{
		{base, true},
		{nameOf(t, country, org("TAMGA"), der.Set(attributeOf(der.UTF8String, "A"))), true},
		{nameOf(t, country), false},
		{nameOf(t, country, org("Tamga 2")), false},
		{nameOf(t, org("Tamga"), country), false},
		{nameOf(t), false},
	}
	for _, test := range tests {
		if test.name.Within(base) != test.inside {
			t.Errorf("%s within %s: want %v", test.name, base, test.inside)
		}
		if !test.name.Within(nameOf(t)) {
			t.Errorf("%s is not within the empty name", test.name)
		}
	}
	below, err := base.Below(attributeOf(der.UTF8String, "list"))
	if err != nil || !below.Within(base) || below.Equal(base) || below.CommonName() != "list" {
		t.Errorf("%s, %v", below, err)
	}
}

func TestSubtrees(t *testing.T) {
	const yes, no, refuse = "inside", "outside", "refused"
	ip := func(b ...byte) string { return string(b) }
	tests := []struct {
		form       NameForm
		name, base string
		permitting string
		excluding  string // "" when the same
	}{
		{FormEmail, "a@x.kz", "x.kz", yes, ""},
		{FormEmail, "a@X.KZ", "x.kz", yes, ""},
		{FormEmail, "a@b.x.kz", "x.kz", no, ""},
		{FormEmail, "a@b.x.kz", ".x.kz", yes, ""},
		{FormEmail, "a@x.kz", ".x.kz", no, ""},
		{FormEmail, "a@evilx.kz", ".x.kz", no, ""},
		{FormEmail, "a@x.kz", "a@x.kz", yes, ""},
		{FormEmail, "a@x.kz", "a@X.kz", yes, ""},
		{FormEmail, "A@x.kz", "a@x.kz", no, ""},
		{FormEmail, "a@x.kz", "", yes, ""},
		{FormEmail, "x.kz", "x.kz", refuse, ""},
		{FormEmail, "a@", "x.kz", refuse, ""},
		{FormEmail, "a@x..kz", "x.kz", refuse, ""},
		{FormEmail, "ә@x.kz", "x.kz", refuse, ""},
		{FormEmail, "a@x.kz", "@x.kz", refuse, ""},
		{FormEmail, "a@x.kz", "x..kz", refuse, ""},
		{FormEmail, "a@x.kz", "..kz", refuse, ""},
		{FormEmail, "a@x.kz", ".", refuse, ""},
		{FormURI, "http://x.kz/", "x..kz", refuse, ""},
		{FormURI, "http://x.kz/", "x.kz:80", refuse, ""},
		{FormEmail, "\"a@b\"@x.kz", "b", no, ""},
		{FormEmail, "\"a\"@x.kz", "a@x.kz", yes, ""}, // one mailbox, however it is written
		{FormEmail, "\"\\a\"@x.kz", "a@x.kz", yes, ""},
		{FormEmail, "\"a b\"@x.kz", "a@x.kz", no, ""},
		{FormEmail, "\"A\"@x.kz", "a@x.kz", no, ""},
		{FormEmail, "\"a\\\"\"@x.kz", "a@x.kz", no, ""},
		{FormEmail, "a@evil.kz@x.kz", "x.kz", refuse, ""},
		{FormEmail, "a@x.kz@evil.kz", "x.kz", refuse, ""},
		{FormEmail, "a@x.kz@evil.kz", "", refuse, ""},
		{FormEmail, "a@@x.kz", "x.kz", refuse, ""},
		{FormEmail, "\"a\"@evil.kz@x.kz", "x.kz", refuse, ""},
		{FormEmail, "\"a\"b@x.kz", "x.kz", refuse, ""},
		{FormEmail, "\"a@x.kz", "x.kz", refuse, ""},
		{FormEmail, "\"a\"", "x.kz", refuse, ""},
		{FormEmail, "\"a\"@", "x.kz", refuse, ""},
		{FormEmail, "!a~@x.kz", "x.kz", yes, ""},
		{FormEmail, "\"a\\\"@x.kz", "x.kz", refuse, ""},
		{FormEmail, "\"a\\\"@evil.kz\"@x.kz", "x.kz", yes, ""},
		{FormEmail, "\"a\\", "", refuse, ""},
		{FormEmail, "\"a\x00\"@x.kz", "x.kz", refuse, ""},
		{FormEmail, "\"\u00e9\"@x.kz", "x.kz", refuse, ""},
		{FormEmail, "\"a b\"@x.kz", "x.kz", yes, ""},
		{FormEmail, "a b@x.kz", "x.kz", refuse, ""},
		{FormEmail, "a\x00@x.kz", "x.kz", refuse, ""},
		{FormEmail, "a\x7f@x.kz", "x.kz", refuse, ""},
		{FormEmail, "A <a@x.kz>", "x.kz", refuse, ""},
		{FormEmail, "@evil.kz:a@x.kz", "x.kz", refuse, ""},
		{FormEmail, "a,b@x.kz", "x.kz", refuse, ""},
		{FormEmail, "a(c)@x.kz", "x.kz", refuse, ""},
		{FormEmail, "a@x.kz\x00.evil.kz", "x.kz", refuse, ""},
		{FormEmail, "a@x.kz.", "x.kz", refuse, ""},
		{FormEmail, "a@[10.0.0.1]", "", refuse, ""},
		{FormEmail, "a..b+c@x.kz", "x.kz", yes, ""},
		{FormEmail, "a@x.kz", "a@evil.kz@x.kz", refuse, ""},
		{FormEmail, "a@x.kz", "\"a\"@x.kz", no, ""},
		{FormDNS, "x.kz", "x.kz", yes, ""},
		{FormDNS, ".x.kz", "x.kz", refuse, ""},
		{FormDNS, "a..x.kz", "x.kz", refuse, ""},
		{FormDNS, "evil.kz\x00.x.kz", "x.kz", refuse, ""},
		{FormDNS, "evil.kz .x.kz", "x.kz", refuse, ""},
		{FormDNS, "evil.kz/.x.kz", "x.kz", refuse, ""},
		{FormDNS, "x.kz", "x.kz.", refuse, ""},
		{FormDNS, "*", "", refuse, ""},
		{FormDNS, "a-b_c9Z.x.kz", "x.kz", yes, ""},
		{FormDNS, "a:b.x.kz", "x.kz", refuse, ""},
		{FormDNS, "a@b.x.kz", "x.kz", refuse, ""},
		{FormDNS, "a[b.x.kz", "x.kz", refuse, ""},
		{FormDNS, "a`b.x.kz", "x.kz", refuse, ""},
		{FormDNS, "a{b.x.kz", "x.kz", refuse, ""},
		{FormDNS, "az.AZ.09.kz", "kz", yes, ""},
		{FormDNS, "*.*.x.kz", "x.kz", refuse, ""},
		{FormDNS, strings.Repeat("a", 63) + ".x.kz", "x.kz", yes, ""},
		{FormDNS, strings.Repeat("a", 64) + ".x.kz", "x.kz", refuse, ""},
		{FormDNS, strings.Repeat("abcd.", 49) + "abcde.kz", "kz", yes, ""},
		{FormDNS, strings.Repeat("abcd.", 49) + "abcdef.kz", "kz", refuse, ""},
		{FormDNS, "a.b.X.kz", "x.KZ", yes, ""},
		{FormDNS, "ax.kz", "x.kz", no, ""},
		{FormDNS, "a.x.kz", ".x.kz", yes, ""},
		{FormDNS, "a.b.X.kz", ".x.KZ", yes, ""},
		{FormDNS, "x.kz", ".x.kz", no, yes},
		{FormDNS, "ax.kz", ".x.kz", no, ""},
		{FormDNS, "a.y.kz", ".x.kz", no, ""},
		{FormDNS, "*.x.kz", ".x.kz", yes, ""},
		{FormDNS, "*.kz", ".x.kz", no, yes},
		{FormDNS, "*.x.kz", ".a.x.kz", no, yes},
		{FormDNS, "a.x.kz", "..x.kz", refuse, ""},
		{FormDNS, "a.x.kz", ".", refuse, ""},
		{FormDNS, "x.kz", ".x..kz", refuse, ""},
		{FormDNS, "a.x.kz.", "x.kz", refuse, ""},
		{FormDNS, "*.x.kz", "x.kz", yes, ""},
		{FormDNS, "*.x.kz", "a.x.kz", no, yes},
		{FormDNS, "*.x.kz", "b.a.x.kz", no, no},
		{FormDNS, "*.x.kz", "a.y.kz", no, no},
		{FormDNS, "a*.x.kz", "x.kz", refuse, ""},
		{FormDNS, "x.kz", "", yes, ""},
		{FormDNS, "", "x.kz", refuse, ""},
		{FormURI, "http://x.kz/a", "x.kz", yes, ""},
		{FormURI, "https://u:p@X.kz:8443/a", "x.kz", yes, ""},
		{FormURI, "http://a.x.kz", "x.kz", no, ""},
		{FormURI, "http://a.x.kz", ".x.kz", yes, ""},
		{FormURI, "http://x.kz", ".x.kz", no, ""},
		{FormURI, "ldap://x.kz/cn=x", "x.kz", yes, ""},
		{FormURI, "http://x.kz@evil.kz/", "x.kz", no, ""},
		{FormURI, "http://x.kz@evil.kz@x.kz/", "x.kz", refuse, ""},
		{FormURI, "http://a%40evil.kz@x.kz/", "x.kz", refuse, ""},
		{FormURI, "http://a:b%40evil.kz@x.kz/", "x.kz", refuse, ""},
		{FormURI, "//x.kz/a", "x.kz", refuse, ""},
		{FormURI, "http:x.kz", "x.kz", refuse, ""},
		{FormURI, "http://evil.kz\\@x.kz/", "x.kz", refuse, ""},
		{FormURI, "http://evil.kz\x00.x.kz/", ".x.kz", refuse, ""},
		{FormURI, "http://%65vil.kz/", "x.kz", refuse, ""},
		{FormURI, "http://x.kz.:80/", "x.kz", refuse, ""},
		{FormURI, "http://x.kz:80a/", "x.kz", refuse, ""},
		{FormURI, "http://x.kz:/", "x.kz", yes, ""},
		{FormURI, "http://x.kz#@evil.kz/", "x.kz", yes, ""},
		{FormURI, "http://0x7f.1/", "", refuse, ""},
		{FormURI, "http://127.0x1/", "", refuse, ""},
		{FormURI, "http://127.1/", "", refuse, ""},
		{FormURI, "http://1.kz/", "1.kz", yes, ""},
		{FormURI, "urn:x.kz", "x.kz", refuse, ""},
		{FormURI, "http://10.0.0.1/", "x.kz", refuse, ""},
		{FormURI, "http://[::1]/", "", refuse, ""},
		{FormURI, "http:///a", "x.kz", refuse, ""},
		{FormURI, "x.kz", "x.kz", refuse, ""},
		{FormIP, ip(10, 1, 2, 3), ip(10, 0, 0, 0, 255, 0, 0, 0), yes, ""},
		{FormIP, ip(11, 1, 2, 3), ip(10, 0, 0, 0, 255, 0, 0, 0), no, ""},
		{FormIP, ip(11, 1, 2, 3), ip(0, 0, 0, 0, 0, 0, 0, 0), yes, ""},
		{FormIP, string(make([]byte, 16)), ip(0, 0, 0, 0, 0, 0, 0, 0), no, ""},
		{FormIP, string(make([]byte, 16)), string(make([]byte, 32)), yes, ""},
		{FormIP, ip(10, 1, 2, 3), ip(10, 0, 0, 0, 255, 0, 255, 0), refuse, ""},
		{FormIP, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff" + ip(10, 1, 2, 3), ip(10, 0, 0, 0, 255, 0, 0, 0), refuse, ""},
		{FormIP, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff" + ip(10, 1, 2, 3), string(make([]byte, 32)), refuse, ""},
		{FormIP, ip(10, 1, 2, 3, 4, 5, 6, 7), ip(10, 0, 0, 0, 255, 0, 0, 0), refuse, ""},
		{FormIP, "", ip(10, 0, 0, 0, 255, 0, 0, 0), refuse, ""},
		{FormIP, ip(10, 1, 2, 3), ip(10, 0, 0, 0, 255, 0, 0, 0) + "\x00", refuse, ""},
		{FormIP, ip(10, 1, 2), ip(10, 0, 0, 0, 255, 0, 0, 0), refuse, ""},
		{FormIP, ip(10, 1, 2, 3), ip(10, 0, 0, 0), refuse, ""},
		{FormRegisteredID, "x", "x", refuse, ""},
		{FormOther, "x", "y", refuse, ""},
	}
	for _, test := range tests {
		for excluding, want := range map[bool]string{false: test.permitting, true: test.excluding} {
			if want == "" {
				want = test.permitting
			}
			s := NameSubtree{Base: GeneralName{Form: test.form, Value: []byte(test.base)}}
			inside, err := s.covers(GeneralName{Form: test.form, Value: []byte(test.name)}, excluding)
			got := no
			if err != nil {
				got = refuse
			} else if inside {
				got = yes
			}
			if got != want {
				t.Errorf("%s %q in %q, excluding %v: %s, want %s", test.form, test.name, test.base, excluding, got, want)
			}
		}
	}
}
