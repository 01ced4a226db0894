package registry

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tamga/documents"
)

func foreigner(surname, number string, country documents.Country) documents.Holder {
	return documents.Holder{Natural: &documents.NaturalPerson{Surname: surname, GivenName: "Hans", Document: &documents.IdentityDocument{
		Kind: documents.Passport, Number: documents.PersonalNumber(number), Country: country,
	}}}
}

// A person without an ЖСН goes through the whole register: a conclusion about one is
// no other's, a licence passes to the same person with a new passport, and what is
// erased tells the number no more.
func TestForeigners(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		hans, other := foreigner("Müller", "C01X00T47", "DE"), foreigner("Müller", "C01X00T47", "AT")
		conclusion := issue(t, r, "conclusion", conclusionOn(t, hans, true)).Number
		certificate := fromSamples(t, "export_certificate")
		certificate.ExportCertificate.Photographs = nil
		certificate.ExportCertificate.ConclusionNumber, certificate.ExportCertificate.ConclusionDate = conclusion, documents.CivilDate(c.now())
		person := foreigner("Müller", "C01X00T47", "DE")
		person.Natural.IIN, person.Natural.Document = "850101400011", nil
		for name, holder := range map[string]documents.Holder{
			"a passport of that number of another country": other, "another number": foreigner("Müller", "C01X00T48", "DE"),
			"the same name with an IIN": person,
		} {
			certificate.ExportCertificate.Holder = holder
			if got := refusedBy(t, r, certificate); got != "[/export_certificate/conclusion_number holder]" {
				t.Errorf("%s: %s", name, got)
			}
		}
		certificate.ExportCertificate.Holder = foreigner("Мюллер", "c01x00 t47", "DE") // spelt otherwise
		issue(t, r, "certificate", certificate)

		draft := licenceDraft(1)
		draft.Licence.Holder = hans
		old := issue(t, r, "licence", draft).Number
		next := reissueDraft(old)
		next.Licence.Holder = foreigner("Müller", "C02Y11Z58", "DE")
		if got := refusedBy(t, r, next); got != "[/licence/replaces holder]" {
			t.Errorf("with another passport: %s", got)
		}
		next.Licence.ReissueGround = documents.ReissueIdentification
		again := issue(t, r, "with a new passport", next)
		if s := sealed(Reservation{content: again.Content}); strings.Contains(fmt.Sprintf("%+v", s), "C02Y11Z58") || s.Holder == "" {
			t.Errorf("the seal says %+v", s)
		}
		record(t, r, again.Number, 2, order(documents.EventTerminated))
		for number, last := range map[string]int{again.Number: 3, old: 3} {
			erase(t, r, number, last)
			expectErased(t, r, number)
		}
		for _, text := range column(t, r, `SELECT content FROM documents WHERE kind = 'licence'`) {
			if strings.Contains(text, "C02Y11Z58") || strings.Contains(text, "C01X00T47") {
				t.Errorf("what is left tells the number: %s", text)
			}
		}
		both := licenceDraft(2)
		both.Licence.Holder = foreigner("Müller", "C01X00T47", "DE")
		both.Licence.Holder.Natural.IIN = "850101400011"
		_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "both", Draft: both})
		var invalid *documents.InvalidError
		if !errors.As(err, &invalid) || invalid.Fields[0].Code != documents.CodeExactlyOne || strings.Contains(err.Error(), "C01X00T47") {
			t.Errorf("both ways: %v", err)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}
