package web

import "html/template"

// Signing is what a page asks to have signed. It is the view of the part "sign".
type Signing struct {
	Purpose string // "sign-in" takes keys for logging in, too; "sign" those for documents
	Texts   []SignText
	// DemoSigner is where the demonstration's own signer listens; empty for nowhere. It
	// has the keys of DemoKeys.
	DemoSigner string
	DemoKeys   []DemoKey
}

// DemoKey is a key of the demonstration and whose it is, in words.
type DemoKey struct{ Key, Name string }

// SignText is one text to sign: its bytes in base64, or the address of our own where they
// are fetched.
type SignText struct {
	Name     string
	File     string // a name to save it under
	Data     string
	From     string
	View     string // an address where it can be looked at; may be empty
	Detached bool   // the signature does not hold the text
}

// saved is where a text is saved from.
func saved(t SignText) template.URL {
	if t.From != "" {
		return template.URL(t.From)
	}
	return template.URL("data:application/octet-stream;base64," + t.Data)
}
