package certs

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"tamga/certs/der"
)

// What stands in cRLDistributionPoints is read point by point, and what is wrong
// with any part of one refuses all.
func TestDistributionPoints(t *testing.T) {
	uri := func(s string) []byte { return der.Encode(der.Context(6), []byte(s)) }
	full := func(names ...[]byte) []byte {
		return der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(0), names...))
	}
	relative := func(attributes ...[]byte) []byte {
		return der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(1), attributes...))
	}
	reasons := func(b ...byte) []byte { return der.Encode(der.Context(1), b) }
	name := nameOf(t, der.Set(attributeOf(der.UTF8String, "CA")))
	issuer := der.Encode(der.ContextConstructed(2), der.Encode(der.ContextConstructed(4), name.Raw))
	for _, test := range []struct {
		what   string
		points [][]byte
		want   string // "" is refused
	}{
		{"none", nil, "[]"},
		{"an address", [][]byte{der.Sequence(full(uri("a")))}, "[a 1fe 0]"},
		{"two addresses and another form", [][]byte{der.Sequence(full(uri("a"), der.Encode(der.Context(2), []byte("x.kz")), uri("b")))}, "[a,b 1fe 0]"},
		{"two points", [][]byte{der.Sequence(full(uri("a"))), der.Sequence(full(uri("b")))}, "[a 1fe 0 b 1fe 0]"},
		{"all of it", [][]byte{der.Sequence(full(uri("a")), reasons(5, 0x60), issuer)}, "[a 6 1]"},
		{"an issuer alone", [][]byte{der.Sequence(issuer)}, "[ 1fe 1]"},
		{"reasons of two octets", [][]byte{der.Sequence(full(uri("a")), reasons(7, 0xff, 0x80))}, "[a 1fe 0]"},
		{"the last reason alone", [][]byte{der.Sequence(full(uri("a")), reasons(7, 0, 0x80))}, "[a 100 0]"},
		{"the eighth reason alone", [][]byte{der.Sequence(full(uri("a")), reasons(0, 1))}, "[a 80 0]"},
		{"no reasons", [][]byte{der.Sequence(full(uri("a")), reasons(0))}, "[a 0 0]"},
		{"relative", [][]byte{der.Sequence(relative(attributeOf(der.UTF8String, "1")))}, "[ 1fe 0]"},
		{"no sequence", [][]byte{der.NullValue()}, ""},
		{"the second is none", [][]byte{der.Sequence(full(uri("a"))), der.NullValue()}, ""},
		{"no names", [][]byte{der.Sequence(full())}, ""},
		{"a name of no form", [][]byte{der.Sequence(full(der.NullValue()))}, ""},
		{"a name of a form above", [][]byte{der.Sequence(full(der.Encode(der.Context(9), nil)))}, ""},
		{"a constructed address", [][]byte{der.Sequence(full(der.Encode(der.ContextConstructed(6), nil)))}, ""},
		{"a primitive other name", [][]byte{der.Sequence(full(der.Encode(der.Context(0), nil)))}, ""},
		{"an other name", [][]byte{der.Sequence(full(der.Encode(der.ContextConstructed(0), der.NullValue())))}, "[ 1fe 0]"},
		{"a primitive X.400 address", [][]byte{der.Sequence(full(der.Encode(der.Context(3), nil)))}, ""},
		{"a primitive EDI party", [][]byte{der.Sequence(full(der.Encode(der.Context(5), nil)))}, ""},
		{"an EDI party", [][]byte{der.Sequence(full(der.Encode(der.ContextConstructed(5))))}, "[ 1fe 0]"},
		{"a directory name that is none", [][]byte{der.Sequence(full(der.Encode(der.ContextConstructed(4), der.NullValue())))}, ""},
		{"two names of the point", [][]byte{der.Sequence(der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(0), uri("a")), der.NullValue()))}, ""},
		{"a name of neither kind", [][]byte{der.Sequence(der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(2), uri("a"))))}, ""},
		{"nothing for a name", [][]byte{der.Sequence(der.Encode(der.ContextConstructed(0)))}, ""},
		{"relative to nothing", [][]byte{der.Sequence(relative())}, ""},
		{"relative and no attribute", [][]byte{der.Sequence(relative(der.NullValue()))}, ""},
		{"reasons that are none", [][]byte{der.Sequence(full(uri("a")), reasons())}, ""},
		{"an issuer without names", [][]byte{der.Sequence(der.Encode(der.ContextConstructed(2)))}, ""},
		{"a name cut short", [][]byte{der.Sequence([]byte{0xa0, 5, 0})}, ""},
		{"reasons cut short", [][]byte{der.Sequence([]byte{0x81, 5, 0})}, ""},
		{"an issuer cut short", [][]byte{der.Sequence([]byte{0xa2, 5, 0})}, ""},
		{"something after them", [][]byte{der.Sequence(full(uri("a")), der.NullValue())}, ""},
	} {
		points, err := ParseDistributionPoints(der.Sequence(test.points...))
		var got []string
		for _, p := range points {
			got = append(got, fmt.Sprintf("%s %x %d", join(p.URLs()), p.Reasons, len(p.CRLIssuer)))
		}
		if test.want == "" && (!errors.Is(err, der.ErrSyntax) || points != nil) || test.want != "" && (err != nil || fmt.Sprint(got) != test.want) {
			t.Errorf("%s: %v, %v; want %s", test.what, got, err, test.want)
		}
	}
	if _, err := ParseDistributionPoints(der.NullValue()); !errors.Is(err, der.ErrSyntax) {
		t.Errorf("no sequence at all: %v", err)
	}
}

