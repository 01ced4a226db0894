package documents

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"tamga/language"
	"tamga/language/words"
)

var update = flag.Bool("update", false, "write the lists of testdata anew, to be read before they are believed")

// Listed compares rows with a list in testdata: what the register accepts and
// prints does not change unseen.
func Listed(t *testing.T, file string, rows []string) {
	t.Helper()
	slices.Sort(rows)
	rows = slices.Compact(rows)
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	for _, row := range rows {
		if !slices.Contains(listed, row) {
			t.Errorf("not in %s: %s", file, row)
		}
	}
	for _, row := range listed {
		if !slices.Contains(rows, row) {
			t.Errorf("only in %s: %s", file, row)
		}
	}
}

// Every word of the law that documents print, and every character they can.
func TestEveryWord(t *testing.T) {
	var rows []string
	add := func(what, code string, l Label) {
		rows = append(rows, fmt.Sprintf("%s %s: %s | %s | %s", what, code, l.In(KK), l.In(RU), l.In(language.EN)))
	}
	addAll(add, "kind", "kind", Kind.Title)
	addAll(add, "event", "event", EventKind.Label)
	addAll(add, "status", "status", Status.Label)
	addAll(add, "sub-type", "subtype", Subtype.Label)
	addAll(add, "purpose", "purpose", Purpose.Label)
	addAll(add, "identity document", "identity_document", DocumentKind.Label)
	addAll(add, "failed check", "failed_check", FailedCheck.Label)
	for _, kind := range named[Kind]("kind") {
		number, err := NumberOf(kind, firstYear, 1)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, fmt.Sprintf("number of %s: %s, gives a right %v", kind, number, kind.GivesRight()))
	}
	for _, kind := range named[EventKind]("event") {
		rows = append(rows, fmt.Sprintf("event %s: by order %v", kind, kind.ByOrder()))
	}
	from := rune(-1)
	for r := rune(0); r <= unicode.MaxRune+1; r++ {
		switch is := Printable(r); {
		case is && from < 0:
			from = r
		case !is && from >= 0:
			rows = append(rows, fmt.Sprintf("printable %U to %U", from, r-1))
			from = -1
		}
	}
	Listed(t, "testdata/words.txt", rows)
	unknown := []Label{Kind("x").Title(), EventKind("x").Label(), Status("x").Label(), Subtype("x").Label(), Purpose("x").Label(), FailedCheck("x").Label(), DocumentKind("x").Label(), Country("x").Label()}
	for i, l := range unknown {
		if l != (Label{}) {
			t.Errorf("the unknown has words: %d, %v", i, l)
		}
	}
}

func addAll[K ~string](add func(what, code string, l Label), what, room string, label func(K) Label) {
	for _, code := range named[K](room) {
		add(what, string(code), label(code))
	}
}

// named are the values that have words.
func named[K ~string](room string) (all []K) {
	for code := range words.Room(room) {
		all = append(all, K(code))
	}
	return all
}

// Every event at every status: whether it may come, and what it leads to.
func TestEveryTransition(t *testing.T) {
	at := func(n int) time.Time { return time.Date(2026, time.May, n, 12, 0, 0, 0, time.UTC) }
	paths := map[string][]EventKind{
		"nothing": nil, "reserved": {EventReserved}, "in force": {EventReserved, EventIssued}, "void": {EventReserved, EventVoid},
		"suspended": {EventIssued, EventSuspended}, "resumed": {EventIssued, EventSuspended, EventResumed},
		"terminated": {EventIssued, EventTerminated}, "reissued": {EventIssued, EventReissued}, "expired": {EventIssued, EventExpired},
		"annulled": {EventIssued, EventAnnulled}, "sent back": {EventIssued, EventReconsider},
		"decided anew": {EventIssued, EventReconsider, EventReconsidered},
	}
	var rows []string
	for _, kind := range named[Kind]("kind") {
		for path, events := range paths {
			l := Life{Kind: kind}
			add := func(k EventKind) Event {
				n := len(l.Events) + 1
				return Event{Seq: n, Kind: k, EffectiveAt: at(n), RecordedAt: at(n)}
			}
			for _, k := range events {
				l.Events = append(l.Events, add(k))
			}
			for _, next := range named[EventKind]("event") {
				e := add(next)
				var rule *RuleError
				answer := "may come"
				if err := l.May(e, recorded); errors.As(err, &rule) {
					answer = "refused: " + rule.Rule
				}
				after := l
				after.Events = append(slices.Clone(l.Events), e)
				if kind == KindLicence || kind == KindRefusal || kind == KindNotice {
					rows = append(rows, fmt.Sprintf("%s %s, then %s: %s; %q becomes %q", kind, path, next, answer, l.StatusAt(at(20)), after.StatusAt(at(20))))
				} else if path == "in force" {
					rows = append(rows, fmt.Sprintf("%s %s, then %s: %s", kind, path, next, answer))
				}
			}
		}
	}
	Listed(t, "testdata/transitions.txt", rows)
}

// The JSON that documents carry for machines keeps its form.
func TestSchemaIsThePublishedOne(t *testing.T) {
	const file = "testdata/schema.txt"
	if *update {
		if err := os.WriteFile(file, Schema(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	published, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(Schema()); got != string(published) {
		t.Errorf("the schema is now\n%s", got)
	}
}
