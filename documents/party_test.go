package documents_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/documents"
)

func foreigner() documents.Holder {
	return documents.Holder{Natural: &documents.NaturalPerson{
		Surname: "Müller", GivenName: "Hans",
		Document: &documents.IdentityDocument{Kind: documents.Passport, Number: "C01X00T47", Country: "DE"},
	}}
}

func foreignCompany() documents.Holder {
	return documents.Holder{Legal: &documents.LegalEntity{
		Name:         documents.Text{KK: "«Grabungen GmbH» компаниясы", RU: "компания «Grabungen GmbH»"},
		Address:      documents.Text{KK: "Берлин қ., Унтер-ден-Линден к-сі, 1", RU: "г. Берлин, ул. Унтер-ден-Линден, 1"},
		Registration: &documents.Registration{Number: "HRB 86891", Country: "DE"},
	}}
}

// owned is every sample whose document is given to somebody, given to h, by the
// pointer to whom that is.
func owned(t *testing.T, h documents.Holder) map[string]documents.Draft {
	all := map[string]documents.Draft{}
	for _, name := range []string{
		"licence_annex", "export_certificate", "approval", "application_copy", "acceptance", "notice", "notice_no_value", "conclusion",
	} {
		d := sample(t, name)
		switch {
		case d.Licence != nil:
			d.Licence.Holder = h
			all["/licence/holder"] = d
		case d.ExportCertificate != nil:
			d.ExportCertificate.Holder = h
			all["/export_certificate/holder"] = d
		case d.Approval != nil:
			d.Approval.Applicant = h
			all["/approval/applicant"] = d
		case d.ApplicationCopy != nil:
			d.ApplicationCopy.Applicant = h
			all["/application_copy/applicant"] = d
		case d.Acceptance != nil:
			d.Acceptance.Applicant = h
			all["/acceptance/applicant"] = d
		case d.Notice != nil:
			d.Notice.Applicant = h
			all["/notice/applicant"] = d
		case d.Conclusion != nil:
			d.Conclusion.Applicant = h
			all["/conclusion/applicant"] = d
		}
	}
	r := refusal()
	r.Applicant = h
	all["/refusal/applicant"] = documents.Draft{Refusal: &r}
	return all
}

// Whoever has no ЖСН or БСН is named by a document or a registration and the country
// that gave it, in every document; one of the two ways, and that one whole.
func TestForeigners(t *testing.T) {
	natural := func(edit func(*documents.NaturalPerson)) documents.Holder {
		h := foreigner()
		edit(h.Natural)
		return h
	}
	document := func(edit func(*documents.IdentityDocument)) documents.Holder {
		return natural(func(p *documents.NaturalPerson) { edit(p.Document) })
	}
	legal := func(edit func(*documents.LegalEntity)) documents.Holder {
		h := foreignCompany()
		edit(h.Legal)
		return h
	}
	for name, c := range map[string]struct {
		holder documents.Holder
		want   string
	}{
		"a person with a passport":        {foreigner(), ""},
		"with a card of the country next": {document(func(d *documents.IdentityDocument) { d.Kind, d.Country = documents.IdentityCard, "KG" }), ""},
		"with a residence permit of ours": {document(func(d *documents.IdentityDocument) { d.Kind, d.Country = documents.ResidencePermit, "KZ" }), ""},
		"a company":                       {foreignCompany(), ""},
		"neither way":                     {natural(func(p *documents.NaturalPerson) { p.Document = nil }), "/natural/iin required"},
		"both ways":                       {natural(func(p *documents.NaturalPerson) { p.IIN = "850101400011" }), "/natural exactly_one"},
		"an IIN that is none, and a passport": {
			natural(func(p *documents.NaturalPerson) { p.IIN = "850101400012" }), "/natural exactly_one"},
		"no kind":            {document(func(d *documents.IdentityDocument) { d.Kind = "" }), "/natural/identity_document/kind unknown"},
		"an unknown kind":    {document(func(d *documents.IdentityDocument) { d.Kind = "library_card" }), "/natural/identity_document/kind unknown"},
		"no number":          {document(func(d *documents.IdentityDocument) { d.Number = "" }), "/natural/identity_document/number required"},
		"a number of spaces": {document(func(d *documents.IdentityDocument) { d.Number = " " }), "/natural/identity_document/number required"},
		"no digit in it":     {document(func(d *documents.IdentityDocument) { d.Number = "---" }), "/natural/identity_document/number number"},
		"a number of 40":     {document(func(d *documents.IdentityDocument) { d.Number = documents.PersonalNumber(strings.Repeat("7", 40)) }), ""},
		"a number of 41":     {document(func(d *documents.IdentityDocument) { d.Number = documents.PersonalNumber(strings.Repeat("7", 41)) }), "/natural/identity_document/number too_long"},
		"a control in it":    {document(func(d *documents.IdentityDocument) { d.Number = "C01\u202e47" }), "/natural/identity_document/number character"},
		"no country":         {document(func(d *documents.IdentityDocument) { d.Country = "" }), "/natural/identity_document/country required"},
		"an unknown country": {document(func(d *documents.IdentityDocument) { d.Country = "QQ" }), "/natural/identity_document/country unknown"},
		"in three letters":   {document(func(d *documents.IdentityDocument) { d.Country = "DEU" }), "/natural/identity_document/country unknown"},
		"a passport of ours": {document(func(d *documents.IdentityDocument) { d.Country = "KZ" }), "/natural/identity_document/country not_accepted"},
		"a card of ours": {document(func(d *documents.IdentityDocument) { d.Kind, d.Country = documents.IdentityCard, "KZ" }),
			"/natural/identity_document/country not_accepted"},
		"everything empty": {document(func(d *documents.IdentityDocument) { *d = documents.IdentityDocument{} }),
			"/natural/identity_document/kind unknown /natural/identity_document/number required /natural/identity_document/country required"},
		"a company, neither way":       {legal(func(e *documents.LegalEntity) { e.Registration = nil }), "/legal/bin required"},
		"a company, both ways":         {legal(func(e *documents.LegalEntity) { e.BIN = "120741000014" }), "/legal exactly_one"},
		"a company without its number": {legal(func(e *documents.LegalEntity) { e.Registration.Number = "" }), "/legal/registration/number required"},
		"a company without a country":  {legal(func(e *documents.LegalEntity) { e.Registration.Country = "" }), "/legal/registration/country required"},
		"a company of ours":            {legal(func(e *documents.LegalEntity) { e.Registration.Country = "KZ" }), "/legal/registration/country not_accepted"},
	} {
		for at, draft := range owned(t, c.holder) {
			var said []string
			var invalid *documents.InvalidError
			err := draft.Normalise().Validate()
			if errors.As(err, &invalid) {
				for _, f := range invalid.Fields {
					if strings.HasPrefix(f.Pointer, at) {
						said = append(said, strings.TrimPrefix(f.Pointer, at)+" "+f.Code)
					}
				}
			}
			if got := strings.Join(said, " "); got != c.want {
				t.Errorf("%s, %s: %q, want %q (%v)", at, name, got, c.want, err)
			}
			if err != nil && strings.Contains(fmt.Sprint(err), "C01X00T47") {
				t.Errorf("%s, %s: the error tells the number", at, name)
			}
		}
	}
}

