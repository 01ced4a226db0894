package main

import (
	"tamga/signing"
	"tamga/signing/armour"
	"tamga/signing/tsp"
)

// verdict judges a file by its kind. A timestamp on its own, or in the response
// that brought it, is judged over the content that was given.
func (cmd verifyCommand) verdict(c *console, verifier *signing.Verifier, file []byte, q signing.Question) (*signing.Verdict, error) {
	token := file
	switch signing.Sniff(file) {
	case signing.FileTimestampResponse:
		raw, err := armour.Open(file)
		if err != nil {
			return nil, err
		}
		resp, err := tsp.ParseResponse(raw)
		if err != nil || resp.Token == nil { // it refuses: there is nothing to judge
			return verifier.Verify(c.ctx, file, q)
		}
		token = resp.Token
	case signing.FileTimestamp:
	default:
		return verifier.Verify(c.ctx, file, q)
	}
	if q.IIN != "" || q.BIN != "" || q.Identifier != "" || q.Role != "" {
		return nil, usagef("a timestamp names no signer: neither --iin, --bin, --identifier nor --role")
	}
	content, digests := q.Content, q.Digests
	q.Content, q.Digests = nil, nil
	if content != nil {
		return verifier.VerifyTimestamp(c.ctx, token, content, q)
	}
	return verifier.VerifyTimestampDigest(c.ctx, token, digests, q)
}
