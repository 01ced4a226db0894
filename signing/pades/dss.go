package pades

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

const (
	// maxEvidence bounds the references to streams of one document security
	// store, those of its VRI included.
	maxEvidence = 1 << 16
	// maxEvidenceSize bounds their decoded bytes together, each stream counted
	// once.
	maxEvidenceSize = maxInflated
)

// DSS is a document security store (ETSI EN 319 142-1, 5.4.2): evidence that
// somebody added to the file. Nothing in it is proved by being there. The bytes
// are as decoded from the streams and not looked into.
type DSS struct {
	// Ref is the store's object; zero when it is written in the catalog.
	Ref Ref

	Certs, CRLs, OCSPs [][]byte
	// VRI is by its key: the SHA-1 of a signature's /Contents in upper-case
	// hexadecimal. See [Document.VRIKeys].
	VRI map[string]VRI
}

// VRI is the evidence named for one signature (5.4.2.3). Its slices share memory
// with those of the store where both name the same stream.
type VRI struct {
	Certs, CRLs, OCSPs [][]byte
	// TU is the claimed time of collection, zero when absent; TS is a timestamp
	// token over nothing that EN 319 142-1 defines, nil when absent.
	TU time.Time
	TS []byte
}

// Present says whether the revision has a store, even an empty one.
func (s DSS) Present() bool { return s.VRI != nil }

// DSS returns the document security store of a revision; when there is none it is
// not Present. A store that breaks its structure, that names a stream that cannot
// be decoded, or that exceeds a bound is an error, as half of the evidence may
// mean the opposite of all of it.
func (d *Document) DSS(revision int) (DSS, error) {
	return d.evidenceReader().store(revision)
}

// Store is the document security store of one revision.
type Store struct {
	Revision int
	DSS
}

// Stores returns the stores of all revisions, the newest first. A stream that
// several of them name is read once and shared. What breaks its structure is left
// out; complete is false when the bounds of a single store (see [Document.DSS]) do
// not suffice for all of them, so that there is evidence that was not read.
func (d *Document) Stores() (stores []Store, complete bool) {
	r := d.evidenceReader()
	for revision := len(d.Revisions) - 1; revision >= 0; revision-- {
		store, err := r.store(revision)
		switch {
		case r.spent():
			return stores, false
		case err != nil:
			continue
		case !store.Present():
			return stores, true // older revisions have none either
		}
		stores = append(stores, Store{revision, store})
	}
	return stores, true
}

func (d *Document) evidenceReader() *evidenceReader {
	return &evidenceReader{d: d, read: map[int32][]byte{}}
}

// spent says whether a bound was exceeded.
func (r *evidenceReader) spent() bool { return r.named > maxEvidence || r.size > maxEvidenceSize }

func (r *evidenceReader) store(revision int) (DSS, error) {
	r.revision = revision
	catalog, err := r.d.Catalog(revision)
	if err != nil {
		return DSS{}, err
	}
	raw := catalog.Get("DSS")
	dict, err := r.d.ResolveDict(revision, raw)
	if err != nil || dict == nil {
		return DSS{}, err
	}
	store := DSS{VRI: map[string]VRI{}}
	store.Ref, _ = raw.(Ref)
	var list VRI
	if err = r.lists(dict, &list, "Certs", "CRLs", "OCSPs"); err != nil {
		return DSS{}, err
	}
	store.Certs, store.CRLs, store.OCSPs = list.Certs, list.CRLs, list.OCSPs
	entries, err := r.dict(dict.Get("VRI"), "/VRI")
	if err != nil {
		return DSS{}, err
	}
	for _, e := range entries {
		v, err := r.vri(e)
		if err != nil {
			return DSS{}, err
		}
		store.VRI[string(e.Key)] = v
	}
	return store, nil
}

