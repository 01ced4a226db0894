package creation

import (
	"fmt"
	"strings"
)

// Baseline is a level of baseline signatures (EN 319 122-1 section 6.1).
type Baseline int

// The levels, each containing those before it.
const (
	BaselineB   Baseline = iota + 1 // signed attributes
	BaselineT                       // a timestamp over the signature
	BaselineLT                      // certificates and revocation information
	BaselineLTA                     // a timestamp over all of it
)

// String returns the level's name, such as "B-LTA".
func (b Baseline) String() string {
	switch b {
	case BaselineB:
		return "B-B"
	case BaselineT:
		return "B-T"
	case BaselineLT:
		return "B-LT"
	case BaselineLTA:
		return "B-LTA"
	}
	return fmt.Sprintf("Baseline(%d)", int(b))
}

// ParseBaseline reads a level as people write it: "LT", "b-lt", "B-LT".
func ParseBaseline(s string) (Baseline, error) {
	for b := BaselineB; b <= BaselineLTA; b++ {
		if name := b.String(); strings.EqualFold(s, name) || strings.EqualFold(s, name[2:]) {
			return b, nil
		}
	}
	return 0, fmt.Errorf("there is no level %q: B-T, B-LT or B-LTA", s)
}
