package tsp

import (
	"math/big"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

func FuzzTSTInfo(f *testing.F) {
	f.Add(TSTInfo{Policy: policy, Imprint: NewImprint(certs.SHA256), Serial: big.NewInt(-300), GenTime: time.Unix(1e9, 5e8),
		Accuracy: Accuracy{true, time.Millisecond}, Nonce: big.NewInt(7), Ordering: true, Extensions: []certs.Extension{extension()}}.DER())
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := ParseTSTInfo(b)
		if err != nil {
			return
		}
		again, err := ParseTSTInfo(info.DER())
		if err != nil || !same(again, info) {
			t.Errorf("%+v came back as %+v, %v", info, again, err)
		}
	})
}

func FuzzRequest(f *testing.F) {
	f.Add(Request{Imprint: NewImprint(certs.Streebog512), Policy: policy, Nonce: big.NewInt(7), Certificates: true, Extensions: []certs.Extension{extension()}}.DER())
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := ParseRequest(b)
		if err != nil {
			return
		}
		again, err := ParseRequest(q.DER())
		if err != nil || !same(again, q) {
			t.Errorf("%+v came back as %+v, %v", q, again, err)
		}
	})
}

func FuzzResponse(f *testing.F) {
	f.Add(Response{Status: StatusInfo{Status: Rejection, Text: []string{"жоқ"}, Failures: []Failure{BadAlg}}}.DER())
	f.Add(Response{Status: StatusInfo{Status: Granted}, Token: der.Sequence()}.DER())
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseResponse(b)
		if err != nil {
			return
		}
		if p.Status.String() == "" {
			t.Error("a status without words")
		}
		if p.Token != nil {
			ParseToken(p.Token) // an answer, not a panic
		}
	})
}
