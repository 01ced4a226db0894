package documents_test

import (
	"errors"
	"testing"

	"tamga/documents"
)

// Names of the world are served as their bearers write them, in one character a
// letter or in two; what only looks like a letter of the word is not.
func TestNamesOfTheWorld(t *testing.T) {
	for _, c := range []struct{ name, want, code string }{
		{"Đặng Thị Hương", "", ""}, {"Đa\u0323\u0306ng Thi\u0323 Hu\u031bo\u031bng", "Đặng Thị Hương", ""},
		{"Ñandú", "", ""}, {"Łukasz Żółć", "", ""}, {"Ўзбек Ғофуров", "", ""}, {"Ҷамшед Ӣсоев", "", ""}, {"Өткөн Үсөнбаев", "", ""},
		{"Ѣлкинъ Ѳедоръ", "", ""}, {"Georgi\u0307 Ştefănescu", "Georgi̇ Ştefănescu", documents.CodeCharacter}, {"Oʻtkir Gʻulomov", "", ""},
		{"Əliyev Heydər", "", ""}, {"Παπαδόπουλος Γιώργος", "", ""}, {"Ἀριστοτέλης", "", ""}, {"Müller-Ștefan", "", ""},
		{"Ӏумар Хӏамзат", "", ""}, {"Ҥайдар Ӱчӧкӧв", "", ""}, {"Ɗanladi Ɓala", "", ""}, {"Straẞe", "", ""},
		// Latin letters in a Cyrillic word are a slip of the keyboard where they have a twin.
		{"Əбілов Ғ.Ү.", "Әбілов Ғ.Ү.", ""}, {"Ɵмірзақ", "Өмірзақ", ""}, {"Aқтөбе", "Ақтөбе", ""},
		{"Жǎнибек", "", documents.CodeCharacter}, // ǎ passes for ӑ
		{"Αбілов", "", documents.CodeCharacter},  // a Greek alpha
		{"Νazarov", "", documents.CodeCharacter}, // a Greek nu
		{"Назαров", "", documents.CodeCharacter}, // a small alpha
		{"ɑlma", "", documents.CodeCharacter},    // the alpha of phonetics
		{"Ахме\u200bтов", "", documents.CodeCharacter}, {"Ахме\u00adтов", "", documents.CodeCharacter},
		{"5 μm, 3 kΩ, ΔT", "", ""}, {"COVIDтест", "", ""}, {"α-Кентавр", "", ""},
		{"משה", "", documents.CodeCharacter}, {"محمد", "", documents.CodeCharacter}, {"王伟", "", documents.CodeCharacter}, {"გიორგი", "", documents.CodeCharacter},
		{"Շահան", "", documents.CodeCharacter},
	} {
		d := sample(t, "approval")
		d.Approval.Applicant = foreigner()
		d.Approval.Applicant.Natural.Surname = c.name
		d = d.Normalise()
		if c.want == "" {
			c.want = c.name
		}
		if got := d.Approval.Applicant.Natural.Surname; got != c.want && c.code == "" {
			t.Errorf("%q is tidied to %q", c.name, got)
		}
		var invalid *documents.InvalidError
		err := d.Validate()
		code := ""
		if errors.As(err, &invalid) {
			code = invalid.Fields[0].Code
			if len(invalid.Fields) != 1 || invalid.Fields[0].Pointer != "/approval/applicant/natural/surname" {
				t.Errorf("%q: %v", c.name, err)
			}
		}
		if code != c.code {
			t.Errorf("%q: %v", c.name, err)
		}
	}
}
