package tsp

import (
	"errors"
	"math/big"
	"strings"
	"time"

	"tamga/certs/der"
)

// maxFraction is the number of digits behind the point that are read; those
// beyond nanoseconds are dropped.
const maxFraction = 32

var errGenTime = errors.New("not a time as RFC 3161 section 2.4.2 writes it")

// readGenTime takes a GeneralizedTime in the one form of RFC 3161 section
// 2.4.2: with seconds, in Zulu, a fraction only if it is not zero and without
// zeros at its end.
func readGenTime(r *der.Reader) (time.Time, error) {
	e, err := r.Expect(der.GeneralizedTime)
	if err != nil {
		return time.Time{}, err
	}
	text, zulu := strings.CutSuffix(string(e.Body), "Z")
	whole, fraction, pointed := strings.Cut(text, ".")
	if !zulu || pointed && (fraction == "" || fraction[len(fraction)-1] == '0') || len(fraction) > maxFraction {
		return time.Time{}, errGenTime
	}
	t, err := der.ParseTime(der.Element{Tag: der.GeneralizedTime, Body: []byte(whole + "Z")})
	if err != nil {
		return time.Time{}, err
	}
	nanos, unit := time.Duration(0), 100*time.Millisecond
	for _, c := range fraction {
		if c < '0' || c > '9' {
			return time.Time{}, errGenTime
		}
		nanos += time.Duration(c-'0') * unit
		unit /= 10
	}
	return t.Add(nanos), nil
}

func genTime(t time.Time) []byte {
	return der.Encode(der.GeneralizedTime, []byte(t.UTC().Format("20060102150405.999999999Z")))
}

var errAccuracy = errors.New("value out of range")

// readAccuracy takes an Accuracy if there is one.
func readAccuracy(r *der.Reader) (Accuracy, error) {
	e, ok, err := r.Optional(der.SequenceTag)
	if err != nil || !ok {
		return Accuracy{}, err
	}
	a := Accuracy{Present: true}
	in := der.NewReader(e.Body)
	if tag, ok := in.Peek(); ok && tag == der.Integer {
		n, err := in.ReadInt()
		if err != nil {
			return a, err
		}
		a.Error = time.Duration(n) * time.Second
	}
	for n, unit := range []time.Duration{time.Millisecond, time.Microsecond} {
		e, ok, err := in.Optional(der.Context(byte(n)))
		if err != nil {
			return a, err
		}
		if !ok {
			continue
		}
		v, err := der.ParseInteger(e.Body)
		if err != nil {
			return a, err
		}
		// Zero is outside 1..999 and harmless, and authorities write it.
		if !v.IsInt64() || v.Int64() < 0 || v.Int64() > 999 {
			return a, errAccuracy
		}
		a.Error += time.Duration(v.Int64()) * unit
	}
	return a, in.Done()
}

// der encodes whole microseconds, rounded up: an authority must not promise
// more than it holds.
func (a Accuracy) der() []byte {
	micros := int64((a.Error + time.Microsecond - 1) / time.Microsecond)
	seconds, millis, rest := micros/1e6, micros/1e3%1e3, micros%1e3
	var parts [3][]byte
	if seconds > 0 {
		parts[0] = der.Int(big.NewInt(seconds))
	}
	if millis > 0 {
		parts[1] = small(0, millis)
	}
	if rest > 0 {
		parts[2] = small(1, rest)
	}
	return der.Sequence(parts[:]...)
}

// small encodes an implicitly tagged integer from 1 to 999.
func small(tag byte, n int64) []byte {
	b := der.Int(big.NewInt(n))
	return der.Encode(der.Context(tag), b[2:])
}
