package attachments

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tamga/documents"
	"tamga/documents/attachments/outline"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// The table, and what happens to its rows in the words of the log.
const (
	attachmentRows = "attachments"

	attached = "attached"
	removed  = "removed"
	scanned  = "scanned"

	idLength = 16 // bytes
)

// AddRequest asks to attach a file.
type AddRequest struct {
	Client         string
	IdempotencyKey string // the client's own name for this request, kept for ever
	Person         string // a person's id; empty for a client
	Application    string // id or number
	Name           string // of the file
	Item           string // of the edition's list of documents; may be empty
	Replaces       string // the id of the attachment that it takes the place of; may be empty
	File           []byte // mapped or in memory; nothing of it is kept in memory
}

// Add attaches a file. The same client with the same key and the same request gets the
// same attachment, with true as the second result; with another request it is
// [store.ErrKeyReused]. What is not taken is a *[RefusedError], and uses up no key.
func (b *Book) Add(ctx context.Context, req AddRequest) (a Attachment, replayed bool, err error) {
	q, err := asked(req.Client, req.IdempotencyKey, map[string]any{
		"application": req.Application, "name": req.Name, "item": req.Item, "replaces": req.Replaces, "sha256": store.HexSum(req.File),
	})
	if err != nil {
		return a, false, err
	}
	name, err := cleanName(req.Name)
	if err != nil {
		return a, false, err
	}
	verdict := outline.Judge(req.File)
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		terms, err := b.Terms(ctx, tx, req.Application)
		if err != nil {
			return err
		}
		id, err := before(ctx, tx, q)
		if err != nil {
			return err
		}
		if replayed = id != ""; replayed {
			a, err = one(ctx, tx, id)
			return err
		}
		a = Attachment{
			ID: hex.EncodeToString(tx.RandomBytes(idLength)), Application: terms.Application, Name: name, Item: req.Item,
			Type: verdict.Type, Size: int64(len(req.File)), SHA256: store.HexSum(req.File), Signed: verdict.Signed, Findings: verdict.Findings,
			Scan: None, Client: req.Client, Person: req.Person, AddedAt: b.Store.Moment(),
		}
		return b.add(ctx, tx, adding{terms, q, req, &a})
	})
	return a, replayed && err == nil, err
}

// adding is a file that is being attached.
type adding struct {
	terms Terms
	q     store.Request
	req   AddRequest
	a     *Attachment
}

