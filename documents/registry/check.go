package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
)

// Checked are the three facts about a document that everybody may ask: whether
// the stored file is the one that was signed, whether its signature holds, and
// what the document is worth, today and at the moment asked about.
type Checked struct {
	Record Record
	Life   documents.Life
	// Original is the life of the document that this one copies; nil if it
	// copies none.
	Original *documents.Life

	Now time.Time // of the answer
	At  time.Time // the moment asked about besides, earlier than Now; zero if there is none

	// Integrity says whether the stored file is as it was signed; it is not
	// applicable while there is none.
	Integrity signing.CheckStatus
	// Verdict is on the stored file, as of SignedAt; nil without a file, and when
	// the stored one is not the one that was signed.
	Verdict    *signing.Verdict
	SignedAt   time.Time          // when it was judged and entered
	WhenIssued signing.Indication // of the verdict then
	File       []byte             // that was judged; not to be changed
}

// Own is the standing of the document itself at a moment.
func (c Checked) Own(at time.Time) documents.Standing { return c.Life.Standing(at) }

// Standing is the standing that counts at a moment: of a copy in force, that of
// its original, since a duplicate of a licence that was terminated is worth
// nothing.
func (c Checked) Standing(at time.Time) documents.Standing {
	own := c.Own(at)
	if c.Original != nil && own.Status == documents.StatusInForce {
		return c.Original.Standing(at)
	}
	return own
}

// Worth reports whether all three facts speak for the document today; of one that was
// issued elsewhere, of which this service has neither file nor signature, its status.
func (c Checked) Worth() bool {
	if c.Record.Elsewhere() != nil {
		return c.Standing(c.Now).Status == documents.StatusInForce
	}
	return c.Integrity == signing.CheckPassed && c.Verdict != nil && c.Verdict.Passed() &&
		c.Standing(c.Now).Status == documents.StatusInForce
}

// CheckQuestion is what is asked about a document besides its number.
type CheckQuestion struct {
	At time.Time // asked about besides now; zero for none. One to come is a documents.ErrMomentToCome
	// Admit, if there is one, is waited for before the stored file is judged, for
	// the memory that takes; release gives it back.
	Admit func(ctx context.Context) (release func(), err error)
}

// Check tells the three facts about a document: the one answer that the command
// line, the interface and the pages word. Errors are those of
// [Registry.Document].
func (r *Registry) Check(ctx context.Context, number string, q CheckQuestion) (Checked, error) {
	rec, life, err := r.DocumentAndLife(ctx, number)
	if err != nil {
		return Checked{}, err
	}
	return r.CheckFound(ctx, rec, life, q)
}

// CheckFound is [Registry.Check] of a document that was read already.
func (r *Registry) CheckFound(ctx context.Context, rec Record, life documents.Life, q CheckQuestion) (Checked, error) {
	c := Checked{Record: rec, Life: life, Now: r.now(), At: q.At, Integrity: signing.CheckNotApplicable}
	if c.At.After(c.Now) {
		return Checked{}, documents.ErrMomentToCome
	}
	if rec.Kind.IsCopy() {
		original, err := r.History(ctx, rec.Content.About())
		if err != nil {
			return Checked{}, fmt.Errorf("failed to read the original: %w", err)
		}
		c.Original = &original
	}
	if rec.Status != documents.StatusInForce || rec.Elsewhere() != nil {
		return c, nil
	}
	if err := c.whenIssued(); err != nil {
		return Checked{}, err
	}
	return c, r.judgeStored(ctx, &c, q)
}

// whenIssued takes over what was found when the document was issued. Evidence
// that cannot be read tells nothing; the register's own event still tells the
// moment.
func (c *Checked) whenIssued() error {
	var issued signing.Verdict
	if err := json.Unmarshal(c.Record.Evidence, &issued); err == nil {
		c.WhenIssued, c.SignedAt = issued.Indication, issued.At
	}
	if !c.SignedAt.IsZero() {
		return nil
	}
	for _, e := range c.Life.Events {
		if e.Kind == documents.EventIssued {
			c.SignedAt = e.EffectiveAt
			return nil
		}
	}
	return fmt.Errorf("the register does not say since when № %s is in force", c.Record.Number)
}

// judgeStored judges the stored file again, as of the moment of signing. Memory
// is waited for only now: while the database hangs, nobody else is to wait for
// those who wait for it.
func (r *Registry) judgeStored(ctx context.Context, c *Checked, q CheckQuestion) error {
	file, err := r.PDF(ctx, c.Record.Number)
	if errors.Is(err, ErrTampered) {
		c.Integrity = signing.CheckFailed
		return nil
	}
	if err != nil {
		return err
	}
	if q.Admit != nil {
		release, err := q.Admit(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	if r.Verifier == nil {
		return errNotEquipped
	}
	if c.Verdict, err = r.Verifier.VerifyPDF(ctx, file, signing.Question{At: c.SignedAt}); err != nil {
		return err
	}
	c.File, c.Integrity = file, Integrity(c.Verdict)
	return nil
}

// Integrity tells of a verdict on a file whether the file is as it was signed.
func Integrity(verdict *signing.Verdict) signing.CheckStatus {
	if len(verdict.Signers) > 0 {
		first := verdict.Signers[0]
		if first.Check(signing.CheckFormat).Status == signing.CheckPassed &&
			first.Check(signing.CheckSignatureValue).Status == signing.CheckPassed {
			return signing.CheckPassed
		}
	}
	switch verdict.SubIndication {
	case signing.FormatFailure, signing.HashFailure, signing.SigCryptoFailure:
		return signing.CheckFailed
	}
	return signing.CheckUndetermined
}

// maxRevisions is how many ends of revisions in a file are compared with what the
// register has issued.
const maxRevisions = 8

// Origin is what the register knows of a file that somebody holds.
type Origin struct {
	Record Record
	Life   documents.Life
	// Added is how many bytes follow the file that was issued: zero when it is
	// that file itself.
	Added int
	// Corrected is the correction by which another file took the place of this one, of a
	// file that was in force before; nil otherwise. SignedAt is when that file was signed
	// and judged.
	Corrected *documents.Event
	SignedAt  time.Time
}

// Origin finds the document that a file is, byte for byte, or that it begins with
// when something was added to it after it was issued. A file of another origin is
// [ErrNotFound].
func (r *Registry) Origin(ctx context.Context, file []byte) (Origin, error) {
	from, err := r.originOf(ctx, store.HexSum(file))
	if err == nil || !errors.Is(err, ErrNotFound) {
		return from, err
	}
	sum, done := sha256.New(), 0
	for _, end := range revisionEnds(file) {
		sum.Write(file[done:end])
		done = end
		from, err := r.originOf(ctx, hex.EncodeToString(sum.Sum(nil)))
		if err == nil || !errors.Is(err, ErrNotFound) {
			from.Added = len(file) - end
			return from, err
		}
	}
	return Origin{}, ErrNotFound
}

// revisionEnds returns where the first revisions of a PDF may end, as our writer
// ends them, but for the end of the file.
func revisionEnds(file []byte) []int {
	var ends []int
	mark := []byte("%%EOF\n")
	for at := 0; len(ends) < maxRevisions; {
		i := bytes.Index(file[at:], mark)
		if i < 0 {
			break
		}
		if at += i + len(mark); at < len(file) {
			ends = append(ends, at)
		}
	}
	return ends
}
