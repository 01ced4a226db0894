package language_test

import (
	"testing"
	"unicode"

	"tamga/language"
)

func TestLatin(t *testing.T) {
	for text, want := range map[string]string{
		"": "",
		"«Ұлы дала мұрасы» ЖШС":     "«Ūly dala mūrasy» ZHSHS",
		"ҚҰНАНБАЕВА ҮМІТ ҺАМИТҚЫЗЫ": "QŪNANBAEVA ÜMIT HAMITQYZY",
		"Сейітқали Ә. Ғ.":           "Seyitqali Ä. Gh.",
		"Щукин Юрий":                "Shchukin Yuriy",
		"ЩУКИН Ю.":                  "SHCHUKIN Yu.",
		"Объём, № 5 (A4) – PDF":     "Obyom, № 5 (A4) – PDF",
		"археологиялық және ғылыми-реставрациялық жұмыстар": "arkheologiyalyq zhäne ghylymi-restavratsiyalyq zhūmystar",
	} {
		if got := language.Latin(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for r := rune('Ѐ'); r <= 'ӿ'; r++ {
		one := language.Latin(string(r))
		if kazakh := r >= 'А' && r <= 'я' || r == 'Ё' || r == 'ё'; kazakh && one != "" && unicode.Is(unicode.Cyrillic, []rune(one)[0]) {
			t.Errorf("%c stays %s", r, one)
		}
	}
	for _, r := range "ӘәҒғҚқҢңӨөҰұҮүҺһІі" {
		if one := language.Latin(string(r)); unicode.Is(unicode.Cyrillic, []rune(one)[0]) {
			t.Errorf("%c stays %s", r, one)
		}
	}
}
