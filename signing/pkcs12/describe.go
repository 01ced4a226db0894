package pkcs12

// Description is what a key store shows to anyone, without its password.
// Nothing in it is authentic.
type Description struct {
	Integrity *Protection `json:"integrity,omitempty"` // nil when there is no integrity code
	Safes     []Safe      `json:"safes"`
}

// Protection is an algorithm and how often the password is hashed for it.
type Protection struct {
	Algorithm  string `json:"algorithm"`
	Iterations int    `json:"iterations,omitempty"`
	// Supported says whether [Read] knows the algorithm.
	Supported bool `json:"supported"`
}

// Safe is one part of the store.
type Safe struct {
	Encryption *Protection `json:"encryption,omitempty"` // nil when the bags are in the open
	Bags       []Bag       `json:"bags,omitempty"`       // those in the open
	Size       int         `json:"size"`                 // bytes
}

// Bag is a key or a certificate in a safe.
type Bag struct {
	Kind         string      `json:"kind"`
	FriendlyName string      `json:"friendly_name,omitempty"`
	Encryption   *Protection `json:"encryption,omitempty"`
}

// Describe tells how a key store is protected. The error is [ErrMalformed] or
// [ErrUnsupported]; an algorithm that is not supported is no error here.
func Describe(p12 []byte) (Description, error) {
	f, err := parseFile(p12)
	if err != nil {
		return Description{}, err
	}
	var d Description
	if f.mac != nil {
		d.Integrity = &Protection{Algorithm: f.mac.name, Iterations: f.mac.iterations, Supported: f.mac.hash != nil}
	}
	safes, err := parseSafes(f.safes)
	if err != nil {
		return Description{}, err
	}
	for _, s := range safes {
		shown := Safe{Size: len(s.content)}
		if s.encryption != nil {
			shown.Encryption = s.encryption.protection()
		} else if shown.Bags, err = describeBags(s.content); err != nil {
			return Description{}, err
		}
		d.Safes = append(d.Safes, shown)
	}
	return d, nil
}

func (e *encryption) protection() *Protection {
	return &Protection{Algorithm: e.name(), Iterations: e.iterations, Supported: e.unsupported == ""}
}

func describeBags(contents []byte) ([]Bag, error) {
	bags, err := parseBags(contents)
	if err != nil {
		return nil, err
	}
	var list []Bag
	for _, b := range bags {
		shown := Bag{Kind: b.kind.String(), FriendlyName: b.friendlyName}
		if b.kind == bagShrouded {
			e, _, err := b.shroud()
			if err != nil {
				return nil, err
			}
			shown.Encryption = e.protection()
		}
		list = append(list, shown)
	}
	return list, nil
}
