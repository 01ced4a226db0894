package registry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/seal"
)

func withSeal(t testing.TB, r *Registry) seal.Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	r.SealKey, err = seal.NewKey(private)
	must(t, err)
	r.Address = Address{Base: "https://tamga.example"}
	return r.SealKey
}

// The code of a document leads to its page, and says what the register says.
func TestQR(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		key := withSeal(t, r)
		draft := refusalDraft()
		licence := licenceDraft(1)
		licence.Licence.Holder = draft.Refusal.Applicant // a person
		for i, d := range []documents.Draft{licence, draft} {
			held, err := reserve(t, r, IssueRequest{Client: "portal", IdempotencyKey: fmt.Sprint(i), Draft: d.Normalise()})
			must(t, err)
			text, err := r.qr(held)
			must(t, err)
			if !strings.HasPrefix(text, "https://tamga.example/check/"+held.number+"/"+held.code+"#") {
				t.Errorf("the code says %s", text)
			}
			p, err := seal.Open(text, []seal.PublicKey{key.Public()})
			must(t, err)
			rec, err := r.Document(t.Context(), held.number)
			must(t, err)
			if p.Number != held.number || p.Kind != d.Kind() || hex.EncodeToString(p.Digest[:]) != rec.ContentSHA256 {
				t.Errorf("sealed %+v", p)
			}
			if want := map[documents.Kind]string{documents.KindLicence: "Сейітқали\u00a0А.\u00a0Б."}[d.Kind()]; p.Holder != want {
				t.Errorf("the seal of the %s names %q", d.Kind(), p.Holder)
			}
		}
	})
}

// The seal names the holder and what was given as the State language does,
// whatever the document is.
func TestSealSpeaksKazakh(t *testing.T) {
	for name, d := range samples(t) {
		d = d.Normalise()
		p := sealed(Reservation{content: d})
		if kk := d.Owner().PublicName(documents.KK); p.Holder != "" && p.Holder != kk {
			t.Errorf("%s: the seal names %q, the document %q", name, p.Holder, kk)
		}
		if named := d.Licence != nil || d.ExportCertificate != nil || d.Approval != nil; named && p.Holder == "" {
			t.Errorf("%s: the seal names nobody", name)
		}
	}
}

// Long names and long addresses make a code with less in it, not one that
// cannot be printed.
func TestQRIsNeverTooLong(t *testing.T) {
	r := &Registry{}
	key := withSeal(t, r)
	long := licenceDraft(1)
	long.Licence.Holder.Legal.Name.KK = strings.Repeat("ұ", 500)
	long.Licence.Activity.KK = strings.Repeat("қ", 2000)
	for _, c := range []struct {
		address          int
		activity, holder bool
	}{{30, true, true}, {110, false, true}, {200, false, false}} {
		r.Address = Address{Base: strings.Repeat("a", c.address-len("/check/26000001"))}
		held := Reservation{number: "26000001", content: long.Numbered("26000001", documents.Date{Year: 2026, Month: time.June, Day: 22}), code: "0000-0000-0000"}
		text, err := r.qr(held)
		must(t, err)
		p, err := seal.Open(text, []seal.PublicKey{key.Public()})
		if err != nil || len(text) > 560 || (p.Activity != "") != c.activity || (p.Holder != "") != c.holder {
			t.Errorf("address of %d: %d characters, %+v, %v", c.address, len(text), p, err)
		}
	}
}

