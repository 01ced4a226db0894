// Package appearance draws how a signature looks on its page (ISO 32000-1, 12.5.5):
// a frame with what is known of the signer, in Kazakh, Russian or English,
// and a QR code with an address to check at. What is drawn needs nothing that a
// PDF/A forbids: its letters are embedded, its black is of no device, and nothing is
// transparent. The same facts in the same place look the same, byte for byte.
package appearance

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"tamga/certs"
	"tamga/language"
	"tamga/language/words"
	"tamga/signing/pades"
)

// Stamp is what people order.
type Stamp struct {
	// Page is the number of the page, counted from one, or from the end: -1 is the last
	// one.
	Page int
	// Place is in points from the lower left corner of the page as people see it. Both
	// are zero for an empty signature field of the file, which has its own place.
	Place pades.Rectangle
	// Language of the words: kk, ru or en.
	Language string
	// Address is what the QR code says; without one there is no code.
	Address string
	// WholeIIN prints the signer's number as it is; else all but its end is hidden.
	WholeIIN bool
}

// Facts are what a signature says of itself.
type Facts struct {
	Signer certs.Identity
	Serial string // of the certificate, in hexadecimal digits
	Reason string
	Time   time.Time
}

// Drawing is a stamp as it is drawn.
type Drawing struct {
	// Form is a form XObject as wide and high as was asked; it refers to Parts as
	// [pades.Part] says.
	Form  pades.Content
	Parts []pades.Object
	Text  string // what it says, a line each
}

// Errors of [Draw], for errors.Is.
var (
	// ErrSmall means that what the stamp says does not fit legibly into its place.
	ErrSmall = errors.New("the place is too small for the stamp")
	// ErrLetters means that the fonts do not have a letter.
	ErrLetters = errors.New("the stamp cannot be set in letters of its fonts")
	// ErrStamp means that the order itself is malformed.
	ErrStamp = errors.New("malformed order for a stamp")
)

// maxAddress keeps the modules of the code large enough for telephones.
const maxAddress = 300

// Draw draws a stamp for a place of that width and height, in points.
func Draw(width, height float64, s Stamp, f Facts) (Drawing, error) {
	if len(s.Address) > maxAddress || strings.ContainsFunc(s.Address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Drawing{}, fmt.Errorf("%w: an address of at most %d characters is wanted, others than ASCII percent-encoded", ErrStamp, maxAddress)
	}
	says, err := lines(s, f)
	if err != nil {
		return Drawing{}, err
	}
	sh, err := newSheet(width, height)
	if err != nil {
		return Drawing{}, err
	}
	if err := sh.code(s.Address); err != nil {
		return Drawing{}, err
	}
	if err := sh.set(says); err != nil {
		return Drawing{}, err
	}
	form, parts, err := sh.finish()
	text := make([]string, len(says))
	for i, l := range says {
		text[i] = l.text
	}
	return Drawing{Form: form, Parts: parts, Text: strings.Join(text, "\n")}, err
}

// shownFacts are what stamps say, in this order; their labels are words.
func shownFacts() []string {
	return []string{"signer", "iin", "organisation", "bin", "reason", "time", "certificate"}
}

// line is a paragraph of the stamp.
type line struct {
	text string
	bold bool
}

// lines returns what a stamp says of the facts. What is not known is left out.
func lines(s Stamp, f Facts) ([]line, error) {
	lang := language.Lang(s.Language)
	if !lang.Known() {
		return nil, fmt.Errorf("%w: the language %q is none of kk, ru, en", ErrStamp, s.Language)
	}
	facts := f.named(s.WholeIIN)
	says := []line{{words.Of("stamp.title").In(lang), true}}
	for _, fact := range shownFacts() {
		if value := facts[fact]; value != "" {
			says = append(says, line{text: words.Of("stamp."+fact).In(lang) + ": " + value})
		}
	}
	return says, nil
}

// named returns the facts by the names of their labels.
func (f Facts) named(wholeIIN bool) map[string]string {
	id := f.Signer
	iin := id.IIN
	if !wholeIIN {
		iin = certs.MaskedIIN(iin)
	}
	name := id.CommonName
	if id.Patronymic != "" && !strings.HasSuffix(name, id.Patronymic) {
		name += " " + id.Patronymic
	}
	// Civil time of Kazakhstan, as all that the service prints.
	at := f.Time.In(time.FixedZone("UTC+5", 5*60*60)).Format("02.01.2006 15:04:05") + " (UTC+5)"
	facts := map[string]string{
		"signer": name, "iin": iin, "organisation": id.Organisation, "bin": id.BIN, "reason": f.Reason, "time": at, "certificate": f.Serial,
	}
	for key, value := range facts {
		facts[key] = plain(value)
	}
	return facts
}

// plain makes one line of a text of strangers.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}
