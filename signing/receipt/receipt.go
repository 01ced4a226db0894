// Package receipt makes signed receipts of verifications: what was asked,
// when, what the answer was and what it rests on. Whoever holds one can show
// years later, without this service, what was known on that day: a receipt is
// an ordinary CMS signature over JSON.
package receipt

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/signing"
	"tamga/signing/creation"
)

// Type and Version say what the JSON is.
const (
	Type    = "tamga.verification-receipt"
	Version = 1
)

// Asked is the question, with the files told by their SHA-256. It names the
// numbers that were asked about, since the answer is worth nothing without
// them: a receipt is personal data.
type Asked struct {
	FileSHA256    string `json:"file_sha256"`
	FileSize      int    `json:"file_size"`
	ContentSHA256 string `json:"content_sha256,omitempty"` // of a detached signature
	ContentSize   int    `json:"content_size,omitempty"`
	// ContentDigests stand for a content that was not sent: those that a
	// signature was held against, in hexadecimal, by algorithm.
	ContentDigests map[string]string `json:"content_digests,omitempty"`
	IIN            string            `json:"iin,omitempty"`
	BIN            string            `json:"bin,omitempty"`
	Identifier     string            `json:"identifier,omitempty"` // of EN 319 412-1
	Role           string            `json:"role,omitempty"`
	At             time.Time         `json:"at"` // the moment asked about
}

// Receipt is what is signed.
type Receipt struct {
	Type       string           `json:"type"`
	Version    int              `json:"version"`
	ID         string           `json:"id"`      // 128 random bits, hexadecimal
	Service    string           `json:"service"` // the address or name of who answered
	AnsweredAt time.Time        `json:"answered_at"`
	Asked      Asked            `json:"asked"`
	Verdict    *signing.Verdict `json:"verdict"` // with all its evidence
}

// New makes the receipt of an answer. The times are UTC, to the second.
func New(service string, file []byte, q signing.Question, verdict *signing.Verdict, now time.Time) Receipt {
	sum := sha256.Sum256(file)
	r := Receipt{
		Type: Type, Version: Version, ID: NewID(), Service: service,
		AnsweredAt: now.UTC().Truncate(time.Second), Verdict: verdict,
		Asked: Asked{
			FileSHA256: hex.EncodeToString(sum[:]), FileSize: len(file),
			IIN: string(q.IIN), BIN: string(q.BIN), Identifier: string(q.Identifier), Role: string(q.Role), At: verdict.At,
			ContentDigests: verdict.ContentDigests,
		},
	}
	if q.Content != nil {
		sum := sha256.Sum256(q.Content)
		r.Asked.ContentSHA256, r.Asked.ContentSize = hex.EncodeToString(sum[:]), len(q.Content)
	}
	return r
}

// NewID returns the name of a new receipt: 128 random bits, hexadecimal.
func NewID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}

// Sign signs a receipt of any type, answered at a time: an attached CMS whose
// content is its JSON.
func Sign(ctx context.Context, with creation.Services, receipt any, key creation.Key, at time.Time) ([]byte, error) {
	content, err := json.MarshalIndent(receipt, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	made, err := creation.Make(ctx, with, creation.Order{Form: creation.CMS{Content: append(content, '\n'), Claim: true}, Key: key, Time: at})
	if err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	return made.File, nil
}

// ErrNotReceipt means that the content of a signature is no receipt.
var ErrNotReceipt = errors.New("not a verification receipt")

// Parse reads the content of a receipt's signature. Whether the signature is
// right is the question to ask first.
func Parse(content []byte) (Receipt, error) {
	var r Receipt
	if err := json.Unmarshal(content, &r); err != nil {
		return Receipt{}, fmt.Errorf("%w: what is signed is not its JSON", ErrNotReceipt)
	}
	if r.Type != Type || r.Verdict == nil || r.ID == "" {
		return Receipt{}, ErrNotReceipt
	}
	if r.Version != Version {
		return Receipt{}, fmt.Errorf("%w: of version %d", ErrNotReceipt, r.Version)
	}
	return r, nil
}
