package changes

import (
	"regexp"
	"slices"

	"tamga/signing/pades"
)

// trailer compares the trailer dictionaries (7.5.5). Of a cross-reference stream
// only the entries that a trailer has count.
func (s *step) trailer() error {
	old, new := s.doc.Revisions[s.old].Trailer, s.doc.Revisions[s.new].Trailer
	for _, key := range s.differing(old, new) {
		switch key {
		case "Prev", "XRefStm", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "Info":
		case "Size":
			before, _ := old.Get("Size").(pades.Integer)
			if after, ok := new.Get("Size").(pades.Integer); !ok || after < before {
				s.find(pades.Ref{}, CodeTrailer, Never, "/Size shrinks: objects would vanish")
			}
		case "ID":
			s.checkID(old.Get("ID"), new.Get("ID"))
		case "Root":
			s.find(pades.Ref{}, CodeRootMoved, Never, "the catalog is another object")
		default:
			// Writers drop entries of their own that they do not know.
			if _, there := new.Lookup(key); !there {
				continue
			}
			if key != "DocChecksum" && !private(key) { // the former is LibreOffice's
				s.find(pades.Ref{}, CodeTrailer, Never, "/%s in the trailer changes", key)
				continue
			}
			s.oddOnce(pades.Ref{}, CodePrivate, "/%s in the trailer changes, which is one program's own", key)
			if err := s.adopt(new.Get(key)); err != nil {
				return err
			}
		}
	}
	return s.info(value{object: old}, value{object: new})
}

// privateKey is the form of names that are kept for the programs of one maker
// (annex E): no other program acts upon them.
var privateKey = regexp.MustCompile(`^(?:[A-Za-z0-9]{4}[_:]|XX).`)

// private says whether an entry is one program's own, and nothing that is shown:
// named so, or of the data that programs keep about a page (14.5).
func private(key pades.Name) bool {
	return key == "PieceInfo" || key == "LastModified" || privateKey.MatchString(string(key))
}

// privateEntry passes an entry that is one program's own, with what hangs on it.
func (s *step) privateEntry(ref pades.Ref, key pades.Name, o pades.Object) error {
	s.oddOnce(ref, CodePrivate, "/%s of object %s changes, which is one program's own", key, ref)
	return s.adopt(o)
}

// checkID compares the file identifiers (14.4). The first part is meant to be for
// ever; nothing but encryption rests on it, and some programs renew both.
func (s *step) checkID(old, new pades.Object) {
	if old == nil {
		return
	}
	before, _ := old.(pades.Array)
	after, _ := new.(pades.Array)
	texts := arrayOf(isText)
	switch {
	case new == nil:
		s.odd(pades.Ref{}, CodeIdentifier, LTV, "the file identifier is left out")
	case len(before) != 2 || len(after) != 2 || !texts(s.comparison, s.old, old) || !texts(s.comparison, s.new, new):
		s.find(pades.Ref{}, CodeTrailer, Never, "the file identifier becomes or was something else than two strings")
	case !s.equal(before[0], after[0]):
		s.odd(pades.Ref{}, CodeIdentifier, LTV, "the first part of the file identifier changes")
	}
}

// info compares the information dictionaries (14.3.3): a program may note that
// it has worked on the file, not change what the file says about itself.
func (s *step) info(old, new value) error {
	before, after, err := s.pair(old, new, "Info")
	if err != nil {
		return err
	}
	if before.ref != after.ref && before.ref != (pades.Ref{}) {
		s.find(after.ref, CodeTrailer, Never, "the information dictionary is another object")
	}
	for _, key := range s.differing(before.dict(), after.dict()) {
		_, text := after.dict().Get(key).(pades.String)
		switch {
		case private(key):
			if err := s.privateEntry(after.ref, key, after.dict().Get(key)); err != nil {
				return err
			}
		case text && (key == "ModDate" || key == "Producer"):
			s.find(after.ref, CodeInfo, LTV, "/%s in the information dictionary changes", key)
		default:
			s.find(after.ref, CodeTrailer, Never, "/%s in the information dictionary changes", key)
		}
	}
	return nil
}

