package signing_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// encryptedPage is a signed file of one page that the empty password opens. Its
// streams are encrypted by no filter but that which content names, so that it can be
// written as it is read; of content more is said.
func encryptedPage(t *testing.T, pki *signtest.PKI, key creation.Key, content string) []byte {
	t.Helper()
	const room = 8 << 10
	const drawn = "/X gs 0 0 9 9 re f  /X gs 0 0 9 9 re f  /X gs 0 "
	file := signtest.PDF("/Encrypt 7 0 R/ID[(0000000000000000)(0000000000000000)]",
		"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Resources<<>>/Annots[4 0 R]/Contents 6 0 R>>",
		"<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature)/F 132/Rect[0 0 0 0]/P 3 0 R/V 5 0 R>>",
		"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 ########## ########## ##########]/Contents <"+strings.Repeat("0", 2*room)+">>>",
		fmt.Sprintf("<</Length %d%s>>stream\n%s\nendstream", len(drawn), content, drawn),
		"<</Filter/Standard/V 4/R 4/Length 128/P -4/O("+strings.Repeat("0", 32)+")/U<ec2cec239cc51bbac8680d04c1f05713"+strings.Repeat("0", 32)+">"+
			"/CF<</StdCF<</CFM/AESV2/AuthEvent/DocOpen/Length 16>>>>/StmF/Identity/StrF/Identity>>",
	)
	from := bytes.Index(file, []byte("/Contents <0")) + len("/Contents ")
	to := from + 2*room + 2
	for _, n := range []int{from, to, len(file) - to} {
		file = bytes.Replace(file, []byte("##########"), fmt.Appendf(nil, "%-10d", n), 1)
	}
	value := hex.EncodeToString(pki.Detached(slices.Concat(file[:from], file[to:]), key))
	copy(file[from+1:], value)
	return file
}

// TestEncryptedPages: a page that some programs decrypt and others draw as it stands
// is no page that somebody signed.
func TestEncryptedPages(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	for content, refused := range map[string]bool{
		"": false,
		"/Filter/Crypt/DecodeParms<</Name/Identity>>": false,
		"/Filter/Crypt/DecodeParms<</Name/StdCF>>":    true,
		"/Filter/Crypt/DecodeParms<</Name/Other>>":    true,
		"/Type/XRef": true,
	} {
		got := verifyPDF(t, pki.Verifier, encryptedPage(t, pki, key, content))
		if len(got.Signers) != 1 {
			t.Fatalf("%q: %s", content, got.Detail)
		}
		format := got.Signers[0].Check(signing.CheckFormat)
		switch {
		case !refused && !got.Passed():
			t.Errorf("%q: %s", content, signtest.Explain(got))
		case refused && (got.Indication != signing.TotalFailed || got.SubIndication != signing.FormatFailure || !strings.Contains(format.Detail, pades.CodeEncryptedApart)):
			t.Errorf("%q: %s", content, signtest.Explain(got))
		}
	}
}
