package api

import (
	"slices"
	"strings"

	"tamga/api/web"
	"tamga/documents"
	"tamga/language"
	"tamga/language/words"
	"tamga/signing"
)

// result words an answer for the page.
func result(a checkAnswer, lang web.Lang) web.Result {
	r := web.Result{
		Banner: banner(a, lang), CheckedAt: documents.PrintedMoment(a.CheckedAt),
		Confirmed: a.SecondFact,
	}
	if a.Then != nil {
		r.Then, r.Day = a.Then.Summary.In(lang), documents.CivilDate(a.Then.At).String()
	}
	r.Checks = []web.CheckRow{integrityRow(a), signatureRow(a)}
	if a.isElsewhere() && a.UploadedFile == nil {
		r.Checks = []web.CheckRow{{Tone: web.Info, Title: "row_signature", State: "not_signed_here", Note: "not_signed_here_note"}}
	}
	if a.publicDocument == nil {
		return r
	}
	r.Title, r.Number = a.Title.In(lang), a.Number
	r.Facts, r.History = facts(a, lang), happenings(a, lang)
	r.Checks = append(r.Checks, statusRow(a, r.Banner.Tone, lang))
	ours := a.UploadedFile == nil || a.UploadedFile.Ours
	r.Download = ours && a.Integrity != signing.CheckFailed && !a.isElsewhere()
	r.Withheld = a.Kind == documents.KindRefusal
	return r
}

// statusRow is the third fact. It has its colour only if it is the banner's
// too: a status is no good news about a file that was altered.
func statusRow(a checkAnswer, tone web.Tone, lang web.Lang) web.CheckRow {
	status := effective(a)
	row := web.CheckRow{Tone: web.Info, Title: "row_status", State: string(status.Code), Note: "status_note", At: documents.PrintedMoment(a.StatusAt)}
	if !givesRight(a.Kind) && status.Code == documents.StatusInForce {
		row.State = "registered"
	}
	if own := statusBanner(a, lang).Tone; own == tone {
		row.Tone = own
	}
	return row
}

// effective is the status that counts: of a copy in force, that of the
// original.
func effective(a checkAnswer) publicStatus {
	if a.Original != nil && a.Status.Code == documents.StatusInForce {
		return *a.Original
	}
	return a.Status
}

// givesRight reports whether a document in force is good news.
func givesRight(k documents.Kind) bool { return k.GivesRight() || k.IsCopy() }

// banner is the worst of what was found.
func banner(a checkAnswer, lang web.Lang) web.Banner {
	switch {
	case a.UploadedFile != nil && !a.UploadedFile.Ours:
		return sentBanner(a.UploadedFile, lang)
	case a.isElsewhere():
	case a.Integrity == signing.CheckFailed || a.Signature.Acceptance == signing.Refused:
		return web.Banner{Tone: web.Bad, Title: "altered", Note: "altered_note", Reason: summary(a, lang)}
	case a.Integrity != signing.CheckPassed || a.Signature.Acceptance != signing.Accepted:
		return web.Banner{Tone: web.Unclear, Title: "unclear", Note: "unclear_note", Reason: summary(a, lang)}
	}
	return statusBanner(a, lang)
}

// sentBanner says what a file is that is not ours. Only a PDF pretends to be a
// document; with something else somebody has only taken the wrong file.
func sentBanner(sent *checkedFile, lang web.Lang) web.Banner {
	b := web.Banner{Tone: web.Unclear, Title: "not_a_document", Note: "not_a_document_note", Reason: sent.Summary.In(lang)}
	switch {
	case sent.Added > 0:
		b.Title, b.Note = "added_to", "added_to_note"
	case sent.Attached != nil && sent.Attached.Refused == 0:
	case sent.Kind == signing.FilePDF:
		b.Tone, b.Title, b.Note = web.Bad, "not_ours", "not_ours_note"
	}
	return b
}

