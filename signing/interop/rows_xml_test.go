//go:build interop

package interop

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"tamga/signing/creation"
	"tamga/signing/xmldsig"
)

const (
	request = `<?xml version="1.0" encoding="UTF-8"?>
<request xmlns="urn:tamga:interop"><iin>900701300108</iin><text>Өтініш &amp; құжаттар</text><empty/></request>
`
	envelope = `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header/><soapenv:Body>` +
		`<SendMessage xmlns="urn:tamga:interop"><data>Өтініш</data></SendMessage></soapenv:Body></soapenv:Envelope>`
	// contentName is the address that detached signatures give their content.
	contentName = "content.txt"
)

// xmlRows are XML signatures of one family.
func xmlRows(a, impostor *authority) []row {
	forms := map[string]func(xmldsig.Key, time.Time) ([]byte, error){
		"enveloped": func(k xmldsig.Key, _ time.Time) ([]byte, error) {
			return xmldsig.SignEnveloped(context.Background(), []byte(request), k, xmldsig.Options{})
		},
		"enveloped-properties": func(k xmldsig.Key, at time.Time) ([]byte, error) {
			return xmldsig.SignEnveloped(context.Background(), []byte(request), k, xmldsig.Options{Properties: true, At: at})
		},
		"detached": func(k xmldsig.Key, at time.Time) ([]byte, error) {
			return xmldsig.SignDetached(context.Background(), statement, k, xmldsig.Options{URI: contentName, Properties: true, At: at})
		},
		"soap": func(k xmldsig.Key, at time.Time) ([]byte, error) {
			return xmldsig.SignSOAP(context.Background(), []byte(envelope), k, xmldsig.SOAPOptions{Validity: time.Hour, At: at})
		},
		"soap-key-identifier": func(k xmldsig.Key, at time.Time) ([]byte, error) {
			return xmldsig.SignSOAP(context.Background(), []byte(envelope), k, xmldsig.SOAPOptions{At: at, KeyIdentifier: true})
		},
	}
	var rows []row
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		sign := func(from *authority, who string) row {
			key := from.keys[who]
			file, err := forms[form](xmlKey(key), signedAt(key))
			if err != nil {
				a.t.Fatal(err)
			}
			r := row{name: "xml/" + a.slug + "/" + form, kind: kindXML, file: file, signer: key.Certificate.Raw, world: a.world}
			if form == "detached" {
				r.content = statement
			}
			return r
		}
		usual := sign(a, good)
		rows = append(rows,
			usual.as("honest", honest),
			sign(a, revoked).as("revoked-signer", standing),
			sign(a, expired).as("expired-signer", period),
			sign(impostor, good).as("untrusted-signer", trust),
		)
		rows = append(rows, xmlFaults(usual)...)
		other := usual.with(anotherCertificate(usual.file, usual.signer, a.keys[second].Certificate.Raw))
		other.signer = a.keys[second].Certificate.Raw
		rows = append(rows, other.as("another-certificate", integrity))
	}
	return append(rows, wideRows(a)...)
}

// wideRows are documents in UTF-16.
func wideRows(a *authority) []row {
	text := strings.Replace(request, "UTF-8", "UTF-16", 1)
	var rows []row
	for name, order := range map[string]binary.AppendByteOrder{"big": binary.BigEndian, "little": binary.LittleEndian} {
		wide := func(text string) (b []byte) {
			for _, unit := range utf16.Encode([]rune(text)) {
				b = order.AppendUint16(b, unit)
			}
			return b
		}
		signed := must(xmldsig.SignEnveloped(a.t.Context(), wide("\ufeff"+text), xmlKey(a.keys[good]), xmldsig.Options{}))
		usual := row{name: "xml/" + a.slug + "/utf16-" + name, kind: kindXML, file: signed, signer: a.keys[good].Certificate.Raw, world: a.world}
		rows = append(rows, usual.as("honest", honest),
			usual.with(changed(signed, string(wide("Өтініш")), string(wide("Өтінім")))).as("content-changed", integrity))
	}
	return rows
}

func xmlKey(k creation.Key) xmldsig.Key {
	return xmldsig.Key{Signer: k.Signer, Certificate: k.Certificate, Chain: k.Chain}
}

// xmlFaults are mutations of an honest signature.
func xmlFaults(usual row) []row {
	rows := []row{
		usual.with(valueChanged(usual.file, "SignatureValue")).as("signature-bit", integrity),
		usual.with(valueChanged(usual.file, "DigestValue")).as("digest-bit", integrity),
		usual.with(usual.file[:len(usual.file)-10]).as("truncated", structure),
		usual.with(append(bytes.Clone(usual.file), "<more/>"...)).as("second-root", structure),
	}
	if usual.content != nil {
		usual.content = []byte("another content")
		return append(rows, usual.as("wrong-content", integrity))
	}
	return append(rows, usual.with(changed(usual.file, "Өтініш", "Өтінім")).as("content-changed", integrity))
}

// valueChanged flips a bit of the first base64 value in an element.
func valueChanged(file []byte, element string) []byte {
	at := regexp.MustCompile(`<(?:\w+:)?` + element + `[^>]*>([^<]+)<`).FindSubmatchIndex(file)
	text := regexp.MustCompile(`&#(13|xd|xD);|\s`).ReplaceAll(file[at[2]:at[3]], nil) // as Java ends a line
	value := must(base64.StdEncoding.DecodeString(string(text)))
	value[len(value)/2] ^= 1
	return bytes.Join([][]byte{file[:at[2]], []byte(base64.StdEncoding.EncodeToString(value)), file[at[3]:]}, nil)
}

// anotherCertificate puts the certificate of somebody else in place of the signer's.
func anotherCertificate(file, was, is []byte) []byte {
	return bytes.Replace(file, []byte(base64.StdEncoding.EncodeToString(was)), []byte(base64.StdEncoding.EncodeToString(is)), 1)
}
