package applications

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
)

// Attachment is a file of an application, as what is signed names it.
type Attachment struct {
	ID     string `json:"id"`
	Item   string `json:"item,omitempty"` // of the checklist
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// actKind begins every act, so that nothing else that a person signs is one.
const actKind = "tamga application act 1"

// statement is what a person signs. Its members stand in this order, and it is written
// in one way only.
type statement struct {
	Kind        string            `json:"kind"`
	What        language.Text     `json:"what"` // the name of the step
	Step        string            `json:"step"`
	Outcome     string            `json:"outcome"`
	Failed      regulation.Check  `json:"failed_check,omitempty"`
	Application statedApplication `json:"application"`
	Last        int               `json:"last_entry"`
	Who         statedPerson      `json:"who"`
	Values      json.RawMessage   `json:"values"`
	Form        string            `json:"form_sha256"`
	Attachments []Attachment      `json:"attachments"`
	Document    *statedDocument   `json:"document,omitempty"`
}

type statedApplication struct {
	ID        string `json:"id"`
	Number    string `json:"number,omitempty"`
	Edition   string `json:"edition"`
	Service   string `json:"service"`
	Applicant string `json:"applicant"` // a name
}

type statedPerson struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// statedDocument is the content of a document that is issued or handed up, without its
// number and date.
type statedDocument struct {
	Kind   documents.Kind `json:"kind"`
	SHA256 string         `json:"sha256"`
}

// ActOf returns what the person signs who makes a request: JSON in lines, always the
// same for the same act, or what was signed elsewhere. The signature of the request is not looked at, and what may not
// be entered is refused as by [Book.Enter].
func (b *Book) ActOf(ctx context.Context, req EnterRequest) (act []byte, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	if _, err := askedEntry(&req); err != nil {
		return nil, err
	}
	d, err := b.intended(ctx, req)
	if err == nil {
		err = b.fillMatters(ctx)
	}
	if err == nil {
		err = b.matterDecided(ctx, b.Register.Store, d)
	}
	if err != nil {
		return nil, err
	}
	return b.act(ctx, b.Register.Store, d)
}

// deed is what a request does on an application as it is.
type deed struct {
	c   Case
	m   regulation.Move
	req EnterRequest
}

// intended is what a request would do now.
func (b *Book) intended(ctx context.Context, req EnterRequest) (deed, error) {
	a, err := read(ctx, b.Register.Store, req.Application)
	if err != nil {
		return deed{}, err
	}
	if !req.AnyState && req.Last != len(a.Entries) {
		return deed{}, ErrChanged
	}
	rules, err := b.Rulebook.Current(ctx)
	if err != nil {
		return deed{}, err
	}
	c, m, err := entering{app: a, req: req}.judged(rules, b.Register.Store.Moment())
	return deed{c, m, req}, err
}

// act writes what is signed. It reads what stands in the database at the moment.
func (b *Book) act(ctx context.Context, r store.Reader, d deed) ([]byte, error) {
	if d.req.Elsewhere != nil {
		return d.req.Elsewhere, nil
	}
	sum := sha256.Sum256(d.c.Form)
	s := statement{
		Kind: actKind, What: d.m.Step.Name, Step: d.m.Step.ID, Outcome: d.m.Exit.On, Failed: d.req.Failed,
		Application: statedApplication{d.c.ID, d.c.Number, d.c.Edition, d.c.Service, d.c.Applicant.FullName(documents.KK)},
		Last:        len(d.c.Entries), Who: statedPerson{d.req.Actor.ID, d.req.Actor.Person, d.req.Actor.Role},
		Values: d.req.Values, Form: hex.EncodeToString(sum[:]), Attachments: []Attachment{},
	}
	if b.Attached != nil {
		files, err := b.Attached(ctx, r, d.c.ID)
		if err != nil {
			return nil, fmt.Errorf("failed to read the attachments: %w", err)
		}
		s.Attachments = slices.Concat(s.Attachments, files)
	}
	if draft := d.document(); draft != nil {
		sum, err := store.SumOf(draft)
		if err != nil {
			return nil, err
		}
		s.Document = &statedDocument{draft.Kind(), sum.String()}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return nil, fmt.Errorf("failed to write the act: %w", err)
	}
	return out.Bytes(), nil
}

// document is the content that an act is about: the one that comes with it, or the one
// that was handed up for it.
func (d deed) document() *documents.Draft {
	draft := d.req.Document
	if draft == nil {
		draft = d.c.Drafted(d.m)
	}
	if draft == nil {
		return nil
	}
	plain := draft.Normalise()
	return &plain
}
