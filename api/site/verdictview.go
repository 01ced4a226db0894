package site

import (
	"strconv"
	"strings"

	"tamga/language/words"
)

// verdictView is the answer for people: what counts first, what experts ask below it.
type verdictView struct {
	Tone        string
	Title       string
	Summary     string
	Secret      bool     // the file is one that nobody should give away
	Advice      []advice // what is missing, and what would mend it
	Signers     []signerView
	Stamps      []stampView // of the file as a whole
	Card        []cardView
	Facts       []factLine // for experts
	Certificate bool
	Receipt     bool   // one can be had
	Digests     string // that stood for the document
	WithContent bool
}

// advice is a reason and what would mend it.
type advice struct{ Of, Text, Mend, Detail string }

// factLine is a line of a list: its key of words, and its value.
type factLine struct {
	Label, Value string
	Code         bool
}

type signerView struct {
	N       string
	Tone    string
	State   string
	Name    string
	People  []factLine // who, in which capacity, when
	Covers  []string
	Not     []string // what is not covered
	Notes   []string
	Facts   []factLine
	Checks  []checkView
	Stamps  []stampView
	Counter []signerView
}

type checkView struct{ Tone, Title, State, Clause, Detail string }

type stampView struct {
	Tone, State, At, Authority, Algorithm, Detail string
	Checks                                        []checkView
}

type cardView struct{ Name, Over, Tone, State, Summary string }

// tones are the colours of acceptances and of answers to checks. It is read only.
var tones = map[string]string{
	"accepted": "good", "refused": "bad", "undecided": "unclear",
	"passed": "good", "failed": "bad", "undetermined": "unclear", "warning": "unclear", "not_applicable": "neutral",
	"TOTAL-PASSED": "good", "TOTAL-FAILED": "bad", "INDETERMINATE": "unclear",
}

// said says a phrase of the room "verify".
func (v *visit) said(key string) string { return words.Of("verify." + key).In(v.lang) }

func (v *visit) verdictView(d verdict, inspected inspection, u upload) verdictView {
	view := verdictView{
		Tone: tones[d.Acceptance], Title: v.title(d), Summary: d.Summary.In(v.lang), Secret: d.Kind == "key_store" || d.Kind == "private_key",
		Advice: v.advice(d), Certificate: d.Kind == "certificate", Receipt: d.Indication != "", Digests: u.digests, WithContent: u.content != nil,
		Stamps: v.stamps(d.Timestamps),
	}
	if d.Indication == "" {
		view.Tone = "neutral"
	}
	for i, s := range d.Signers {
		view.Signers = append(view.Signers, v.signer(i+1, s, d.At.Equal(s.BestSignatureTime)))
	}
	for _, c := range d.Card {
		view.Card = append(view.Card, cardView{c.Name, c.Over, tones[c.Verdict.Acceptance], words.Of("verify.one_is." + c.Verdict.Acceptance).In(v.lang), c.Verdict.Summary.In(v.lang)})
	}
	view.Facts = v.expertFacts(d, inspected, u)
	return view
}

// title is the answer in a line.
func (v *visit) title(d verdict) string {
	switch {
	case d.Indication == "":
		return v.said("nothing")
	case d.Kind == "certificate":
		return words.Of("verify.certificate_is." + d.Acceptance).In(v.lang)
	case d.Acceptance == "accepted" && len(d.Signers) > 1:
		return words.Of("verify.accepted_many").Put("n", same(strconv.Itoa(len(d.Signers)))).In(v.lang)
	case d.Acceptance == "accepted":
		return v.said("accepted_one")
	}
	return v.said(d.Acceptance)
}

// advice is each reason once, with what would mend it.
func (v *visit) advice(d verdict) []advice {
	if d.Indication == "" {
		return []advice{{Mend: v.said("mend_nothing")}}
	}
	var all []advice
	for _, r := range d.Reasons {
		a := advice{Text: r.Text.In(v.lang), Mend: v.mend(r.SubIndication), Detail: r.Detail}
		if r.Signer > 0 && len(d.Signers) > 1 {
			a.Of = words.Of("verify.reason_of").Put("n", same(strconv.Itoa(r.Signer))).In(v.lang)
		}
		all = append(all, a)
	}
	if all == nil && d.Acceptance != "accepted" {
		all = []advice{{Mend: v.mend(d.SubIndication)}}
	}
	return all
}

// mend is what would mend what a sub-indication says; nothing for one without advice.
func (v *visit) mend(sub string) string {
	if sub == "" {
		return ""
	}
	return words.Of("verify.mend." + sub).In(v.lang)
}

// signer words one signature. Its time is that of the question where nothing proves an
// earlier one.
func (v *visit) signer(n int, s signer, unproved bool) signerView {
	view := signerView{
		N: strconv.Itoa(n), Tone: tones[s.Acceptance], State: words.Of("verify.one_is." + s.Acceptance).In(v.lang), Name: v.said("signer_untold"),
		Checks: v.checks(s.Checks), Stamps: v.stamps(s.Timestamps),
	}
	if s.Identity != nil {
		view.Name, view.People = v.readable(s.Identity.name()), v.whoIs(s.Identity)
		if s.Identity.KeyUse == "log_in" {
			view.Notes = append(view.Notes, v.said("login_key"))
		}
	}
	view.People = append(view.People, factLine{Label: "verify.time", Value: v.time(s, unproved)})
	view.Covers, view.Not = v.covers(s)
	for _, since := range []struct{ key, at string }{{"expired_since", printed(s.ExpiredSince)}, {"revoked_since", printed(s.RevokedSince)}} {
		if since.at != "" {
			view.Notes = append(view.Notes, v.said(since.key)+": "+since.at)
		}
	}
	view.Facts = append(conclusion(s.Indication, s.SubIndication), factLine{"verify.level", s.Level, false}, factLine{"verify.algorithm", s.Algorithm, false})
	view.Facts = filled(append(view.Facts, s.Certificate.facts()...))
	for i, c := range s.CounterSignatures {
		view.Counter = append(view.Counter, v.signer(i+1, c, false))
	}
	return view
}

// name is whom a certificate names.
func (id *identity) name() string {
	if id.CommonName == "" {
		return id.Organisation
	}
	return strings.TrimSpace(id.CommonName + " " + id.Patronymic)
}
