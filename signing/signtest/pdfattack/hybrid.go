package pdfattack

import (
	"fmt"
	"strings"

	"tamga/signing/pades"
)

// The objects of a hybrid file besides those of the sample.
const (
	treeRoot    = 24
	paragraph   = 25
	packedIn    = 26
	hybridTable = 27
)

// hybridFile is a file whose cross-reference is written twice over (7.5.8.4).
type hybridFile struct {
	sample sample
	// packed are the objects that only the stream has.
	packed map[int]string
	// one says that table and stream are of one section; word processors write a
	// second section, with an empty table, for the stream.
	one bool
	// moved are objects that the stream has elsewhere, with another body.
	moved sample
	// more is added to the stream's dictionary.
	more string
}

// unsigned is the sample before it is signed: its field is empty.
func unsigned() sample {
	s := approval().edit(signedField, "/V 5 0 R", "")
	delete(s, signature)
	return s
}

// write writes the file before it is signed.
func (h hybridFile) write(g Signers) *draft {
	d := h.sample.draft(g)
	at := d.hybridStream(Hybrid{Stream: hybridTable, Packed: packedIn, Hidden: h.packed, Moved: h.moved, more: h.more})
	if h.one {
		return d.end(fmt.Sprintf("/Info 19 0 R/XRefStm %d", at))
	}
	d.end("/Info 19 0 R")
	start := len(d.out)
	d.out = fmt.Appendf(d.out, "xref\n0 0\ntrailer\n<<%s>>\n", d.trailer(fmt.Sprintf("/Info 19 0 R/XRefStm %d", at)))
	return d.close(start)
}

// signed writes the file and signs it.
func (h hybridFile) signed(g Signers) *draft {
	d := h.write(g)
	d.put(signedField, replace(h.sample[signedField], "/P 3 0 R", "/P 3 0 R/V 5 0 R")).put(signature, sigBody(""))
	return d.end("/Info 19 0 R")
}

// twice is signed, and signed again.
func (h hybridFile) twice(g Signers) []byte {
	d := h.signed(g)
	second := h.sample.sign(fresh, "Other", sigBody(""))
	for _, n := range []int{acroForm, annotations, fresh, fresh + 1} {
		d.put(n, second[n])
	}
	return d.end("/Info 19 0 R").out
}

// hybrids are hybrid files that show the same to every reader, as word processors
// write them, and some that do not.
func hybrids(g Signers) []Case {
	plain := hybridFile{sample: unsigned()}
	tagged := hybridFile{
		sample: unsigned().edit(catalog, "/AcroForm", "/StructTreeRoot 24 0 R/MarkInfo<</Marked true>>/AcroForm").
			with(treeRoot, "<</Type/StructTreeRoot/K 25 0 R>>"),
		packed: map[int]string{paragraph: "<</Type/StructElem/S/P/P 24 0 R/Pg 3 0 R/K 0>>"},
	}
	joined := tagged
	joined.one = true
	text := plain
	text.moved = sample{firstText: streamBody("", forgedText)}
	note := hybridFile{sample: unsigned(), packed: map[int]string{comment: unsigned()[comment]}}
	delete(note.sample, comment)
	root := plain
	root.more = "/Root 2 0 R"
	return []Case{
		{"tolerated: a hybrid file", plain.signed(g).out, Tolerated, pades.CodeHybrid},
		{"tolerated: a hybrid file signed twice", plain.twice(g), Tolerated, pades.CodeHybrid},
		{"tolerated: a tagged hybrid file signed twice", tagged.twice(g), Tolerated, pades.CodeHybrid},
		{"tolerated: a tagged hybrid file of one section", joined.twice(g), Tolerated, pades.CodeHybrid},
		{"hybrid: a page with another text for some readers", text.signed(g).out, Unreadable, pades.CodeHybridDiffers},
		{"hybrid: another text, made one after the signature", text.signed(g).put(firstText, text.moved[firstText]).end("/Info 19 0 R").out,
			Unreadable, pades.CodeHybridDiffers},
		{"hybrid: a comment that some readers do not see", note.signed(g).out, Unreadable, pades.CodeHybridDiffers},
		{"hybrid: a structure that a page refers to and some readers do not see", tagged.referred().signed(g).out, Unreadable, pades.CodeHybridDiffers},
		{"hybrid: a stream with a catalog of its own", root.signed(g).out, Read, "is not that of its trailer"},
	}
}

// referred has what only the stream has among the annotations too.
func (h hybridFile) referred() hybridFile {
	h.sample = h.sample.with(annotations, strings.TrimSuffix(h.sample[annotations], "]")+" 25 0 R]")
	return h
}
