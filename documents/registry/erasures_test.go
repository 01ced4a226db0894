package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tamga/documents/store"
	"tamga/signing/cms"
)

// eraseOne erases one of two applications with its consent, as documents/applications
// does.
func eraseOne(t testing.TB, r *Registry) {
	t.Helper()
	must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return eraseWith(ctx, t, tx, r, signedOver(t, r, `{"application": {"id": "c3d4"}}`))
	}))
}

// signedOver signs a text, which goes into the CMS.
func signedOver(t testing.TB, r *Registry, text string) []byte {
	t.Helper()
	m, err := cms.NewMaker(r.Key.Signer, r.Key.Certificate, r.Key.Chain, cms.Options{})
	must(t, err)
	signed, err := m.Make(cms.ToSign{Content: []byte(text), MessageDigest: m.Digest().Sum([]byte(text))})
	must(t, err)
	return signed
}

func eraseWith(ctx context.Context, t testing.TB, tx *store.Tx, r *Registry, signature []byte) error {
	t.Helper()
	must(t, second(tx.ExecContext(ctx, `INSERT INTO application_erasures (application, act, signature, verdict, person, role, ground, at)
		VALUES ('c3d4', '{"application": {"id": "c3d4"}}', $1, '{}', 'p', 'ADMINISTRATOR', 'order', 9)`, signature)))
	must(t, EnterRow(ctx, tx, store.Change{Table: "application_erasures", Key: "c3d4", Event: store.Kept, At: r.now()}))
	must(t, second(tx.ExecContext(ctx, `UPDATE applications SET form = '{}' WHERE id = 'c3d4'`)))
	return EraseRows(ctx, tx, []ErasedRow{{"applications", "c3d4"}, {"consents", "c3d4"}}, SignedErasure{signature, r.now()})
}

// A salt that is missing is tampering, but where a signed act of the application says that
// it was erased: one of it, that is signed, that has erased it.
func TestErasureTampered(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		applyTwice(t, r)
		payAndConsent(t, r)
		exec := func(ctx context.Context, tx *store.Tx, statement string) {
			must(t, second(tx.ExecContext(ctx, statement)))
		}
		right := signedOver(t, r, `{"application": {"id": "c3d4"}}`)
		for name, c := range map[string]struct {
			do   func(ctx context.Context, tx *store.Tx) error
			want string
		}{
			"erased": {func(ctx context.Context, tx *store.Tx) error { return eraseWith(ctx, t, tx, r, right) }, ""},
			"without any record": {func(ctx context.Context, tx *store.Tx) error {
				exec(ctx, tx, `DELETE FROM log_salts WHERE idx = (SELECT MAX(idx) FROM log_entries WHERE subject = 'consent' AND number = 'c3d4')`)
				return nil
			}, "consent c3d4: the salt of the record is missing"},
			"without an act": {func(ctx context.Context, tx *store.Tx) error {
				return EraseRows(ctx, tx, []ErasedRow{{"consents", "c3d4"}}, SignedErasure{right, r.now()})
			}, "consent c3d4: it was erased, and no signed act of its application says so"},
			"by the act of another application": {func(ctx context.Context, tx *store.Tx) error {
				must(t, eraseWith(ctx, t, tx, r, right))
				return EraseRows(ctx, tx, []ErasedRow{{"consents", "a1b2"}}, SignedErasure{right, r.now()})
			}, "consent a1b2: it was erased, and no signed act of its application says so"},
			"by an act that is not signed": {func(ctx context.Context, tx *store.Tx) error {
				return eraseWith(ctx, t, tx, r, []byte(`{"application": {"id": "c3d4"}}`))
			}, "application_erasure c3d4: the act is not signed"},
			"by an act over another text": {func(ctx context.Context, tx *store.Tx) error {
				return eraseWith(ctx, t, tx, r, signedOver(t, r, `{"application": {"id": "a1b2"}}`))
			}, "application_erasure c3d4: the signature of the act does not hold"},
			"and entered again": {func(ctx context.Context, tx *store.Tx) error {
				must(t, eraseWith(ctx, t, tx, r, right))
				return EnterRow(ctx, tx, store.Change{Table: "consents", Key: "c3d4", Event: store.Kept, At: r.now()})
			}, "consent c3d4: it was erased, and has a later record"},
			"with an old salt": {func(ctx context.Context, tx *store.Tx) error {
				must(t, eraseWith(ctx, t, tx, r, right))
				must(t, second(tx.ExecContext(ctx, `INSERT INTO log_salts (idx, salt)
					SELECT MIN(idx), $1 FROM log_entries WHERE subject = 'consent' AND number = 'c3d4'`, make([]byte, saltLength))))
				return nil
			}, "consent c3d4: what was erased is there"},
			"of what is never erased": {func(ctx context.Context, tx *store.Tx) error {
				err := EraseRows(ctx, tx, []ErasedRow{{"clients", "x"}}, SignedErasure{right, r.now()})
				if err == nil || !strings.Contains(err.Error(), "clients: nothing is erased there") {
					t.Errorf("a client: %v", err)
				}
				return nil
			}, ""},
		} {
			inTampering(t, r, func(tx *store.Tx) {
				ctx := context.WithoutCancel(t.Context())
				must(t, c.do(ctx, tx))
				err := verify(ctx, tx)
				if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrTampered) || !strings.HasSuffix(fmt.Sprint(err), c.want)) {
					t.Errorf("erased %s: %v, want %s", name, err, c.want)
				}
			})
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// What a document was printed with to be signed goes with it, as do the persons who asked
// for it.
func TestErasePrepared(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		p, err := r.Prepare(t.Context(), PrepareRequest{IssueRequest: IssueRequest{Client: "person:9f8e", IdempotencyKey: "a", Draft: refusalDraft()}})
		must(t, err)
		_, _, err = r.CompleteSigned(t.Context(), p.Number, signedBy(t, p, r.Key))
		must(t, err)
		digest := column(t, r, `SELECT digest FROM preparations`)[0]
		erase(t, r, p.Number, 2)
		expectErased(t, r, p.Number)
		left := strings.Join(column(t, r, `SELECT digest || digests || signature_sha256 || file || held FROM preparations`), "")
		if digest == "" || left != "erased" && left != "erased\\x" {
			t.Errorf("left is %q", left)
		}
		for _, query := range []string{`SELECT client FROM documents`, `SELECT client FROM requests`, `SELECT idempotency_key FROM requests`} {
			for _, text := range column(t, r, query) {
				if strings.Contains(text, "9f8e") {
					t.Errorf("%s: %s", query, text)
				}
			}
		}
		if n, err := r.Erased(t.Context()); err != nil || n != 2 {
			t.Errorf("%d rows are erased, want a document and a preparation: %v", n, err)
		}
		inTampering(t, r, func(tx *store.Tx) {
			ctx := context.WithoutCancel(t.Context())
			must(t, second(tx.ExecContext(ctx, `UPDATE preparations SET digest = 'x'`)))
			if err := verify(ctx, tx); err == nil || !strings.HasSuffix(err.Error(), "the digest was changed") {
				t.Errorf("changed: %v", err)
			}
		})
	})
}
