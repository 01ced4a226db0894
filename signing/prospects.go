package signing

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// maxProspects bounds the paths of one certificate that are judged, the first
// among them. All certificates of a verification share an allowance besides.
const maxProspects = 8

// prospect is a path of a certificate (EN 319 102-1 section 5.2.6), with what is
// known of the certificates on it and what speaks against it.
type prospect struct {
	path       certs.Path
	revocation []revocation.Answer
	complete   bool
	weighed    *finding  // of its algorithms
	check      CheckName // that does not hold; "" when all do
	why        finding
}

// gatherCertificate finds the path, the revocation status of each link and the
// identity, all at the time when the signature is proved to have existed. When
// the path that is found first does not hold, others are tried.
func (v *Verifier) gatherCertificate(f *facts, bag *bag, ev *evidence) {
	if f.token == nil {
		f.identity = f.certificate.Describe().Identity
		f.expected = matchIdentity(f.identity, f.question)
	}
	path, err := v.Trust.Build(f.certificate, nil, f.poe)
	if err != nil && len(bag.all()) > 0 {
		path, err = v.Trust.Build(f.certificate, bag.all(), f.poe)
	}
	if err != nil && ev != nil && len(ev.certificates) > 0 {
		path, err = v.Trust.Build(f.certificate, beside(bag, ev), f.poe)
	}
	if err != nil {
		errors.As(err, &f.pathErr)
		return
	}
	f.mixed = v.Trust.Mixed()
	first := v.follow(f, path, bag, ev, nil)
	if first.check != "" {
		v.tryOthers(f, first, bag, ev)
	}
}

// beside are all certificates that came along.
func beside(bag *bag, ev *evidence) []*certs.Certificate {
	all := slices.Clip(bag.all())
	if ev != nil {
		all = append(all, ev.certificates...)
	}
	return all
}

// take makes a path that of the signer.
func (f *facts) take(p *prospect) {
	f.path, f.revocation, f.complete, f.weighed = p.path, p.revocation, p.complete, p.weighed
}

// follow takes a path, finds out what is known of the certificates on it, and
// whether it holds. tried are paths that do not: what they told of a certificate is not
// forgotten.
func (v *Verifier) follow(f *facts, path certs.Path, bag *bag, ev *evidence, tried []prospect) prospect {
	p := prospect{path: path}
	var carried []bool
	p.revocation, carried = v.statuses(pathQuestion{path: path, bag: bag, at: f.poe, now: f.at, evidence: ev})
	p.complete = len(carried) > 0 && ev.proves(path, carried)
	for i := range tried {
		p.accuse(f, &tried[i])
	}
	v.askTwins(f, &p)
	f.take(&p)
	p.check, p.why = v.objection(f)
	p.weighed = f.weighed
	return p
}

// objection asks what depends on the path, and returns the gravest check that
// does not hold with what it found; "" when all do.
func (v *Verifier) objection(f *facts) (name CheckName, why finding) {
	found := func(n CheckName, it finding) {
		if v.Policy.level(n) == LevelFail && it.gravity() > why.gravity() {
			name, why = n, it
		}
	}
	if f.mixed {
		found(CheckChain, judgeAnchor(f, &v.Policy))
	}
	for i, a := range f.revocation {
		if a.Status == revocation.Good && a.RevokedAt.IsZero() && v.Policy.RevocationFreshness == FreshInForce {
			continue // as nearly always, without a word
		}
		found(CheckRevocation, askLink(f, &v.Policy, i, a))
	}
	found(CheckPolicy, askAlgorithms(f, &v.Policy))
	if f.token != nil {
		found(CheckKeyUsage, askTimestampingUsage(f, &v.Policy))
	}
	return name, why
}

var errDoesNotHold = errors.New("the path does not hold")

