package forms

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/jsonfile"
)

//go:embed specimens.json
var specimensJSON []byte

// Specimens returns a fictional content for every kind of document, by a name
// that tells the kinds of one layout apart: for previews and tests. Every call
// makes them anew.
func Specimens() map[string]pdf.Content {
	drafts, pictures := specimenDrafts()
	certificate := drafts["export-certificate"].ExportCertificate
	drafts["export-certificate-paper"] = documents.Draft{PaperCopy: &documents.PaperCopy{
		Number: "KZ67RPC26000006", IssuedOn: certificate.IssuedOn, Of: certificate.Number,
		Authority: drafts["licence"].Licence.Licensor, Head: drafts["licence"].Licence.Head, ExportCertificate: certificate, Copy: 1,
	}}
	approval := drafts["approval"].Approval
	drafts["approval-paper"] = documents.Draft{PaperCopy: &documents.PaperCopy{
		Number: "KZ40RPC26000007", IssuedOn: approval.IssuedOn, Of: approval.Number,
		Authority: approval.Authority, Head: approval.Signatory, Approval: approval, Copy: 1,
	}}
	all := map[string]pdf.Content{
		"signature-receipt":    specimenSignatureReceipt().Content(),
		"verification-receipt": specimenCheckReceipt().Content(),
	}
	for name, d := range drafts {
		all[name] = Of(d, pictures)
	}
	return all
}

// SpecimensOf are the Specimens and, for every layout that has none, because a
// folder added it, a content in which every field holds its own name and tables
// are empty.
func SpecimensOf(layouts *pdf.Layouts) map[string]pdf.Content {
	all := Specimens()
	shown := map[string]bool{}
	for _, c := range all {
		shown[c.Layout] = true
	}
	for _, name := range layouts.Names() {
		if !shown[name] {
			all[name] = placeholder(layouts, name)
		}
	}
	return all
}

func placeholder(layouts *pdf.Layouts, name string) pdf.Content {
	c := pdf.Content{Layout: name, Number: "000000", Fields: fields{}}
	required, optional := layouts.Fields(name)
	for _, f := range append(required, optional...) {
		c.Fields[f] = pdf.Same(f)
	}
	return c
}

// specimenDrafts returns the documents that the specimens print, and their
// photographs by digest.
func specimenDrafts() (map[string]documents.Draft, map[string][]byte) {
	var all map[string]documents.Draft
	if err := jsonfile.Read(specimensJSON, &all); err != nil {
		panic(fmt.Sprintf("the specimens cannot be read: %v", err)) // they are embedded, and a test reads them
	}
	licences(all)
	pictures := map[string][]byte{}
	shown := all["export-certificate"].ExportCertificate.Photographs
	for i := range shown {
		picture := specimenPicture(i)
		sum := sha256.Sum256(picture)
		shown[i].SHA256 = hex.EncodeToString(sum[:])
		pictures[shown[i].SHA256] = picture
	}
	return all, pictures
}

// licences adds what is made of a licence: with annexes, re-issued, a duplicate,
// a certified copy.
func licences(all map[string]documents.Draft) {
	first := all["licence"].Licence
	licence := func(number string) *documents.Licence {
		d := *first
		d.Number = number
		return &d
	}
	for name, with := range map[string]struct {
		number  string
		subtype documents.Subtype
	}{
		"licence-archaeology": {"26000021", documents.SubtypeArchaeology},
		"licence-restoration": {"26000022", documents.SubtypeRestoration},
		"licence-both":        {"26000023", documents.SubtypeBoth},
	} {
		d := licence(with.number)
		d.Annex = &documents.Annex{
			Number: "001", Subtype: with.subtype, HolderAddress: d.Holder.Legal.Address,
			Ground: documents.Text{KK: "2026 жылғы 22 қарашадағы № 118 бұйрық", RU: "приказ от 22 ноября 2026 года № 118"},
		}
		all[name] = documents.Draft{Licence: d}
	}
	stranger := licence("26000027")
	stranger.Holder = documents.Holder{Natural: &documents.NaturalPerson{
		Surname: "Đặng", GivenName: "Thị Hương",
		Document: &documents.IdentityDocument{Kind: documents.Passport, Number: "C0000047", Country: "VN"},
	}}
	stranger.Annex = &documents.Annex{
		Number: "001", Subtype: documents.SubtypeRestoration, HolderAddress: first.Holder.Legal.Address,
		Ground: documents.Text{KK: "2026 жылғы 22 қарашадағы № 118 бұйрық", RU: "приказ от 22 ноября 2026 года № 118"},
	}
	all["licence-foreigner"] = documents.Draft{Licence: stranger}
	again := licence("26000024")
	again.Replaces, again.FirstIssuedOn = "14014826", documents.Date{Year: 2014, Month: time.October, Day: 9}
	again.ValidUntil = documents.Date{} // as of the one of 2014
	all["licence-reissued"] = documents.Draft{Licence: again}
	all["licence-duplicate"] = documents.Draft{Duplicate: &documents.Duplicate{
		Number: "KZ79RLD26000002", IssuedOn: first.IssuedOn, Of: "26000025", Licence: licence("26000025"),
	}}
	old := licence("14014826")
	old.IssuedOn, old.ValidUntil = documents.Date{Year: 2014, Month: time.October, Day: 9}, documents.Date{}
	old.Head, old.Place = "", documents.Text{} // its source tells neither
	old.Elsewhere = &documents.Elsewhere{
		Source: "elicense.kz", Number: "14014826",
		Name: documents.Text{KK: "«Е-лицензиялау» АЖ", RU: "ИС «Е-лицензирование»"},
	}
	all["licence-duplicate-elsewhere"] = documents.Draft{Duplicate: &documents.Duplicate{
		Number: "KZ52RLD26000003", IssuedOn: first.IssuedOn, Of: "KZ53RLE26000001", Licence: old,
	}}
	all["licence-paper"] = documents.Draft{PaperCopy: &documents.PaperCopy{
		Number: "KZ94RPC26000005", IssuedOn: first.IssuedOn, Of: "26000026", Authority: first.Licensor, Head: first.Head,
		Licence: licence("26000026"), Copy: 2,
	}}
}

