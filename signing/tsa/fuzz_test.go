package tsa

import (
	"context"
	"math/big"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/tsp"
)

// Whatever is asked, the authority answers with a response that can be read.
func FuzzRespond(f *testing.F) {
	w := newWorld(f, ca.ECDSA)
	f.Add(tsp.Request{Imprint: imprint("x"), Nonce: big.NewInt(7), Certificates: true, Policy: w.authority.Policies[0]}.DER())
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := tsp.ParseResponse(w.authority.Respond(b, begin))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tsp.ParseRequest(b); err != nil && p.Status.Granted() {
			t.Error("granted what cannot be read")
		}
	})
}

// A token from a stranger is read or refused.
func FuzzToken(f *testing.F) {
	w := newWorld(f, ca.ECDSA)
	raw, err := w.authority.Stamp(tsp.Request{Imprint: imprint("x"), Nonce: big.NewInt(7), Certificates: true}, w.authority.Policies[0], begin)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, b []byte) {
		token, err := tsp.ParseToken(b)
		if err != nil {
			return
		}
		if len(token.SignedData.Signers) != 1 || token.Info.Serial == nil {
			t.Errorf("%+v", token)
		}
		w.trust(context.Background(), token, begin) // an answer, not a panic
	})
}