func join(list []string) (all string) {
	for i, s := range list {
		if i > 0 {
			all += ","
		}
		all += s
	}
	return all
}

// A relative name stands for the issuer's name with it appended; a full one for
// itself; without either there is none.
func TestDistributionPointNames(t *testing.T) {
	ca := nameOf(t, der.Set(attributeOf(der.UTF8String, "CA")))
	whole := nameOf(t, der.Set(attributeOf(der.UTF8String, "CA")), der.Set(attributeOf(der.UTF8String, "1")))
	full := GeneralName{Form: FormURI, Value: []byte("a")}
	for _, test := range []struct {
		name   DistributionPointName
		absent bool
		want   []GeneralName
	}{
		{DistributionPointName{}, true, nil},
		{DistributionPointName{Full: []GeneralName{full}}, false, []GeneralName{full}},
		{DistributionPointName{Relative: attributeOf(der.UTF8String, "1")}, false, []GeneralName{{Form: FormDirectory, Directory: whole}}},
		{DistributionPointName{Relative: der.NullValue()}, false, nil},
	} {
		if test.name.Absent() != test.absent || !slices.EqualFunc(test.name.Names(ca), test.want, GeneralName.Equal) {
			t.Errorf("%+v: absent %v, %v", test.name, test.name.Absent(), test.name.Names(ca))
		}
	}
}

func TestVersions(t *testing.T) {
	for _, test := range []struct {
		raw  []byte
		want int // 0 is refused
	}{
		{der.Sequence(), 1},
		{der.Encode(der.ContextConstructed(0), []byte{2, 1, 1}), 2},
		{der.Encode(der.ContextConstructed(0), []byte{2, 1, 2}), 3},
		{der.Encode(der.ContextConstructed(0), []byte{2, 1, 0}), 0},
		{der.Encode(der.ContextConstructed(0), []byte{2, 1, 3}), 0},
		{der.Encode(der.ContextConstructed(0), []byte{2, 1, 2, 5, 0}), 0},
		{der.Encode(der.ContextConstructed(0), []byte{4, 1, 2}), 0},
		{der.Encode(der.ContextConstructed(0)), 0},
	} {
		got, err := parseVersion(der.NewReader(test.raw))
		if (err == nil) != (test.want > 0) || err == nil && got != test.want {
			t.Errorf("%x: %d, %v", test.raw, got, err)
		}
	}
}
