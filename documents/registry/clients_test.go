package registry

import (
	"errors"
	"strings"
	"testing"
)

func TestClients(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		secret, err := r.AddClient(t.Context(), "Портал", []string{ScopeIssue})
		must(t, err)
		other, err := r.AddClient(t.Context(), "Портал", []string{ScopeSign, ScopeIssue})
		must(t, err)
		c, err := r.Client(t.Context(), secret)
		must(t, err)
		if c.Name != "Портал" || !c.May(ScopeIssue) || c.May(ScopeSign) || c.May("") || !strings.HasPrefix(secret, "tamga_"+c.ID+"_") {
			t.Errorf("client %+v of key %.12s…", c, secret)
		}
		if second, err := r.Client(t.Context(), other); err != nil || second.ID == c.ID || !second.May(ScopeSign) {
			t.Errorf("other client: %+v, %v", second, err)
		}
		if all, err := r.Clients(t.Context()); err != nil || len(all) != 2 || all[0].ID == all[1].ID {
			t.Errorf("clients %+v, %v", all, err)
		}
		// The database does not know the key.
		for _, sum := range column(t, r, `SELECT secret_sha256 FROM clients`) {
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
			if got, err := r.Client(t.Context(), bad); !errors.Is(err, ErrUnknownClient) || got.ID != "" {
				t.Errorf("key %.20q: %+v, %v", bad, got, err)
			}
		}
		if _, err := r.AddClient(t.Context(), "x", []string{"admin"}); !errors.Is(err, ErrUnknownScope) {
			t.Errorf("unknown scope: %v", err)
		}
		for _, name := range []string{"", strings.Repeat("ә", 201), "a\x00", "a\xff", "a\u202e"} {
			if _, err := r.AddClient(t.Context(), name, nil); !errors.Is(err, ErrBadName) {
				t.Errorf("name %.10q: %v", name, err)
			}
		}
		must(t, r.RevokeClient(t.Context(), c.ID))
		if _, err := r.Client(t.Context(), secret); !errors.Is(err, ErrUnknownClient) {
			t.Errorf("revoked key: %v", err)
		}
		if err := r.RevokeClient(t.Context(), c.ID); !errors.Is(err, ErrUnknownClient) {
			t.Errorf("revoked twice: %v", err)
		}
	})
}

// Text that no key can be is told before the database is asked.
func TestClientID(t *testing.T) {
	const id = "0123456789abcdef"
	for secret, want := range map[string]string{
		secretPrefix + id + "_x": id, secretPrefix + id: "", id + "_x": "", secretPrefix + id[2:] + "_x": "",
		secretPrefix + id + "00_x": "", secretPrefix + "g" + id[1:] + "_x": "", secretPrefix: "",
	} {
		if got, ok := clientID(secret); ok != (want != "") || ok && got != want {
			t.Errorf("%s names the client %q, %t", secret, got, ok)
		}
	}
}
