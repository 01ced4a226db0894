package walk_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/api/walk"
	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
	"tamga/documents/store"
)

// asked is a check of a condition that programs answer, and a flow that has it.
type asked struct {
	condition string
	check     regulation.Check
	service   string
	channel   regulation.Channel
}

// allAsked are the checks of all conditions that programs answer, each once.
func allAsked(t *testing.T) (all []asked) {
	t.Helper()
	law, err := regulation.ShippedLaw()
	must(t, err)
	edition, _ := law.Edition("2026-draft")
	paths.EachWalk(edition, func(s *regulation.Service, c regulation.Channel, w *regulation.Walk) {
		for _, route := range w.Routes() {
			for _, step := range route.Steps {
				for _, check := range step.Checks {
					one := asked{step.ID, check, s.ID, c}
					if step.BySystem(edition) && !slices.ContainsFunc(all, func(a asked) bool { return a.condition == step.ID && a.check == check }) {
						all = append(all, one)
					}
				}
			}
		}
	})
	return all
}

// of chooses a flow.
func of(service string, channel regulation.Channel) func(*regulation.Service, regulation.Channel) bool {
	return func(s *regulation.Service, c regulation.Channel) bool { return s.ID == service && c == channel }
}

// With any check of any condition that always holds, the walk of persons fails, and names
// what it misses.
func TestWalkOfPersonsMissesRefusals(t *testing.T) {
	all := allAsked(t)
	if len(all) != 21 {
		t.Fatalf("%d checks of conditions are asked", len(all))
	}
	for _, a := range all {
		t.Run(a.condition+" "+string(a.check), func(t *testing.T) {
			editions := shipped(t)
			signature := strings.HasPrefix(string(a.check), "signature.")
			for i := range editions {
				for _, route := range editions[i].Routes {
					for s := range route.Steps {
						if step := &route.Steps[s]; step.ID == a.condition && signature { // it is asked no more
							step.Checks = slices.DeleteFunc(step.Checks, func(c regulation.Check) bool { return c == a.check })
						}
					}
				}
			}
			r := servePeople(t, t.TempDir()+"/tamga.db", editions, func(b *applications.Book) {
				ask := b.Ask
				b.Ask = func(ctx context.Context, q applications.Question) (applications.Answer, error) {
					if q.Check == a.check && q.Step == a.condition {
						return applications.Answer{Holds: true}, nil
					}
					return ask(ctx, q)
				}
			})
			r.Only = of(a.service, a.channel)
			report, err := r.Walk(t.Context())
			missing := regulation.WalkedExit{Step: a.condition, On: regulation.OutcomeFail}
			if !errors.Is(err, walk.ErrIncomplete) || !signature && !slices.Contains(report.Flows[0].Missing, missing) ||
				!slices.ContainsFunc(report.Failures, func(f string) bool { return strings.Contains(f, "step "+a.condition+" fail: ") }) {
				t.Errorf("it always holds: %v, missing %v, %.1500q", err, report.Flows, report.Failures)
			}
		})
	}
}