// tryOthers looks for a path that holds when the first does not. Where none does,
// the one with the least against it is that of the signer.
func (v *Verifier) tryOthers(f *facts, first prospect, bag *bag, ev *evidence) {
	tried := []prospect{first}
	_, err := v.Trust.BuildAccepted(f.certificate, beside(bag, ev), f.poe, func(path certs.Path) error {
		if slices.ContainsFunc(tried, func(p prospect) bool { return p.path.Equal(path) }) {
			return errDoesNotHold
		}
		if len(tried) == maxProspects || v.over() || !take(&v.left.paths) {
			return certs.ErrEnough
		}
		p := v.follow(f, path, bag, ev, tried)
		tried = append(tried, p)
		if p.check != "" {
			return errDoesNotHold
		}
		return nil
	})
	best := 0
	for i := range tried {
		if tried[i].why.gravity() < tried[best].why.gravity() {
			best = i
		}
	}
	if err != nil { // none holds: what any of them tells of its certificates counts for the one that is shown
		for i := range tried {
			tried[best].accuse(f, &tried[i])
		}
	}
	f.take(&tried[best])
	f.others = slices.Delete(tried, best, best+1)
}

// accuse takes over what another path tells of the same certificates, and of the
// keys of authorities: that a certificate was revoked holds by whatever path it is
// reached, and that a key was stolen in whatever certificate it stands.
func (p *prospect) accuse(f *facts, other *prospect) {
	for j, said := range other.revocation {
		if said.Status != revocation.Revoked && said.RevokedAt.IsZero() {
			continue
		}
		for i := range p.revocation {
			same := p.path[i].Fingerprint() == other.path[j].Fingerprint()
			stolen := i > 0 && said.Reason.Compromise() && bytes.Equal(p.path[i].RawSPKI, other.path[j].RawSPKI)
			if same || stolen {
				p.revocation[i] = revocation.Join(p.revocation[i], said, f.poe)
			}
		}
	}
}

// maxTwins bounds the certificates of one key that are asked about.
const maxTwins = 16

// askTwins takes over what is known of other certificates of the authorities' keys
// among those that the verifier has: where one was revoked since the key was
// stolen, none holds.
func (v *Verifier) askTwins(f *facts, p *prospect) {
	for i := 1; i < len(p.revocation); i++ {
		own, alike := p.path[i], v.Trust.BySubject(p.path[i].Subject)
		if !slices.ContainsFunc(alike, func(c *certs.Certificate) bool { return twins(c, own) }) {
			continue
		}
		key := twinKey{string(own.RawSPKI), f.poe}
		all, known := v.left.twins[key]
		if !known {
			all = v.judgeTwins(f, own, alike)
			if v.left.twins == nil {
				v.left.twins = map[twinKey][]prospect{}
			}
			v.left.twins[key] = all
		}
		for n := range all {
			if twins(all[n].path[0], own) {
				p.accuse(f, &all[n])
			}
		}
	}
}

// twins reports whether two certificates of one name are two, of one key.
func twins(a, b *certs.Certificate) bool {
	return bytes.Equal(a.RawSPKI, b.RawSPKI) && a.Fingerprint() != b.Fingerprint()
}

// twinKey names a key and the time at which its certificates are asked about.
type twinKey struct {
	spki string
	at   time.Time
}

// judgeTwins asks the lists about each certificate of a key.
func (v *Verifier) judgeTwins(f *facts, own *certs.Certificate, alike []*certs.Certificate) []prospect {
	var all []prospect
	for _, twin := range alike {
		if !bytes.Equal(twin.RawSPKI, own.RawSPKI) {
			continue
		}
		path, err := v.Trust.Build(twin, nil, f.poe)
		if err != nil || len(path) < 2 {
			continue
		}
		if len(all) == maxTwins {
			break
		}
		said := v.Revocation.Judge(revocation.Question{Path: path, Pool: v.Trust, At: f.poe, Now: f.at})
		all = append(all, prospect{path: path[:1], revocation: said[:1]})
	}
	return all
}

// OtherPath is a path of a certificate that was tried and does not hold.
type OtherPath struct {
	Path   []PathStep `json:"path"`
	Check  CheckName  `json:"check"`
	Detail string     `json:"detail"`
}

func otherPaths(others []prospect) []OtherPath {
	var all []OtherPath
	for i := range others {
		all = append(all, OtherPath{Path: pathSteps(others[i].path), Check: others[i].check, Detail: others[i].why.detail})
	}
	return all
}
