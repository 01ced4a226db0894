package creation_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// Every family reaches every level, one after another, and our verifier says
// so; nothing that was there before changes.
func TestExtendToEveryLevel(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			pki := signtest.New(t, family)
			key, content := pki.Person(signtest.Applicant()), []byte("өтініш")
			authority, gatherer := pki.TSA(), pki.Responding()
			file := pki.Signed(content, key)
			fixed := signerOf(t, file).Fixed
			var parts [][]byte
			for _, step := range []struct {
				to   creation.Baseline
				want string
			}{
				{creation.BaselineB, signing.LevelCAdESBB},
				{creation.BaselineT, signing.LevelCAdESBT},
				{creation.BaselineLT, signing.LevelCAdESLT},
				{creation.BaselineLTA, signing.LevelCAdESLTA},
				{creation.BaselineLTA, signing.LevelCAdESLTA},
			} {
				file = pki.Extended(file, step.to, authority, gatherer)
				// Judged by what the file carries: the verifier has no lists.
				alone := *pki.Verifier
				if step.to >= creation.BaselineLT {
					alone.Revocation = &revocation.Lists{}
				}
				v, err := alone.VerifyCMS(context.Background(), file, signing.Question{})
				if err != nil {
					t.Fatal(err)
				}
				if len(v.Signers) != 1 || !v.Passed() || v.Signers[0].Level != step.want {
					t.Fatalf("%v: %s %s %s, %+v", step.to, v.Indication, v.SubIndication, v.Detail, v.Signers)
				}
				if !bytes.Equal(signerOf(t, file).Fixed, fixed) {
					t.Fatalf("%v: the signature is no longer the same", step.to)
				}
				for _, part := range parts {
					if !bytes.Contains(file, part) {
						t.Fatalf("%v: something is gone that was there", step.to)
					}
				}
				parts = nil
				for _, a := range signerOf(t, file).Unsigned {
					parts = append(parts, a.Values...)
				}
			}
			if n := len(signerOf(t, file).Unsigned); n != 3 {
				t.Errorf("%d unsigned attributes, not a signature timestamp and two archive timestamps", n)
			}
		})
	}
}

func signerOf(t *testing.T, file []byte) *cms.SignerInfo {
	t.Helper()
	sd, err := cms.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return &sd.Signers[0]
}

// The imprint of an archive timestamp and its index, computed a second time
// from the bytes of the file alone, by the words of EN 319 122-1.
func TestArchiveTimestampToTheOctet(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	content := []byte("өтініш")
	before := pki.Extended(pki.Signed(content, pki.Person(signtest.Applicant())), creation.BaselineLT, pki.TSA(), pki.Responding())
	after := pki.Extended(before, creation.BaselineLTA, pki.TSA(), pki.Responding())
	sd, err := cms.Read(after)
	if err != nil {
		t.Fatal(err)
	}
	si := &sd.Signers[0]
	value, _, err := cms.Single(si.Unsigned, cms.OIDArchiveTimestampV3)
	if err != nil {
		t.Fatal(err)
	}
	token, err := tsp.ParseToken(value)
	if err != nil {
		t.Fatal(err)
	}
	index, found, err := cms.Single(token.Signer().Unsigned, cms.OIDArchiveHashIndexV3)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	hashes := func(list [][]byte) []byte {
		var all [][]byte
		for _, b := range list {
			all = append(all, der.Octets(certs.SHA256.Sum(b)))
		}
		return der.Sequence(all...)
	}
	var unsigned [][]byte
	for _, a := range si.Unsigned {
		if a.ID.Equal(cms.OIDSignatureTimestamp) {
			unsigned = append(unsigned, append(der.OID(a.ID), a.Values[0]...))
		}
	}
	want := der.Sequence(der.Sequence(der.OID(certs.SHA256.OID)), hashes(sd.CertificateSet), hashes(sd.RevocationSet), hashes(unsigned))
	if !bytes.Equal(index, want) {
		t.Errorf("index\n%x, want\n%x", index, want)
	}
	if err := token.Info.Imprint.Check(der.OID(cms.OIDData), certs.SHA256.Sum(content), si.Fixed, index); err != nil {
		t.Error(err)
	}
	if len(sd.OCSPs) != 4 || len(sd.CRLs) != 1 || sd.Version != 5 {
		t.Errorf("%d responses, %d lists, version %d", len(sd.OCSPs), len(sd.CRLs), sd.Version)
	}
}

