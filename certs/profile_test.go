package certs

import (
	"strings"
	"testing"
)

// The embedded profile can be read, knows every role that the program has a
// word for, and slips of the pen are refused.
func TestNationalProfile(t *testing.T) {
	p, err := parseProfile(kzProfile)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, e := range p.Roles {
		known[e.Code] = true
	}
	for _, r := range Roles() {
		if !known[string(r)] {
			t.Errorf("no identifier stands for %s", r)
		}
	}
	if len(Roles()) != len(p.Roles) {
		t.Errorf("%d roles, %d identifiers", len(Roles()), len(p.Roles))
	}
	good := string(kzProfile)
	for name, test := range map[string][2]string{
		"unknown member":    {strings.Replace(good, `"version"`, `"versoin"`, 1), "unknown field \"versoin\""},
		"unknown key usage": {strings.Replace(good, "nonRepudiation", "nonrepudiation", 1), "there is no key usage \"nonrepudiation\""},
		"identifier twice":  {strings.Replace(good, `"1.2.398.3.3.4.1.2"`, `"1.2.398.3.3.4.1.1"`, 1), "stands twice or without a meaning"},
		"malformed date":    {strings.Replace(good, `"code": "individual" }`, `"code": "individual", "from": "2026" }`, 1), "cannot parse \"\" as \"-\""},
	} {
		if test[0] == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := parseProfile([]byte(test[0])); err == nil || !strings.Contains(err.Error(), test[1]) {
			t.Errorf("%s: %v, want %q", name, err, test[1])
		}
	}
}

func TestKeyUseByProfile(t *testing.T) {
	for u, want := range map[KeyUsage]KeyUse{
		DigitalSignature | NonRepudiation:                   UseSigning,
		DigitalSignature | NonRepudiation | KeyAgreement:    UseSigning,
		DigitalSignature | NonRepudiation | KeyEncipherment: UseSigning,
		DigitalSignature | KeyEncipherment:                  UseLogin,
		DigitalSignature:                                    UseOther,
		KeyEncipherment:                                     UseOther,
		0:                                                   UseOther,
	} {
		if got := NationalProfile().keyUse(u); got != want {
			t.Errorf("%v is for %s, want %s", u.Names(), got, want)
		}
	}
}