// VRIKeys returns the two keys under which producers file evidence for a
// signature: the SHA-1 of the whole decoded /Contents with its padding of zeros,
// as EN 319 142-1 says, and of the DER element alone. A key is empty when
// /Contents is not a plain hexadecimal string, or holds no DER element.
func (d *Document) VRIKeys(s Signature) (whole, trimmed string) {
	text, _ := s.Dict.Get("Contents").(String)
	if !text.plain {
		return "", ""
	}
	key := func(b []byte) string {
		sum := sha1.Sum(b)
		return strings.ToUpper(hex.EncodeToString(sum[:]))
	}
	whole = key(text.Value)
	if len(s.Contents) > 0 {
		trimmed = key(s.Contents)
	}
	return whole, trimmed
}

// evidenceReader reads the streams of stores, each once.
type evidenceReader struct {
	d        *Document
	revision int
	read     map[int32][]byte // by the version that brought the stream
	named    int
	size     int
}

// dict resolves a dictionary that names no key twice.
func (r *evidenceReader) dict(o Object, what string) (Dict, error) {
	dict, err := r.d.ResolveDict(r.revision, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if key, twice := dict.Duplicate(); twice {
		return nil, syntaxError(-1, "%s has /%s twice", what, key)
	}
	return dict, nil
}

func (r *evidenceReader) vri(e Entry) (VRI, error) {
	var v VRI
	dict, err := r.dict(e.Value, "/VRI /"+string(e.Key))
	if err != nil {
		return v, err
	}
	if err = r.lists(dict, &v, "Cert", "CRL", "OCSP"); err != nil {
		return v, err
	}
	if tu, err := r.d.Resolve(r.revision, dict.Get("TU")); err != nil {
		return v, err
	} else if text, ok := tu.(String); ok {
		if v.TU, ok = parseDate(text.Text()); !ok {
			return v, syntaxError(-1, "/TU in /VRI /%s is not a date", e.Key)
		}
	}
	if ts := dict.Get("TS"); ts != nil {
		v.TS, err = r.stream(ts, "TS")
	}
	return v, err
}

// lists reads the three arrays of a store or of one VRI entry.
func (r *evidenceReader) lists(dict Dict, into *VRI, certs, crls, ocsps Name) error {
	if key, twice := dict.Duplicate(); twice {
		return syntaxError(-1, "the document security store has /%s twice", key)
	}
	for _, l := range []struct {
		key  Name
		into *[][]byte
	}{{certs, &into.Certs}, {crls, &into.CRLs}, {ocsps, &into.OCSPs}} {
		o, err := r.d.Resolve(r.revision, dict.Get(l.key))
		if err != nil {
			return err
		}
		list, ok := o.(Array)
		if !ok && o != nil {
			return syntaxError(-1, "/%s of the document security store is not an array", l.key)
		}
		for _, o := range list {
			data, err := r.stream(o, l.key)
			if err != nil {
				return err
			}
			*l.into = append(*l.into, data)
		}
	}
	return nil
}

func (r *evidenceReader) stream(o Object, key Name) ([]byte, error) {
	if r.named++; r.named > maxEvidence {
		return nil, syntaxError(-1, "the document security store names more than %d streams", maxEvidence)
	}
	ref, ok := o.(Ref)
	if !ok {
		return nil, syntaxError(-1, "/%s of the document security store holds something other than references", key)
	}
	i := r.d.locate(ref, r.revision)
	if i < 0 {
		return nil, syntaxError(-1, "object %s of the document security store is not there", ref)
	}
	origin := r.d.versions[i].origin
	if data, ok := r.read[origin]; ok {
		return data, nil
	}
	o, err := r.d.Object(r.revision, ref)
	if err != nil {
		return nil, err
	}
	s, ok := o.(*Stream)
	if !ok {
		return nil, syntaxError(-1, "object %s of the document security store is not a stream", ref)
	}
	data, err := r.d.StreamData(s)
	if err != nil {
		return nil, fmt.Errorf("object %s of the document security store: %w", ref, err)
	}
	if s.Dict.Get("Filter") == nil {
		data = bytes.Clone(data) // evidence may be kept for longer than the file
	}
	if r.size += len(data); r.size > maxEvidenceSize {
		return nil, syntaxError(-1, "the document security store is larger than %d bytes", maxEvidenceSize)
	}
	r.read[origin] = data
	return data, nil
}
