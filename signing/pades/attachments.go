package pades

import "bytes"

// Attachment is a file embedded in a document (7.11.4).
type Attachment struct {
	Name   string // as people see it
	Stream *Stream
}

const (
	maxAttachments     = 64
	maxAttachmentNodes = 256
)

// Attachments returns the files that the newest revision embeds by the names of its
// catalog (7.7.4). More of them, or a tree of more nodes, than this reader follows
// is an error, as is a tree that cannot be read, or an attachment that is two files:
// one of those left out could say the opposite.
func (d *Document) Attachments() ([]Attachment, error) {
	newest := len(d.Revisions) - 1
	catalog, err := d.Catalog(newest)
	if err != nil {
		return nil, err
	}
	names, err := d.ResolveDict(newest, catalog.Get("Names"))
	if err != nil {
		return nil, err
	}
	var found []Attachment
	nodes := 0
	for stack := []Object{names.Get("EmbeddedFiles")}; len(stack) > 0; {
		node, err := d.ResolveDict(newest, stack[len(stack)-1])
		stack = stack[:len(stack)-1]
		if err != nil {
			return nil, err
		}
		if nodes++; nodes > maxAttachmentNodes {
			return nil, limitError(-1, "the tree of attachments has more than %d nodes", maxAttachmentNodes)
		}
		list, err := d.attachmentsOf(newest, node)
		if err != nil {
			return nil, err
		}
		if found = append(found, list...); len(found) > maxAttachments {
			return nil, limitError(-1, "more than %d attachments", maxAttachments)
		}
		kids, err := d.Resolve(newest, node.Get("Kids"))
		if err != nil {
			return nil, err
		}
		kidList, _ := kids.(Array)
		if len(kidList) > maxAttachmentNodes {
			return nil, limitError(-1, "the tree of attachments has more than %d nodes", maxAttachmentNodes)
		}
		stack = append(stack, kidList...)
	}
	return found, nil
}

// attachmentsOf reads the names of one node of the tree: pairs of a key and a file
// specification (7.11.3).
func (d *Document) attachmentsOf(revision int, node Dict) ([]Attachment, error) {
	o, err := d.Resolve(revision, node.Get("Names"))
	if err != nil {
		return nil, err
	}
	list, _ := o.(Array)
	if len(list) > 2*maxAttachments {
		return nil, limitError(-1, "more than %d attachments", maxAttachments)
	}
	var found []Attachment
	for i := 0; i+1 < len(list); i += 2 {
		spec, err := d.ResolveDict(revision, list[i+1])
		if err != nil {
			return nil, err
		}
		files, err := d.ResolveDict(revision, spec.Get("EF"))
		if err != nil {
			return nil, err
		}
		a := Attachment{}
		var streams []*Stream
		for _, key := range []Name{"F", "UF"} { // the second is the newer spelling
			if file, err := d.Resolve(revision, files.Get(key)); err != nil {
				return nil, err
			} else if stream, ok := file.(*Stream); ok {
				a.Stream, streams = stream, append(streams, stream)
			}
			if name, err := d.Resolve(revision, spec.Get(key)); err != nil {
				return nil, err
			} else if text, ok := name.(String); ok {
				a.Name = text.Text()
			}
		}
		if len(streams) > 1 && !d.sameBytes(streams[0], streams[1]) {
			return nil, syntaxError(-1, "attachment %q is two files, and programs open the one or the other", a.Name)
		}
		if a.Stream != nil {
			found = append(found, a)
		}
	}
	return found, nil
}

// sameBytes says whether two streams are the same bytes, encoded alike.
func (d *Document) sameBytes(a, b *Stream) bool {
	return a.Start == b.Start || bytes.Equal(d.RawStream(a), d.RawStream(b)) &&
		alike(a.Dict.Get("Filter"), b.Dict.Get("Filter")) && alike(a.Dict.Get("DecodeParms"), b.Dict.Get("DecodeParms"))
}
