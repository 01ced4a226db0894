package walk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tamga/api/walk"
	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/gateways/demo"
	"tamga/documents/regulation"
	"tamga/signing"
)

// outages let the demonstration's register fail each condition of each application once,
// each time in another way, before it answers.
type outages struct {
	*demo.Register
	ask   func(context.Context, applications.Question) (applications.Answer, error)
	asked map[string]bool
	n     map[regulation.Check]int
	seen  map[regulation.Check]map[demo.Behaviour]bool
}

// faults are how a system cannot tell: that the payment gateway has nothing tells nothing
// of a payment, and that a database has nobody is an answer.
func faults(c regulation.Check) []demo.Behaviour {
	all := []demo.Behaviour{demo.Fail, demo.Hang, demo.Garbage, demo.Fault, demo.WrongSignature, demo.WrongCorrelation}
	if c == regulation.CheckPayment {
		all = append([]demo.Behaviour{demo.NoData}, all...)
	}
	return all
}

// longestHang is how long a test lets a system hang.
const longestHang = 200 * time.Millisecond

func (o *outages) Ask(ctx context.Context, q applications.Question) (applications.Answer, error) {
	key := q.Application.ID + q.Step
	if o.asked[key] || q.Check != regulation.CheckPayment && q.Check != regulation.CheckPersonKnown {
		return o.ask(ctx, q)
	}
	all := faults(q.Check)
	b := all[o.n[q.Check]%len(all)]
	of := []gateways.System{gateways.SystemPersons, gateways.SystemOrganisations, gateways.SystemPayments}
	for _, s := range of {
		if err := o.Set(s, b); err != nil {
			return applications.Answer{}, err
		}
	}
	if b == demo.Hang {
		hanging, cancel := context.WithTimeout(ctx, longestHang)
		defer cancel()
		ctx = hanging
	}
	a, err := o.ask(ctx, q)
	for _, s := range of {
		err = errors.Join(err, o.Set(s, demo.Answer))
	}
	if !strings.Contains(a.Undecided, "consent") { // before it nobody is asked
		o.asked[key] = true
		o.n[q.Check]++
		if o.seen[q.Check] == nil {
			o.seen[q.Check] = map[demo.Behaviour]bool{}
		}
		o.seen[q.Check][b] = a.Undecided != ""
	}
	return a, err
}

// A payment, a person and an organisation that cannot be told at first, because a state
// system fails in one way or another, leave the application waiting, with the reason;
// asked again it goes on, and every exit is made.
func TestWalkOfPersonsThroughOutages(t *testing.T) {
	o := &outages{asked: map[string]bool{}, n: map[regulation.Check]int{}, seen: map[regulation.Check]map[demo.Behaviour]bool{}}
	r := servePeople(t, t.TempDir()+"/tamga.db", shipped(t), func(b *applications.Book) {
		o.ask, b.Ask = b.Ask, o.Ask
	})
	o.Register = r.register
	r.Only = func(s *regulation.Service, _ regulation.Channel) bool { return s.ID == "LIC-ISSUE" }
	report, err := r.Walk(t.Context())
	if err != nil {
		t.Fatalf("%v: %.2000q", err, report.Failures)
	}
	for check, conditions := range map[regulation.Check][]string{
		regulation.CheckPayment: {"L-P-c2"}, regulation.CheckPersonKnown: {"L-U-c2", "L-C-c1"},
	} {
		for _, c := range conditions {
			if report.Waited[c] == 0 {
				t.Errorf("nothing has waited at %s", c)
			}
		}
		for _, b := range faults(check) {
			if !o.seen[check][b] {
				t.Errorf("%s: the system that answers by %s leaves nothing undecided", check, b)
			}
		}
	}
}

// signers remember who has signed last.
type signers struct {
	walk.People
	last string
}

func (s *signers) Sign(ctx context.Context, who string, text []byte) ([]byte, error) {
	s.last = who
	return s.People.Sign(ctx, who, text)
}

// unlisted takes the revocation lists from a service while a signature is offered that
// cannot be judged without them: an expired key and another's fail whatever they say.
type unlisted struct {
	http.RoundTripper
	*signing.Verifier
	*signers
}

func (u unlisted) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body == nil || !strings.HasSuffix(req.URL.Path, "/entries") {
		return u.RoundTripper.RoundTrip(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	if bytes.Contains(body, []byte(`"step":"S-P-p3"`)) && u.last != walk.Expired && u.last != walk.Stranger {
		lists := u.Revocation
		u.Revocation = nil
		defer func() { u.Revocation = lists }()
	}
	return u.RoundTripper.RoundTrip(req)
}

// A signature that cannot be judged at first, because the revocation lists are away,
// leaves the application waiting; judged again it goes on, and every exit is made.
func TestWalkOfPersonsWithoutLists(t *testing.T) {
	var verifier *signing.Verifier
	r := servePeople(t, t.TempDir()+"/tamga.db", shipped(t), func(b *applications.Book) { verifier = b.Register.Verifier })
	all := &signers{People: r.People}
	r.People, r.Client = all, &http.Client{Transport: unlisted{r.Client.Transport, verifier, all}}
	r.Only = func(s *regulation.Service, c regulation.Channel) bool { return s.ID == "SRA" && c == regulation.Portal }
	report, err := r.Walk(t.Context())
	if err != nil || report.Waited["S-P-c2"] == 0 {
		t.Errorf("%v: waited %v; %.2000q", err, report.Waited, report.Failures)
	}
}
