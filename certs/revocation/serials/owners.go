package serials

import (
	"fmt"
	"slices"
	"sort"
)

// Rules say how the entries of a list are to be read, by what its other fields
// say. The zero value is a list of version 2 that has entries of its own issuer
// only.
type Rules struct {
	// Bare refuses extensions of entries, which version 1 does not have.
	Bare bool
	// Authorities reads the value of certificateIssuer: the authorities whose
	// the entry and those after it are (RFC 5280 section 5.3.3), each by a key
	// of its name, "" for the list's own issuer. None means that it cannot be
	// told, and that the list answers nothing: the extension is then among
	// those of [Index.Critical]. An error makes the list malformed. Nil tells
	// of none.
	Authorities func(certificateIssuer []byte) ([]string, error)
}

// Limits of what an honest list holds.
const (
	maxAuthorities = 1 << 14 // values of certificateIssuer in one list
	maxOwners      = 8       // names of the authority of one entry; whose it is with more, cannot be told
)

// own is the number of the list's own issuer.
const own uint32 = 0

// owners tells whose the entries of an indirect list are. It is immutable once
// the list was read.
type owners struct {
	numbers map[string]uint32   // of authorities, by the key of their name
	values  map[string][]uint32 // whom the values of certificateIssuer name
	parts   []part              // in the order of the list; before the first, all is the list's own
}

// part is where entries begin that belong to the authorities.
type part struct {
	from uint32 // offset of its first entry
	of   []uint32
}

// ofEntry returns whose the entry at an offset is.
func (o *owners) ofEntry(at uint32) []uint32 {
	if o != nil {
		if i := sort.Search(len(o.parts), func(i int) bool { return o.parts[i].from > at }); i > 0 {
			return o.parts[i-1].of
		}
	}
	return onlyOwn[:]
}

var onlyOwn = [1]uint32{own}

// number returns the number of an authority; false when the list has nothing of
// it.
func (o *owners) number(authority string) (uint32, bool) {
	if o == nil || authority == "" {
		return own, authority == ""
	}
	n, ok := o.numbers[authority]
	return n, ok
}

// belongTo notes that the entry at an offset, and those after it, are whose
// certificateIssuer says.
func (b *builder) belongTo(certificateIssuer []byte, at int) error {
	of, known := b.owners.known(certificateIssuer)
	if !known {
		var err error
		if of, err = b.readOwners(certificateIssuer, at); err != nil || of == nil {
			return err
		}
	}
	if !slices.Equal(of, b.of) {
		b.owners.parts = append(b.owners.parts, part{uint32(at), of})
		b.of = of
	}
	return nil
}

// readOwners reads a value of certificateIssuer that was not met before. It is nil
// when it cannot be told whose the entry is.
func (b *builder) readOwners(certificateIssuer []byte, at int) (of []uint32, err error) {
	var names []string
	if b.rules.Authorities != nil {
		if names, err = b.rules.Authorities(certificateIssuer); err != nil {
			return nil, &SyntaxError{Offset: at, Problem: "certificateIssuer: " + err.Error()}
		}
	}
	if len(names) == 0 || len(names) > maxOwners {
		if problem := b.ext.remember([]byte(idCertificateIssuer)); problem != "" {
			return nil, &SyntaxError{Offset: at, Problem: problem}
		}
		return nil, nil
	}
	if b.owners == nil {
		b.owners = &owners{numbers: map[string]uint32{"": own}, values: map[string][]uint32{}}
	}
	for _, name := range names {
		n, known := b.owners.numbers[name]
		if !known {
			n = uint32(len(b.owners.numbers))
			b.owners.numbers[name] = n
		}
		if !slices.Contains(of, n) {
			of = append(of, n)
		}
	}
	slices.Sort(of)
	b.owners.values[string(certificateIssuer)] = of
	if len(b.owners.values) > maxAuthorities {
		return nil, fmt.Errorf("%w: entries of more than %d authorities", ErrTooLarge, maxAuthorities)
	}
	return of, nil
}

// known returns what a value of certificateIssuer was found to say.
func (o *owners) known(certificateIssuer []byte) (of []uint32, ok bool) {
	if o == nil {
		return nil, false
	}
	of, ok = o.values[string(certificateIssuer)]
	return of, ok
}
