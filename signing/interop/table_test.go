//go:build interop

package interop

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
)

// table is everything that was asked and answered.
type table struct {
	questions []question
	judges    []judge
	ours      []answer
	theirs    [][]answer // by judge, by question

	explained map[[2]int]int // judge and question: number of the explanation
	known     []explanation
	differ    map[[2]int]bool
}

func newTable(qs []question, judges []judge) *table {
	t := &table{questions: qs, judges: judges, ours: make([]answer, len(qs)), explained: map[[2]int]int{}, differ: map[[2]int]bool{}}
	for range judges {
		t.theirs = append(t.theirs, make([]answer, len(qs)))
	}
	return t
}

// explanation is why verdicts of a judge differ from ours. In patterns a star
// stands for anything, strokes included.
type explanation struct {
	Rows   string  `json:"rows"`
	Judge  string  `json:"judge"`
	Theirs verdict `json:"theirs"`
	// Says, if given, is a regular expression that the judge's words must match.
	Says string `json:"says,omitempty"`
	// Some says that the explanation is about a class, of which it is enough
	// that some rows differ. The others must be explained in every row.
	Some   bool   `json:"some,omitempty"`
	Reason string `json:"reason"`
}

func readExplanations(name string) ([]explanation, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []explanation
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, e := range all {
		if e.Rows == "" || e.Judge == "" || e.Theirs == "" || len(e.Reason) < 10 {
			return nil, fmt.Errorf("%s: number %d lacks rows, judge, theirs or a reason", name, i+1)
		}
	}
	return all, nil
}

// covers reports whether the explanation speaks of a cell.
func (e *explanation) covers(j *judge, name string) bool {
	return e.Judge == j.name && like(e.Rows, name)
}

// like matches a name against alternatives separated by blanks, in which a
// star stands for anything.
func like(pattern, name string) bool {
	for p := range strings.FieldsSeq(pattern) {
		if regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, ".*") + "$").MatchString(name) {
			return true
		}
	}
	return false
}

// compare finds the differences and says what is wrong with them.
func (t *table) compare(known []explanation) []string {
	t.known = known
	var complaints []string
	used := make([]int, len(known))
	for i, q := range t.questions {
		if passed := t.ours[i].verdict == valid; passed != (q.wrong == honest) {
			complaints = append(complaints, fmt.Sprintf("%s: we say %s %s", q.name, t.ours[i].verdict, t.ours[i].detail))
		}
		for n := range t.judges {
			j, theirs := &t.judges[n], t.theirs[n][i]
			if theirs.verdict == silent || !j.held(q.row) {
				continue
			}
			at := slices.IndexFunc(known, func(e explanation) bool { return e.covers(j, q.name) && e.Theirs == theirs.verdict })
			agree := t.agree(i, theirs.verdict)
			switch {
			case agree:
				stale := slices.IndexFunc(known, func(e explanation) bool {
					return !e.Some && e.covers(j, q.name) && (e.Theirs != unsupported || q.wrong == honest)
				})
				if stale >= 0 {
					complaints = append(complaints, fmt.Sprintf("%s: %s agrees (%s), but explanation %d says that it does not", q.name, j.name, theirs.verdict, stale+1))
				}
			case at >= 0 && regexp.MustCompile(known[at].Says).MatchString(theirs.detail):
				used[at]++
				t.explained[[2]int{n, i}] = at + 1
			default:
				t.differ[[2]int{n, i}] = true
				complaints = append(complaints, fmt.Sprintf("%s: %s says %s (%s), we say %s (%s)", q.name, j.name, theirs.verdict, theirs.detail, t.ours[i].verdict, t.ours[i].detail))
			}
		}
	}
	for i, e := range known {
		if used[i] == 0 && slices.ContainsFunc(t.judges, func(j judge) bool { return j.name == e.Judge }) {
			complaints = append(complaints, fmt.Sprintf("explanation %d (%s, %s) explains nothing", i+1, e.Rows, e.Judge))
		}
	}
	return complaints
}

// alone are the rows on which ours is the only opinion: no judge that looks into the
// matter knew the algorithms.
func (t *table) alone() []string {
	var names []string
	for i, q := range t.questions {
		spoken := false
		for n := range t.judges {
			said := t.theirs[n][i].verdict
			spoken = spoken || said != silent && said != unsupported && t.judges[n].held(q.row)
		}
		if !spoken {
			names = append(names, q.name)
		}
	}
	return names
}

// agree compares a judge's verdict on a row with ours. Files made to deceive
// have more than one fault, and every verifier stops at another: about them it
// is compared only whether they pass.
func (t *table) agree(i int, theirs verdict) bool {
	if t.questions[i].wrong == attack && theirs != valid && theirs != unsupported {
		theirs = refused
	}
	return t.ours[i].verdict.agrees(theirs)
}

// print writes the table: after a verdict, [n] is the explanation of a
// difference and ! one without; round brackets are outside what the judge looks
// into.
func (t *table) print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(tw, "file\ttamga")
	for _, j := range t.judges {
		fmt.Fprintf(tw, "\t%s", j.name)
	}
	fmt.Fprintln(tw, "\tagreement")
	agreed, explained := 0, 0
	for i, q := range t.questions {
		fmt.Fprintf(tw, "%s\t%s", q.name, t.ours[i].verdict)
		agreement := "yes"
		for n := range t.judges {
			cell := [2]int{n, i}
			text := string(t.theirs[n][i].verdict)
			switch {
			case text == "":
				text = "-"
			case t.differ[cell]:
				text, agreement = text+"!", "NO"
			case t.explained[cell] > 0:
				text = fmt.Sprintf("%s[%d]", text, t.explained[cell])
				explained++
				if agreement == "yes" {
					agreement = "explained"
				}
			case !t.judges[n].held(q.row):
				text = "(" + text + ")"
			default:
				agreed++
			}
			fmt.Fprintf(tw, "\t%s", text)
		}
		fmt.Fprintf(tw, "\t%s\n", agreement)
	}
	tw.Flush()
	for i, e := range t.known {
		fmt.Fprintf(w, "[%d] %s, %s: %s\n", i+1, e.Rows, e.Judge, e.Reason)
	}
	for _, j := range t.judges {
		fmt.Fprintf(w, "judge: %s: %s\n", j.name, j.version())
	}
	fmt.Fprintf(w, "%d files, %d verdicts compared: %d agree, %d differ with an explanation, %d differ without\n",
		len(t.questions), agreed+explained+len(t.differ), agreed, explained, len(t.differ))
}