// What a request of before said is what it says now: the register compares them.
func TestHoldersKeepTheirJSON(t *testing.T) {
	for _, c := range []struct {
		holder documents.Holder
		want   string
	}{
		{refusal().Applicant, `"iin":"850101400011"}}`}, {licence().Holder, `"bin":"120741000014"}}`},
		{foreigner(), `{"natural":{"surname":"Müller","given_name":"Hans","identity_document":{"kind":"passport","number":"C01X00T47","country":"DE"}}}`},
		{foreignCompany(), `"registration":{"number":"HRB 86891","country":"DE"}}}`},
	} {
		raw, err := json.Marshal(c.holder)
		if err != nil || !strings.HasSuffix(string(raw), c.want) {
			t.Errorf("%s, %v: want %s", raw, err, c.want)
		}
	}
}

// Two holders are one by what they have, and never by what both lack. Spaces, small
// letters and letters that only look Latin make no other number.
func TestSameHolder(t *testing.T) {
	person := func(iin certs.IIN, document *documents.IdentityDocument) documents.Holder {
		return documents.Holder{Natural: &documents.NaturalPerson{Surname: "Ким", GivenName: "Ян", IIN: iin, Document: document}}
	}
	paper := func(kind documents.DocumentKind, number string, country documents.Country) documents.Holder {
		return person("", &documents.IdentityDocument{Kind: kind, Number: documents.PersonalNumber(number), Country: country})
	}
	company := func(bin certs.BIN, r *documents.Registration) documents.Holder {
		return documents.Holder{Legal: &documents.LegalEntity{BIN: bin, Registration: r}}
	}
	all := []struct {
		group  string // of one group are one person
		holder documents.Holder
	}{
		{"", documents.Holder{}}, {"", person("", nil)}, {"", company("", nil)}, {"", paper(documents.Passport, "", "")},
		{"", paper(documents.Passport, "", "DE")}, {"", paper(documents.Passport, " ", "DE")}, {"", paper(documents.Passport, "A1", "")},
		{"", company("", &documents.Registration{})}, {"", company("", &documents.Registration{Country: "DE"})},
		{"iin", person("850101400011", nil)}, {"iin", person("850101400011", nil)}, {"another iin", person("990101300023", nil)},
		{"passport", paper(documents.Passport, "AB 1234567", "KG")}, {"passport", paper(documents.Passport, "ав1234567", "KG")},
		{"passport of another country", paper(documents.Passport, "AB1234567", "UZ")},
		{"card of that number", paper(documents.IdentityCard, "AB1234567", "KG")},
		{"passport next", paper(documents.Passport, "AB1234568", "KG")},
		{"digits of an IIN", paper(documents.Passport, "850101400011", "KG")},
		{"bin", company("120741000014", nil)}, {"bin", company("120741000014", nil)},
		{"company", company("", &documents.Registration{Number: "HRB 86891", Country: "DE"})},
		{"company", company("", &documents.Registration{Number: "hrb86891", Country: "DE"})},
		{"company elsewhere", company("", &documents.Registration{Number: "HRB 86891", Country: "AT"})},
		{"digits of a BIN", company("", &documents.Registration{Number: "120741000014", Country: "DE"})},
		{"divided otherwise", company("", &documents.Registration{Number: "HRB 8-6891", Country: "DE"})},
	}
	for i, a := range all {
		for j, b := range all {
			want := a.group == b.group && a.group != ""
			conclusion := documents.Conclusion{Applicant: b.holder, Recognised: true}
			draft := documents.Draft{ExportCertificate: &documents.ExportCertificate{Holder: a.holder}}
			got := draft.CheckConclusion(conclusion) == nil
			old, next := documents.Licence{Holder: a.holder}, documents.Licence{Holder: b.holder}
			if replaces := next.CheckReplaced(old) == nil; got != want || replaces != want {
				t.Errorf("%d and %d (%q, %q): a conclusion serves %v, a licence replaces %v", i, j, a.group, b.group, got, replaces)
			}
		}
	}
}

