package api

import (
	"testing"

	"tamga/api/web"
	"tamga/documents"
	"tamga/language/words"
	"tamga/signing"
	"tamga/signing/receipt"
)

// The page and the receipt of a check follow the acceptance: what the policy
// refuses is bad news, also where EN 319 102-1 has INDETERMINATE, and what is
// undecided is none.
func TestPagesFollowTheAcceptance(t *testing.T) {
	for _, c := range []struct {
		indication   signing.Indication
		acceptance   signing.Acceptance
		banner, row  web.Tone
		title, state string
		receipt      string
	}{
		{signing.TotalPassed, signing.Accepted, web.Good, web.Good, "in_force", "confirmed", "подлинность документа подтверждена, действует"},
		{signing.Indeterminate, signing.Undecided, web.Unclear, web.Unclear, "unclear", "not_known", "подлинность документа не подтверждена"},
		{signing.Indeterminate, signing.Refused, web.Bad, web.Bad, "altered", "not_confirmed", "подлинность документа не подтверждена"},
		{signing.TotalFailed, signing.Refused, web.Bad, web.Bad, "altered", "not_confirmed", "подлинность документа не подтверждена"},
	} {
		a := checkAnswer{
			Integrity: signing.CheckPassed, Signature: checkedSignature{Indication: c.indication, Acceptance: c.acceptance},
			publicDocument: &publicDocument{Kind: documents.KindLicence, Status: publicStatus{Code: documents.StatusInForce, Label: documents.Label{RU: "действует"}}},
		}
		if got := banner(a, web.RU); got.Tone != c.banner || got.Title != c.title {
			t.Errorf("%s, %s: banner %+v", c.indication, c.acceptance, got)
		}
		if got := signatureRow(a); got.Tone != c.row || got.State != c.state {
			t.Errorf("%s, %s: row %+v", c.indication, c.acceptance, got)
		}
		if got := checkReceiptContent(checkReceipt{ID: "0123456789abcdef", Answer: a}).Fields["conclusion"]; got.RU != c.receipt {
			t.Errorf("%s, %s: receipt %+v", c.indication, c.acceptance, got)
		}
		verdict := &signing.Verdict{Signers: []signing.Signer{{Indication: c.indication, Acceptance: c.acceptance}}}
		want := map[signing.Acceptance]string{signing.Accepted: "принята", signing.Undecided: "не решено", signing.Refused: "не принята"}[c.acceptance]
		if got := receiptContent(receipt.Receipt{ID: "0123456789abcdef", Verdict: verdict}).Tables["signers"].Rows[0][2]; got.RU != want+" ("+string(c.indication)+")" {
			t.Errorf("%s, %s: receipt of a verification %+v", c.indication, c.acceptance, got)
		}
	}
}

// A receipt names the file in words, and its bytes with their number.
func TestFileOfAReceipt(t *testing.T) {
	for want, c := range map[string]struct {
		kind signing.FileKind
		size int
	}{
		"подпись CMS, 3 932 байта": {signing.FileCMS, 3932}, "файл PDF, 12 байт": {signing.FilePDF, 12}, "текст, 0 байт": {signing.FileText, 0},
		"регистрационное свидетельство, 1 байт": {signing.FileCertificate, 1}, "файл XML, 1 234 514 байт": {signing.FileXML, 1234514}, "метка времени, 22 байта": {signing.FileTimestamp, 22},
	} {
		if got := fileText(c.kind, c.size); got.RU != want {
			t.Errorf("%q, want %q", got.RU, want)
		}
	}
	if got := fileText(signing.FileCMS, 4312).KK; got != "CMS қолтаңбасы, 4 312 байт" {
		t.Errorf("%q", got)
	}
}

// What is re-issued is a licence, whatever the document checked is: a word in its
// gender stands beside it, on pages and receipts.
func TestGenderOfReissued(t *testing.T) {
	again := publicStatus{Code: documents.StatusReissued, Label: documents.StatusReissued.Label()}
	for kind, of := range map[documents.Kind]*publicStatus{documents.KindLicence: nil, documents.KindDuplicate: &again, documents.KindPaperCopy: &again} {
		a := checkAnswer{
			Integrity: signing.CheckPassed, Signature: checkedSignature{Acceptance: signing.Accepted},
			publicDocument: &publicDocument{Kind: kind, Status: again, Original: of},
		}
		if of != nil {
			a.Status = publicStatus{Code: documents.StatusInForce, Label: documents.StatusInForce.Label()}
		}
		if got := words.Room("page")[banner(a, web.RU).Title]; got.RU != "Лицензия переоформлена" || got.KK != "Лицензия қайта ресімделген" {
			t.Errorf("%s: %+v", kind, got)
		}
		if got := checkReceiptContent(checkReceipt{ID: "0123456789abcdef", Answer: a}).Fields["conclusion"]; got.RU != "подлинность документа подтверждена, лицензия переоформлена" || got.KK != "құжаттың түпнұсқалығы расталды, лицензия қайта ресімделген" {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}
