package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
)

// opened judges a signed act with the register's verifier, and reads its content.
func opened(t *testing.T, r *Registry, act []byte, into any) {
	t.Helper()
	v, err := r.Verifier.VerifyCMS(t.Context(), act, signing.Question{At: r.now()})
	must(t, err)
	if !v.Passed() {
		t.Fatalf("the act is %s %s", v.Indication, v.SubIndication)
	}
	from := bytes.IndexByte(act, '{')
	d := json.NewDecoder(bytes.NewReader(act[from:]))
	d.DisallowUnknownFields()
	must(t, d.Decode(into))
}

// A paper that permits nothing is withdrawn by an act signed with the key of
// documents: it says which paper, by which order and why, is kept, and proved by the
// log. A licence is terminated by order, and no act.
func TestWithdrawalIsASignedAct(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		notice := issue(t, r, "notice", fromSamples(t, "notice"))
		licence := issue(t, r, "licence", licenceDraft(1))
		c.advance(time.Hour)
		e := record(t, r, notice.Number, 2, order(documents.EventTerminated))
		var said withdrawal
		opened(t, r, e.Record, &said)
		want := withdrawal{
			Act: "withdrawn", Number: notice.Number, Kind: documents.KindNotice, IssuedOn: notice.IssuedOn(), FileSHA256: notice.FileSHA256, Seq: 3,
			EffectiveAt: c.now(), RecordedAt: c.now(), OrderNumber: "64", OrderDate: e.OrderDate, Reason: e.Reason, Signatory: e.Signatory, Position: e.Position,
		}
		if said != want {
			t.Errorf("the act says %+v, want %+v", said, want)
		}
		proof, err := r.Prove(t.Context(), notice.Number)
		must(t, err)
		if sum := store.HexSum(e.Record); proof.Check() != nil || !strings.Contains(proof.Record, `{"act":"`+sum+`"`) {
			t.Errorf("the log proves %s, and not the act %s", proof.Record, sum)
		}
		kept, err := r.History(t.Context(), notice.Number)
		must(t, err)
		if last := kept.Events[2]; !bytes.Equal(last.Record, e.Record) || kept.StatusAt(c.now()) != documents.StatusTerminated {
			t.Errorf("kept: %+v", last)
		}
		if e := record(t, r, licence.Number, 2, order(documents.EventTerminated)); e.Record != nil {
			t.Error("the termination of a licence is an act")
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// Nothing is withdrawn without its act: not with a key that computes wrong
// signatures, nor in another official's name; and a request that was done is answered
// without a key.
func TestNoWithdrawalWithoutItsAct(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		notice := issue(t, r, "notice", fromSamples(t, "notice")).Number
		ask := func(e documents.NewEvent) (documents.Event, bool, error) {
			return r.Record(t.Context(), EventRequest{Client: "portal", IdempotencyKey: "w", Number: notice, Last: 2, Event: e})
		}
		stranger := order(documents.EventTerminated)
		stranger.Signatory = "Бөтенов Б.Б."
		var invalid *documents.InvalidError
		if _, _, err := ask(stranger); !errors.As(err, &invalid) || invalid.Fields[0].Pointer != "/signatory" || invalid.Fields[0].Code != documents.CodeSigner {
			t.Errorf("in another's name: %v", err)
		}
		key := r.Key
		r.Key = authorityOf(t).faulty
		if _, _, err := ask(order(documents.EventTerminated)); !errors.Is(err, ErrNotVerified) {
			t.Errorf("with a key that fails: %v", err)
		}
		life, err := r.History(t.Context(), notice)
		must(t, err)
		if len(life.Events) != 2 {
			t.Errorf("%d events", len(life.Events))
		}
		r.Key = key
		first, _, err := ask(order(documents.EventTerminated))
		must(t, err)
		r.Key = authorityOf(t).faulty
		again, replayed, err := ask(order(documents.EventTerminated))
		if err != nil || !replayed || !bytes.Equal(first.Record, again.Record) {
			t.Errorf("again: %v, %v", replayed, err)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// A number whose key is what failed is void, and says that the record of it waits;
// with a key that is fit it is signed, once, and says what has happened.
func TestVoidRecordIsSignedLater(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		held, err := reserve(t, r, IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
		must(t, err)
		key := r.Key
		r.Key = authorityOf(t).faulty
		c.advance(25 * time.Hour)
		voided := c.now()
		done, err := r.Recover(t.Context())
		must(t, err)
		life, err := r.History(t.Context(), held.number)
		must(t, err)
		if len(done.Voided) != 1 || len(done.Unsigned) != 1 || done.Unsigned[0] != held.number || !life.VoidUnsigned() || life.StatusAt(c.now()) != documents.StatusVoid {
			t.Fatalf("%+v, %+v", done, life.Events)
		}
		erase := erasure(held.number, 2)
		if _, _, err := r.Erase(t.Context(), erase); !isRule(err, documents.RuleUnsigned) {
			t.Errorf("erased before its record is signed: %v", err)
		}
		c.advance(time.Hour)
		if done, err = r.Recover(t.Context()); err != nil || len(done.Signed) != 0 || len(done.Unsigned) != 1 {
			t.Errorf("with the same key: %+v, %v", done, err)
		}
		r.Key = key
		c.advance(time.Hour)
		if done, err = r.Recover(t.Context()); err != nil || len(done.Signed) != 1 || len(done.Unsigned) != 0 {
			t.Fatalf("with a fit key: %+v, %v", done, err)
		}
		if done, err = r.Recover(t.Context()); err != nil || len(done.Signed)+len(done.Unsigned) != 0 {
			t.Errorf("again: %+v, %v", done, err)
		}
		life, err = r.History(t.Context(), held.number)
		must(t, err)
		last := life.Events[len(life.Events)-1]
		if len(life.Events) != 3 || last.Kind != documents.EventVoidSigned || life.VoidUnsigned() || life.StatusAt(c.now()) != documents.StatusVoid {
			t.Fatalf("%+v", life.Events)
		}
		var said voidStatement
		opened(t, r, last.Record, &said)
		want := voidStatement{
			Number: held.number, Kind: documents.KindLicence, ReservedAt: held.reservedAt, VoidAt: voided, SignedAt: c.now(),
			ContentSHA256: store.HexSum([]byte(held.stored)), Reason: life.Events[1].Detail,
		}
		if said != want || said.Reason == "" {
			t.Errorf("the record says %+v, want %+v", said, want)
		}
		must(t, r.VerifyLog(t.Context()))
		erase.Last = 3
		if _, _, err := r.Erase(t.Context(), erase); err != nil {
			t.Errorf("erased when it is signed: %v", err)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}