func statusBanner(a checkAnswer, lang web.Lang) web.Banner {
	s := effective(a)
	word := string(s.Code)
	since := documents.CivilDate(s.Since).Printed()
	switch s.Code {
	case documents.StatusSuspended:
		if s.Until.IsZero() {
			return web.Banner{Tone: web.Paused, Title: word, Note: "suspended_note"}
		}
		return web.Banner{Tone: web.Paused, Title: word, Note: "suspended_until", At: s.Until.Printed()}
	case documents.StatusTerminated:
		return web.Banner{Tone: web.Bad, Title: word, Note: "terminated_note", At: since}
	case documents.StatusAnnulled:
		return web.Banner{Tone: web.Bad, Title: word, Note: "annulled_note", At: since}
	case documents.StatusReconsider:
		return web.Banner{Tone: web.Paused, Title: word, Note: "reconsider_note", At: since}
	case documents.StatusReconsidered:
		return web.Banner{Tone: web.Replaced, Title: word, Note: "reconsidered_note", Link: s.ReplacedBy}
	case documents.StatusReissued:
		return web.Banner{Tone: web.Replaced, Title: word, Note: "reissued_note", Link: s.ReplacedBy}
	case documents.StatusCorrected:
		b := web.Banner{Tone: web.Replaced, Title: word, Note: "corrected_note", Link: a.Number}
		if a.UploadedFile != nil {
			b.Reason = a.UploadedFile.Summary.In(lang)
		}
		return b
	case documents.StatusExpired:
		return web.Banner{Tone: web.Past, Title: word, Note: "expired_note", At: since}
	case documents.StatusNotIssued:
		return web.Banner{Tone: web.Past, Title: word, Note: "not_issued_note"}
	}
	switch {
	case a.Elsewhere != nil:
		return web.Banner{Tone: web.Info, Title: "in_force", Note: "elsewhere_note"}
	case a.Kind == documents.KindLicence:
		return web.Banner{Tone: web.Good, Title: "in_force", Note: "in_force_note"}
	case a.Kind == documents.KindRefusal:
		return web.Banner{Tone: web.Info, Title: "authentic", Note: "authentic_note"}
	case givesRight(a.Kind):
		return web.Banner{Tone: web.Good, Title: "in_force", Note: "in_force_other"}
	}
	return web.Banner{Tone: web.Info, Title: "authentic", Note: "authentic_note_other"}
}

func summary(a checkAnswer, lang web.Lang) string { return a.Signature.Summary.In(lang) }

func integrityRow(a checkAnswer) web.CheckRow {
	if a.UploadedFile != nil {
		if a.UploadedFile.Corrected != nil {
			return web.CheckRow{Title: "row_file", Tone: web.Info, State: "ours_corrected", Note: "ours_corrected_note"}
		}
		if a.UploadedFile.Ours && a.Integrity != signing.CheckFailed {
			return web.CheckRow{Title: "row_file", Tone: web.Good, State: "ours", Note: "ours_note"}
		}
		if a.UploadedFile.Added > 0 {
			return web.CheckRow{Title: "row_file", Tone: web.Unclear, State: "added_to"}
		}
		return web.CheckRow{Title: "row_file", Tone: web.Bad, State: "not_ours"}
	}
	row := web.CheckRow{Title: "row_integrity"}
	switch a.Integrity {
	case signing.CheckPassed:
		row.Tone, row.State, row.Note = web.Good, "unchanged", "unchanged_note"
	case signing.CheckFailed:
		row.Tone, row.State, row.Note = web.Bad, "changed", "changed_note"
	default:
		row.Tone, row.State = web.Unclear, "not_known"
	}
	return row
}

func signatureRow(a checkAnswer) web.CheckRow {
	row := web.CheckRow{Title: "row_signature"}
	if a.UploadedFile != nil && !a.UploadedFile.Ours {
		row.Title = "row_signature_file"
	}
	stranger := a.Signature.By == byStranger
	switch a.Signature.Acceptance {
	case "":
		row.Tone, row.State = web.Unclear, "no_signature"
	case signing.Accepted:
		row.Tone, row.State = web.Good, "confirmed"
		if at := documents.PrintedMoment(a.Signature.SignedAt); at != "" {
			row.Note, row.At = "confirmed_note", at
		}
		if stranger {
			row.Tone, row.State, row.Note = web.Unclear, "stranger", "stranger_note"
		}
	case signing.Refused:
		row.Tone, row.State = web.Bad, "not_confirmed"
		if a.UploadedFile != nil && a.UploadedFile.Attached != nil {
			row.Note = "card_note"
		}
	default:
		row.Tone, row.State = web.Unclear, "not_known"
		if a.UploadedFile != nil && a.UploadedFile.Attached != nil {
			row.State, row.Note = "card", "card_note"
		}
		if stranger {
			row.State, row.Note = "stranger", "stranger_unclear_note"
		}
	}
	return row
}

