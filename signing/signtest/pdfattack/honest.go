package pdfattack

import (
	"fmt"
	"strings"
)

// evidence adds a document security store with one certificate as object n and
// the two after it.
func (s sample) evidence(n int) sample {
	return sample{
		catalog: replace(s[catalog], "/AcroForm", fmt.Sprintf("/DSS %d 0 R/AcroForm", n)),
		n: fmt.Sprintf("<</Type/DSS/Certs[%d 0 R]/OCSPs %d 0 R/VRI<</%s<</Cert[%d 0 R]/TU(D:20260601120000Z)>>>>>>",
			n+1, n+2, vriKey, n+1),
		n + 1: streamBody("", "a certificate"),
		n + 2: "[]",
	}
}

const (
	vriKey   = "0123456789ABCDEF0123456789ABCDEF01234567"
	otherKey = "89ABCDEF0123456789ABCDEF0123456789ABCDEF"
)

// filled is an update that fills the text field as a viewer does.
func (s sample) filled(text string) sample {
	return sample{
		nameField: replace(replace(s[nameField], "(Old)", "("+text+")"), "/N 16 0 R", "/N 30 0 R"),
		fresh:     looks(text),
	}
}

func honest(g Signers) []Case {
	plain, p1, p2, p3 := approval(), certified(1), certified(2), certified(3)
	stamp := func(s sample) sample { return s.sign(40, "Stamp", stampBody()) }
	seen := strings.Replace(sigBody(""), "/M(", "/Name(B)/M(", 1)
	return []Case{
		{"honest: nothing follows", plain.build(g).out, Honest, "unchanged"},
		{"honest: certified, nothing follows", p1.build(g).out, Honest, "unchanged"},
		{"honest: evidence added", plain.update(g, plain.evidence(fresh)), Honest, "only evidence added"},
		{"honest: evidence added after a certification without changes", p1.update(g, p1.evidence(fresh)), Honest, "only evidence added"},
		{"honest: timestamp after a certification without changes", p1.update(g, stamp(p1)), Honest, "only evidence added"},
		{"honest: evidence and timestamp, twice over", archive(g, p1), Honest, "only evidence added"},
		{"honest: a second signature", plain.update(g, plain.sign(fresh, "Other", seen)), Honest, "forms filled or signed as permitted"},
		{"honest: a second signature after a certification", p2.update(g, p2.sign(fresh, "Other", seen)), Honest,
			"forms filled or signed as permitted"},
		{"honest: a field filled after a certification", p2.update(g, p2.filled("New name")), Honest, "forms filled or signed as permitted"},
		{"honest: a field filled in a font that the form gets", p2.update(g, p2.filled("New name").and(sample{
			acroForm:  replace(p2[acroForm], "/F1 8 0 R", "/F1 8 0 R/F2 31 0 R"),
			fresh + 1: "<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
			fresh:     replace(replace(looks("New name"), "/F1 8 0 R", "/F2 31 0 R"), "/F1 12", "/F2 12"),
		})), Honest, "forms filled or signed as permitted"},
		{"honest: an appearance written anew in its place", p2.update(g, sample{
			nameField: replace(p2[nameField], "(Old)", "(New)"), nameLooks: looks("New"),
		}), Honest, "forms filled or signed as permitted"},
		{"honest: a box ticked", p2.update(g, sample{
			checkBox: replace(p2[checkBox], "/V/Off/AS/Off", "/V/Yes/AS/Yes"),
		}), Honest, "forms filled or signed as permitted"},
		{"honest: the visible empty field signed", plain.update(g, sample{
			emptyField: replace(plain[emptyField], "/P 3 0 R", "/P 3 0 R/V 30 0 R/AP<</N 31 0 R>>"),
			fresh:      seen, fresh + 1: looks("Signed"),
		}), Honest, "forms filled or signed as permitted"},
		{"honest: a visible field on blank paper", plain.update(g, visible(plain, "[300 200 400 250]")), Honest,
			"forms filled or signed as permitted"},
		{"honest: a comment where comments are permitted", p3.update(g, sample{
			annotations: strings.TrimSuffix(p3[annotations], "]") + " 30 0 R]",
			fresh:       "<</Type/Annot/Subtype/Text/Rect[100 100 120 120]/Contents(Why?)/P 3 0 R>>",
		}), Honest, "annotated as permitted"},
		{"honest: a comment changed where comments are permitted", p3.update(g, sample{
			comment: replace(p3[comment], "(First)", "(Second)"),
		}), Honest, "annotated as permitted"},
		{"honest: a field filled that a lock leaves free", locked("Include", "[(sum)]", approval()).update(g, plain.filled("New")),
			Honest, "forms filled or signed as permitted"},
		{"honest: objects written again as they were", p1.update(g, sample{firstPage: p1[firstPage], font: p1[font], logo: p1[logo]}),
			Honest, "only evidence added"},
		{"honest: metadata, version and extensions", p1.update(g, sample{
			catalog: replace(p1[catalog], "/AcroForm", "/Version/2.0/Metadata 30 0 R/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>/AcroForm"),
			fresh:   streamBody("/Type/Metadata/Subtype/XML", "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"),
			info:    replace(p1[info], "20260601000000Z", "20260602000000Z"),
		}), Honest, "only evidence added"},
		{"honest: an empty revision", p1.build(g).end("/Info 19 0 R").out, Honest, "only evidence added"},
		{"honest: evidence in object and cross-reference streams", packedEvidence(g), Honest, "only evidence added"},
	}
}

