package web_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"tamga/browsertest"
	"tamga/documents/seal"
	"tamga/oracletest"
)

// TestOracleSeals holds the register's reader of seals and status lists against
// that of the offline page, over messages that are rightly signed and oddly
// made: what one of them understands, the other must understand alike.
func TestOracleSeals(t *testing.T) {
	b := browsertest.Open(t, "")
	blank := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
	}))
	t.Cleanup(blank.Close)
	b.Run(t, browsertest.Visit(blank.URL))
	private, key := newKey(t)
	set, err := json.Marshal(jwks(key))
	if err != nil {
		t.Fatal(err)
	}
	b.Ask(t, pageReader(t)+"; importKeys("+string(set)+").then((keys) => { globalThis.keys = keys; return \"\"; })")
	understood := map[string]int{}
	for c := range oracletest.Cases(t, oracletest.Seals) {
		const batch = 200
		texts := make([]string, batch)
		for i := range texts {
			m := mutant{Case: c, private: private, id: key.Public().ID}
			texts[i] = m.text()
		}
		asked, err := json.Marshal(texts)
		if err != nil {
			t.Fatal(err)
		}
		var theirs []string
		if err := json.Unmarshal([]byte(b.Ask(t, "readAll("+string(asked)+")")), &theirs); err != nil || len(theirs) != batch {
			t.Fatalf("%s: %d answers, %v", c, len(theirs), err)
		}
		for i, text := range texts {
			ours := registerReads(text, key.Public())
			if ours != theirs[i] {
				t.Errorf("%s, %d: the register reads %s\nthe page reads %s\nof %s", c, i, ours, theirs[i], text)
			}
			understood[strings.SplitN(ours, "[", 2)[0]]++
		}
		if t.Failed() {
			break
		}
	}
	t.Logf("readings: %v", understood)
	for _, reading := range []string{"seal", "list"} {
		if understood[reading] == 0 {
			t.Errorf("no %s was understood: the messages test nothing", reading)
		}
	}
}

// pageReader is the reader of the offline page with a function around it that
// reads many texts as seals and as lists.
func pageReader(t *testing.T) string {
	t.Helper()
	var script strings.Builder
	script.WriteString("(() => {\n")
	for _, name := range []string{"offline/cbor.js", "offline/seal.js"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		script.Write(source)
	}
	script.WriteString(`
	const attempt = async (read) => {
		try { return await read(); } catch (e) { return e.constructor.name; }
	};
	globalThis.importKeys = importKeys;
	globalThis.readAll = async (texts) => JSON.stringify(await Promise.all(texts.map(async (text) => {
		const seal = await attempt(async () => {
			const p = await openSeal(text, keys);
			return "seal" + JSON.stringify([p.kind, p.number, p.issuedOn, p.holder, p.activity, p.validUntil, p.digest]);
		});
		const list = await attempt(async () => {
			const l = await openList(fromBase32(text), keys);
			const changes = [...l.changes].flatMap(([n, all]) => all.map((c) => [n, c.status, c.at]));
			return "list" + JSON.stringify([l.issuedAt, l.nextUpdate, changes]);
		});
		return seal === list ? seal : seal.startsWith("seal") ? seal : list.startsWith("list") ? list : seal + "/" + list;
	})));
	})()`)
	return script.String()
}

// registerReads says of a text what the page's readAll says.
func registerReads(text string, key seal.PublicKey) string {
	keys := []seal.PublicKey{key}
	asSeal, asList := "", ""
	p, err := seal.Open(text, keys)
	if asSeal = className(err); err == nil {
		until := ""
		if !p.ValidUntil.IsZero() {
			until = p.ValidUntil.String()
		}
		asSeal = "seal" + compact([]any{p.Kind, p.Number, p.IssuedOn.String(), p.Holder, p.Activity, until, hex.EncodeToString(p.Digest[:])})
	}
	message, err := encoding.DecodeString(text)
	if err == nil && encoding.EncodeToString(message) != text {
		err = seal.ErrMalformed
	}
	var l seal.List
	if err == nil {
		l, err = seal.OpenList(message, keys)
	}
	if asList = className(err); err == nil {
		changes, order := map[string][]any{}, []string{}
		for _, e := range l.Entries {
			if changes[e.Number] == nil {
				order = append(order, e.Number)
			}
			changes[e.Number] = append(changes[e.Number], []any{e.Number, e.Status, e.At.Unix()})
		}
		all := []any{}
		for _, n := range order {
			all = append(all, changes[n]...)
		}
		asList = "list" + compact([]any{l.IssuedAt.Unix(), l.NextUpdate.Unix(), all})
	}
	switch {
	case asSeal == asList || strings.HasPrefix(asSeal, "seal"):
		return asSeal
	case strings.HasPrefix(asList, "list"):
		return asList
	}
	return asSeal + "/" + asList
}

