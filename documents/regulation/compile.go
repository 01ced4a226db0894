package regulation

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tamga/documents"
	"tamga/language"
)

// The most of what an edition may hold, since operators enter them.
const (
	maxRoutes = 200
	maxSteps  = 400 // of a route
)

// Compile makes the law of editions, and refuses those that say what cannot be:
// the error is a *[DataError] for the first thing that is wrong of each edition.
// An edition of a name that stands before takes its place.
func Compile(editions ...Edition) (*Law, error) {
	l := &Law{}
	var wrong []error
	for i := range editions {
		e := clone(editions[i])
		l.editions = slices.DeleteFunc(l.editions, func(o *Edition) bool { return o.ID == e.ID })
		if err := l.take(&e); err != nil {
			wrong = append(wrong, err)
			continue
		}
		l.editions = append(l.editions, &e)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	slices.SortStableFunc(l.editions, func(a, b *Edition) int {
		return cmp.Compare(a.From.String(), b.From.String())
	})
	return l, nil
}

// clone copies what compiling changes.
func clone(e Edition) Edition {
	e.Routes = slices.Clone(e.Routes)
	return e
}

func (l *Law) take(e *Edition) error {
	steps := []func(*Edition) error{
		(*Edition).checkHead, (*Edition).checkNames, l.resolve, (*Edition).hear, (*Edition).checkServices, (*Edition).checkRights, (*Edition).checkCorrections, (*Edition).checkApart,
		(*Edition).checkBeside, (*Edition).checkMatters, (*Edition).checkRoutes, (*Edition).checkAttachments, (*Edition).checkQuestionnaire, (*Edition).checkConsent,
		(*Edition).checkErasing,
	}
	for _, step := range steps {
		if err := step(e); err != nil {
			return err
		}
	}
	written, err := json.Marshal(e)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(written)
	e.version = hex.EncodeToString(sum[:6])
	return nil
}

// bad makes an error about an edition.
func (e *Edition) bad(rule, format string, args ...any) error {
	return &DataError{Rule: rule, Edition: e.ID, Detail: fmt.Sprintf(format, args...)}
}

func (e *Edition) checkHead() error {
	switch {
	case e.ID == "":
		return e.bad(RuleMissing, "the edition has no name")
	case e.From.IsZero():
		return e.bad(RuleMissing, "the edition does not say from when it is in force")
	case !e.Until.IsZero() && !e.From.Midnight().Before(e.Until.Midnight()):
		return e.bad(RuleValue, "the edition ends before it begins")
	case !e.Title.Whole():
		return e.bad(RuleMissing, "the title is not there in every language")
	case len(e.Acts) == 0:
		return e.bad(RuleMissing, "no act is cited")
	case len(e.Routes) == 0 || len(e.Routes) > maxRoutes:
		return e.bad(RuleValue, "%d routes; there must be one, and %d are the most", len(e.Routes), maxRoutes)
	}
	for _, r := range e.Routes {
		if len(r.Steps) > maxSteps {
			return e.bad(RuleValue, "route %s has %d steps, and %d are the most", r.ID, len(r.Steps), maxSteps)
		}
	}
	for _, m := range e.MCI {
		if m.Tenge <= 0 || m.Year < 1995 || m.Year > 2100 || !m.Source.known() {
			return e.bad(RuleValue, "index %d of %d", m.Tenge, m.Year)
		}
	}
	return nil
}

// named is something of an edition that has a name and texts.
type named struct {
	what, id string
	texts    []language.Text
	source   Source
}

func (e *Edition) checkNames() error {
	var all []named
	add := func(what, id string, source Source, texts ...language.Text) {
		all = append(all, named{what, id, texts, source})
	}
	for _, a := range e.Acts {
		add("act", a.ID, a.Source, a.Cite)
	}
	for _, s := range e.Systems {
		add("actor", s.ID, s.Source, s.Short, s.Name)
	}
	for _, r := range e.Roles {
		add("actor", r.ID, "", r.Name)
		if !slices.Contains([]string{"", ForApplicant, ForCentre}, r.Acts) {
			return e.bad(RuleUnknown, "role %s acts for %q", r.ID, r.Acts)
		}
	}
	for _, f := range e.Forms {
		add("form", string(f.ID), f.Source, f.Name)
		if (f.ID.Title() == documents.Label{}) {
			return e.bad(RuleUnknown, "form %q is no kind of document", f.ID)
		}
	}
	for _, s := range e.Services {
		add("service", s.ID, s.Term.Source, s.Name, s.Provider)
	}
	for _, n := range e.Notices {
		add("notice", n.ID, n.Source, n.Text)
		if n.Document != documents.KindRefusal && n.Document != documents.KindNotice {
			return e.bad(RuleUnknown, "notice %s is a %q, neither a refusal nor a notice", n.ID, n.Document)
		}
	}
	for _, r := range e.Routes {
		add("route", r.ID, r.Source)
	}
	for _, s := range e.Sentences {
		add("sentence", s.Key+" from "+s.From.String(), s.Source, s.Text)
	}
	if len(e.Notices) > 0 {
		add("appeal", "appeal", e.Appeal.Source, e.Appeal.Body, e.Appeal.How, e.Appeal.Sentence)
	}
	return e.checkNamed(all)
}

func (e *Edition) checkNamed(all []named) error {
	seen := map[string]bool{}
	for _, n := range all {
		switch key := n.what + " " + n.id; {
		case n.id == "":
			return e.bad(RuleMissing, "a %s has no name", n.what)
		case seen[key]:
			return e.bad(RuleDuplicate, "%s %s stands twice", n.what, n.id)
		case slices.ContainsFunc(n.texts, func(t language.Text) bool { return !t.Whole() }):
			return e.bad(RuleMissing, "%s %s is not told in every language", n.what, n.id)
		case !n.source.known():
			return e.bad(RuleUnknown, "%s %s has the source %q", n.what, n.id, n.source)
		default:
			seen[key] = true
		}
	}
	return nil
}

// resolve copies routes that are like those of editions before.
func (l *Law) resolve(e *Edition) error {
	for i := range e.Routes {
		r := &e.Routes[i]
		if r.Like == "" {
			r.Steps = slices.Clone(r.Steps)
			continue
		}
		from, ok := l.Edition(r.Like)
		if !ok {
			return e.bad(RuleUnknown, "route %s is like that of edition %q, which is not there", r.ID, r.Like)
		}
		model, ok := from.Route(r.ID)
		if !ok || len(r.Steps) > 0 {
			return e.bad(RuleUnknown, "edition %s has no route %s, or the route has steps of its own", r.Like, r.ID)
		}
		copied := *model
		copied.Steps = slices.Clone(model.Steps)
		copied.Like = r.Like
		if r.Title.Whole() {
			copied.Title = r.Title
		}
		for id, name := range r.Names {
			step, ok := copied.Step(id)
			if !ok || !name.Whole() {
				return e.bad(RuleUnknown, "route %s says step %q in other words, which is not there or not in every language", r.ID, id)
			}
			step.Name = name
		}
		*r = copied
	}
	return nil
}

func (e *Edition) checkServices() error {
	for i := range e.Services {
		s := &e.Services[i]
		if len(s.Routes) == 0 || len(s.Signers) == 0 || (s.Result.Title() == documents.Label{}) {
			return e.bad(RuleMissing, "service %s has no route, no signer or no result", s.ID)
		}
		if !isProvider(s.ProviderID) {
			return e.bad(RuleValue, "service %s: the provider's name %q is none of small letters and hyphens", s.ID, s.ProviderID)
		}
		for channel, id := range s.Routes {
			r, ok := e.Route(id)
			if !ok || r.Kind != SystemRoute || r.Channel != channel {
				return e.bad(RuleUnknown, "service %s: there is no route %q of the channel %q", s.ID, id, channel)
			}
			if s.Term.Value.String() == "" && r.Actions == "" {
				return e.bad(RuleMissing, "service %s has neither a term nor actions with terms", s.ID)
			}
		}
		for _, role := range s.Signers {
			if !e.isRole(role) {
				return e.bad(RuleUnknown, "service %s is signed by %q, which is no role", s.ID, role)
			}
		}
		for _, ground := range s.Grounds {
			if _, ok := e.Notice(ground); !ok {
				return e.bad(RuleUnknown, "service %s is refused by %q, which is no notice", s.ID, ground)
			}
		}
		if err := e.checkValues(s); err != nil {
			return err
		}
	}
	return nil
}

// isProvider reports whether a text names a provider in duties, or is left out.
func isProvider(id string) bool {
	return strings.Trim(id, "abcdefghijklmnopqrstuvwxyz-") == "" && strings.Trim(id, "-") == id && len(id) <= 60
}

func (e *Edition) checkValues(s *Service) error {
	if f := s.Fee; f != nil {
		of, shares := e.Service(f.PercentOf)
		share := shares && of.Fee != nil && of.Fee.PercentOf == "" && f.Percent > 0 && f.Percent <= 100 && f.MCIHundredths == 0
		plain := f.MCIHundredths > 0 && f.PercentOf == "" && f.Percent == 0
		if !share && !plain || f.MostMCIHundredths < 0 {
			return e.bad(RuleValue, "service %s: the fee is neither a part of the index nor a share of another service's", s.ID)
		}
	}
	if v := s.Validity; v != nil && v.Value.Years == 0 && v.Value.Months == 0 && v.Value.Days == 0 {
		return e.bad(RuleValue, "service %s: the validity is no civil term", s.ID)
	}
	if err := e.checkForm(s); err != nil {
		return err
	}
	return e.checkLists(s)
}

func (e *Edition) checkApart() error {
	for _, a := range e.FourEyes {
		if len(a.Roles) == 0 || len(a.ApartFrom) == 0 || !a.Source.known() {
			return e.bad(RuleMissing, "roles are apart from none, or none from them")
		}
		for _, id := range slices.Concat(a.Roles, a.ApartFrom) {
			if !e.isRole(id) {
				return e.bad(RuleUnknown, "%q is apart from others, and is no role", id)
			}
		}
		for _, id := range a.Roles {
			if slices.Contains(a.ApartFrom, id) {
				return e.bad(RuleValue, "%q is apart from itself", id)
			}
		}
	}
	return nil
}

func (e *Edition) isRole(id string) bool {
	return slices.ContainsFunc(e.Roles, func(r Role) bool { return r.ID == id })
}

func (e *Edition) isSystem(id string) bool {
	return slices.ContainsFunc(e.Systems, func(s System) bool { return s.ID == id })
}