// specimenMoment is when the specimens of receipts were made.
func specimenMoment() time.Time { return time.Date(2026, time.November, 22, 13, 41, 0, 0, time.UTC) }

const (
	specimenDigest  = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	specimenService = "https://tamga.example"
)

func specimenSignatureReceipt() SignatureReceipt {
	check := func(kk, ru, answerKK, answerRU string) ReceiptCheck {
		return ReceiptCheck{documents.Text{KK: kk, RU: ru}, documents.Text{KK: answerKK, RU: answerRU}}
	}
	return SignatureReceipt{
		ID: "01f3a96b7c2d4e58", Service: specimenService, AnsweredAt: specimenMoment(), AskedAt: specimenMoment().Add(-48 * time.Second),
		File: documents.Text{KK: "CMS қолтаңбасы, 4 312 байт", RU: "подпись CMS, 4 312 байт"}, FileSHA256: specimenDigest,
		IIN: "••••••••••89", Policy: "kz 2026-11-22",
		Conclusion: documents.Text{KK: "Қолтаңба расталды.", RU: "Подпись подтверждена."},
		Signers: []ReceiptSigner{{
			Name:        "ҚҰНАНБАЕВА ҮМІТ ҺАМИТҚЫЗЫ, «ҰЛЫ ДАЛА МҰРАСЫ» ЖШС",
			Certificate: "1c2fd9ac77, GOST 34.10-2015, 22.11.2026 – 22.11.2027",
			Conclusion:  documents.Text{KK: "қабылданды (TOTAL-PASSED), CAdES-B-T", RU: "принята (TOTAL-PASSED), CAdES-B-T"},
			Checks: []ReceiptCheck{
				check("Қолтаңба мәні", "Значение подписи", "расталды", "подтверждено"),
				check("Қайтарып алынған (күші жойылған) тіркеу куәліктерінің тізімінде болмауы", "Отсутствие в списке отозванных (аннулированных) регистрационных свидетельств", "расталды", "подтверждено"),
				check("Қол қойған тұлғаның өкілеттігі", "Полномочия подписавшего лица", "тексерілмеді", "не проверялось"),
			},
		}},
	}
}

func specimenCheckReceipt() CheckReceipt {
	return CheckReceipt{
		ID: "5d41402abc4b2a76", Service: specimenService, AnsweredAt: specimenMoment(),
		Document: documents.OnPaper(documents.KindLicence.Title()), Number: "26000017", IssuedOn: documents.Date{Year: 2026, Month: time.November, Day: 22},
		Holder: documents.Text{KK: "«Ұлы дала мұрасы» ЖШС", RU: "ТОО «Наследие Великой степи»"}, SHA256: specimenDigest,
		Integrity: documents.Text{KK: "расталды", RU: "подтверждено"},
		Signature: documents.Text{KK: "Қолтаңба расталды.", RU: "Подпись подтверждена."},
		Status:    documents.OnPaper(documents.StatusInForce.Label()), StatusAt: specimenMoment(),
		Conclusion: documents.Text{KK: "құжаттың түпнұсқалығы расталды, қолданыста", RU: "подлинность документа подтверждена, действует"},
	}
}