// className is how the page names an error.
func className(err error) string {
	switch {
	case errors.Is(err, seal.ErrUnknownKey):
		return "UnknownKey"
	case errors.Is(err, seal.ErrSignature):
		return "WrongSignature"
	case err != nil:
		return "Malformed"
	}
	return ""
}

// compact is JSON as a browser writes it.
func compact(v any) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	return strings.NewReplacer("\n", "", `\u2028`, "\u2028", `\u2029`, "\u2029").Replace(out.String())
}

// mutant makes messages that differ a little from seals and lists.
type mutant struct {
	oracletest.Case
	private *ecdsa.PrivateKey
	id      []byte
}

// now and then, one time in n.
func (m *mutant) seldom(n int) bool { return m.IntN(n) == 0 }

func (m *mutant) text() string {
	payload, kind := m.seal(), "application/tamga-seal"
	if m.seldom(2) {
		payload, kind = m.list(), "application/tamga-status-list"
	}
	if m.seldom(8) {
		kind = []string{"", "application/tamga-seal", "application/tamga-status-list", "text/plain"}[m.IntN(4)]
	}
	message := m.message(payload, kind)
	if m.seldom(10) {
		message[m.IntN(len(message))] ^= 1 << m.IntN(8)
	}
	text := encoding.EncodeToString(message)
	if m.seldom(20) {
		at := m.IntN(len(text))
		text = text[:at] + string("A7a=0 \u00e4"[m.IntN(7)]) + text[at+m.IntN(2):]
	}
	return strings.ToValidUTF8(text, "?")
}

// message signs a payload.
func (m *mutant) message(payload []byte, kind string) []byte {
	header := [][2][]byte{{m.int(1), m.int(-7)}, {m.int(4), m.string(0x40, m.id)}}
	if m.seldom(15) {
		header = append(header, [2][]byte{m.int(m.small()), m.value()})
	}
	if m.seldom(30) {
		header[m.IntN(len(header))][1] = m.value()
	}
	protected := m.entries(header)
	random := []byte{0x84, 0x6a}
	random = append(random, "Signature1"...)
	random = append(random, bare(0x40, protected)...)
	random = append(random, bare(0x40, []byte(kind))...)
	random = append(random, bare(0x40, payload)...)
	sum := sha256.Sum256(random)
	r, s, err := ecdsa.Sign(rand.Reader, m.private, sum[:])
	if err != nil {
		panic(err)
	}
	sig := make([]byte, 64, 66)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	if m.seldom(60) {
		sig = append(sig, 0)
	}
	out := append(m.head(0xc0, 18), m.head(0x80, 4)...)
	out = append(out, m.string(0x40, protected)...)
	out = append(out, m.entries(nil)...)
	out = append(out, m.string(0x40, payload)...)
	return append(out, m.string(0x40, sig)...)
}

func (m *mutant) seal() []byte {
	all := [][2][]byte{
		{m.int(1), m.string(0x60, m.words())}, {m.int(2), m.string(0x60, m.words())}, {m.int(3), m.int(m.date())},
		{m.int(4), m.string(0x60, m.words())}, {m.int(5), m.string(0x60, m.words())}, {m.int(6), m.int(m.date())},
		{m.int(7), m.string(0x40, make([]byte, 32))},
	}
	if m.seldom(20) {
		all[6][1] = m.string(0x40, make([]byte, 31+m.IntN(4)))
	}
	return m.vary(all)
}

func (m *mutant) list() []byte {
	issued := int64(1_790_000_000) + int64(m.IntN(100))
	n := m.IntN(4)
	entries := m.head(0x80, uint64(m.near(n)))
	for range n {
		entries = append(entries, m.head(0x80, uint64(m.near(3)))...)
		entries = append(entries, m.string(0x60, m.words())...)
		entries = append(entries, m.string(0x60, m.words())...)
		entries = append(entries, m.int(m.moment(issued))...)
	}
	return m.vary([][2][]byte{
		{m.int(1), m.int(m.moment(issued))}, {m.int(2), m.int(m.moment(issued + 3600))}, {m.int(3), entries},
	})
}

