//go:build interop

package interop

import (
	"bytes"
	"strings"

	"tamga/certs"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/signtest/pdfattack"
	"tamga/signing/signtest/xmlattack"
	"tamga/signing/tsp"
)

// path makes a name of the attack set a name of ours.
var path = strings.NewReplacer(": ", "/", " ", "-", ",", "", "'", "")

// attackRows are the files of package pdfattack, with real signatures.
func attackRows(a *authority) []row {
	stamper := a.stamps(0, nil).Stamper()
	cases := pdfattack.Cases(pdfattack.Signers{
		Sign: func(parts [2][]byte) []byte {
			return must(signtest.Sign(creation.CMS{Content: bytes.Join(parts[:], nil), Detached: true}, a.keys[good], signtest.Now()))
		},
		Stamp: func(parts [2][]byte) []byte {
			return must(stamper(tsp.NewImprint(certs.SHA256, parts[0], parts[1])))
		},
	})
	rows := make([]row, len(cases))
	for i, c := range cases {
		rows[i] = row{name: "attack/" + path.Replace(c.Name), kind: kindPDF, file: c.File, world: a.world, wrong: attack}
		if c.Where == pdfattack.Honest || c.Where == pdfattack.Tolerated {
			rows[i].wrong = honest
		}
	}
	return rows
}

// xmlAttackRows are the files of package xmlattack. Those that hold, and say
// less than they seem to, are for readers of what is signed and no matter of
// verdicts.
func xmlAttackRows(a *authority) []row {
	var rows []row
	for _, c := range must(xmlattack.Cases(xmlKey(a.keys[good]), signtest.Now())) {
		if c.Code == "" && !c.Unreadable && !c.WrongValue && !c.Weak {
			continue
		}
		rows = append(rows, row{
			name: "xml-attack/" + path.Replace(c.Name), kind: kindXML, file: c.File, content: c.Content,
			signer: a.keys[good].Certificate.Raw, wrong: attack, world: a.world,
		})
	}
	return rows
}
