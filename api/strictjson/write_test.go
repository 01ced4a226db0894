package strictjson_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
	"testing/quick"
	"time"

	"tamga/api/strictjson"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/signtest"
)

// answered has every kind of member that answers have.
type answered struct {
	Text     string            `json:"text"`
	None     string            `json:"none,omitempty"`
	Moment   time.Time         `json:"moment"`
	Later    *time.Time        `json:"later,omitempty"`
	Never    time.Time         `json:"never,omitzero"`
	Bytes    []byte            `json:"bytes"`
	List     []string          `json:"list"`
	More     []within          `json:"more,omitempty"`
	Names    map[string]string `json:"names"`
	Number   int64             `json:"number"`
	Share    float64           `json:"share"`
	Yes      bool              `json:"yes"`
	Pointer  *within           `json:"pointer"`
	Anything any               `json:"anything"`
	Raw      json.RawMessage   `json:"raw"`
	Hidden   string            `json:"-"`
	within
}

type within struct {
	Name  string            `json:"name"`
	Words signing.Text      `json:"words"`
	Kind  signing.CheckName `json:"kind,omitempty"`
}

func expectWritten(t *testing.T, value any) bool {
	t.Helper()
	var want, got bytes.Buffer
	wanted, err := json.NewEncoder(&want).Encode(value), strictjson.Write(&got, value)
	// What is no UTF-8 becomes the same character, which the other writes as an escape.
	same := bytes.Equal(got.Bytes(), bytes.ReplaceAll(want.Bytes(), []byte(`\ufffd`), []byte("\ufffd")))
	if (wanted == nil) != (err == nil) || err == nil && !same {
		t.Errorf("%+v:\n got %s, %v\nwant %s, %v", value, got.Bytes(), err, want.Bytes(), wanted)
		return false
	}
	return true
}

// What is written is what encoding/json writes.
func TestWrite(t *testing.T) {
	late := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, value := range []any{
		nil, "", "<a href='x'>&\u2028\u2029\x00\x1f\x7f\xff\xed\xa0\x80</a>", "Ғылым \"және\" \\ реставрация", []byte(nil), []byte{}, []string(nil), map[string]int(nil),
		map[string]any{"b": 1, "a": []any{}, "\xff": nil}, 1e21, 1e-7, 0.1, uint64(math.MaxUint64), int64(math.MinInt64), math.NaN(), math.Inf(1),
		answered{}, &answered{Raw: json.RawMessage(`{"b": 1 ,"a":[ "<" ]}`)}, answered{Raw: json.RawMessage(`{`)}, answered{Moment: late}, struct{ C chan int }{},
		time.Date(2026, 11, 28, 10, 0, 0, 120_000_000, time.FixedZone("", 5*3600)), map[int]string{2: "b", 10: "a"},
	} {
		expectWritten(t, value)
	}
	made := func(text, other string, raw []byte, list []string, names map[string]string, number int64, share float64, nanoseconds int64) bool {
		moment := time.Unix(0, nanoseconds).UTC()
		return expectWritten(t, answered{
			Text: text, Moment: moment, Later: &moment, Bytes: raw, List: list, Names: names, Number: number, Share: share, Anything: []any{other, number},
			More: []within{{Name: other, Words: signing.Text{KK: text, RU: other}}}, Pointer: &within{Kind: signing.CheckFormat}, within: within{Name: text},
		})
	}
	if err := quick.Check(made, nil); err != nil {
		t.Error(err)
	}
	pki := signtest.New(t, ca.ECDSA)
	for _, file := range [][]byte{pki.Signed([]byte("content"), pki.Person(signtest.Applicant())), []byte("no signature")} {
		verdict, err := pki.Verifier.Verify(t.Context(), file, signing.Question{})
		if err == nil {
			expectWritten(t, verdict)
			expectWritten(t, verdict.SimpleReport())
		}
	}
}