// vary drops, doubles, swaps and adds entries, seldom enough that many messages
// stay right.
func (m *mutant) vary(all [][2][]byte) []byte {
	for i := len(all) - 1; i >= 0; i-- {
		switch {
		case m.seldom(15):
			all = append(all[:i], all[i+1:]...)
		case m.seldom(80):
			all[i][1] = m.value()
		case m.seldom(120):
			all[i][0] = m.int(m.small())
		}
	}
	switch {
	case m.seldom(30) && len(all) > 1:
		i := m.IntN(len(all) - 1)
		all[i], all[i+1] = all[i+1], all[i]
	case m.seldom(30):
		all = append(all, [2][]byte{m.int(m.small()), m.value()})
	}
	out := m.entries(all)
	if m.seldom(60) {
		out = append(out, 0)
	}
	return out
}

func (m *mutant) entries(all [][2][]byte) []byte {
	out := m.head(0xa0, uint64(m.near(len(all))))
	for _, e := range all {
		out = append(append(out, e[0]...), e[1]...)
	}
	return out
}

// near is mostly n.
func (m *mutant) near(n int) int {
	if m.seldom(150) {
		return max(0, n+m.IntN(3)-1)
	}
	return n
}

func (m *mutant) small() int64 { return int64(m.IntN(14)) - 5 }

func (m *mutant) value() []byte {
	switch m.IntN(6) {
	case 0:
		return m.int(m.small())
	case 1:
		return m.int(m.Int64() >> m.IntN(60))
	case 2:
		return m.string(0x40, make([]byte, m.IntN(40)))
	case 3:
		return m.head(0x80, uint64(m.IntN(2)))
	case 4:
		return []byte{0xf6}
	}
	return m.string(0x60, m.words())
}

func (m *mutant) date() int64 {
	switch m.IntN(8) {
	case 0:
		return []int64{0, -1, 101, 10101, 99991231, 99991232, 100000101, 20240229, 20230229, 20261301, 20260001, 20260600, 1<<53 - 1, 1 << 53, 1 << 61}[m.IntN(15)]
	case 1:
		return int64(m.IntN(1_000_000_000))
	}
	return 20260101 + int64(m.IntN(28)) + 100*int64(m.IntN(12))
}

func (m *mutant) moment(usual int64) int64 {
	if m.seldom(12) {
		return []int64{0, 1, -1, usual - 7200, 1<<53 - 1, 1 << 53, -(1 << 53), -(1 << 53) - 1, 1 << 61, -62135596800}[m.IntN(10)]
	}
	return usual
}

func (m *mutant) words() []byte {
	all := []string{"26000001", "licence", "in_force", "terminated", "«Ұлы дала мұрасы» ЖШС", "x", "\u2028", "\ufeff1", "😀", "\x00"}
	if m.seldom(40) {
		all = []string{"", "\xff\xfe", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\xe2\x82", strings.Repeat("ж", 200)}
	}
	return []byte(all[m.IntN(len(all))])
}

func (m *mutant) int(n int64) []byte {
	if n < 0 {
		return m.head(0x20, uint64(-1-n))
	}
	return m.head(0, uint64(n))
}

func (m *mutant) string(major byte, s []byte) []byte {
	return append(m.head(major, uint64(m.near(len(s)))), s...)
}

// head is the beginning of a value, seldom in a longer form than it needs, or
// of no told length.
func (m *mutant) head(major byte, n uint64) []byte {
	if m.seldom(600) {
		return binary.BigEndian.AppendUint32([]byte{major | 26}, uint32(n))
	}
	if m.seldom(900) {
		return []byte{major | 31}
	}
	return bareHead(major, n)
}

func bare(major byte, s []byte) []byte { return append(bareHead(major, uint64(len(s))), s...) }

func bareHead(major byte, n uint64) []byte {
	switch {
	case n < 24:
		return []byte{major | byte(n)}
	case n < 1<<8:
		return []byte{major | 24, byte(n)}
	case n < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{major | 25}, uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32([]byte{major | 26}, uint32(n))
	}
	return binary.BigEndian.AppendUint64([]byte{major | 27}, n)
}
