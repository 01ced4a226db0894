package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"tamga/certs"
)

// printer collects the lines of an answer for people. Values from files are
// made harmless on the way in.
type printer struct {
	text   strings.Builder
	indent int
	// explain prints all evidence, not only what decides.
	explain bool
}

// width is the column at which the values of fields begin, and textWidth the
// longest line of running text.
const (
	width     = 15
	textWidth = 100
)

func (p *printer) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.text.String())
	return err
}

func (p *printer) blank() { p.text.WriteByte('\n') }

func (p *printer) line(format string, args ...any) {
	p.text.WriteString(strings.Repeat(" ", p.indent))
	p.text.WriteString(clean(fmt.Sprintf(format, args...)))
	p.text.WriteByte('\n')
}

// field prints a label and its value, and nothing when there is no value.
func (p *printer) field(label, format string, args ...any) {
	value := fmt.Sprintf(format, args...)
	if value == "" {
		return
	}
	pad := strings.Repeat(" ", max(1, width-utf8.RuneCountInString(label)))
	p.wrapped(label+pad, value)
}

// wrapped prints a text after a prefix, its further lines below its beginning.
func (p *printer) wrapped(prefix, text string) {
	room := textWidth - p.indent - utf8.RuneCountInString(prefix)
	line, first := "", true
	emit := func() {
		if first {
			p.line("%s%s", prefix, line)
		} else {
			p.line("%s%s", strings.Repeat(" ", utf8.RuneCountInString(prefix)), line)
		}
		first = false
	}
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > room {
			emit()
			line = word
			continue
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	emit()
}

// in prints what f prints, indented.
func (p *printer) in(f func()) {
	p.indent += 2
	f()
	p.indent -= 2
}

// moment is how times are printed: to the second, in UTC.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// period says from when to when, and how that stands to a time.
func period(from, to, at time.Time) string {
	text := moment(from) + " to " + moment(to)
	switch {
	case at.IsZero():
		return text
	case at.Before(from):
		return text + " (not valid yet)"
	case at.After(to):
		return text + " (expired " + duration(at.Sub(to)) + " earlier)"
	}
	return text + " (valid, " + duration(to.Sub(at)) + " left)"
}

// duration says how long in whole days, below a day in hours, below an hour in
// minutes.
func duration(d time.Duration) string {
	for _, unit := range []struct {
		name string
		long time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
		switch n := int(d / unit.long); {
		case n == 1:
			return "1 " + unit.name
		case n > 1:
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return "less than a minute"
}

// identity prints whose a certificate is.
func (p *printer) identity(id certs.Identity) {
	if id.Surname == "" && id.IIN == "" {
		p.field("Name", "%s", id.CommonName)
	}
	p.field("Surname", "%s", id.Surname)
	p.field("Given name", "%s", id.GivenName)
	p.field("Patronymic", "%s", id.Patronymic)
	p.field("IIN", "%s", id.IIN)
	p.field("BIN", "%s", id.BIN)
	p.field("Identifiers", "%s", strings.Join(id.Identifiers, ", "))
	p.field("Organisation", "%s", id.Organisation)
	p.field("System", "%s", id.SystemID)
	p.field("E-mail", "%s", id.Email)
	p.field("Kind", "%s", kindInWords(id.Kind))
	p.field("Roles", "%s", rolesInWords(id.Roles))
	p.field("Identified", "%s", identificationInWords(id.Identification))
	p.field("Key is", "%s", keyInWords(id))
	for _, w := range id.Warnings {
		p.field("Oddity", "%s", w)
	}
}

func kindInWords(k certs.Kind) string {
	switch k {
	case certs.KindIndividual:
		return "a natural person"
	case certs.KindLegalEntity:
		return "a natural person acting for an organisation"
	case certs.KindSystem:
		return "an information system, no person"
	case certs.KindAuthority:
		return "a certification authority"
	}
	return "other: neither a person, an organisation nor an authority by the national profile"
}

func rolesInWords(list []certs.Role) string {
	words := map[certs.Role]string{
		certs.RoleIndividual: "individual", certs.RoleIndividualSystem: "information system of an individual",
		certs.RoleLegalEntity: "legal entity", certs.RoleHead: "first head", certs.RoleSignRight: "right to sign",
		certs.RoleFinanceSignRight: "right to sign financial documents", certs.RoleHR: "human resources",
		certs.RoleEmployee: "employee", certs.RoleSystem: "information system of a legal entity",
		certs.RoleTreasury: "treasury client", certs.RoleAdministrator: "administrator of the authority",
		certs.RoleManager: "manager of the authority", certs.RoleOperator: "operator of the authority",
	}
	parts := make([]string, len(list))
	for i, r := range list {
		parts[i] = words[r] + " (" + string(r) + ")"
	}
	return strings.Join(parts, ", ")
}

func identificationInWords(s string) string {
	switch s {
	case "service_centre":
		return "in person at a service centre"
	case "remote":
		return "remotely"
	case "digital_id":
		return "remotely by Digital ID"
	case "ai_platform":
		return "remotely by the AI Platform"
	}
	return s
}

func keyInWords(id certs.Identity) string {
	use := ""
	switch {
	case id.Kind == certs.KindAuthority:
		use = "for signing certificates and revocation lists"
	case id.KeyUse == certs.UseSigning:
		use = "for signing"
	case id.KeyUse == certs.UseLogin:
		use = "for logging in only, not for signing"
	default:
		use = "neither for signing nor for logging in"
	}
	if id.KeyStore != "" {
		use += ", kept in: " + id.KeyStore
	}
	return use
}
