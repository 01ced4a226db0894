package certs

import (
	"bytes"
	"fmt"

	"tamga/certs/der"
)

// NameForm is the choice made in a GeneralName (RFC 5280 section 4.2.1.6).
type NameForm byte

// The forms, with the numbers of their tags.
const (
	FormOther        NameForm = 0
	FormEmail        NameForm = 1
	FormDNS          NameForm = 2
	FormX400         NameForm = 3
	FormDirectory    NameForm = 4
	FormEDIParty     NameForm = 5
	FormURI          NameForm = 6
	FormIP           NameForm = 7
	FormRegisteredID NameForm = 8
)

// String returns the form as RFC 5280 writes it.
func (f NameForm) String() string {
	names := []string{"otherName", "rfc822Name", "dNSName", "x400Address", "directoryName",
		"ediPartyName", "uniformResourceIdentifier", "iPAddress", "registeredID"}
	if int(f) < len(names) {
		return names[f]
	}
	return fmt.Sprintf("name form %d", byte(f))
}

// GeneralName is one name of any form.
type GeneralName struct {
	Form NameForm
	// Value is the contents of the element: text of the forms that are text,
	// the address of an IP form.
	Value     []byte
	Directory Name // of FormDirectory
}

// Text returns an rfc822Name, dNSName or URI as it stands.
func (g GeneralName) Text() string { return string(g.Value) }

// Equal compares two names: directory names by [Name.Equal], all others by
// their bytes.
func (g GeneralName) Equal(other GeneralName) bool {
	if g.Form != other.Form {
		return false
	}
	if g.Form == FormDirectory {
		return g.Directory.Equal(other.Directory)
	}
	return bytes.Equal(g.Value, other.Value)
}

// ParseGeneralNames reads the contents of a GeneralNames sequence, which must
// not be empty.
func ParseGeneralNames(body []byte) ([]GeneralName, error) {
	var names []GeneralName
	for r := der.NewReader(body); !r.Empty(); {
		g, err := parseGeneralName(r)
		if err != nil {
			return nil, err
		}
		names = append(names, g)
	}
	if len(names) == 0 {
		return nil, der.ErrSyntax
	}
	return names, nil
}

func parseGeneralName(r *der.Reader) (GeneralName, error) {
	e, err := r.Next()
	if err != nil {
		return GeneralName{}, err
	}
	g := GeneralName{Form: NameForm(e.Tag & 0x1f), Value: e.Body}
	constructed := e.Tag&0x20 != 0
	want := g.Form == FormOther || g.Form >= FormX400 && g.Form <= FormEDIParty
	if e.Tag&0xc0 != 0x80 || g.Form > FormRegisteredID || constructed != want {
		return GeneralName{}, der.ErrSyntax
	}
	if g.Form == FormDirectory { // a choice, and so tagged explicitly
		g.Directory, err = ParseName(e.Body)
	}
	return g, err
}

func (c *Certificate) readSubjectAltName(b []byte) error {
	e, err := der.One(b)
	if err != nil {
		return err
	}
	if e.Tag != der.SequenceTag {
		return der.ErrSyntax
	}
	if c.AltNames, err = ParseGeneralNames(e.Body); err != nil {
		return err
	}
	for _, g := range c.AltNames {
		if g.Form == FormEmail {
			c.Emails = append(c.Emails, g.Text())
		}
	}
	return nil
}