// A passport ends before a licence does, and foreigners get ЖСН later: the licence is
// re-issued on that ground, of a person to a person and of a company to a company.
func TestReissueForANewDocument(t *testing.T) {
	renewed, known := foreigner(), refusal().Applicant
	renewed.Natural.Document = &documents.IdentityDocument{Kind: documents.Passport, Number: "C02Y11Z58", Country: "DE"}
	registered := foreignCompany()
	registered.Legal.Registration = nil
	registered.Legal.BIN = "120741000014"
	for name, c := range map[string]struct {
		old, next documents.Holder
		want      bool
	}{
		"a passport in the place of another": {foreigner(), renewed, true}, "an IIN in its place": {foreigner(), known, true},
		"a BIN in the place of a registration": {foreignCompany(), registered, true},
		"an IIN in the place of another":       {known, documents.Holder{Natural: &documents.NaturalPerson{IIN: "990101300023"}}, false},
		"a passport in the place of an IIN":    {known, foreigner(), false},
		"a company in the place of a person":   {foreigner(), registered, false},
	} {
		next := documents.Licence{Holder: c.next, ReissueGround: documents.ReissueIdentification}
		err := next.CheckReplaced(documents.Licence{Holder: c.old})
		var invalid *documents.InvalidError
		if c.want != (err == nil) || err != nil && (!errors.As(err, &invalid) || invalid.Fields[0].Code != documents.CodeHolder) {
			t.Errorf("%s: %v", name, err)
		}
		next.ReissueGround = ""
		if next.CheckReplaced(documents.Licence{Holder: c.old}) == nil {
			t.Errorf("%s, without the ground: replaced", name)
		}
	}
}

// The row of the holder names what it has: nobody's passport is called an ЖСН.
func TestRequisitesOfForeigners(t *testing.T) {
	for _, c := range []struct {
		holder documents.Holder
		kk, ru string
	}{
		{foreigner(), "Müller Hans, паспорт № C01X00T47 (Германия)", "Müller Hans, паспорт № C01X00T47 (Германия)"},
		{foreignCompany(),
			"«Grabungen GmbH» компаниясы, Берлин қ., Унтер-ден-Линден к-сі, 1, тіркеу нөмірі HRB 86891 (Германия)",
			"компания «Grabungen GmbH», г. Берлин, ул. Унтер-ден-Линден, 1, регистрационный номер HRB 86891 (Германия)"},
	} {
		if kk, ru := c.holder.Requisites(documents.KK), c.holder.Requisites(documents.RU); kk != c.kk || ru != c.ru {
			t.Errorf("%q\n%q\nwant\n%q\n%q", kk, ru, c.kk, c.ru)
		}
		if !c.holder.Foreign() {
			t.Errorf("%q is not foreign", c.kk)
		}
	}
	if licence().Holder.Foreign() || refusal().Applicant.Foreign() || (documents.Holder{}).Foreign() {
		t.Error("who has a number of ours is foreign")
	}
	h := foreigner()
	if got := fmt.Sprint(h.Natural.Document.Number, h); strings.Contains(got, "C01X00T47") {
		t.Errorf("a number that is printed by accident says %s", got)
	}
	for _, lang := range []documents.Lang{documents.KK, documents.RU} {
		if got := h.PublicName(lang); got != "Müller\u00a0H." {
			t.Errorf("the public sees %q", got)
		}
	}
}

// Every country has a name in every language, in letters that are printed.
func TestCountries(t *testing.T) {
	n := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			l := documents.Country(string(a) + string(b)).Label()
			if l == (documents.Label{}) {
				continue
			}
			n++
			for _, s := range []string{l.KK, l.RU, l.EN} {
				if s == "" || slices.ContainsFunc([]rune(s), func(r rune) bool { return !documents.Printable(r) }) || documents.NormaliseKazakh(s) != s {
					t.Errorf("%c%c is called %q", a, b, s)
				}
			}
		}
	}
	if n != 242 {
		t.Errorf("there are %d countries", n)
	}
}