// archive is a B-LTA file that was extended once more.
func archive(g Signers, s sample) []byte {
	d := s.build(g)
	write := func(objects sample) {
		for n := range 100 {
			if body, ok := objects[n]; ok {
				d.put(n, body)
			}
		}
		d.end("/Info 19 0 R")
	}
	store := s.evidence(fresh)
	write(store)
	first := s.sign(40, "Stamp1", stampBody())
	write(first)
	write(sample{
		fresh:     replace(store[fresh], "/TU(D:20260601120000Z)>>", "/TU(D:20260601120000Z)>>/"+otherKey+"<</OCSP[50 0 R]>>"),
		fresh + 2: "[50 0 R]",
		50:        streamBody("", "a status"),
	})
	second := s.and(first).edit(acroForm, "40 0 R]", "40 0 R 60 0 R]").edit(annotations, "40 0 R]", "40 0 R 60 0 R]")
	write(sample{
		acroForm: second[acroForm], annotations: second[annotations],
		60: replace(replace(first[40], "Stamp1", "Stamp2"), "41 0 R", "61 0 R"), 61: stampBody(),
	})
	return d.out
}

// visible adds a signature in a new field that is seen.
func visible(s sample, rect string) sample {
	u := s.sign(fresh, "Seen", sigBody(""))
	u[fresh] = replace(replace(u[fresh], "[0 0 0 0]", rect), "/P 3 0 R", "/P 3 0 R/AP<</N 32 0 R>>")
	u[fresh+2] = looks("Signed")
	return u
}

// locked is a sample whose signature locks fields by a FieldMDP transform.
func locked(action, fields string, s sample) sample {
	return s.with(signature, sigBody(fmt.Sprintf("/Reference[<</Type/SigRef/TransformMethod/FieldMDP"+
		"/TransformParams<</Type/TransformParams/Action/%s/Fields%s/V/1.2>>>>]", action, fields)))
}

// packedEvidence adds a store to a file of object and cross-reference streams.
func packedEvidence(g Signers) []byte {
	s := approval()
	d := newDraft(g)
	inside := map[int]string{}
	for n := range 100 {
		body, ok := s[n]
		switch {
		case !ok:
		case n == signature || strings.HasSuffix(body, "endstream"):
			d.put(n, body)
		default:
			inside[n] = body
		}
	}
	d.pack(70, "", inside)
	d.endStream(71, "/Info 19 0 R")
	u := s.evidence(80)
	d.put(81, u[81])
	d.pack(90, "/Extends 70 0 R", map[int]string{catalog: u[catalog], 80: u[80], 82: u[82]})
	return d.endStream(91, "/Info 19 0 R").out
}
