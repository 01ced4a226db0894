package signing

import (
	"context"
	"fmt"
	"time"

	"tamga/signing/tsp"
)

// TrustToken decides whether a timestamp token was signed by a trusted
// authority, as [Verifier.VerifyTimestamp] does, for whoever has compared the
// imprint already: it is what a tsa.Client asks. The error says what the
// verdict would.
func (v *Verifier) TrustToken(ctx context.Context, token *tsp.Token, at time.Time) error {
	known := func(*tsp.Token) error { return nil }
	verdict, err := v.verifyTimestamp(ctx, token.Raw, known, Question{At: at})
	if err != nil {
		return err
	}
	if !verdict.Passed() {
		return fmt.Errorf("%s, %s: %s", verdict.Indication, verdict.SubIndication, verdict.Detail)
	}
	return nil
}
