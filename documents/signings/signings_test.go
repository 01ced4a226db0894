package signings_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"tamga/documents/registry"
	"tamga/documents/signings"
	"tamga/documents/store/storetest"
)

var cluster *storetest.Cluster

func TestMain(m *testing.M) {
	cluster = storetest.Start()
	os.Exit(cluster.Run(m))
}

// A signing ends: for the phone when it runs out, for everybody after a while; and one
// that was signed stays as it is.
func TestExpiry(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, err := registry.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
		db.Now = func() time.Time { return at }
		b := &signings.Book{Store: db}
		asked := signings.Asked{Texts: []signings.Text{{Name: "Мәтін", Content: []byte("text")}}}
		s, keys, err := b.Open(t.Context(), "", asked)
		if err != nil {
			t.Fatal(err)
		}
		other, _, err := b.Open(t.Context(), "session", asked)
		if err != nil {
			t.Fatal(err)
		}
		is := func(what string, got, want error) {
			t.Helper()
			if !errors.Is(got, want) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		owned := func(id, session, token string) error {
			_, err := b.Owned(t.Context(), id, session, token)
			return err
		}
		is("another's", owned(other.ID, "", keys.Owner), signings.ErrNotFound)
		is("another session's", owned(other.ID, "noises", ""), signings.ErrNotFound)
		is("nobody's", owned(s.ID, "", ""), signings.ErrNotFound)
		one := signings.Signed{Signatures: [][]byte{{1}}, Signers: []string{"А"}}
		at = s.ExpiresAt.Add(-time.Microsecond)
		if _, err = b.Scanned(t.Context(), s.ID, keys.Code); err != nil {
			t.Error(err)
		}
		is("in time", b.Sign(t.Context(), s.ID, one), nil)
		is("again", b.Sign(t.Context(), s.ID, one), nil)
		is("otherwise", b.Sign(t.Context(), s.ID, signings.Signed{Signatures: [][]byte{{2}}}), signings.ErrOver)
		at = s.ExpiresAt
		_, err = b.Scanned(t.Context(), s.ID, keys.Code)
		is("scanned too late", err, signings.ErrOver)
		_, err = b.Fetch(t.Context(), s.ID, signings.PhoneToken(keys.Code))
		is("fetched too late", err, signings.ErrOver)
		is("signed too late", b.Sign(t.Context(), other.ID, one), signings.ErrOver)
		if now, err := b.Owned(t.Context(), s.ID, "", keys.Owner); err != nil || !now.Over || now.Signed == nil {
			t.Errorf("too late for its owner: %+v %v", now, err)
		}
		at = at.Add(time.Hour + time.Microsecond)
		if _, _, err = b.Open(t.Context(), "", asked); err != nil {
			t.Fatal(err)
		}
		is("long ago", owned(s.ID, "", keys.Owner), signings.ErrNotFound)
	})
}
