package api

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"time"

	"tamga/signing"
)

// checkReceipt is the content of a signed receipt of a check: what the register
// has answered, and when. Whoever holds one can show later what was known on
// that day. It names no second fact: only that one was confirmed.
type checkReceipt struct {
	Type       string      `json:"type"` // tamga.check-receipt
	Version    int         `json:"version"`
	ID         string      `json:"id"` // 128 random bits, hexadecimal
	Service    string      `json:"service"`
	AnsweredAt time.Time   `json:"answered_at"`
	Answer     checkAnswer `json:"answer"`
}

// addReceipt adds a receipt to an answer, if one was asked for.
func (v *service) addReceipt(answer *checkAnswer, wanted bool) error {
	if !wanted {
		return nil
	}
	if v.ReceiptKey.Signer == nil {
		return badField("/receipt", "not_offered", "this service has no key to sign receipts with")
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	r := checkReceipt{
		Type: "tamga.check-receipt", Version: 1, ID: hex.EncodeToString(id), Service: v.BaseURL,
		AnsweredAt: answer.CheckedAt, Answer: *answer,
	}
	content, err := json.Marshal(r)
	if err != nil {
		return err
	}
	cms, err := signing.SignCMS(content, v.ReceiptKey, signing.CMSOptions{Time: r.AnsweredAt, Claim: true})
	if err != nil {
		return err
	}
	answer.Receipt = &receiptAnswer{ID: r.ID, CMS: cms}
	return nil
}
