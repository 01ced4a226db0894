package regulation

import (
	"embed"
	"fmt"

	"tamga/jsonfile"
)

//go:embed data/*.json
var shipped embed.FS

// shippedNames are the editions that the program carries, in the order in which
// they are read.
var shippedNames = []string{"2012-159", "2014-105-1613", "2026-draft"}

// Shipped returns the editions that the program carries.
func Shipped() ([]Edition, error) {
	var all []Edition
	for _, name := range shippedNames {
		b, err := shipped.ReadFile("data/" + name + ".json")
		if err != nil {
			return nil, err
		}
		e, err := Parse(b)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// ShippedLaw compiles the editions that the program carries.
func ShippedLaw() (*Law, error) {
	editions, err := Shipped()
	if err != nil {
		return nil, err
	}
	return Compile(editions...)
}

// Parse reads an edition: JSON without unknown names. What it says is judged by
// [Compile].
func Parse(b []byte) (Edition, error) {
	var e Edition
	err := decode(b, "edition", &e)
	return e, err
}

func decode(b []byte, what string, into any) error {
	if err := jsonfile.Read(b, into); err != nil {
		return fmt.Errorf("regulation: %s: %w", what, err)
	}
	return nil
}

// The rules that data may break.
const (
	RuleDuplicate   = "duplicate"    // a name stands twice
	RuleMissing     = "missing"      // something that is needed is not there
	RuleUnknown     = "unknown"      // a name that means nothing: a step, a role, a system, a notice, a check
	RuleUnreachable = "unreachable"  // nothing leads to the step
	RuleDeadEnd     = "dead_end"     // no end is reached from the step
	RuleUndecided   = "undecided"    // a condition without checks, or without one of its two exits
	RuleUnlinked    = "unlinked"     // an action that no step of a system's route is performed by, or two are
	RuleNeverEnds   = "never_issued" // no way ends with the result
	RuleValue       = "value"        // a value that cannot be
)

// DataError says where data is wrong, and by which rule.
type DataError struct {
	Rule    string
	Edition string
	Route   string // empty outside routes
	Step    string // empty outside steps
	Detail  string
}

func (e *DataError) Error() string {
	where := "edition " + e.Edition
	if e.Route != "" {
		where += ", route " + e.Route
	}
	if e.Step != "" {
		where += ", step " + e.Step
	}
	return fmt.Sprintf("regulation: %s: %s (%s)", where, e.Detail, e.Rule)
}