func TestStatusList(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		key := withSeal(t, r)
		for i := range 4 {
			issue(t, r, fmt.Sprint(i), licenceDraft(i))
		}
		copies := map[string]string{} // by what they copy
		for _, of := range []string{"26000001", "26000002", "26000003", "26000004"} {
			copies[issue(t, r, "copy of "+of, documents.Draft{Duplicate: &documents.Duplicate{Of: of}}).Number] = of
		}
		c.advance(24 * time.Hour)
		until := suspension()
		until.Until = documents.Date{Year: 2026, Month: time.July, Day: 1}
		record(t, r, "26000001", 3, until)
		record(t, r, "26000002", 3, order(documents.EventTerminated))
		ended := slices.Sorted(maps.Keys(copies))[2] // and its copy is taken back itself
		record(t, r, ended, 2, order(documents.EventTerminated))
		issue(t, r, "r", reissueDraft("26000003"))
		list, err := r.StatusList(t.Context())
		must(t, err)
		message, err := key.SignList(list)
		must(t, err)
		list, err = seal.OpenList(message, []seal.PublicKey{key.Public()})
		must(t, err)
		if !list.IssuedAt.Equal(c.now()) || !list.NextUpdate.After(c.now()) {
			t.Errorf("the list is of %s until %s", list.IssuedAt, list.NextUpdate)
		}
		// Whoever has the list knows what the register knows, at any moment.
		for _, number := range []string{"26000001", "26000002", "26000003", "26000004", "26000005"} {
			for _, days := range []int{1, 5, 8, 9, 400} {
				at := start.AddDate(0, 0, days)
				want, err := r.StatusAt(t.Context(), number, at)
				must(t, err)
				if got := list.StatusAt(number, at); got != want {
					t.Errorf("%s after %d days: %s, want %s", number, days, got, want)
				}
			}
		}
		for number, of := range copies {
			for _, days := range []int{1, 5, 8, 9, 400, 2000} {
				at := start.AddDate(0, 0, days)
				want, err := r.StatusAt(t.Context(), number, at)
				must(t, err)
				if want == documents.StatusInForce {
					want, err = r.StatusAt(t.Context(), of, at)
					must(t, err)
				}
				if got := list.StatusAt(number, at); got != want {
					t.Errorf("%s, the copy of %s, after %d days: %s, want %s", number, of, days, got, want)
				}
			}
		}
		if !slices.IsSortedFunc(list.Entries, func(a, b seal.Entry) int { return strings.Compare(a.Number, b.Number) }) {
			t.Errorf("the entries are not in the order of the numbers: %v", list.Entries)
		}
		for _, e := range list.Entries {
			if e.Status == documents.StatusExpired && e.At.After(start.AddDate(5, 0, 0)) {
				continue // the end of the term, which a copy's own seal does not say
			}
			if copies[e.Number] == "26000004" || e.Number == "26000004" || e.Number == "26000005" {
				t.Errorf("the list names %+v, which is in force", e)
			}
		}
	})
}

// What was printed stays verifiable when another key makes the seals, and the
// log knows every key.
func TestSealKeysRotate(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		var printed []string

		for i := range 3 {
			withSeal(t, r)

			req := IssueRequest{Client: "portal", IdempotencyKey: fmt.Sprint(i), Draft: licenceDraft(i).Normalise()}
			rec, _, err := r.Issue(t.Context(), req)
			must(t, err)
			text, err := r.qr(Reservation{number: rec.Number, code: rec.CheckCode, content: rec.Content, sum: rec.ContentSHA256})
			must(t, err)
			printed = append(printed, text)
		}
		withSeal(t, r) // has sealed nothing yet
		keys, err := r.SealKeys(t.Context())
		must(t, err)
		if len(keys) != 4 || !reflect.DeepEqual(keys[0], r.SealKey.Public()) {
			t.Errorf("%d keys, the first is %x", len(keys), keys[0].ID)
		}
		for i, text := range printed {
			if _, err := seal.Open(text, keys); err != nil {
				t.Errorf("seal %d: %v", i, err)
			}
			if _, err := seal.Open(text, keys[:1]); !errors.Is(err, seal.ErrUnknownKey) {
				t.Errorf("seal %d with the newest key alone: %v", i, err)
			}
		}
		must(t, r.VerifyLog(t.Context()))
		stranger := withSeal(t, &Registry{}).Public()
		change(t, r, `INSERT INTO seal_keys (id, point, since) VALUES ('`+hex.EncodeToString(stranger.ID)+`', `+
			`(SELECT point FROM seal_keys LIMIT 1), 0)`)
		var tampered *TamperError
		if err := r.VerifyLog(t.Context()); !errors.As(err, &tampered) || tampered.Subject != subjectSealKey {
			t.Errorf("a key put in: %v", err)
		}
	})
}
