package web_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/browsertest"
	"tamga/documents"
	"tamga/documents/seal"
)

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

func newKey(t *testing.T) (*ecdsa.PrivateKey, seal.Key) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.NewKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return private, key
}

func jwks(keys ...seal.Key) map[string]any {
	set := []map[string]string{}
	text := base64.RawURLEncoding.EncodeToString
	for _, k := range keys {
		p := k.Public()
		set = append(set, map[string]string{
			"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig",
			"kid": text(p.ID), "x": text(p.Point[1:33]), "y": text(p.Point[33:]),
		})
	}
	return map[string]any{"keys": set}
}

func licence() seal.Payload {
	return seal.Payload{
		Kind: documents.KindLicence, Number: "26000001", IssuedOn: documents.Date{Year: 2026, Month: time.June, Day: 22},
		Holder: "«Ұлы дала мұрасы» ЖШС", Activity: "археологиялық жұмыстар", Digest: sha256.Sum256([]byte("licence")),
	}
}

func sealed(t *testing.T, k seal.Key, p seal.Payload) string {
	t.Helper()
	text, err := k.Seal(p)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func signedList(t *testing.T, k seal.Key, issued time.Time, entries ...seal.Entry) []byte {
	t.Helper()
	message, err := k.SignList(seal.List{IssuedAt: issued, NextUpdate: issued.Add(time.Hour), Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// What a document's code is, whatever the list says.
func TestOfflineSeals(t *testing.T) {
	b, s := browsertest.Open(t, ""), serve(t)
	private, key := newKey(t)
	_, other := newKey(t)
	page := s.page("offline", key, signedList(t, key, time.Now().Add(-time.Minute)))
	good := sealed(t, key, licence())
	with := func(change func(*seal.Payload)) string {
		p := licence()
		change(&p)
		return sealed(t, key, p)
	}
	forged := func(i int) string {
		raw, err := encoding.DecodeString(good)
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)-i] ^= 1
		return encoding.EncodeToString(raw)
	}
	const malformed = "offline_malformed offline_malformed_note"
	for _, c := range []struct{ name, text, want string }{
		{"good", good, "in_force offline_in_force_note"},
		{"an address", "https://tamga.example/check/26000001/7K2M-Q0ZT-9HXA#" + good, "in_force offline_in_force_note"},
		{"an address of another number", "https://tamga.example/check/26000002/7K2M-Q0ZT-9HXA#" + good, "offline_other_number offline_other_number_note"},
		{"an address alone", "https://tamga.example/check/26000001/7K2M-Q0ZT-9HXA", "offline_no_seal offline_no_seal_note"},
		{"a bit of the signature", forged(1), "offline_forged offline_forged_note"},
		{"a bit of the content", forged(70), "offline_forged offline_forged_note"},
		{"unknown key", sealed(t, other, licence()), "offline_unknown_key offline_unknown_key_note"},
		{"a refusal", with(func(p *seal.Payload) { p.Kind = documents.KindRefusal }), "authentic offline_permits_nothing_note"},
		{"a duplicate", with(func(p *seal.Payload) { p.Kind = documents.KindDuplicate }), "offline_authentic offline_copy_note"},
		{"another kind", with(func(p *seal.Payload) { p.Kind = "passport" }), "offline_authentic offline_unknown_kind_note"},
		{"past its term", with(func(p *seal.Payload) { p.ValidUntil = documents.Date{Year: 2026, Month: 7, Day: 1} }), "expired expired_note"},
		{"within its term", with(func(p *seal.Payload) { p.ValidUntil = documents.Date{Year: 2999, Month: 7, Day: 1} }), "in_force offline_in_force_note"},
		{"garbage", "GARBAGE", malformed},
		{"small letters", strings.ToLower(good), malformed},
		{"padding", good + "=", malformed},
		{"a cut seal", good[:len(good)-8], malformed},
		{"a long text", strings.Repeat("A", 8000), malformed},
		{"markup", "#<img src=x onerror=alert(1)>", malformed},
	} {
		b.Run(t, browsertest.Visit(page), browsertest.See("#text"), browsertest.Fill("#text", c.text), browsertest.Click("#typed button"))
		if got := answerIn(t, b); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	for name, text := range badSeals(t, private, key) {
		if _, err := seal.Open(text, []seal.PublicKey{key.Public()}); !errors.Is(err, seal.ErrMalformed) {
			t.Fatalf("%s: the register says %v", name, err)
		}
		b.Run(t, browsertest.Visit(page+"#"+text))
		if got := answerIn(t, b); got != malformed {
			t.Errorf("%s: %s, want %s", name, got, malformed)
		}
	}
	b.Quiet(t)
}

// badSeals are rightly signed and wrongly made.
func badSeals(t *testing.T, private *ecdsa.PrivateKey, key seal.Key) map[string]string {
	t.Helper()
	id := string(key.Public().ID)
	header := "\xa2\x01\x26\x04\x48" + id
	const kind, number, issued = "\x01\x67licence", "\x02\x6826000001", "\x03\x1a\x01\x35\x27\x0e"
	digest := "\x07\x58\x20" + strings.Repeat("d", 32)
	body := "\xa4" + kind + number + issued + digest
	message := func(begin, protected, unprotected, payload, end string) string {
		var b bytes.Buffer
		text := func(major byte, s string) string {
			if len(s) > 23 {
				return string([]byte{major | 24, byte(len(s))}) + s
			}
			return string([]byte{major | byte(len(s))}) + s
		}
		b.WriteString("\x84\x6aSignature1" + text(0x40, protected) + "\x40" + text(0x40, payload))
		sum := sha256.Sum256(b.Bytes())
		r, s, err := ecdsa.Sign(rand.Reader, private, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		sig := make([]byte, 64)
		r.FillBytes(sig[:32])
		s.FillBytes(sig[32:])
		return encoding.EncodeToString([]byte(begin + text(0x40, protected) + unprotected + text(0x40, payload) + "\x58\x40" + string(sig) + end))
	}
	const begin, none = "\xd2\x84", "\xa0"
	if _, err := seal.Open(message(begin, header, none, body, ""), []seal.PublicKey{key.Public()}); err != nil {
		t.Fatalf("the frame of the bad seals is bad: %v", err)
	}
	return map[string]string{
		"another algorithm":  message(begin, "\xa2\x01\x25\x04\x48"+id, none, body, ""),
		"ES512":              message(begin, "\xa2\x01\x38\x23\x04\x48"+id, none, body, ""),
		"no algorithm":       message(begin, "\xa1\x04\x48"+id, none, body, ""),
		"critical header":    message(begin, "\xa3\x01\x26\x02\x80\x04\x48"+id, none, body, ""),
		"unprotected header": message(begin, header, "\xa1\x01\x26", body, ""),
		"no tag":             message("\x84", header, none, body, ""),
		"another tag":        message("\xd1\x84", header, none, body, ""),
		"trailing bytes":     message(begin, header, none, body, "\x00"),
		"endless array":      message("\xd2\x9f", header, none, body, "\xff"),
		"trailing content":   message(begin, header, none, body+"\x00", ""),
		"endless map":        message(begin, header, none, "\xbf"+kind+number+issued+digest+"\xff", ""),
		"endless text":       message(begin, header, none, "\xa4"+kind+"\x02\x7f\x6826000001\xff"+issued+digest, ""),
		"key twice":          message(begin, header, none, "\xa5"+kind+number+"\x02\x6826000002"+issued+digest, ""),
		"keys out of order":  message(begin, header, none, "\xa4"+number+kind+issued+digest, ""),
		"long key":           message(begin, header, none, "\xa4"+kind+"\x18"+number+issued+digest, ""),
		"unknown key":        message(begin, header, none, "\xa5"+kind+number+issued+digest+"\x08\x00", ""),
		"text for a key":     message(begin, header, none, "\xa4"+kind+"\x61"+number+issued+digest, ""),
		"no number":          message(begin, header, none, "\xa3"+kind+issued+digest, ""),
		"not UTF-8":          message(begin, header, none, "\xa4"+kind+"\x02\x62\xff\xfe"+issued+digest, ""),
		"not a day":          message(begin, header, none, "\xa4"+kind+number+"\x03\x1a\x01\x35\x29\xb5"+digest, ""),
		"short digest":       message(begin, header, none, "\xa4"+kind+number+issued+"\x07\x58\x1f"+strings.Repeat("d", 31), ""),
		"absurd length":      message(begin, header, none, "\xa4"+kind+"\x02\x7b\xff\xff\xff\xff\xff\xff\xff\xff"+issued+digest, ""),
		"long digest":        message(begin, header, none, "\xa4"+kind+number+issued+"\x07\x58\x21"+strings.Repeat("d", 33), ""),
		"no kind":            message(begin, header, none, "\xa3"+number+issued+digest, ""),
		"no day":             message(begin, header, none, "\xa3"+kind+number+digest, ""),
		"no digest":          message(begin, header, none, "\xa3"+kind+number+issued, ""),
		"absurd map":         message(begin, header, none, "\xba\xff\xff\xff\xff", ""),
	}
}

// What the list says, and how old it is.
func TestOfflineLists(t *testing.T) {
	b, s := browsertest.Open(t, ""), serve(t)
	_, key := newKey(t)
	_, other := newKey(t)
	now := time.Now()
	entry := func(status documents.Status, at time.Time) seal.Entry {
		return seal.Entry{Number: "26000001", Status: status, At: at}
	}
	fresh := func(entries ...seal.Entry) []byte { return signedList(t, key, now.Add(-time.Minute), entries...) }
	flipped := fresh()
	flipped[len(flipped)-1] ^= 1
	day := 24 * time.Hour
	const freshList, oldList, noList = "offline_list_fresh", "offline_list_old", "offline_list_none"
	for _, c := range []struct {
		name        string
		list        []byte
		want, state string
	}{
		{"fresh", fresh(), "in_force offline_in_force_note", freshList},
		{"of another document", fresh(seal.Entry{Number: "26000002", Status: documents.StatusTerminated, At: now}), "in_force offline_in_force_note", freshList},
		{"suspended", fresh(entry(documents.StatusSuspended, now.Add(-day))), "suspended suspended_note", freshList},
		{"to be suspended", fresh(entry(documents.StatusSuspended, now.Add(day))), "in_force offline_in_force_note", freshList},
		{"resumed", fresh(entry(documents.StatusSuspended, now.Add(-2*day)), entry(documents.StatusInForce, now.Add(-day))), "in_force offline_in_force_note", freshList},
		{"terminated", fresh(entry(documents.StatusTerminated, now.Add(-day))), "terminated terminated_note", freshList},
		{"replaced", fresh(entry(documents.StatusReissued, now.Add(-day))), "reissued offline_reissued_note", freshList},
		{"expired", fresh(entry(documents.StatusExpired, now.Add(-day))), "expired expired_note", freshList},
		{"unknown status", fresh(entry("frozen", now.Add(-day))), "offline_authentic offline_unknown_status_note", freshList},
		{"old", signedList(t, key, now.Add(-2*day)), "offline_authentic offline_old_list_note", oldList},
		{"old and terminated", signedList(t, key, now.Add(-2*day), entry(documents.StatusTerminated, now.Add(-3*day))), "terminated terminated_note", oldList},
		{"of the future", signedList(t, key, now.Add(day)), "offline_authentic offline_clock_note", "offline_clock_note"},
		{"none", nil, "offline_authentic offline_no_list_note", noList},
		{"forged", flipped, "offline_authentic offline_no_list_note", noList},
		{"of an unknown key", signedList(t, other, now), "offline_authentic offline_no_list_note", noList},
		{"garbage", []byte("garbage"), "offline_authentic offline_no_list_note", noList},
	} {
		b.Run(t, browsertest.Visit(s.page("offline", key, c.list)+"#"+sealed(t, key, licence())))
		if got := answerIn(t, b); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if state := b.Ask(t, `document.getElementById("list-state").dataset.state`); state != c.state {
			t.Errorf("%s: the list is %s, want %s", c.name, state, c.state)
		}
	}

	// A list as old as two days says so, and a younger one from a file takes
	// its place, but never the other way round.
	b.Run(t, browsertest.Visit(s.page("offline", key, signedList(t, key, now.Add(-50*time.Hour)))+"#"+sealed(t, key, licence())))
	answerIn(t, b)
	if got := b.Ask(t, `document.querySelector("#answer .aside").textContent`); !strings.Contains(got, "2 d 2 h") {
		t.Errorf("the age of the list: %s", got)
	}
	load := func(list []byte, want string) {
		t.Helper()
		b.Run(t, browsertest.Upload("#list-file", writeFile(t, "list.cose", list)), browsertest.Until("#list-message", want))
	}
	load(fresh(entry(documents.StatusTerminated, now.Add(-day))), "is in use")
	b.Run(t, browsertest.See(bannerOfAnswer+`[data-title="terminated"]`))
	load(signedList(t, key, now.Add(-30*time.Minute)), "older than the one in use")
	load(flipped, "not a list signed by the register")
	load(signedList(t, other, now), "unknown key")
	if got := answerIn(t, b); got != "terminated terminated_note" {
		t.Errorf("after refused lists: %s", got)
	}
	b.Quiet(t)
}

// The list of the service replaces that of the page. Its keys do not: whoever
// answers in the place of the service could bring keys of their own.
func TestOfflineRefresh(t *testing.T) {
	b, s := browsertest.Open(t, ""), serve(t)
	_, key := newKey(t)
	_, rogue := newKey(t)
	page := s.page("offline", key, nil)
	for name, address := range map[string]string{"served": page, "saved": save(t, page)} {
		s.answer(jwks(key, rogue), signedList(t, key, time.Now()))
		b.Run(t, browsertest.Visit(address+"#"+sealed(t, key, licence())))
		if got := answerIn(t, b); got != "offline_authentic offline_no_list_note" {
			t.Fatalf("%s, before: %s", name, got)
		}
		b.Run(t, browsertest.Click("#refresh"), browsertest.See(bannerOfAnswer+`[data-title="in_force"]`))

		s.answer(jwks(key, rogue), signedList(t, rogue, time.Now().Add(time.Minute)))
		b.Run(t, browsertest.Visit(address+"#"+sealed(t, rogue, licence())))
		answerIn(t, b)
		b.Run(t, browsertest.Click("#refresh"), browsertest.Until("#list-message", "unknown key"))
		if got := answerIn(t, b); got != "offline_unknown_key offline_unknown_key_note" {
			t.Errorf("%s, after keys of somebody else: %s", name, got)
		}
		b.Quiet(t)
	}
}

// save downloads the page and returns the address of the file.
func save(t *testing.T, page string) string {
	t.Helper()
	response, err := http.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tamga-offline.html")
	if err := os.WriteFile(path, body.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

// A saved page works when the service is gone.
func TestOfflineFromDisk(t *testing.T) {
	b, s := browsertest.Open(t, ""), serve(t)
	_, key := newKey(t)
	page := s.page("offline", key, signedList(t, key, time.Now()))
	saved := save(t, page)
	s.Close()
	b.Run(t, browsertest.Visit(saved+"#"+sealed(t, key, licence())))
	if got := answerIn(t, b); got != "in_force offline_in_force_note" {
		t.Errorf("from the disk: %s", got)
	}
	b.Quiet(t)
	for _, want := range []string{"26000001", "«Ұлы дала мұрасы» ЖШС", "археологиялық жұмыстар", "22.06.2026", "State licence"} {
		if got := b.Ask(t, `document.querySelector("#answer").innerText`); !strings.Contains(got, want) {
			t.Errorf("the answer lacks %s: %s", want, got)
		}
	}
	b.Run(t, browsertest.Click("#refresh"), browsertest.Until("#list-message", "cannot be reached"))
	if got := answerIn(t, b); got != "in_force offline_in_force_note" {
		t.Errorf("after a refresh without a network: %s", got)
	}

	// Nothing sticks out of a narrow screen, in any language.
	b.Run(t, browsertest.Size(320, 640))
	for _, lang := range []string{"kk", "ru", "en"} {
		b.Run(t, browsertest.Click(`button[data-lang="`+lang+`"]`))
		if got := b.Ask(t, `document.documentElement.lang + " " + document.documentElement.scrollWidth`); got != lang+" 320" {
			t.Errorf("language and width are %s, want %s 320", got, lang)
		}
	}
}
