package pdfattack

import "fmt"

// Writer writes a PDF file revision by revision, for who makes files of another
// grammar than [Cases]: objects in the syntax of the file, and the cross-reference
// by itself. Signatures in it are made when the revision ends that brings them.
type Writer struct{ draft *draft }

// NewWriter begins a file. A nil signer leaves a stand-in that is no signature.
func NewWriter(s Signers) *Writer { return &Writer{newDraft(s.orStandIn())} }

// Put writes an object.
func (w *Writer) Put(n int, body string) { w.draft.put(n, body) }

// Pack writes objects into object stream n.
func (w *Writer) Pack(n int, objects map[int]string) { w.draft.pack(n, "", objects) }

// Free lists an object as removed.
func (w *Writer) Free(n int) { w.draft.list(n, entry{kind: 'f'}) }

// Junk writes bytes that no cross-reference lists.
func (w *Writer) Junk(text string) { w.draft.out = append(w.draft.out, text...) }

// Lines has the entries of tables end otherwise than with a space and a line feed.
func (w *Writer) Lines(end string) { w.draft.eol = end }

// Understate has the trailer of the revision say that there are fewer objects.
func (w *Writer) Understate(size int) { w.draft.said = size }

// Identify changes the file identifier of the revisions that follow, unless it is
// empty.
func (w *Writer) Identify(id string) {
	if id != "" {
		w.draft.id = id
	}
}

// End closes the revision with a table and returns the file so far; trailer is
// added to the entries that a trailer needs.
func (w *Writer) End(trailer string) []byte { return w.draft.end(trailer).out }

// EndStream is End with cross-reference stream n.
func (w *Writer) EndStream(n int, trailer string) []byte { return w.draft.endStream(n, trailer).out }

// EndHybrid is End with a table and a stream for those who know such (7.5.8.4).
func (w *Writer) EndHybrid(h Hybrid, trailer string) []byte {
	at := w.draft.hybridStream(h)
	return w.draft.end(fmt.Sprintf("%s/XRefStm %d", trailer, at)).out
}

// Stream is the body of a stream with these entries beside its length.
func Stream(entries, data string) string { return streamBody(entries, data) }

// Signature is the body of a signature that is signed when its revision ends, with
// more entries than it needs.
func Signature(more string) string { return sigBody(more) }

// Stamp is the body of a document timestamp.
func Stamp() string { return stampBody() }
