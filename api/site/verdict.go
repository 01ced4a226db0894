package site

import (
	"time"

	"tamga/language"
)

// verdict is the answer of /v1/verify/auto, as far as the page shows it.
type verdict struct {
	Kind           string            `json:"kind"`
	Indication     string            `json:"indication"`
	SubIndication  string            `json:"sub_indication"`
	Acceptance     string            `json:"acceptance"`
	Reasons        []reason          `json:"reasons"`
	Summary        language.Text     `json:"summary"`
	At             time.Time         `json:"at"`
	Policy         string            `json:"policy"`
	Profile        string            `json:"profile"`
	Detail         string            `json:"detail"`
	ContentDigests map[string]string `json:"content_digests"`
	Signers        []signer          `json:"signers"`
	Timestamps     []timestamp       `json:"timestamps"`
	Card           []struct {
		Name    string  `json:"name"`
		Over    string  `json:"over"`
		Verdict verdict `json:"verdict"`
	} `json:"document_card"`
}

// reason is why a verdict is not accepted.
type reason struct {
	Signer        int           `json:"signer"`
	SubIndication string        `json:"sub_indication"`
	Text          language.Text `json:"text"`
	Detail        string        `json:"detail"`
}

// signer is the verdict on one signature.
type signer struct {
	Indication        string          `json:"indication"`
	SubIndication     string          `json:"sub_indication"`
	Acceptance        string          `json:"acceptance"`
	Identity          *identity       `json:"identity"`
	Certificate       *certificate    `json:"certificate"`
	Algorithm         string          `json:"algorithm"`
	ClaimedTime       time.Time       `json:"claimed_signing_time"`
	BestSignatureTime time.Time       `json:"best_signature_time"`
	RevokedSince      time.Time       `json:"revoked_since"`
	ExpiredSince      time.Time       `json:"expired_since"`
	Level             string          `json:"level"`
	Covers            string          `json:"covers"`
	Signed            []signedElement `json:"signed"`
	Unsigned          []signedElement `json:"unsigned"`
	Timestamps        []timestamp     `json:"timestamps"`
	CounterSignatures []signer        `json:"counter_signatures"`
	Checks            []check         `json:"checks"`
}

type identity struct {
	Kind         string   `json:"kind"`
	CommonName   string   `json:"common_name"`
	Patronymic   string   `json:"patronymic"`
	Organisation string   `json:"organisation"`
	IIN          string   `json:"iin"`
	BIN          string   `json:"bin"`
	Identifiers  []string `json:"identifiers"`
	KeyUse       string   `json:"key_use"`
	Roles        []string `json:"roles"`
	Policies     []string `json:"policies"`
}

type certificate struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	Key       string    `json:"key"`
	KeyUsage  []string  `json:"key_usage"`
	SHA256    string    `json:"sha256"`
}

type signedElement struct {
	Role string `json:"role"`
	Path string `json:"path"`
}

type timestamp struct {
	Kind          string    `json:"kind"`
	Indication    string    `json:"indication"`
	SubIndication string    `json:"sub_indication"`
	GenTime       time.Time `json:"gen_time"`
	Authority     string    `json:"authority"`
	Algorithm     string    `json:"algorithm"`
	Detail        string    `json:"detail"`
	Checks        []check   `json:"checks"`
}

type check struct {
	Status string        `json:"status"`
	Clause string        `json:"clause"`
	Title  language.Text `json:"title"`
	Detail string        `json:"detail"`
}

// inspection is the answer of /v1/certificates/inspect, as far as the page shows it.
type inspection struct {
	Identity    *identity    `json:"identity"`
	Certificate *certificate `json:"certificate"`
	ExtKeyUsage []string     `json:"ext_key_usage"`
	URLs        struct {
		CRL  []string `json:"crl"`
		OCSP []string `json:"ocsp"`
	} `json:"urls"`
}