// With what stands behind a check always true (a consent, a power of attorney, an
// organisation, a sum, a signature's owner), or with what nobody can tell decided, the walk
// of persons fails by the trial that is about it.
func TestWalkOfPersonsMissesGrounds(t *testing.T) {
	// answered changes what is answered to a check.
	answered := func(check regulation.Check, change func(applications.Answer) applications.Answer) func(*applications.Book) {
		return func(b *applications.Book) {
			ask := b.Ask
			b.Ask = func(ctx context.Context, q applications.Question) (applications.Answer, error) {
				a, err := ask(ctx, q)
				if q.Check == check && err == nil {
					a = change(a)
				}
				return a, err
			}
		}
	}
	// says reports what an answer rests on.
	says := func(a applications.Answer, name string) (value string) {
		var evidence map[string]any
		if json.Unmarshal(a.Evidence, &evidence) == nil {
			value, _ = evidence[name].(string)
		}
		return value
	}
	denied := func(reason string) func(*applications.Book) {
		return answered(regulation.CheckLogin, func(a applications.Answer) applications.Answer {
			a.Holds = a.Holds || says(a, "denied") == reason
			return a
		})
	}
	unasked := func(b *applications.Book) { // as by rules that ask nobody for his consent
		ask := b.Ask
		b.Ask = func(ctx context.Context, q applications.Question) (applications.Answer, error) {
			rules := *q.Rules
			rules.Consent, q.Rules = nil, &rules
			return ask(ctx, q)
		}
	}
	const known, paid = regulation.CheckPersonKnown, regulation.CheckPayment
	holds := func(a applications.Answer) applications.Answer {
		if a.Undecided != "" && !a.ByHand {
			return applications.Answer{Holds: true}
		}
		return a
	}
	refuses := func(a applications.Answer) applications.Answer {
		if a.Undecided != "" && !a.ByHand {
			return applications.Answer{}
		}
		return a
	}
	for name, m := range map[string]struct {
		service string
		channel regulation.Channel
		change  func(*applications.Book)
		trial   string // that fails by it
	}{
		"a consent that was not given": {"TEC", regulation.Provider, unasked, "consent is refused, and what is shown is entered by hand"},
		"a consent that has lapsed":    {"SRA", regulation.Provider, unasked, "consent lapses, and what is shown is entered by hand"},
		"a refused consent refuses": {"TEC", regulation.Provider, answered(known, func(a applications.Answer) applications.Answer {
			if a.ByHand {
				return applications.Answer{}
			}
			return a
		}), "consent is refused, and what is shown is entered by hand"},
		"any sum": {"LIC-ISSUE", regulation.Portal, answered(paid, func(a applications.Answer) applications.Answer {
			a.Holds = a.Holds || says(a, "state") == string(gateways.StandsShort)
			return a
		}), "too little is paid"},
		"the very sum": {"LIC-ISSUE", regulation.Portal, answered(paid, func(a applications.Answer) applications.Answer {
			var e struct{ Tenge, Due int }
			a.Holds = a.Holds && json.Unmarshal(a.Evidence, &e) == nil && e.Tenge == e.Due
			return a
		}), "too much is paid"},
		"a power that is over":     {"SRA", regulation.Portal, denied("power_over"), "by a power of attorney that was ended"},
		"another organisation":     {"SRA", regulation.Portal, denied("organisation"), "by the head of another organisation"},
		"no power of attorney":     {"SRA", regulation.Portal, grounded("power"), "by a power of attorney on paper"},
		"no power of the notaries": {"SRA", regulation.Portal, grounded("power"), "by a power of attorney of the notaries"},
		"no employee":              {"SRA", regulation.Portal, grounded("right_to_sign"), "by an employee with the right to sign"},
		"any employee who has signed": {"SRA", regulation.Portal, func(b *applications.Book) {
			signatory := b.Signatory
			b.Signatory = func(ctx context.Context, r store.Reader, s applications.Signing) (applications.Expected, error) {
				if s.Application.Applicant.Legal != nil {
					return applications.ExpectedOf(holderOf("company-employee"))
				}
				return signatory(ctx, r, s)
			}
		}, "with the key of another employee"},
		"a payment that nobody can tell":       {"LIC-ISSUE", regulation.Portal, answered(paid, holds), "the gateway of payments has no data"},
		"no payment, which nobody can tell":    {"LIC-ISSUE", regulation.Portal, answered(paid, refuses), "the gateway of payments has no data"},
		"a person whom nobody can tell":        {"LIC-ISSUE", regulation.Provider, answered(known, holds), "the database of persons fails"},
		"an organisation that nobody can tell": {"LIC-ISSUE", regulation.Centre, answered(known, refuses), "the database of organisations hangs"},
	} {
		t.Run(name, func(t *testing.T) {
			r := servePeople(t, t.TempDir()+"/tamga.db", shipped(t), m.change)
			r.Only = of(m.service, m.channel)
			report, err := r.Walk(t.Context())
			if !errors.Is(err, walk.ErrIncomplete) || !slices.ContainsFunc(report.Failures, func(f string) bool { return strings.Contains(f, "("+m.trial+"): step ") }) {
				t.Errorf("%v, %.1500q", err, report.Failures)
			}
		})
	}
}

// grounded lets no log-in hold by a ground.
func grounded(ground string) func(*applications.Book) {
	return func(b *applications.Book) {
		ask := b.Ask
		b.Ask = func(ctx context.Context, q applications.Question) (applications.Answer, error) {
			a, err := ask(ctx, q)
			if strings.Contains(string(a.Evidence), `"ground":"`+ground+`"`) {
				a.Holds = false
			}
			return a, err
		}
	}
}

// again signs its people in anew when they were signed out.
type again struct {
	*walk.Cast
	fresh func() *walk.Cast
}

func (a *again) Token(ctx context.Context, who string) (string, error) { return a.Cast.Token(ctx, who) }

// A person whose session is over when his log-in is asked about, because he has signed out
// or it was idle for too long, leaves his application waiting, with the reason; when he has
// signed in again it goes on, and every exit is made.
func TestWalkOfPersonsWhoseSessionsEnd(t *testing.T) {
	for name, ends := range map[string]func(t *testing.T, r running, people *again){
		"signed out": func(t *testing.T, r running, people *again) {
			for _, who := range []string{"applicant", walk.Stranger, "representative", "company-head", "company-signer", "company-employee", "head"} {
				token, err := people.Token(t.Context(), who)
				must(t, err)
				req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, r.URL+"/v1/sessions/current", nil)
				must(t, err)
				req.Header.Set("Authorization", "Bearer "+token)
				res, err := r.Client.Do(req)
				must(t, err)
				must(t, res.Body.Close())
			}
			people.Cast = people.fresh()
		},
		"idle": func(t *testing.T, r running, _ *again) { must(t, r.Wait(t.Context(), r.Now().Add(31*time.Minute))) },
	} {
		t.Run(name, func(t *testing.T) {
			var seen sync.Map
			var r running
			var people *again
			reasons := map[string]int{}
			r = servePeople(t, t.TempDir()+"/tamga.db", shipped(t), func(b *applications.Book) {
				ask := b.Ask
				b.Ask = func(ctx context.Context, q applications.Question) (applications.Answer, error) {
					if _, asked := seen.LoadOrStore(q.Application.ID, true); !asked {
						ends(t, r, people)
					}
					a, err := ask(ctx, q)
					reasons[a.Undecided]++
					return a, err
				}
			})
			own := r.People.(*walk.Cast)
			people = &again{Cast: own, fresh: func() *walk.Cast {
				return &walk.Cast{URL: own.URL, Client: own.Client, Now: own.Now, SignWith: own.SignWith, Applies: own.Applies, Control: own.Control}
			}}
			r.People = people
			r.Only = of("SRA", regulation.Portal)
			report, err := r.Walk(t.Context())
			if err != nil || report.Waited["S-P-c1"] != report.Applications || reasons["the session of the person is over: who goes on signs in again"] != report.Applications {
				t.Errorf("%v: waited %v, of %d applications, for %v; %.1500q", err, report.Waited, report.Applications, reasons, report.Failures)
			}
		})
	}
}
