package der

import "encoding/asn1"

// The identifiers that X.500 assigns, 2.5.4.n of attributes and 2.5.29.n of
// extensions, are most of those in a certificate. All certificates share them.
const (
	attributeArc = 4
	extensionArc = 29
)

var attributeIDs, extensionIDs = arcs(attributeArc), arcs(extensionArc)

func arcs(third int) *[128][4]int {
	var ids [128][4]int
	for n := range ids {
		ids[n] = [4]int{2, 5, third, n}
	}
	return &ids
}

// directoryID returns the identifier that stands for such contents, nil for
// others.
func directoryID(b []byte) asn1.ObjectIdentifier {
	if len(b) != 3 || b[0] != 2*40+5 || b[2] >= 0x80 {
		return nil
	}
	switch b[1] {
	case attributeArc:
		return attributeIDs[b[2]][:]
	case extensionArc:
		return extensionIDs[b[2]][:]
	}
	return nil
}
