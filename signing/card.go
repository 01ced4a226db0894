package signing

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/language/words"
	"tamga/signing/cms"
	"tamga/signing/pades"
)

// CardSignature is a CMS that is attached to a document card: a PDF without a
// signature of its own that carries an original and signatures over it, with pages
// for people to look at that nobody signed.
type CardSignature struct {
	Name string `json:"name"` // of the attachment
	// Over is the name of the attachment that it is over; "" when it carries its
	// content itself, or is over none of them.
	Over    string   `json:"over,omitempty"`
	Verdict *Verdict `json:"verdict"` // of kind "cms"
}

// maxCard bounds the attachments of a card together, decoded.
const maxCard = MaxSize

// attached is an attachment of a card.
type attached struct {
	name string
	data []byte
	content
}

// card judges what is attached to a file without a signature of its own, and says
// whether it is a document card. What is attached is not opened any further.
func (p *pdfFile) card(verdict *Verdict) bool {
	originals, signatures, err := p.attachments()
	if err != nil {
		verdict.Detail = "the file has no signature of its own, and what is attached to it was not read: " + err.Error()
		verdict.cause = words.Of("signing.card_unread")
		var syntax *pades.SyntaxError
		if errors.As(err, &syntax) && syntax.Limit || errors.Is(err, ErrTooLarge) {
			verdict.undecided()
		}
		return true
	}
	if len(signatures) == 0 {
		return false
	}
	verdict.Indication, verdict.SubIndication, verdict.Acceptance = Indeterminate, SigConstraintsFailure, Undecided
	var over []string
	for _, s := range signatures {
		if p.v.over() {
			return true
		}
		c := p.cardSignature(s, originals)
		verdict.Card = append(verdict.Card, c)
		if c.Over != "" && !slices.Contains(over, strconv.Quote(c.Over)) {
			over = append(over, strconv.Quote(c.Over))
		}
		if c.Verdict.Acceptance == Refused {
			verdict.worsen(c.Verdict.Indication, c.Verdict.SubIndication, Refused)
		}
	}
	verdict.Detail = fmt.Sprintf("a document card: the file has no signature of its own and its visible pages are not signed; signatures attached: %d", len(verdict.Card))
	if len(over) > 0 {
		verdict.Detail += ", over " + strings.Join(over, ", ")
	}
	verdict.cause = words.Of("signing.card")
	if verdict.Acceptance == Refused {
		verdict.Detail += "; one of them does not hold"
		verdict.cause = words.Of("signing.card_broken")
	}
	return true
}

// attachments reads the attachments within a bound, and parts the signatures from
// what they may be over.
func (p *pdfFile) attachments() (originals, signatures []*attached, err error) {
	list, err := p.doc.Attachments()
	if err != nil {
		return nil, nil, err
	}
	left := maxCard
	named := map[string][]byte{}
	for _, a := range list {
		data, err := p.doc.StreamData(a.Stream)
		if err != nil {
			return nil, nil, fmt.Errorf("attachment %q: %w", a.Name, err)
		}
		if left -= len(data); left < 0 {
			return nil, nil, fmt.Errorf("the attachments hold more than %d bytes: %w", maxCard, ErrTooLarge)
		}
		one := &attached{name: a.Name, data: data, content: content{here: true, parts: [][]byte{data}, ctx: p.v.ctx}}
		if Sniff(data) == FileCMS {
			signatures = append(signatures, one)
			continue
		}
		if other, twice := named[a.Name]; twice && !bytes.Equal(other, data) {
			return nil, nil, fmt.Errorf("two attachments are named %q, and nobody could tell which of them is signed", a.Name)
		}
		named[a.Name] = data
		originals = append(originals, one)
	}
	return originals, signatures, nil
}

// cardSignature judges one attached CMS, over the attachment that it names by its
// digest, else over the first.
func (p *pdfFile) cardSignature(s *attached, originals []*attached) CardSignature {
	q := p.q
	q.Content, q.Digests = nil, nil
	c := CardSignature{Name: s.name, Verdict: p.v.newVerdict("cms", q)}
	sd, err := readCMS(s.data)
	if err != nil {
		c.Verdict.unreadable(FileCMS, s.data, err)
		return c
	}
	if !sd.Attached && len(originals) > 0 {
		original := originals[0]
		if i := slices.IndexFunc(originals, func(o *attached) bool { return o.signedBy(sd) }); i >= 0 {
			original, c.Over = originals[i], originals[i].name
		}
		for _, d := range contentDigests(sd) {
			if sum, ok := original.sum(d); ok {
				q.Digests = append(q.Digests, ContentDigest{d, sum})
			}
		}
	}
	p.v.judgeSigners(c.Verdict, p.v.gatherCMS(sd, q))
	return c
}

// signedBy says whether the first signer of a container names the digest of an
// attachment, or, without signed attributes, could be over it.
func (o *attached) signedBy(sd *cms.SignedData) bool {
	if len(sd.Signers) == 0 {
		return false
	}
	si := &sd.Signers[0]
	if si.SignedDER == nil {
		return true
	}
	d, known := certs.DigestByOID(si.Digest.OID)
	value, found, err := cms.Single(si.Signed, cms.OIDMessageDigest)
	if !known || !found || err != nil {
		return false
	}
	e, err := der.One(value)
	sum, ok := o.sum(d)
	return err == nil && ok && bytes.Equal(e.Body, sum)
}
