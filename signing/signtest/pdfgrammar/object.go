package pdfgrammar

import (
	"fmt"
	"slices"
	"strings"

	"tamga/signing/signtest/pdfattack"
)

// object is an object of a file: a dictionary, a stream, or a bare value. The
// values of its entries are in the syntax of the file.
type object struct {
	entries []entry
	data    *string // of a stream
	bare    string  // "" for a dictionary and a stream
}

type entry struct{ key, value string }

// dict makes a dictionary of keys and values by turns.
func dict(pairs ...string) *object {
	o := &object{}
	for i := 0; i+1 < len(pairs); i += 2 {
		o.entries = append(o.entries, entry{pairs[i], pairs[i+1]})
	}
	return o
}

func stream(data string, pairs ...string) *object {
	o := dict(pairs...)
	o.data = &data
	return o
}

func bare(value string) *object { return &object{bare: value} }

func ref(n int) string { return fmt.Sprintf("%d 0 R", n) }

func (o *object) get(key string) string {
	for _, e := range o.entries {
		if e.key == key {
			return e.value
		}
	}
	return ""
}

// set writes an entry in the place of the one that is there; without a value the
// entry goes.
func (o *object) set(key, value string) {
	i := slices.IndexFunc(o.entries, func(e entry) bool { return e.key == key })
	switch {
	case value == "" && i >= 0:
		o.entries = slices.Delete(o.entries, i, i+1)
	case value == "":
	case i >= 0:
		o.entries[i].value = value
	default:
		o.entries = append(o.entries, entry{key, value})
	}
}

// lacks adds the entries whose keys an object has not.
func (o *object) lacks(more []entry) {
	for _, e := range more {
		if o.get(e.key) == "" {
			o.entries = append(o.entries, e)
		}
	}
}

func (o *object) clone() *object {
	c := *o
	c.entries = slices.Clone(o.entries)
	return &c
}

func (o *object) String() string {
	if o.bare != "" {
		return o.bare
	}
	var text strings.Builder
	for _, e := range o.entries {
		text.WriteString("/" + e.key + " " + e.value)
	}
	if o.data != nil {
		return pdfattack.Stream(text.String(), *o.data)
	}
	return "<<" + text.String() + ">>"
}
