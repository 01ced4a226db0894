package forms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/language/words"
)

// Sheets of what is counted and told: questionnaires, their summary, and
// statements of history.

func questionnaire(d *documents.Questionnaire) pdf.Content {
	in := fields{"authority": d.Authority, "filled_on": printed(d.IssuedOn)}
	if d.Quality != 0 {
		in["q1"], in["q2"] = pdf.Same(strconv.Itoa(int(d.Quality))), pdf.Same(strconv.Itoa(int(d.Access)))
	}
	return pdf.Content{Layout: "questionnaire", Number: d.Number, Fields: in}
}

func summary(d *documents.Summary) pdf.Content {
	s := letter("questionnaire-summary", d.Number, d.IssuedOn, d.Letter)
	s.Fields["year"], s.Fields["service"] = pdf.Same(strconv.Itoa(d.Year)), d.Service
	s.Fields["total"] = pdf.Same(strconv.Itoa(d.Quality.Total()))
	s.Fields["quality"] = pdf.Same(share(d.Quality.Satisfied, d.Quality.Total()))
	s.Fields["access"] = pdf.Same(share(d.Access.Satisfied, d.Access.Total()))
	row := func(question documents.Text, a documents.Answers) []documents.Text {
		cell := func(n int) documents.Text { return pdf.Same(fmt.Sprintf("%d (%s)", n, share(n, a.Total()))) }
		return []documents.Text{question, cell(a.NotSatisfied), cell(a.PartlySatisfied), cell(a.Satisfied)}
	}
	s.Tables = map[string]pdf.Table{"answers": {
		Columns: []string{"question", "no", "partly", "yes"},
		Rows: [][]documents.Text{
			row(documents.OnPaper(words.Of("paper.summary_quality")), d.Quality),
			row(documents.OnPaper(words.Of("paper.summary_access")), d.Access),
		},
	}}
	return s
}

// share writes a part of a whole in per cent with one digit, as Kazakh and
// Russian do.
func share(part, whole int) string {
	if whole == 0 {
		return "0,0 %"
	}
	tenths := (part*2000 + whole) / (2 * whole) // rounded
	return fmt.Sprintf("%d,%d %%", tenths/10, tenths%10)
}

func history(d *documents.History) pdf.Content {
	s := letter("history", d.Number, d.IssuedOn, d.Letter)
	list := pdf.Table{Columns: []string{"effective", "recorded", "event", "order", "reason"}}
	if d.Told != nil {
		s.Fields["document"], s.Fields["document_number"] = documents.OnPaper(d.Told.Kind.Title()), pdf.Same(d.Of)
		s.Fields["holder"] = orDash(d.Told.Holder)
		s.Fields["status"], s.Fields["status_at"] = documents.OnPaper(d.Told.Status.Label()), pdf.Same(documents.PrintedTime(d.Told.At))
		for _, e := range d.Told.Events {
			list.Rows = append(list.Rows, []documents.Text{
				pdf.Same(documents.PrintedTime(e.EffectiveAt)), pdf.Same(documents.PrintedTime(e.RecordedAt)),
				happened(e), orDash(pdf.Same(orderOf(e))), orDash(whyAndWho(e)),
			})
		}
	}
	s.Tables = map[string]pdf.Table{"events": list}
	return s
}

// happened names an event in a statement of history.
func happened(e documents.Event) documents.Text {
	t := documents.OnPaper(e.Kind.LabelUntil(e.Until))
	switch {
	case e.Other != "":
		t.KK, t.RU = t.KK+", № "+e.Other, t.RU+", № "+e.Other
	case e.Corrects != 0:
		n := strconv.Itoa(e.Corrects - 1) // the statement leaves the reservation out
		t.KK, t.RU = t.KK+": № "+n, t.RU+": № "+n
	}
	return t
}

func orderOf(e documents.Event) string {
	if e.OrderNumber == "" {
		return ""
	}
	return "№ " + e.OrderNumber + ", " + e.OrderDate.Printed()
}

func whyAndWho(e documents.Event) documents.Text {
	in := func(by, reason string) string {
		parts := slices.DeleteFunc([]string{by, strings.ReplaceAll(reason, "\n", " "), e.Signatory}, func(s string) bool { return s == "" })
		return strings.Join(parts, "; ")
	}
	return documents.Text{KK: in(e.DecidedBy.KK, e.Reason.KK), RU: in(e.DecidedBy.RU, e.Reason.RU)}
}
