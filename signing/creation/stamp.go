package creation

import (
	"context"
	"errors"
	"fmt"

	"tamga/certs"
	"tamga/signing/tsp"
)

// ErrTimestamp is wrapped by errors about timestamps that could not be had.
var ErrTimestamp = errors.New("no timestamp")

// stamp asks for a timestamp over the parts and checks that it is about them.
func (s Services) stamp(ctx context.Context, digest certs.Digest, parts ...[]byte) ([]byte, error) {
	if s.Stamp == nil {
		return nil, fmt.Errorf("%w: there is no authority to ask", ErrTimestamp)
	}
	token, err := s.Stamp(ctx, tsp.NewImprint(digest, parts...))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTimestamp, err)
	}
	if err := token.Info.Imprint.Check(parts...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTimestamp, err)
	}
	return token.Raw, nil
}
