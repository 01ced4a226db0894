package pades

import (
	"cmp"
	"crypto/md5"
	"errors"
	"fmt"
	"slices"
)

// encryption is how the strings and streams of a file are encrypted (7.6; for
// revision 6 of ISO 32000-2). Only what opens with the empty user password is read.
type encryption struct {
	key              []byte
	strings, streams method
	files            method // of embedded files
	// perObject says that each object has a key of its own, which is so below
	// version 5.
	perObject bool
	// metadata says that those are encrypted too.
	metadata    bool
	named       map[Name]method
	own         uint32 // the object that holds the dictionary, whose strings are plain
	revision    int64
	permissions uint32 // what the author lets people do, see Document.MaySign
}

// method is a crypt filter method (7.6.5).
type method uint8

const (
	identity method = iota
	rc4Method
	aesMethod
)

var errCipher = errors.New("what is encrypted does not have the form of the cipher")

// encrypted says why a file that is encrypted is not read.
func encrypted(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrEncrypted, fmt.Sprintf(format, args...))
}

// readEncryption finds out how the file is encrypted and opens it with the empty
// user password. All revisions must say the same, or two programs could decrypt two
// documents.
func (d *Document) readEncryption() error {
	newest := len(d.Revisions) - 1
	trailer := d.Revisions[newest].Trailer
	entry := trailer.Get("Encrypt")
	for _, r := range d.Revisions {
		if !alike(r.Trailer.Get("Encrypt"), entry) || entry != nil && !alike(firstID(r.Trailer), firstID(trailer)) {
			return syntaxError(r.section, "the revisions are not encrypted alike")
		}
	}
	if entry == nil {
		return nil
	}
	e := &encryption{}
	ref, indirect := entry.(Ref)
	if indirect {
		i, err := d.only(ref)
		if err != nil {
			return err
		}
		o, _, err := d.indirect(i)
		if err != nil {
			return err
		}
		entry, e.own = o, ref.Number
	}
	dict, ok := entry.(Dict)
	if !ok {
		return syntaxError(-1, "/Encrypt is not a dictionary")
	}
	if key, twice := dict.Duplicate(); twice {
		return syntaxError(-1, "duplicate key /%s in the dictionary of the encryption", key)
	}
	id, _ := firstID(trailer).(String)
	if err := e.open(dict, id.Value); errors.Is(err, ErrEncrypted) || err == errTwoKeys {
		return err
	} else if err != nil {
		return fmt.Errorf("%w: %w", ErrEncrypted, err)
	}
	d.encryption = e
	return nil
}

// only returns the one version of the dictionary of the encryption. It is read before
// object streams are, and may not be in one (7.5.7).
func (d *Document) only(ref Ref) (int, error) {
	found := -1
	for i := d.find(ref.Number, len(d.Revisions)-1); i >= 0 && d.versions[i].number == ref.Number; i-- {
		v := d.versions[i]
		if v.kind != entryInUse || v.generation != ref.Generation || found >= 0 && v.origin != d.versions[found].origin {
			return -1, syntaxError(-1, "object %s is not the dictionary of the encryption in all revisions", ref)
		}
		found = i
	}
	if found < 0 {
		return -1, syntaxError(-1, "the dictionary of the encryption is not there")
	}
	return found, nil
}

// firstID is the part of the file identifier that keys are made with (14.4).
func firstID(trailer Dict) Object {
	if id, ok := trailer.Get("ID").(Array); ok && len(id) > 0 {
		return id[0]
	}
	return nil
}

// open reads the dictionary (7.6.2, 7.6.4) and finds the key.
func (e *encryption) open(dict Dict, id []byte) error {
	if f := dict.Name("Filter"); f != "Standard" {
		return encrypted("by the handler %q, which is not known here", f)
	}
	p, err := readParameters(dict)
	if err != nil {
		return err
	}
	e.revision, e.permissions = p.revision, p.permissions
	e.perObject, e.metadata = p.version < 5, p.metadata || p.version < 4
	switch {
	case p.version == 1 || p.version == 2:
		e.strings, e.streams, e.files = rc4Method, rc4Method, rc4Method
	case p.version == 4 || p.version == 5:
		if err := e.filters(dict, p.version); err != nil {
			return err
		}
	default:
		return encrypted("in version %d, which is not known here", p.version)
	}
	switch {
	case p.version < 5 && p.revision >= 2 && p.revision <= 4:
		e.key = p.olderKey(id)
	case p.version == 5 && (p.revision == 5 || p.revision == 6):
		e.key, err = p.newerKey()
	default:
		return encrypted("in revision %d of version %d, which is not known here", p.revision, p.version)
	}
	if err == nil && e.key == nil {
		return encrypted("it opens with a password only")
	}
	return err
}

// filters reads the crypt filters (7.6.5).
func (e *encryption) filters(dict Dict, version int64) error {
	list, ok := dict.Get("CF").(Dict)
	if !ok && dict.Get("CF") != nil {
		return syntaxError(-1, "/CF of the encryption is not a dictionary")
	}
	if key, twice := list.Duplicate(); twice {
		return syntaxError(-1, "crypt filter /%s stands twice", key)
	}
	e.named = map[Name]method{"Identity": identity}
	for _, entry := range list {
		f, ok := entry.Value.(Dict)
		if !ok {
			return syntaxError(-1, "crypt filter /%s is not a dictionary", entry.Key)
		}
		if _, twice := f.Duplicate(); twice || entry.Key == "Identity" {
			return syntaxError(-1, "crypt filter /%s is ambiguous", entry.Key)
		}
		switch cfm := f.Get("CFM"); {
		case cfm == nil || cfm == Name("None"):
			e.named[entry.Key] = identity
		case cfm == Name("V2") && version == 4:
			e.named[entry.Key] = rc4Method
		case cfm == Name("AESV2") && version == 4, cfm == Name("AESV3") && version == 5:
			e.named[entry.Key] = aesMethod
		}
	}
	for _, use := range []struct {
		key     Name
		into    *method
		without Name
	}{{"StmF", &e.streams, "Identity"}, {"StrF", &e.strings, "Identity"}, {"EFF", &e.files, cmp.Or(dict.Name("StmF"), "Identity")}} {
		m, known := e.named[cmp.Or(dict.Name(use.key), use.without)]
		if !known {
			return encrypted("by the crypt filter %q, which is not known here", dict.Name(use.key))
		}
		*use.into = m
	}
	return nil
}