// catalog compares the catalogs (7.7.2).
func (s *step) catalog() error {
	root := func(revision int) value {
		return value{object: s.doc.Revisions[revision].Trailer}
	}
	old, new, err := s.pair(root(s.old), root(s.new), "Root")
	if err != nil {
		return err
	}
	s.judged(new.ref, catalogRole)
	s.catalogs[old.ref.Number], s.catalogs[new.ref.Number] = true, true
	for _, key := range s.differing(old.dict(), new.dict()) {
		if private(key) {
			if err := s.privateEntry(new.ref, key, new.dict().Get(key)); err != nil {
				return err
			}
			continue
		}
		s.catalogEntry(key, old.dict(), new.dict(), new.ref)
	}
	for _, judge := range []func(old, new value) error{s.acroForm, s.dss, s.metadata, s.extensions} {
		if err := judge(old, new); err != nil {
			return err
		}
	}
	return nil
}

// catalogEntry judges an entry that differs by its key. Those with a structure
// of their own are compared by their functions.
func (s *step) catalogEntry(key pades.Name, old, new pades.Dict, ref pades.Ref) {
	switch key {
	case "AcroForm", "DSS", "Metadata", "Extensions":
	case "Version":
		before, after := old.Name("Version"), new.Name("Version")
		if len(after) != 3 || after < before {
			s.find(ref, CodeCatalog, Never, "/Version of the catalog becomes %q", after)
		} else {
			s.find(ref, CodeVersion, LTV, "/Version of the catalog becomes %s", after)
		}
	case "Perms":
		s.find(ref, CodeCertification, Never, "/Perms of the catalog changes")
	case "Pages":
		s.find(ref, CodePageTreeMoved, Never, "the catalog names another page tree")
	case "OpenAction", "AA":
		s.find(ref, CodeAction, Never, "/%s of the catalog changes", key)
	case "Names":
		s.find(ref, CodeAction, Never, "/Names of the catalog, which may hold JavaScript, changes")
	default:
		s.find(ref, CodeCatalog, Never, "/%s of the catalog changes", key)
	}
}

// metadata compares the XMP streams of the catalog (14.3.2), which a program that
// signs brings up to date.
func (s *step) metadata(old, new value) error {
	if s.untouched(old.get("Metadata").object, new.get("Metadata").object) {
		return nil
	}
	before, after, err := s.pair(old, new, "Metadata")
	if err != nil || s.equal(before.object, after.object) && before.ref == after.ref {
		return err
	}
	stream, ok := after.object.(*pades.Stream)
	if !ok || stream.Dict.Name("Type") != "Metadata" || stream.Dict.Name("Subtype") != "XML" {
		s.find(after.ref, CodeCatalog, Never, "/Metadata of the catalog becomes something that is no metadata")
		return nil
	}
	s.find(after.ref, CodeMetadata, LTV, "the metadata of the document change")
	return nil
}

// extensions compares the developer extensions (7.12), which say what features a
// file uses and are nothing to see.
func (s *step) extensions(old, new value) error {
	if s.untouched(old.get("Extensions").object, new.get("Extensions").object) {
		return nil
	}
	before, after, err := s.pair(old, new, "Extensions")
	if err != nil || s.equal(before.object, after.object) && before.ref == after.ref {
		return err
	}
	if _, ok := after.object.(pades.Dict); !ok || !s.onlyExtensions(after.object, 0) {
		s.find(after.ref, CodeCatalog, Never, "/Extensions of the catalog become something else")
		return nil
	}
	s.find(after.ref, CodeVersion, LTV, "the developer extensions change")
	return s.adopt(after.object)
}

// onlyExtensions says whether o holds developer extensions and nothing else. They
// may stand in arrays (ISO 32000-2, 7.12.2).
func (s *step) onlyExtensions(o pades.Object, depth int) bool {
	v, err := s.resolve(s.new, value{object: o}, func(pades.Ref) {})
	if err != nil || depth > 3 {
		return false
	}
	switch o := v.object.(type) {
	case pades.Array:
		return !slices.ContainsFunc(o, func(e pades.Object) bool { return !s.onlyExtensions(e, max(depth, 1)+1) })
	case pades.Dict:
		return !slices.ContainsFunc(o, func(e pades.Entry) bool {
			switch e.Key {
			case "Type", "BaseVersion", "ExtensionLevel", "ExtensionRevision", "URL":
				_, dict := e.Value.(pades.Dict)
				return dict
			}
			return depth > 0 || !s.onlyExtensions(e.Value, 1)
		})
	}
	return false
}
