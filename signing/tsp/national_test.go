package tsp

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"tamga/certs"
	"tamga/signing/cms"
)

func national(t testing.TB, name string) []byte {
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../../shared"
	}
	b, err := os.ReadFile(filepath.Join(dir, "pki", "data", name))
	if err != nil {
		t.Skip("the national PKI data is missing: set TAMGA_TESTDATA to the folder that holds pki/")
	}
	return b
}

// The response and the token of the national test authority of 2022.
func TestNationalResponse(t *testing.T) {
	p, err := ParseResponse(national(t, "tsp/tsp_response.der"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(p.Token, national(t, "tsp/tsp_token.der")) {
		t.Error("the token of the response is not the one beside it")
	}
	token, err := ParseToken(p.Token)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := token.Info.Imprint.Digest()
	if token.Info.Policy.String() != "1.2.398.3.3.2.6.1" || !d.OID.Equal(certs.SHA1.OID) || token.Info.Nonce == nil || token.Info.Accuracy.Present {
		t.Errorf("%+v", token.Info)
	}
	if !bytes.Equal(token.Info.DER(), token.SignedData.Content) {
		t.Errorf("written back\n%x, read\n%x", token.Info.DER(), token.SignedData.Content)
	}
}

// The imprint of the production timestamp of 2026 in a signature is that of
// the signature value.
func TestNationalTimestampOfASignature(t *testing.T) {
	sd, err := cms.Read(national(t, "cms/2026_individual_gost2015_attached.der"))
	if err != nil {
		t.Fatal(err)
	}
	value, found, err := cms.Single(sd.Signers[0].Unsigned, cms.OIDSignatureTimestamp)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	token, err := ParseToken(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := token.Info.Imprint.Check(sd.Signers[0].Signature); err != nil {
		t.Error(err)
	}
	if token.Info.Policy.String() != "1.2.398.3.3.2.6.4" {
		t.Errorf("%+v", token.Info)
	}
	if !bytes.Equal(token.Info.DER(), token.SignedData.Content) {
		t.Errorf("written back\n%x, read\n%x", token.Info.DER(), token.SignedData.Content)
	}
}
