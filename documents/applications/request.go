package applications

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// EnterRequest asks to write down that a step was done.
type EnterRequest struct {
	Client         string
	IdempotencyKey string // the client's own name for this request, kept for ever
	Application    string // its id or number
	// Last is the Seq of the last entry that the caller knows. If the application has
	// another by now, the answer is [ErrChanged].
	Last int
	// AnyState says that it does not matter what was entered since: Last is not looked
	// at.
	AnyState bool
	Act
	// Failed is the check by which a condition of several fails.
	Failed regulation.Check
	Values json.RawMessage // an object, what the actor writes down; may be left out
	// Document is the one that the step issues. What it says of the application may be
	// left open, and the day for which an acceptance promises the result.
	Document *documents.Draft
	// Signature is a CMS over the bytes of [Book.ActOf], in DER, PEM or base64, by
	// whoever does a step that is signed; nil for none.
	Signature []byte
	// Elsewhere is what the signature was made over where that was signed before there
	// was an application here, as a request that another portal hands on; nil for what
	// is signed here.
	Elsewhere []byte
	// ResultCMS is the signature of whoever signs the document that was handed up, over
	// what [Book.PrepareResult] has returned; nil for the key of documents.
	ResultCMS []byte
}

// askedEntry looks at all of a request that needs no database.
func askedEntry(req *EnterRequest) (asked, error) {
	q := asked{store.Request{Client: req.Client, IdempotencyKey: req.IdempotencyKey}, entryRows}
	if err := q.Check(); err != nil {
		return q, err
	}
	req.Actor.Person = documents.NormaliseKazakh(req.Actor.Person)
	if err := printablePerson(req.Actor.Person); err != nil {
		return q, err
	}
	var err error
	if req.Values, err = values("/values", req.Values); err != nil {
		return q, err
	}
	said := map[string]any{
		"application": plainName(req.Application), "role": req.Actor.Role, "person": req.Actor.Person, "step": req.Step, "outcome": req.Outcome,
		"failed": req.Failed, "values": req.Values, "document": req.Document,
	}
	if req.Actor.ID != "" {
		said["person_id"] = req.Actor.ID
	}
	if req.Elsewhere != nil {
		said["elsewhere"] = req.Elsewhere
	}
	if req.ResultCMS != nil {
		said["signs_result"] = true
	}
	q.Sum, err = store.SumOf(said)
	return q, err
}

// plainName is how an application is named in a request that is compared.
func plainName(name string) string {
	if _, key, ok := keyOf(name); ok {
		return key
	}
	return name
}

func printablePerson(name string) error {
	printable := utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
	if name == "" || utf8.RuneCountInString(name) > 200 || !printable {
		return &documents.InvalidError{Fields: []documents.FieldError{{
			Pointer: "/person", Code: documents.CodeRequired, Detail: "is not a name of 1 to 200 printable characters",
		}}}
	}
	return nil
}
