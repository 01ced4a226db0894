package store_test

import (
	"errors"
	"strings"
	"testing"

	"tamga/documents/store"
)

func TestClients(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, _ := open(t, dsn)
		secret, err := db.AddClient(t.Context(), "Портал", []string{store.ScopeIssue})
		must(t, err)
		other, err := db.AddClient(t.Context(), "Портал", []string{store.ScopeSign, store.ScopeIssue})
		must(t, err)
		c, err := db.Client(t.Context(), secret)
		must(t, err)
		if c.Name != "Портал" || !c.May(store.ScopeIssue) || c.May(store.ScopeSign) || c.May("") || !strings.HasPrefix(secret, "tamga_"+c.ID+"_") {
			t.Errorf("client %+v of key %.12s…", c, secret)
		}
		if second, err := db.Client(t.Context(), other); err != nil || second.ID == c.ID || !second.May(store.ScopeSign) {
			t.Errorf("other client: %+v, %v", second, err)
		}
		if all, err := db.Clients(t.Context()); err != nil || len(all) != 2 || all[0].ID == all[1].ID {
			t.Errorf("clients %+v, %v", all, err)
		}
		// The database does not know the key.
		for _, sum := range column(t, db, `SELECT secret_sha256 FROM clients`) {
			if strings.Contains(secret, sum) || len(sum) != 64 {
				t.Errorf("stored: %s", sum)
			}
		}
		flipped := secret[:len(secret)-2] + "AA"
		if flipped == secret {
			flipped = secret[:len(secret)-2] + "BB"
		}
		for _, bad := range []string{
			"", "tamga_", "tamga__", secret[6:], secret + "x", secret[:len(secret)-1], flipped,
			strings.Replace(secret, "_"+c.ID+"_", "_' OR '1'='1_", 1),
			strings.Replace(other, strings.Split(other, "_")[1], c.ID, 1),
			strings.Repeat("tamga_", 10000), "tamga_\x00_x", "tamga_\xff_x",
		} {
			if got, err := db.Client(t.Context(), bad); !errors.Is(err, store.ErrUnknownClient) || got.ID != "" {
				t.Errorf("key %.20q: %+v, %v", bad, got, err)
			}
		}
		if _, err := db.AddClient(t.Context(), "x", []string{"admin"}); !errors.Is(err, store.ErrUnknownScope) {
			t.Errorf("unknown scope: %v", err)
		}
		for _, name := range []string{"", strings.Repeat("ә", 201), "a\x00", "a\xff", "a\u202e"} {
			if _, err := db.AddClient(t.Context(), name, nil); !errors.Is(err, store.ErrBadName) {
				t.Errorf("name %.10q: %v", name, err)
			}
		}
		must(t, db.RevokeClient(t.Context(), c.ID))
		if _, err := db.Client(t.Context(), secret); !errors.Is(err, store.ErrUnknownClient) {
			t.Errorf("revoked key: %v", err)
		}
		if err := db.RevokeClient(t.Context(), c.ID); !errors.Is(err, store.ErrUnknownClient) {
			t.Errorf("revoked twice: %v", err)
		}
	})
}
