package signing

import (
	"tamga/signing/cms"
)

// gatherCounters judges the countersignatures of a signer (RFC 5652 section
// 11.4). They are reported and decide nothing about the signature.
func (c *container) gatherCounters(f *facts, si *cms.SignerInfo) {
	for _, a := range si.Unsigned {
		if !a.ID.Equal(cms.OIDCountersignature) {
			continue
		}
		for _, value := range a.Values {
			if !take(&c.v.left.counters) {
				return
			}
			f.counters = append(f.counters, c.judgeCounter(value, si.Signature, f))
		}
	}
}

// judgeCounter judges a SignerInfo over another one's signature value. It is
// known to have existed since the whole container is.
func (c *container) judgeCounter(raw, signature []byte, parent *facts) Signer {
	inner := &container{
		v: c.v, q: Question{At: c.q.At}, sd: c.sd, bag: c.bag, around: c.around, base: c.base, stamped: c.stamped,
		nested: true, inside: c.inside,
		content: content{here: true, parts: [][]byte{signature}},
	}
	f := &facts{counter: true, question: inner.q, at: c.q.At, poe: c.base}
	si, err := cms.ParseSignerInfo(raw)
	if err != nil {
		f.format = append(f.format, "countersignature: "+err.Error())
	} else {
		f = inner.gatherSigner(&si, f)
	}
	if parent.valueErr != nil {
		f.format = append(f.format, "the signature that was countersigned is itself wrong")
	}
	return c.v.judge(f)
}
