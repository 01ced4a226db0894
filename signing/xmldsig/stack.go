package xmldsig

import (
	"bytes"
	"slices"

	"tamga/signing/xmldsig/xmltree"
)

// National libraries sign a document several times by putting one signature behind
// the other: each covers the document with those before it, and they verify it by
// taking the last one off first. By the letter of XML Signature only the last one
// holds. Here the others hold too, if nothing but whole signatures is left out, all
// that follow, and each of these is sound and covers those before it, or the document
// without any signature, as where an XPath leaves out all of them: then nothing stands
// in the file that nobody signed.

// later returns the signatures that follow this one beside it, or at the end of the
// document, which is where signatures are put.
func (r *reading) later() []*xmltree.Node {
	own := r.signature.element
	i := slices.Index(r.doc.signatures, own)
	return slices.DeleteFunc(slices.Clone(r.doc.signatures[i+1:]), func(n *xmltree.Node) bool {
		return n.Within(own) || n.Parent() != own.Parent() && n.Parent() != r.doc.tree.Root()
	})
}

// leaveOut makes an enveloped signature leave itself out, and where that is asked
// for and there are any, those that follow it too.
func (r *reading) leaveOut(later bool) {
	own := r.signature.element
	r.omit, r.stacked = func(n *xmltree.Node) bool { return n == own }, false
	whole := r.node == nil || r.node == r.doc.tree.Root()
	if !later || !whole || own.Parent() == nil {
		return
	}
	if behind := r.later(); len(behind) > 0 {
		left := map[*xmltree.Node]bool{own: true}
		for _, n := range behind {
			left[n] = true
		}
		r.omit, r.stacked = func(n *xmltree.Node) bool { return left[n] }, true
	}
}

// holds compares what is covered with its digest, and returns what was digested:
// the document without the signatures that follow, or with them, as XML Signature
// has it.
func (r *reading) holds(got, want []byte) ([]byte, *Problem) {
	if bytes.Equal(r.Digest.Sum(got), want) {
		r.signature.Stacked = r.signature.Stacked || r.stacked
		return got, nil
	}
	if r.stacked {
		r.leaveOut(false)
		again, problem := r.octets()
		if problem != nil {
			return nil, problem
		}
		if bytes.Equal(r.Digest.Sum(again), want) {
			return again, nil
		}
	}
	return nil, problemf(CodeDigest, "the digest is not that of what is there")
}

// settle tells of every signature which others it covers, and asks of those that
// hold only without later ones whether these cover them.
func settle(all []Signature) {
	for i := range all {
		all[i].Covers, all[i].Without = nil, nil
		for j := range all {
			switch {
			case i == j || all[j].Counter:
			case all[i].includes(all[j].element):
				all[i].Covers = append(all[i].Covers, j)
			case all[i].excludes(all[j].element):
				all[i].Without = append(all[i].Without, j)
			}
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Stacked {
			all[i].report(coveredByLater(all, i))
		}
	}
}

// coveredByLater asks whether those left out by one signature cover it, or the
// document without it, and are sound; that cannot be told while they could not be
// read.
func coveredByLater(all []Signature, i int) *Problem {
	var unknown *Problem
	for _, j := range all[i].Without {
		read := !slices.ContainsFunc(all[j].Problems, func(p Problem) bool { return !p.Undetermined() })
		switch {
		case read && len(all[j].Problems) > 0:
			unknown = problemf(CodeLaterUnknown, "the document is right without the signatures that follow this one, and one of these cannot be told to be sound")
		case !read || !slices.Contains(all[j].Covers, i) && !slices.Contains(all[j].Without, i):
			return problemf(CodeLaterSignatures, "the document is right without the signatures that follow this one, and one of these is not sound, or covers neither it nor the document")
		}
	}
	return unknown
}

// includes reports whether the whole element of another signature is covered as
// part of the document.
func (s *Signature) includes(other *xmltree.Node) bool {
	return slices.ContainsFunc(s.References, func(r Reference) bool {
		return r.Problem == nil && r.Covered.Role == RoleDocument && !r.Covered.leftOut(other)
	})
}

// excludes reports whether another signature stands in the document that is covered,
// and is left out.
func (s *Signature) excludes(other *xmltree.Node) bool {
	return slices.ContainsFunc(s.References, func(r Reference) bool {
		return r.Problem == nil && r.Covered.Role == RoleDocument && r.Covered.leftOut(other)
	})
}

// leftOut reports whether the transforms left out an element or what stands around
// it.
func (c Covered) leftOut(n *xmltree.Node) bool {
	for ; n != nil && c.omit != nil; n = n.Parent() {
		if c.omit(n) {
			return true
		}
	}
	return false
}
