package registry

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

// A document that takes what only one can have, or counts itself, does not stand in its
// own way when it is prepared anew, and keeps its place; another one is refused as long
// as it waits.
func TestPreparedAnewTakesItsOwnPlace(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		first := issue(t, r, "first", licenceDraft(1)).Number
		again := reissueDraft(first)
		paper := documents.Draft{PaperCopy: &documents.PaperCopy{
			Of: issue(t, r, "second", licenceDraft(2)).Number, Authority: documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"}, Head: "Әбдіғали Ж.С.",
		}}
		var waiting []Preparation
		for key, draft := range []documents.Draft{
			licenceDraft(3), refusalDraft(), paper, paper, {Duplicate: &documents.Duplicate{Of: first}}, {History: historyOf(first)}, again,
		} {
			p, err := r.Prepare(t.Context(), PrepareRequest{IssueRequest: IssueRequest{"portal", fmt.Sprint(key), draft}})
			if err != nil {
				t.Fatalf("%d: %v", key, err)
			}
			waiting = append(waiting, p)
		}
		var rule *documents.RuleError
		if _, _, err := r.Issue(t.Context(), IssueRequest{"portal", "other", again}); !errors.As(err, &rule) || rule.Rule != documents.RulePending {
			t.Errorf("another one that replaces it: %v", err)
		}
		var invalid *documents.InvalidError
		if _, _, err := r.Issue(t.Context(), IssueRequest{"portal", "other", refusalDraft()}); !errors.As(err, &invalid) || invalid.Fields[0].Code != documents.CodeTaken {
			t.Errorf("another decision on the application: %v", err)
		}
		c.advance(24 * time.Hour)
		var copies []int
		for _, p := range waiting {
			next, err := r.PrepareAgain(t.Context(), p.Number, Elsewhere{})
			if err != nil || next.Number != p.Number || next.Round != 2 || next.IssuedOn == p.IssuedOn {
				t.Errorf("%s anew: %+v, %v", p.Number, next.Number, err)
				continue
			}
			rec, _, err := r.CompleteSigned(t.Context(), p.Number, signedBy(t, next, r.Key))
			if err != nil || rec.IssuedOn() != next.IssuedOn {
				t.Errorf("%s: %v", p.Number, err)
				continue
			}
			if rec.Content.PaperCopy != nil {
				copies = append(copies, rec.Content.PaperCopy.Copy)
			}
		}
		if !slices.Equal(copies, []int{1, 2}) {
			t.Errorf("the paper copies are %v", copies)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// When a document that a person has signed is erased, nothing of its content is left in
// what it was prepared with.
func TestErasedWherePrepared(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		req := PrepareRequest{IssueRequest: IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(4711)}}
		p, err := r.Prepare(t.Context(), req)
		must(t, err)
		held := func() int {
			return len(column(t, r, `SELECT id FROM preparations WHERE held LIKE '%Көне Қала 4711%'`))
		}
		if held() != 1 {
			t.Errorf("%d preparations hold the content", held())
		}
		must(t, r.Decline(t.Context(), p.Number))
		c.advance(time.Second)
		next, err := r.PrepareAgain(t.Context(), p.Number, Elsewhere{})
		must(t, err)
		_, _, err = r.CompleteSigned(t.Context(), p.Number, signedBy(t, next, r.Key))
		must(t, err)
		if held() != 0 {
			t.Errorf("%d preparations hold the content when it is in force", held())
		}
		record(t, r, p.Number, 2, order(documents.EventTerminated))
		erase(t, r, p.Number, 3)
		expectErased(t, r, p.Number)
		if _, err := r.Prepare(t.Context(), req); !errors.Is(err, ErrErased) {
			t.Errorf("prepared: %v", err)
		}
		if _, err := r.Prepared(t.Context(), p.Number); !errors.Is(err, ErrErased) {
			t.Errorf("asked for: %v", err)
		}
	})
}

// Photographs are printed when a certificate is prepared: one that is not there refuses
// it, before a number is taken.
func TestPrepareWithPhotographs(t *testing.T) {
	r, _ := open(t, filepath.Join(t.TempDir(), "register.sqlite"))
	var file bytes.Buffer
	must(t, png.Encode(&file, image.NewGray(image.Rect(0, 0, 32, 32))))
	sum, err := r.AddPhotograph(t.Context(), "portal", file.Bytes())
	must(t, err)
	draft := resting(t, r, fromSamples(t, "export_certificate"))
	caption := documents.Text{KK: "Бұйымның алдыңғы жағы", RU: "Лицевая сторона предмета"}
	draft.ExportCertificate.Photographs = []documents.Photograph{{SHA256: sum, Caption: caption, Alt: caption}}
	p, err := r.Prepare(t.Context(), PrepareRequest{IssueRequest: IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: draft}})
	must(t, err)
	if _, _, err := r.CompleteSigned(t.Context(), p.Number, signedBy(t, p, r.Key)); err != nil {
		t.Error(err)
	}
	draft.ExportCertificate.Photographs[0].SHA256 = strings.Repeat("0", 64)
	var invalid *documents.InvalidError
	_, err = r.Prepare(t.Context(), PrepareRequest{IssueRequest: IssueRequest{Client: "portal", IdempotencyKey: "b", Draft: draft}})
	if !errors.As(err, &invalid) || invalid.Fields[0].Code != documents.CodeUnknown {
		t.Errorf("without the picture: %v", err)
	}
}
