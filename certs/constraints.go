package certs

import (
	"fmt"

	"tamga/certs/der"
)

// NameConstraints says what names may stand below an authority (RFC 5280
// section 4.2.1.10).
type NameConstraints struct {
	Permitted []NameSubtree
	Excluded  []NameSubtree
}

// NameSubtree is one base of a constraint.
type NameSubtree struct {
	Base GeneralName
	// Distances is set when minimum is not zero or maximum is there. What that
	// would mean is not defined for certificates, and a name of this form is
	// refused.
	Distances bool
}

func (c *Certificate) readNameConstraints(b []byte) error {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return err
	}
	n := &NameConstraints{}
	// RFC 5280 forbids that nothing is said, here or in a list of subtrees, and
	// whatever its author meant, nothing here would do it.
	empty := r.Empty()
	for tag, list := range []*[]NameSubtree{&n.Permitted, &n.Excluded} {
		e, ok, err := r.Optional(der.ContextConstructed(byte(tag)))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if *list, err = parseSubtrees(e.Body); err != nil {
			return err
		}
		empty = empty || len(*list) == 0
	}
	if empty {
		c.UnhandledCritical = append(c.UnhandledCritical, oidExtNameConstraints)
	}
	c.NameConstraints = n
	return r.Done()
}

func parseSubtrees(body []byte) ([]NameSubtree, error) {
	var list []NameSubtree
	for r := der.NewReader(body); !r.Empty(); {
		seq, err := r.Enter(der.SequenceTag)
		if err != nil {
			return nil, err
		}
		var s NameSubtree
		if s.Base, err = parseGeneralName(seq); err != nil {
			return nil, err
		}
		if e, ok, err := seq.Optional(der.Context(0)); err != nil {
			return nil, err
		} else if ok {
			n, err := der.ParseInteger(e.Body)
			if err != nil {
				return nil, err
			}
			s.Distances = n.Sign() != 0 // a zero written out is no DER but no harm
		}
		if _, ok, err := seq.Optional(der.Context(1)); err != nil {
			return nil, err
		} else if ok {
			s.Distances = true
		}
		if err := seq.Done(); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// nameError is a name that a constraint does not let pass.
type nameError struct {
	reason PathReason
	form   NameForm
	detail string
}

func (e *nameError) Error() string { return fmt.Sprintf("%s %s", e.form, e.detail) }

// checkNames holds the names of every certificate against the constraints of
// those above it, the anchor included (RFC 5280 section 6.1.3 (b) and (c)).
// Self-issued certificates are exempt unless they are the last.
func (b *builder) checkNames(path Path) *PathError {
	var above []*NameConstraints
	for i := len(path) - 1; i >= 0; i-- {
		c := path[i]
		if i == 0 || !c.SelfIssued() {
			if err := b.holdAgainst(c, above); err != nil {
				return err
			}
		}
		if c.NameConstraints != nil {
			above = append(above, c.NameConstraints)
		}
	}
	return nil
}

func (b *builder) holdAgainst(c *Certificate, above []*NameConstraints) *PathError {
	if len(above) == 0 {
		return nil
	}
	names := c.constrainedNames()
	for _, n := range above {
		for _, name := range names {
			if !b.work(len(n.Permitted) + len(n.Excluded)) {
				return &PathError{Reason: ReasonBudgetExhausted, Certificate: c}
			}
			if err := n.check(name); err != nil {
				return &PathError{Reason: err.reason, Certificate: c, Err: err}
			}
		}
	}
	return nil
}

// constrainedNames returns the names that constraints apply to: the subject,
// the alternative names, and, when there are none of those, the electronic mail
// addresses in the subject.
func (c *Certificate) constrainedNames() []GeneralName {
	names := make([]GeneralName, 0, len(c.AltNames)+1)
	if !c.Subject.Empty() {
		names = append(names, GeneralName{Form: FormDirectory, Directory: c.Subject})
	}
	names = append(names, c.AltNames...)
	if len(c.AltNames) == 0 {
		for _, address := range c.Subject.all(oidEmail) {
			names = append(names, GeneralName{Form: FormEmail, Value: []byte(address)})
		}
	}
	return names
}

// check asks whether one name may stand below.
func (n *NameConstraints) check(name GeneralName) *nameError {
	for _, s := range n.Excluded {
		if s.Base.Form != name.Form {
			continue
		}
		inside, err := s.covers(name, true)
		if err != nil {
			return err
		}
		if inside {
			return &nameError{ReasonNameConstraints, name.Form, "is excluded"}
		}
	}
	constrained, permitted := false, false
	for _, s := range n.Permitted {
		if s.Base.Form != name.Form {
			continue
		}
		constrained = true
		inside, err := s.covers(name, false)
		if err != nil {
			return err
		}
		permitted = permitted || inside
	}
	if constrained && !permitted {
		return &nameError{ReasonNameConstraints, name.Form, "is not among the permitted"}
	}
	return nil
}

// covers reports whether the name lies in the subtree, which is of its form.
// An error means that it could not be found out, which refuses the name.
func (s NameSubtree) covers(name GeneralName, excluding bool) (bool, *nameError) {
	fail := func(detail string) (bool, *nameError) {
		return false, &nameError{ReasonNameForm, name.Form, detail}
	}
	if s.Distances {
		return fail("is constrained by minimum or maximum")
	}
	inside, ok := false, true
	switch name.Form {
	case FormDirectory:
		inside = name.Directory.Within(s.Base.Directory)
	case FormEmail:
		inside, ok = emailWithin(name.Text(), s.Base.Text())
	case FormDNS:
		inside, ok = dnsWithin(name.Text(), s.Base.Text(), excluding)
	case FormURI:
		inside, ok = uriWithin(name.Text(), s.Base.Text())
	case FormIP:
		inside, ok = addressWithin(name.Value, s.Base.Value)
	default:
		return fail("is constrained, in a way that is not processed")
	}
	if !ok {
		return fail("or its constraint is malformed")
	}
	return inside, nil
}