// happenings words the history.
func happenings(a checkAnswer, lang web.Lang) []web.Happening {
	list := make([]web.Happening, 0, len(a.History))
	for _, e := range a.History {
		h := web.Happening{What: e.Event.LabelUntil(e.Until).In(lang), Effective: documents.PrintedMoment(e.EffectiveAt), Recorded: documents.PrintedMoment(e.RecordedAt)}
		if e.Act != nil {
			h.What = e.Label.In(lang)
		}
		if e.OrderNumber != "" {
			h.Order = "№ " + e.OrderNumber + ", " + e.OrderDate.Printed()
		}
		if p := e.Paper; p != nil {
			h.By = e.DecidedBy.In(lang)
			h.Paper = "paper_elsewhere"
			if p.Held {
				h.Paper = "paper_held"
			}
		}
		if e.What != nil {
			text := e.What.KK // no document is in English
			if lang == web.RU {
				text = e.What.RU
			}
			h.What += ": " + text
		} else if said := correctedMembers(e.Members, lang); said != "" {
			h.What += ": " + said
		}
		h.Link = e.ReplacedBy + e.Replaces // an event has one of them at most
		list = append(list, h)
	}
	return list
}

// correctedMembers names what was corrected in a document, by the words of its page.
func correctedMembers(members []string, lang web.Lang) string {
	var all []string
	for _, m := range members {
		for _, step := range strings.Split(m, "/") {
			if label := words.Of("corrected." + step); label.Whole() && !slices.Contains(all, label.In(lang)) {
				all = append(all, label.In(lang))
				break
			}
		}
	}
	return strings.Join(all, ", ")
}

// facts lists what the page shows, in the order of the form.
func facts(a checkAnswer, lang web.Lang) []web.Fact {
	// No document is issued in English: its page shows the Kazakh text.
	text, marked := documents.KK, ""
	switch lang {
	case web.RU:
		text = documents.RU
	case web.EN:
		marked = "kk"
	}
	var list []web.Fact
	add := func(label, value, in string) {
		if value == "" {
			return
		}
		f := web.Fact{Label: label, Value: value, Lang: in}
		if in != "" {
			f.Latin = language.Latin(value)
		}
		list = append(list, f)
	}
	date := func(d documents.Date) string {
		if d.IsZero() {
			return ""
		}
		return d.Printed()
	}
	if from := a.Elsewhere; from != nil {
		add("fact_number", from.Number, "")
		add("fact_source", from.Name.In(text), marked)
		add("fact_source_edition", from.Edition, "kk")
		add("fact_register_number", a.Number, "")
	} else {
		add("fact_number", a.Number, "")
	}
	for _, other := range a.SameNumber {
		add("fact_same_number", other.Number+" ("+other.Name.In(text)+")", marked)
	}
	add("fact_of", a.Of, "")
	add("fact_issued", date(a.IssuedOn), "")
	add("fact_first", date(a.FirstOn), "")
	add("fact_valid_until", date(a.ValidUntil), "")
	if a.Kind == documents.KindLicence {
		add("fact_licensor", a.Authority.In(text), marked)
	} else {
		add("fact_authority", a.Authority.In(text), marked)
	}
	if a.Holder != nil {
		add("fact_holder", a.Holder.Name.In(text), marked)
		add("fact_bin", string(a.Holder.BIN), "")
		if r := a.Holder.Registration; r != nil {
			add("fact_registration", r.Number+" ("+r.Country.Label().In(lang)+")", "")
		}
		add("fact_iin", a.Holder.MaskedIIN, "")
		add("fact_identity_document", a.Holder.MaskedDocument, "")
	}
	if a.Activity != nil {
		add("fact_activity", a.Activity.In(text), marked)
	}
	if a.Purpose != nil {
		add("fact_purpose", a.Purpose.In(lang), "")
	}
	if a.Monument != nil {
		add("fact_monument", a.Monument.In(text), marked)
	}
	if a.Subtype != nil {
		add("fact_subtype", a.Subtype.In(lang), "")
	}
	if a.Conditions != nil {
		add("fact_conditions", a.Conditions.In(text), marked)
	}
	add("fact_signatory", a.Signatory.Name, marked)
	add("fact_position", a.Signatory.Position.In(text), marked)
	add("fact_signed_at", documents.PrintedMoment(a.Signature.SignedAt), "")
	if a.Elsewhere != nil {
		return list
	}
	return append(list, web.Fact{Label: "fact_sha256", Value: a.SHA256, Code: true})
}