// A detached signature is extended without its content when the archive
// timestamp uses the signature's digest.
func TestExtendDetached(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	content := []byte("өтініш")
	file := pki.Detached(content, pki.Person(signtest.Applicant()))
	with := pki.Services(pki.TSA())
	b, err := extend(with, creation.Existing{File: file}, creation.BaselineLTA)
	if err != nil {
		t.Fatal(err)
	}
	v, err := pki.Verifier.VerifyCMS(context.Background(), b, signing.Question{Content: content})
	if err != nil || !v.Passed() || v.Signers[0].Level != signing.LevelCAdESLTA {
		t.Errorf("%+v, %v", v, err)
	}
	if b, err = extend(with, creation.Existing{File: file, Content: content}, creation.BaselineLTA); err != nil {
		t.Fatal(err)
	}
	if v, err := pki.Verifier.VerifyCMS(context.Background(), b, signing.Question{Content: content}); err != nil || !v.Passed() || v.Signers[0].Level != signing.LevelCAdESLTA {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := extend(with, creation.Existing{File: file, Content: []byte("another")}, creation.BaselineT); !errors.Is(err, creation.ErrUnsound) {
		t.Errorf("another content: %v", err)
	}
}

// extend makes a signature last as of Now.
func extend(with creation.Services, form creation.Existing, to creation.Baseline) ([]byte, error) {
	made, err := creation.Make(context.Background(), with, creation.Order{Form: form, Level: to, Time: signtest.Now()})
	return made.File, err
}

// One signer of two can be extended alone, and both at once.
func TestExtendOneSigner(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	both, err := signtest.Make(creation.CMS{Others: pki.Signed([]byte("келісім"), pki.Person(signtest.Applicant())), Claim: true}, pki.Person(signtest.Head()), signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	with := pki.Services(pki.TSA())
	levels := func(file []byte) string {
		v, err := pki.Verifier.VerifyCMS(context.Background(), file, signing.Question{})
		if err != nil || !v.Passed() {
			t.Fatalf("%+v, %v", v, err)
		}
		return v.Signers[0].Level + " " + v.Signers[1].Level
	}
	one, err := extend(with, creation.Existing{File: both.File, Signer: 2}, creation.BaselineT)
	if err != nil {
		t.Fatal(err)
	}
	if got := levels(one); got != "CAdES-B-B CAdES-B-T" {
		t.Error(got)
	}
	all, err := extend(with, creation.Existing{File: one}, creation.BaselineLTA)
	if err != nil {
		t.Fatal(err)
	}
	if got := levels(all); got != "CAdES-B-LTA CAdES-B-LTA" {
		t.Error(got)
	}
	for _, n := range []int{-1, 3} {
		if _, err := extend(with, creation.Existing{File: both.File, Signer: n}, creation.BaselineT); !errors.Is(err, creation.ErrNoSigner) {
			t.Errorf("signer %d: %v", n, err)
		}
	}
}

func TestExtendRefuses(t *testing.T) {
	pki, stranger := signtest.New(t, ca.ECDSA), signtest.New(t, ca.ECDSA)
	file := pki.Signed([]byte("өтініш"), pki.Person(signtest.Applicant()))
	good := pki.Services(pki.TSA())
	changed := bytes.Replace(file, []byte("өтініш"), []byte("өтініс"), 1)
	down, empty, foreign, large, nobody := good, good, good, good, good
	down.Stamp = nil
	empty.Gather = (&creation.Gatherer{Trust: pki.Verifier.Trust, Lists: &revocation.Lists{}}).Gather
	foreign.Stamp = signtest.Stamping(stranger.TSA().Stamper())
	large.Gather = (&creation.Gatherer{Trust: pki.Verifier.Trust, Lists: pki.Verifier.Revocation, MaxCRL: 100}).Gather
	nobody.Gather = nil
	var path *certs.PathError
	for _, test := range []struct {
		name string
		file []byte
		to   creation.Baseline
		with creation.Services
		is   func(error) bool
	}{
		{"changed content", changed, creation.BaselineT, good, func(err error) bool { return errors.Is(err, creation.ErrUnsound) }},
		{"an authority that is down", file, creation.BaselineT, down, func(err error) bool { return errors.Is(err, creation.ErrTimestamp) }},
		{"no evidence", file, creation.BaselineLT, empty, func(err error) bool { return errors.Is(err, creation.ErrEvidence) }},
		{"nobody who gathers", file, creation.BaselineLT, nobody, func(err error) bool { return errors.Is(err, creation.ErrEvidence) }},
		{"a list too large", file, creation.BaselineLT, large, func(err error) bool {
			return errors.Is(err, creation.ErrEvidence) && strings.Contains(err.Error(), "too large")
		}},
		{"an authority without a path", file, creation.BaselineLT, foreign, func(err error) bool { return errors.As(err, &path) }},
		{"no CMS", []byte("no CMS"), creation.BaselineT, good, func(err error) bool { return err != nil }},
	} {
		if b, err := extend(test.with, creation.Existing{File: test.file}, test.to); !test.is(err) || b != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := extend(good, creation.Existing{File: file, Content: []byte("x")}, creation.BaselineT); !errors.Is(err, creation.ErrContentTwice) {
		t.Errorf("another content: %v", err)
	}
}

// A signature whose certificate was revoked after the timestamp is extended,
// and still stands.
func TestExtendAfterRevocation(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	authority := pki.TSA()
	authority.Now = func() time.Time { return signtest.Now().Add(-48 * time.Hour) }
	file := pki.Timestamped([]byte("өтініш"), key, authority)
	pki.Authority.Revoke(key.Certificate.Serial, signtest.Now().Add(-2*time.Hour), revocation.Superseded)
	pki.Refresh()
	file = pki.Extended(file, creation.BaselineLTA, pki.TSA(), pki.Responding())
	v, err := pki.Verifier.VerifyCMS(context.Background(), file, signing.Question{})
	if err != nil || !v.Passed() || v.Signers[0].Level != signing.LevelCAdESLTA {
		t.Errorf("%s %s %s, %v", v.Indication, v.SubIndication, v.Signers[0].Level, err)
	}
}

func TestParseBaseline(t *testing.T) {
	for text, want := range map[string]creation.Baseline{"T": creation.BaselineT, "b-lt": creation.BaselineLT, "B-LTA": creation.BaselineLTA, "b": creation.BaselineB, "": 0, "LTV": 0} {
		if got, err := creation.ParseBaseline(text); got != want || (err != nil) != (want == 0) || err != nil && !strings.Contains(err.Error(), "there is no level") {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// An archived signature is archived once more when nobody can prove its signer
// any longer, and not before it is archived; nor without proof of the newest
// timestamp.
func TestExtendAfterSigner(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key, authority := pki.Person(signtest.Applicant()), pki.TSA()
	with := pki.Services(authority)
	without := func(who *certs.Certificate) creation.Services {
		later := with
		later.Gather = func(ctx context.Context, c *certs.Certificate, extra []*certs.Certificate, at time.Time) (signing.Material, error) {
			if c.Fingerprint() == who.Fingerprint() {
				return signing.Material{}, creation.ErrEvidence
			}
			return with.Gather(ctx, c, extra, at)
		}
		return later
	}
	for name, plain := range map[string][]byte{
		"cms": pki.Signed([]byte("x"), key),
		"pdf": mustSign(t, signtest.OnePage(2000, ""), key, creation.PDF{}),
	} {
		if _, err := extend(without(key.Certificate), creation.Existing{File: plain}, creation.BaselineLTA); !errors.Is(err, creation.ErrEvidence) {
			t.Errorf("%s: not archived: %v", name, err)
		}
		archived, err := extend(with, creation.Existing{File: plain}, creation.BaselineLTA)
		if err != nil {
			t.Fatal(err)
		}
		longer, err := extend(without(key.Certificate), creation.Existing{File: archived}, creation.BaselineLTA)
		if err != nil {
			t.Errorf("%s: archived once more: %v", name, err)
			continue
		}
		v, err := pki.Verifier.Verify(t.Context(), longer, signing.Question{})
		if err != nil || !v.Passed() || !strings.HasSuffix(v.Signers[0].Level, "-B-LTA") {
			t.Errorf("%s: %v %+v", name, err, v)
		}
		if _, err := extend(without(authority.Certificate), creation.Existing{File: archived}, creation.BaselineLTA); !errors.Is(err, creation.ErrEvidence) {
			t.Errorf("%s: without proof of the timestamp: %v", name, err)
		}
	}
}
