package documents_test

import (
	"errors"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/documents"
)

// A printed name is compared with the certificate as a reader would, and no
// more loosely.
func TestPrintedNames(t *testing.T) {
	plain := certs.Identity{Surname: "СЕЙІТҚАЛИ", GivenName: "ӘСЕМ", Patronymic: "ҒАЛЫМҚЫЗЫ"}
	short := certs.Identity{Surname: "СЕЙІТҚАЛИ", GivenName: "ӘСЕМ"}
	double := certs.Identity{Surname: "АХМЕТОВА-КИМ", GivenName: "АННА МАРИЯ", Patronymic: "ИВАНОВНА"}
	two := certs.Identity{Surname: "ҰЛЫ ДАЛА", GivenName: "ОЛЖАС"}
	latin := certs.Identity{Surname: "SMITH", GivenName: "HENRY JAMES"}
	yo := certs.Identity{Surname: "СЕМЕНОВ", GivenName: "ПЕТР", Patronymic: "АЛЕКСЕЕВИЧ"}
	for _, c := range []struct {
		printed string
		id      certs.Identity
		agrees  bool
	}{
		{"Сейітқали Ә. Ғ.", plain, true},
		{"Сейітқали Ә.Ғ.", plain, true},
		{"Сейітқали Ә Ғ", plain, true},
		{"СЕЙІТҚАЛИ Ә.Ғ.", plain, true},
		{"сейітқали әсем ғалымқызы", plain, true},
		{"Сейітқали Әсем", plain, true},
		{"Сейітқали Әсем Ғ.", plain, true},
		{"Сейітқали Ә. Ғалымқызы", plain, true},
		{"Сейітқали Ә.", plain, true},
		{"Ә. Ғ. Сейітқали", plain, true},
		{"Ә.Сейітқали", plain, true},
		{"Әсем Ғалымқызы Сейітқали", plain, true},
		{"Сейiтқали Ә. Ғ.", plain, true}, // with a Latin i
		{"СЕЙIТҚАЛИ Ә. Ғ.", plain, true},
		{"Сейітқали Ә. Ғ.", certs.Identity{Surname: "СЕЙIТҚАЛИ", GivenName: "ӘСЕМ", Patronymic: "ҒАЛЫМҚЫЗЫ"}, true},
		{"Сейітқали Ә.", short, true},
		{"Ахметова-Ким А. М. И.", double, true},
		{"Ахметова-Ким А.", double, true},
		{"Ахметова‑Ким Анна", double, true}, // with a hyphen that does not break
		{"Ұлы Дала О.", two, true},
		{"О. Ұлы Дала", two, true},
		{"Smith H. J.", latin, true},
		{"SMITH HENRY", latin, true},
		{"Семёнов П. А.", yo, true},
		{"Семёнов Пётр", yo, true},

		{"Әбілов Ғ. Ү.", plain, false},
		{"Сейітқали", plain, false},
		{"Ә. Ғ.", plain, false},
		{"Сейітқали Ғ. Ә.", plain, false},
		{"Сейітқали Б. Ғ.", plain, false},
		{"Сейітқали Ә. Б.", plain, false},
		{"Сейітқали Ә. Ғ. Б.", plain, false},
		{"Сейітқали Ә. Ғ.", short, false}, // more than the certificate says
		{"Сейітқалиева Ә. Ғ.", plain, false},
		{"Сейіт Қали Ә. Ғ.", plain, false},
		{"Сейітқали Әс. Ғ.", plain, false},
		{"Сейітқали Әсел", plain, false},
		{"Сейткали Ә. Ғ.", plain, false},
		{"Ахметова А.", double, false},
		{"Ким А.", double, false},
		{"Дала О.", two, false},
		{"Smith J. H.", latin, false},
		{"Ә. Сейітқали Ғ.", plain, false},
		{"Әбілов Ғ. Ү., Сейітқали Ә. Ғ.", plain, false},
		{"1", plain, false},
		{"Сейітқали Ә.", certs.Identity{}, false},
		{"Сейітқали Ә.", certs.Identity{GivenName: "ӘСЕМ"}, false},
		{"А.", certs.Identity{Surname: "А"}, true},
	} {
		c.id.Organisation = "Мәдениет комитеті"
		d := documents.Draft{Licence: &documents.Licence{Head: c.printed, Licensor: documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"}}}
		err := d.CheckSigner(c.id)
		if c.agrees {
			if err != nil {
				t.Errorf("%q, %+v: %v", c.printed, c.id, err)
			}
			continue
		}
		refuses(t, c.printed, err, "/licence/head signer")
	}
}

// refuses asserts the one field and code of a refusal, which repeats no value.
func refuses(t *testing.T, name string, err error, want ...string) {
	t.Helper()
	var invalid *documents.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != len(want) {
		t.Errorf("%s: %v, want %s", name, err, want)
		return
	}
	for i, f := range invalid.Fields {
		if f.Pointer+" "+f.Code != want[i] || f.Detail == "" {
			t.Errorf("%s: %+v, want %s", name, f, want[i])
		}
		if strings.ContainsAny(f.Detail, "0123456789") || strings.Contains(f.Detail, "Сейітқали") {
			t.Errorf("%s: a value is repeated: %s", name, f.Detail)
		}
	}
}

// An authority is that of the certificate, or less of its name than it says.
func TestPrintedAuthorities(t *testing.T) {
	const long = "ҚАЗАҚСТАН РЕСПУБЛИКАСЫ МӘДЕНИЕТ ЖӘНЕ АҚПАРАТ МИНИСТРЛІГІНІҢ МӘДЕНИЕТ КОМИТЕТІ"
	const russian = `ГОСУДАРСТВЕННОЕ УЧРЕЖДЕНИЕ "КОМИТЕТ КУЛЬТУРЫ МИНИСТЕРСТВА КУЛЬТУРЫ И ИНФОРМАЦИИ РЕСПУБЛИКИ КАЗАХСТАН"`
	for _, c := range []struct {
		kk, ru, certified string
		agrees            bool
	}{
		{"Мәдениет комитеті", "Комитет культуры", "МӘДЕНИЕТ КОМИТЕТІ", true},
		{"Мәдениет комитеті", "Комитет культуры", "«МӘДЕНИЕТ КОМИТЕТІ» ММ", true},
		{"Мәдениет комитеті", "Комитет культуры", "«Мәдениет комитеті» мемлекеттік мекемесі", true},
		{"Мәдениет комитетi", "Комитет культуры", "МӘДЕНИЕТ КОМИТЕТІ", true}, // with a Latin i
		{"Мәдениет комитеті", "Комитет культуры", "ГУ «КОМИТЕТ КУЛЬТУРЫ»", true},
		{"Мәдениет комитеті", "Комитет культуры", long, true},
		{"Мәдениет комитеті", "Комитет культуры", russian, true},
		{"Қазақстан Республикасы Мәдениет және ақпарат министрлігінің Мәдениет комитеті", "другое", long, true},
		{"басқа", "Комитет культуры Министерства культуры и информации Республики Казахстан", russian, true},
		{"«Астана қаласының Мәдениет басқармасы» ММ", "ГУ «Управление культуры города Астаны»", `КГУ "УПРАВЛЕНИЕ КУЛЬТУРЫ ГОРОДА АСТАНЫ"`, true},

		{"Мәдениет комитеті", "Комитет культуры", "", false},
		{"Мәдениет комитеті", "Комитет культуры", "«КӨНЕ ҚАЛА» ЖШС", false},
		{"Мәдениет комитеті", "Комитет культуры", "ТІЛ КОМИТЕТІ", false},
		{"комитеті", "Комитет", long, false}, // a word is the end of many names
		{"комитеті", "Комитет", russian, false},
		{"Мәдениет министрлігі", "Министерство культуры", long, false},
		// More than the certificate says.
		{"Алматы қаласының Мәдениет комитеті", "Комитет культуры города Алматы", "МӘДЕНИЕТ КОМИТЕТІ", false},
		{"Алматы қаласының Мәдениет комитеті", "Комитет культуры города Алматы", `ГУ "КОМИТЕТ КУЛЬТУРЫ"`, false},
		{"Мәдениет және ақпарат", "Министерства культуры", russian, false}, // the middle
		{"Қазақстан Республикасы", "Республики Казахстан", long, false},
		// What stands before «и», or behind «және», is the name of another body.
		{"ақпарат министрлігі", "Министерство культуры", "МӘДЕНИЕТ ЖӘНЕ АҚПАРАТ МИНИСТРЛІГІ", false},
		{"ақпарат министрлігі", "Министерство культуры", "РГУ «МИНИСТЕРСТВО КУЛЬТУРЫ И ИНФОРМАЦИИ РЕСПУБЛИКИ КАЗАХСТАН»", false},
		{"Мәдениет және ақпарат министрлігі", "другое", "ҚАЗАҚСТАН РЕСПУБЛИКАСЫНЫҢ МӘДЕНИЕТ ЖӘНЕ АҚПАРАТ МИНИСТРЛІГІ", true},
		{"басқа", "Министерство культуры и информации", "РГУ «МИНИСТЕРСТВО КУЛЬТУРЫ И ИНФОРМАЦИИ РЕСПУБЛИКИ КАЗАХСТАН»", true},
		{"ММ", "ГУ", "ММ", true}, // all that there is
		{"—", "…", "—", false},
	} {
		d := documents.Draft{Refusal: &documents.Refusal{Signatory: "А Б", Authority: documents.Text{KK: c.kk, RU: c.ru}}}
		err := d.CheckSigner(certs.Identity{Surname: "А", GivenName: "Б", Organisation: c.certified})
		if c.agrees != (err == nil) {
			t.Errorf("%s / %s, %s: %v", c.kk, c.ru, c.certified, err)
		}
		if !c.agrees {
			refuses(t, c.kk+", "+c.certified, err, "/refusal/authority authority")
		}
	}
}

// Every legal form may stand before or behind a name, in full and short; other
// words may not.
func TestLegalForms(t *testing.T) {
	agrees := func(certified string) bool {
		d := documents.Draft{Refusal: &documents.Refusal{Signatory: "А Б", Authority: documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"}}}
		return d.CheckSigner(certs.Identity{Surname: "А", GivenName: "Б", Organisation: certified}) == nil
	}
	for _, name := range []string{"МӘДЕНИЕТ КОМИТЕТІ", "КОМИТЕТ КУЛЬТУРЫ"} {
		for _, form := range []string{
			"республикалық мемлекеттік мекемесі", "республиканское государственное учреждение",
			"коммуналдық мемлекеттік мекемесі", "коммунальное государственное учреждение",
			"мемлекеттік мекемесі", "государственное учреждение", "РММ", "РГУ", "КММ", "КГУ", "ММ", "ГУ",
		} {
			for _, certified := range []string{form + " «" + name + "»", "«" + name + "» " + form} {
				if !agrees(certified) {
					t.Errorf("%s is another body", certified)
				}
			}
		}
		for _, form := range []string{"республикалық мекемесі", "учреждение коммунальное", "мекемесі", "учреждение", "АҚ", "РМ", "ГУУ"} {
			if certified := form + " «" + name + "»"; agrees(certified) && name == "КОМИТЕТ КУЛЬТУРЫ" {
				t.Errorf("%s is the same body", certified)
			}
			if certified := "«" + name + "» " + form; agrees(certified) && name == "МӘДЕНИЕТ КОМИТЕТІ" {
				t.Errorf("%s is the same body", certified)
			}
		}
	}
}

// A BIN among the requisites is that of the certificate.
func TestPrintedBINs(t *testing.T) {
	for text, agrees := range map[string]bool{
		"Астана қ., тел.: 8 (7172) 00-00-00":              true,
		"БСН 120741000014, Астана қ.":                     true,
		"БСН (БИН): 120741000014":                         true,
		"ИИК 111111111111, БИН 120741000014":              true,
		"БСН 250040999998":                                false,
		"БСН (БИН) 250040999998":                          false,
		"бсн: 250040999998":                               false,
		"БСН 120741000014, қосалқы есеп БИН 250040999998": false,
		"БИН 2500 4099 9998":                              false,
		"БИН 250040 999998, 010000 Астана":                false,
		"БСН-і: 250040999998":                             false,
		"БИН организации: 250-040-999-998":                false,
		"мекеменің БСН-і – 250040999998":                  false,
		"БСН 120741000014, БСН 2500 4099 9998":            false,
		"бизнес-сәйкестендіру нөмірі 250040999998":        false,
		"Бизнес-идентификационный номер: 250040999998":    false,
		"БИН 1207 4100 0014":                              true,
		"БСН-і: 120741000014, ИИК 111111111111":           true,
		"БИН организации: 120741000014 010000 Астана":     true,
		"БИН 120741000014, тел. 8 (7172) 74-02-51":        true,
		"БИН, ИИК 111111111111":                           true,
		"БСН, ЖСН 250040999998":                           true,
		"Бизнес орталығы, тел. 8 (7172) 74-02-51-0":       true,
	} {
		for _, r := range []documents.Text{{KK: text, RU: "Астана"}, {KK: "Астана", RU: text}} {
			d := documents.Draft{Refusal: &documents.Refusal{Requisites: r}}
			err := d.CheckSigner(certs.Identity{BIN: "120741000014"})
			if agrees != (err == nil) {
				t.Errorf("%s: %v", text, err)
			}
			if !agrees {
				refuses(t, text, err, "/refusal/requisites authority")
			}
		}
	}
}

// Every kind of document is compared at its own place, and all that differs is
// told.
func TestPrintedSignersOfEveryKind(t *testing.T) {
	other := documents.Text{KK: "Басқа басқарма", RU: "Другое управление"}
	letter := documents.Letter{Authority: other, Signatory: "Басқа Б.", Requisites: documents.Text{KK: "БСН 250040999998"}}
	nobody := documents.Letter{Authority: other}
	licence := &documents.Licence{Head: "Басқа Б.", Licensor: other}
	id := certs.Identity{Surname: "СЕЙІТҚАЛИ", GivenName: "ӘСЕМ", Organisation: "МӘДЕНИЕТ КОМИТЕТІ", BIN: "120741000014"}
	whole := func(at string) []string {
		return []string{at + "/signatory signer", at + "/authority authority", at + "/requisites authority"}
	}
	for kind, c := range map[documents.Kind]struct {
		draft documents.Draft
		want  []string
	}{
		documents.KindLicence:           {documents.Draft{Licence: licence}, []string{"/licence/head signer", "/licence/licensor authority"}},
		documents.KindRefusal:           {documents.Draft{Refusal: &documents.Refusal{Authority: other, Signatory: "Басқа Б.", Requisites: letter.Requisites}}, whole("/refusal")},
		documents.KindExportCertificate: {documents.Draft{ExportCertificate: &documents.ExportCertificate{Letter: letter}}, whole("/export_certificate")},
		documents.KindApproval:          {documents.Draft{Approval: &documents.Approval{Letter: letter}}, whole("/approval")},
		documents.KindApplicationCopy:   {documents.Draft{ApplicationCopy: &documents.ApplicationCopy{Letter: letter}}, whole("/application_copy")},
		documents.KindAcceptance:        {documents.Draft{Acceptance: &documents.Acceptance{Letter: nobody}}, []string{"/acceptance/authority authority"}},
		documents.KindNotice:            {documents.Draft{Notice: &documents.Notice{Letter: letter}}, whole("/notice")},
		documents.KindConclusion:        {documents.Draft{Conclusion: &documents.Conclusion{Letter: letter}}, whole("/conclusion")},
		documents.KindSummary:           {documents.Draft{Summary: &documents.Summary{Letter: letter}}, whole("/questionnaire_summary")},
		documents.KindHistory:           {documents.Draft{History: &documents.History{Letter: letter}}, whole("/history")},
		documents.KindPaperCopy:         {documents.Draft{PaperCopy: &documents.PaperCopy{Head: "Басқа Б.", Authority: other}}, []string{"/paper_copy/head signer", "/paper_copy/authority authority"}},
		documents.KindDuplicate:         {documents.Draft{Duplicate: &documents.Duplicate{Licence: licence}}, []string{"/duplicate/licence/licensor authority"}},
		documents.KindQuestionnaire:     {documents.Draft{Questionnaire: &documents.Questionnaire{Authority: other}}, nil},
	} {
		if got := c.draft.Kind(); got != kind {
			t.Errorf("%s is %s", kind, got)
		}
		err := c.draft.CheckSigner(id)
		if c.want == nil {
			if err != nil {
				t.Errorf("%s: %v", kind, err)
			}
			continue
		}
		refuses(t, string(kind), err, c.want...)
	}
	if err := (documents.Draft{Duplicate: &documents.Duplicate{Of: "26000001"}}).CheckSigner(id); err != nil {
		t.Errorf("a duplicate before its licence is known: %v", err)
	}
}