func (b *Book) add(ctx context.Context, tx *store.Tx, in adding) error {
	if in.terms.Closed {
		return refuse(ReasonClosed, "the application is signed: its attachments stay as they are")
	}
	if in.req.Replaces != "" {
		if err := b.remove(ctx, tx, in.terms, removal{in.req.Replaces, by(in.req.Client, in.req.Person)}); err != nil {
			return err
		}
	}
	others, err := Of(ctx, tx, in.a.Application)
	if err != nil {
		return err
	}
	if err := in.terms.judge(*in.a, others); err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) + 1 FROM attachments WHERE application = $1`, in.a.Application).Scan(&in.a.Seq)
	if err != nil {
		return fmt.Errorf("failed to count the attachments: %w", err)
	}
	if b.Scan != nil {
		in.a.Scan = Scanning
		if err := tx.EnqueueNow(ctx, scanJob, in.a.ID); err != nil {
			return err
		}
	}
	if err := keep(ctx, tx, in.a.SHA256, in.req.File); err != nil {
		return err
	}
	return in.a.insert(ctx, tx, in.q)
}

// judge refuses what the rules do not take.
func (t Terms) judge(a Attachment, others []Attachment) error {
	all := a.Size
	for _, o := range others {
		all += o.Size
	}
	switch {
	case a.Item != "" && !slices.Contains(t.Items, a.Item):
		return refuse(ReasonItem, "the edition's list of documents has no such one")
	case a.Size == 0:
		return refuse(ReasonEmpty, "the file is empty")
	case a.Size > t.Rules.MaxFile:
		return refuse(ReasonSize, "the file has %d bytes, and %d are the most", a.Size, t.Rules.MaxFile)
	case all > t.Rules.MaxAll:
		return refuse(ReasonAll, "the files of the application have %d bytes together, and %d are the most", all, t.Rules.MaxAll)
	case len(others) >= t.Rules.Most:
		return refuse(ReasonMost, "the application has %d files, which are the most", len(others))
	}
	for _, f := range a.Findings {
		if slices.Contains(t.Rules.Refuse, string(f)) {
			return refuse(ReasonContent, "the file is not taken for what it holds: %s", f)
		}
	}
	if !t.Rules.Takes(a.Type) {
		return refuse(ReasonType, "files of the type %s are not taken, whatever they are called", a.Type)
	}
	return nil
}

// insert writes the row and its record.
func (a Attachment) insert(ctx context.Context, tx *store.Tx, q store.Request) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO attachments (id, application, seq, name, item, type, size, sha256, signed, findings, scan, client, person,
		added_at, idempotency_key, body_sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		a.ID, a.Application, a.Seq, a.Name, a.Item, a.Type, a.Size, a.SHA256, asInt(a.Signed), joined(a.Findings), string(a.Scan), a.Client, a.Person,
		store.Micros(a.AddedAt), q.IdempotencyKey, q.Sum.String())
	if err != nil {
		return fmt.Errorf("failed to write the attachment: %w", err)
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: attachmentRows, Key: a.ID, Event: attached, At: a.AddedAt})
}

// RemoveRequest asks to take an attachment out.
type RemoveRequest struct {
	Client      string
	Person      string
	Application string // id or number
	ID          string
}

// Remove takes an attachment out of an application that is not signed. Its row stays;
// its content goes, unless another attachment has the same. One that is out already
// stays so.
func (b *Book) Remove(ctx context.Context, req RemoveRequest) error {
	return b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		terms, err := b.Terms(ctx, tx, req.Application)
		if err != nil {
			return err
		}
		if terms.Closed {
			return refuse(ReasonClosed, "the application is signed: its attachments stay as they are")
		}
		return b.remove(ctx, tx, terms, removal{req.ID, by(req.Client, req.Person)})
	})
}

type removal struct{ id, by string }

func (b *Book) remove(ctx context.Context, tx *store.Tx, terms Terms, r removal) error {
	a, err := one(ctx, tx, r.id)
	if err != nil {
		return err
	}
	if a.Application != terms.Application {
		return ErrNotFound
	}
	if !a.RemovedAt.IsZero() {
		return nil
	}
	now := b.Store.Moment()
	err = unqueue(ctx, tx, a.ID)
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE attachments SET removed_at = $1, removed_by = $2 WHERE id = $3`, store.Micros(now), r.by, a.ID)
	}
	if err != nil {
		return fmt.Errorf("failed to take the attachment out: %w", err)
	}
	if err := letGo(ctx, tx, a.SHA256); err != nil {
		return err
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: attachmentRows, Key: a.ID, Event: removed, At: now})
}

// by names who acts.
func by(client, person string) string {
	if person != "" {
		return person
	}
	return client
}

// asked is a request by its sum.
func asked(client, key string, request map[string]any) (store.Request, error) {
	q := store.Request{Client: client, IdempotencyKey: key}
	if err := q.Check(); err != nil {
		return q, err
	}
	var err error
	q.Sum, err = store.SumOf(request)
	return q, err
}

// before returns the attachment that the same request has made before.
func before(ctx context.Context, r store.Reader, q store.Request) (id string, err error) {
	var sum string
	err = r.QueryRowContext(ctx, `SELECT id, body_sha256 FROM attachments WHERE client = $1 AND idempotency_key = $2`,
		q.Client, q.IdempotencyKey).Scan(&id, &sum)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("failed to read the idempotency key: %w", err)
	case sum != q.Sum.String():
		return "", store.ErrKeyReused
	}
	return id, nil
}

// longestName is the most letters of a name.
const longestName = 200

// cleanName returns the name of a file without the folders that some browsers send, its
// accents as one letter each, and without what nobody sees and what turns the order of
// letters round.
func cleanName(name string) (string, error) {
	if !utf8.ValidString(name) {
		return "", refuse(ReasonName, "the name of the file is not UTF-8")
	}
	name = documents.Composed(path.Base(strings.ReplaceAll(name, `\`, "/")))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name))
	if n := utf8.RuneCountInString(name); n == 0 || n > longestName || strings.Trim(name, "./") == "" {
		return "", refuse(ReasonName, "the name of the file has not 1 to %d letters that can be shown", longestName)
	}
	return name, nil
}
