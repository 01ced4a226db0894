package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tamga/documents/store"
)

// A record tells nothing of what is personal: no sum of it that somebody could
// compute who guesses it, and none that is the same in two records.
func TestRecordsTellNothing(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		rec := issue(t, r, "a", licenceDraft(1))
		issue(t, r, "b", licenceDraft(1))
		seen := map[string]string{}
		for i, text := range column(t, r, `SELECT record FROM log_entries ORDER BY idx`) {
			leaf, err := parseLeaf(text)
			must(t, err)
			for name, d := range leaf.Digests {
				if seen[d] != "" {
					t.Errorf("%s of record %d has the digest of %s", name, i, seen[d])
				}
				seen[d] = fmt.Sprint(name, " of record ", i)
			}
			for _, guess := range []string{
				rec.ContentSHA256, rec.FileSHA256, rec.CheckCode, rec.Client, "850101400011", "120741000014",
				store.HexSum(rec.Evidence), leaf.Digests["x"] + digest(nil, "documents.client", []any{rec.Client}),
			} {
				if strings.Contains(text, guess) {
					t.Errorf("record %d says %q", i, guess)
				}
			}
		}
		// With its salt it can be opened, and with no other.
		proof, err := r.Prove(t.Context(), rec.Number)
		must(t, err)
		leaf, err := parseLeaf(proof.Record)
		must(t, err)
		records, err := readRecords(t.Context(), r.Store, subjectDocument, rec.Number)
		must(t, err)
		last := records[len(records)-1]
		if !leaf.opens(last.salt, "documents.file_sha256", rec.FileSHA256) || leaf.opens(records[0].salt, "documents.file_sha256", rec.FileSHA256) {
			t.Error("the digest of the file's sum is not of its salt")
		}
	})
}

func TestLeafIsCanonical(t *testing.T) {
	l := Leaf{
		Digests: map[string]string{"b": "x", "a": "y"}, Event: "suspended", Kind: "licence", Number: "26000001",
		EffectiveAt: start, RecordedAt: start.Add(time.Microsecond), Seq: 3, Subject: subjectDocument, Version: leafVersion,
	}
	const good = `{"digests":{"a":"y","b":"x"},"effective_at":"2026-06-22T07:00:00Z","event":"suspended","kind":"licence",` +
		`"number":"26000001","recorded_at":"2026-06-22T07:00:00.000001Z","seq":3,"subject":"document","version":2}`
	raw, err := json.Marshal(l)
	if err != nil || string(raw) != good {
		t.Errorf("%s, %v", raw, err)
	}
	if got, err := parseLeaf(good); err != nil || fmt.Sprint(got) != fmt.Sprint(l) {
		t.Errorf("read as %+v, %v", got, err)
	}
	for name, other := range map[string]string{
		"another version": strings.Replace(good, `"version":2`, `"version":3`, 1),
		"no version":      strings.Replace(good, `,"version":2`, ``, 1),
		"white space":     strings.Replace(good, `,`, `, `, 1),
		"another order":   strings.Replace(good, `"a":"y","b":"x"`, `"b":"x","a":"y"`, 1),
		"twice":           strings.Replace(good, `"seq":3`, `"seq":3,"seq":3`, 1),
		"more":            strings.Replace(good, `"seq":3`, `"seq":3,"sequel":3`, 1),
		"another case":    strings.Replace(good, `"seq"`, `"Seq"`, 1),
		"longer time":     strings.Replace(good, `.000001Z`, `.0000010Z`, 1),
		"another zone":    strings.Replace(good, `07:00:00Z`, `12:00:00+05:00`, 1),
		"behind it":       good + "\n",
		"escaped":         strings.Replace(good, `licence`, `\u006cicence`, 1),
		"nothing":         "",
	} {
		if _, err := parseLeaf(other); !errors.Is(err, errNotALeaf) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// No two lists of values are encoded alike.
func TestEncodedValues(t *testing.T) {
	lists := [][]any{
		{}, {nil}, {""}, {"", ""}, {nil, nil}, {"a", "b"}, {"ab"}, {"ab", ""}, {int64(1)}, {"1"}, {int64(11)}, {int64(1), int64(1)},
		{"\x00"}, {1.5}, {"1.5"}, {true}, {[]byte("x")},
	}
	seen := map[string]int{}
	for i, list := range lists {
		d := digest([]byte("salt"), "n", list)
		if j, ok := seen[d]; ok {
			t.Errorf("%v and %v are the same", list, lists[j])
		}
		seen[d] = i
	}
	if digest([]byte("salt"), "n", []any{"x"}) != digest([]byte("salt"), "n", []any{[]byte("x")}) {
		t.Error("bytes and text are told apart")
	}
	if digest([]byte("salt"), "n", []any{"x"}) == digest([]byte("salt"), "m", []any{"x"}) {
		t.Error("the name does not count")
	}
}
