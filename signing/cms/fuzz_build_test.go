package cms

import (
	"bytes"
	"testing"

	"tamga/certs"
	"tamga/certs/der"
)

// Whatever the reader accepts can be added to: what was there stays, the
// outcome is read again, and nothing panics.
func FuzzEdit(f *testing.F) {
	c := keyCases(f)[2]
	m, err := NewMaker(c.key, selfSigned(f, c.key, 1), nil, c.opt)
	if err != nil {
		f.Fatal(err)
	}
	for _, content := range [][]byte{nil, []byte("x")} {
		b, err := m.Make(ToSign{Content: content, MessageDigest: m.Digest().Sum(content), Unsigned: func([]byte) ([]Attribute, error) {
			return []Attribute{{ID: OIDSignatureTimestamp, Values: [][]byte{der.NullValue()}}}, nil
		}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		sd, err := Read(b)
		if err != nil {
			Edit(b) // an answer, not a panic
			return
		}
		d, err := Edit(b)
		if err != nil {
			t.Fatalf("read, and not edited: %v", err)
		}
		if normal, err := der.FromBER(b); err != nil || !bytes.Equal(d.DER(), normal) {
			t.Fatalf("unchanged, and not the same: %x, %v", d.DER(), err)
		}
		for i := range d.Signers {
			if index, err := d.HashIndex(i, certs.SHA256); err == nil {
				d.ArchiveInput(i, nil, index)
			}
			d.Signers[i].AddUnsigned(Attribute{ID: OIDArchiveTimestampV3, Values: [][]byte{der.NullValue()}})
		}
		d.AddOCSPs(der.Sequence())
		if len(sd.Signers) == maxSigners || len(sd.RevocationSet) == maxRevocation {
			return
		}
		again, err := Read(d.DER())
		if err != nil {
			for _, si := range sd.Signers {
				if len(si.Unsigned) >= maxAttributes {
					return
				}
			}
			t.Fatalf("added to, and not read: %v", err)
		}
		if len(again.Signers) != len(sd.Signers) || again.Version != 5 {
			t.Errorf("%d signers, %d before; version %d", len(again.Signers), len(sd.Signers), again.Version)
		}
		for i := range sd.Signers {
			if !bytes.Equal(again.Signers[i].Fixed, sd.Signers[i].Fixed) {
				t.Errorf("signer %d is another", i)
			}
		}
	})
}
