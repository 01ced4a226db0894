package fetch

import (
	"fmt"
	"math/big"
	"strings"
	"time"
)

// maxSkew is how far ahead of ours an authority's clock may be.
const maxSkew = 10 * time.Minute

// decision is what to do with a list that arrived and is authentic.
type decision struct {
	keep    bool // the last good list, which is as good
	warning Warning
}

// decide compares a list with what the source promises and with the last good
// one. An error refuses it.
//
// A source is bound to the scope of its first list: a list of the same authority
// about fewer certificates or reasons must not take the place of one that tells
// of all. One without a scope tells of all that the other does and more.
//
// Within a scope numbers only grow (RFC 5280 section 5.2.3) and time goes
// forward: whoever offers an older list replays it, or serves it from a stale
// cache. An expired list is accepted when it is newer than what we have, because
// what it says of revocations is still true.
func decide(s Source, rec *record, next List) (decision, error) {
	last := rec.List
	if err := suits(s, next.Info); err != nil {
		return decision{}, err
	}
	if !next.NextUpdate.After(next.ThisUpdate) {
		return decision{}, fmt.Errorf("%w: thisUpdate %s, nextUpdate %s", ProblemDates, stamp(next.ThisUpdate), stamp(next.NextUpdate))
	}
	if next.ThisUpdate.After(next.FetchedAt.Add(maxSkew)) {
		return decision{}, fmt.Errorf("%w: thisUpdate %s is in the future", ProblemDates, stamp(next.ThisUpdate))
	}
	if last == nil || suits(s, last.Info) != nil {
		return decision{}, nil // nothing to compare with: numbers are the issuer's own
	}
	if last.Issuer != next.Issuer {
		return decision{}, fmt.Errorf("%w: %s, so far %s", ProblemIssuer, next.Issuer, last.Issuer)
	}
	if rec.Scope != "" && next.Scope != rec.Scope && next.Scope != WholeScope {
		return decision{}, fmt.Errorf("%w: %s, so far %s", ProblemScope, next.Scope, rec.Scope)
	}
	seen, known := rec.mark(next.Scope)
	if !known {
		return decision{}, nil
	}
	if next.ThisUpdate.Before(seen.ThisUpdate) {
		return decision{}, fmt.Errorf("%w: thisUpdate %s, last good %s", ProblemRollback, stamp(next.ThisUpdate), stamp(seen.ThisUpdate))
	}
	switch compareNumbers(next.Number, seen.Number) {
	case -1:
		return decision{}, fmt.Errorf("%w: number %q, last good %q", ProblemRollback, next.Number, seen.Number)
	case 0:
		if next.SHA256 != seen.SHA256 {
			first := next.ThisUpdate.Equal(seen.ThisUpdate) && seen.SHA256 == last.SHA256
			return decision{keep: first, warning: WarnSameNumber}, nil
		}
	}
	return decision{}, nil
}

// suits asks whether a list is of the kind and the issuer that the source is
// configured for.
func suits(s Source, i Info) error {
	if i.Delta != s.Delta {
		return fmt.Errorf("%w: delta %t, configured %t", ProblemKind, i.Delta, s.Delta)
	}
	if s.Issuer != "" && !strings.EqualFold(s.Issuer, i.IssuerSHA256) {
		return fmt.Errorf("%w: %s, configured %s", ProblemIssuer, i.IssuerSHA256, s.Issuer)
	}
	return nil
}

// compareNumbers compares decimal numbers of any size. A missing number is
// less than any, so that a list cannot drop its number to get around the rule.
func compareNumbers(a, b string) int {
	return parseNumber(a).Cmp(parseNumber(b))
}

func parseNumber(s string) *big.Int {
	if n, ok := new(big.Int).SetString(s, 10); ok {
		return n
	}
	return big.NewInt(-1)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "absent"
	}
	return t.UTC().Format(time.RFC3339)
}