// objectKey is the key of one object (7.6.3.2, algorithms 1 and 1.A).
func (e *encryption) objectKey(ref Ref, m method) []byte {
	if !e.perObject {
		return e.key
	}
	h := md5.New()
	h.Write(e.key)
	h.Write([]byte{byte(ref.Number), byte(ref.Number >> 8), byte(ref.Number >> 16), byte(ref.Generation), byte(ref.Generation >> 8)})
	if m == aesMethod {
		h.Write([]byte("sAlT"))
	}
	return h.Sum(nil)[:min(len(e.key)+5, 16)]
}

// sealed is what a stream is encrypted with.
type sealed struct {
	*encryption
	ref Ref
	method
	// unknown says that the stream names a crypt filter that is not known.
	unknown bool
}

func (s *sealed) open(data []byte) ([]byte, error) {
	if s.unknown {
		return nil, errCipher
	}
	return s.decrypt(s.ref, s.method, data)
}

// undo decrypts the strings of an object that was just read, and notes what its
// stream is encrypted with. What lies in object streams is encrypted with these
// alone.
func (e *encryption) undo(ref Ref, o Object) Object {
	if ref.Number == e.own {
		return o
	}
	s, ok := o.(*Stream)
	if !ok {
		return e.plain(ref, o)
	}
	if s.Dict.Name("Type") == "XRef" {
		return s
	}
	s.Dict = e.plain(ref, s.Dict).(Dict)
	s.sealed = &sealed{encryption: e, ref: ref, method: e.streams}
	switch {
	case s.Dict.Name("Type") == "EmbeddedFile":
		s.sealed.method = e.files
	case s.Dict.Name("Type") == "Metadata" && !e.metadata:
		s.sealed.method = identity
	}
	if filters, params, err := filterChain(s.Dict); err == nil && len(filters) > 0 && filters[0] == "Crypt" {
		m, known := e.named[cmp.Or(params.Name("Name"), "Identity")]
		s.sealed.method, s.sealed.unknown = m, !known
	}
	return s
}

// plain decrypts the strings of an object in place. The /Contents of a signature is
// never encrypted (7.6.1). One that does not have the form of the cipher stays as it
// is written: no key, name or structure of a file is in a string.
func (e *encryption) plain(ref Ref, o Object) Object {
	switch o := o.(type) {
	case String:
		if o.Malformed || e.strings == identity {
			return o
		}
		if value, err := e.decrypt(ref, e.strings, o.Value); err == nil {
			return String{Value: value}
		}
	case Array:
		for i := range o {
			o[i] = e.plain(ref, o[i])
		}
	case Dict:
		signature := isSignature(o)
		for i := range o {
			if !signature || o[i].Key != "Contents" {
				o[i].Value = e.plain(ref, o[i].Value)
			}
		}
	}
	return o
}

// isSignature tells a signature dictionary as looksSigned does, by what is written in
// it directly.
func isSignature(dict Dict) bool {
	if t := dict.Name("Type"); t == "Sig" || t == "DocTimeStamp" {
		return true
	}
	_, ok := dict.Lookup("ByteRange")
	return ok
}

// seal encrypts the strings and the streams of an object that is to be written under
// a reference. What is taken over in its spelling is that of the same object, and has
// its encryption.
func (e *encryption) seal(ref Ref, o Object) Object {
	switch o := o.(type) {
	case String:
		if e.strings == identity {
			return o
		}
		return String{Value: e.encrypt(ref, o.Value), plain: true}
	case Array:
		out := make(Array, len(o))
		for i := range o {
			out[i] = e.seal(ref, o[i])
		}
		return out
	case Dict:
		out := slices.Clone(o)
		for i := range out {
			out[i].Value = e.seal(ref, out[i].Value)
		}
		return out
	case Content:
		c := o.packed()
		c.Dict, _ = e.seal(ref, c.Dict).(Dict)
		if e.streams != identity {
			c.Data = e.encrypt(ref, c.Data)
		}
		c.final = true
		return c
	}
	return o
}

// hasString says whether a string is in an object.
func hasString(o Object) bool {
	switch o := o.(type) {
	case String:
		return true
	case Array:
		return slices.ContainsFunc(o, hasString)
	case Dict:
		return slices.ContainsFunc(o, func(e Entry) bool { return hasString(e.Value) })
	}
	return false
}

// writes says whether what is added to the file can be encrypted here: RC4 is read
// only, and a message authentication code would not cover what is added.
func (e *encryption) writes() error {
	if e.strings == rc4Method || e.streams == rc4Method || e.files == rc4Method {
		return encrypted("by RC4, which is read and not written any more")
	}
	if e.revision >= 6 && e.permissions&toleratesMissingMAC == 0 {
		return encrypted("with a message authentication code (ISO/TS 32004), which is not made here; a detached CMS over the file needs none")
	}
	return nil
}
