package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing/creation"
)

// step is one thing that is asked of a register: which, and chance for all that
// there is to choose, so that the same steps can be taken on two registers.
type step struct {
	act    string
	chance [6]uint64
}

// acts are all that can be asked for, the more often the more often they stand
// here. It is read only.
var acts = []string{
	"licence", "licence", "reissue", "reissue", "refusal", "duplicate", "copy", "certificate", "history", "approval",
	"suspended", "suspended", "resumed", "resumed", "terminated", "expired", "corrected", "corrected",
	"reserve", "recover", "broken", "erase", "erase", "photograph", "queue", "extend", "client", "revoke",
	"again", "again", "later", "later",
}

// steps makes a life of a register.
func steps(c *rand.Rand, n int) []step {
	all := make([]step, n)
	for i := range all {
		all[i].act = acts[c.IntN(len(acts))]
		for j := range all[i].chance {
			all[i].chance[j] = c.Uint64()
		}
	}
	return all
}

// living is a register that lives: what was asked and answered so far.
type living struct {
	*Registry
	clock      *clock
	t          testing.TB
	numbers    []string
	photos     []string
	extensions []string
	clients    []string
	secrets    []string
	issued     []IssueRequest
	recorded   []EventRequest
	asked      int
}

// live opens a register whose chance is the same every time.
func live(t testing.TB, dsn string) *living {
	t.Helper()
	r, c := open(t, dsn)
	l := &living{Registry: r, clock: c, t: t}
	l.begin()
	return l
}

// begin makes the register empty, and its chance and its clock what they were.
func (l *living) begin() {
	l.t.Helper()
	for _, table := range []string{
		"requests", "files", "events", "log_salts", "log_entries", "log_hashes", "preparations", "corrected_files", "organisation_licences", "document_days", "matters", "documents", "counters", "clients",
		"extensions", "jobs", "photographs",
	} {
		change(l.t, l.Registry, `DELETE FROM `+table)
	}
	change(l.t, l.Registry, `UPDATE log_head SET size = 0, hash = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='`)
	l.Store.Random = rand.NewChaCha8([32]byte{})
	l.clock.mu.Lock()
	l.clock.at = start
	l.clock.mu.Unlock()
	l.numbers, l.photos, l.extensions, l.clients, l.secrets = nil, nil, nil, nil, nil
	l.issued, l.recorded, l.asked = nil, nil, 0
}

// pick returns one of a list by chance, and nothing of an empty one.
func pick[T any](list []T, chance uint64) T {
	var none T
	if len(list) == 0 {
		return none
	}
	return list[chance%uint64(len(list))]
}

// take does what a step asks, and returns the answer: the result or the reason.
func (l *living) take(s step) string {
	l.t.Helper()
	l.asked++
	ctx, about := l.t.Context(), pick(l.numbers, s.chance[0])
	switch s.act {
	case "later":
		l.clock.advance(pick([]time.Duration{time.Second, time.Minute, 2 * time.Minute, 26 * time.Hour, 40 * 24 * time.Hour}, s.chance[1]))
		return ""
	case "photograph":
		sum, err := l.AddPhotograph(ctx, "portal", picture(s.chance[1]%3))
		if err == nil && !slices.Contains(l.photos, sum) {
			l.photos = append(l.photos, sum)
		}
		return answer(sum, err)
	case "client":
		secret, err := l.Store.AddClient(ctx, fmt.Sprint("client ", s.chance[1]%9), []string{store.ScopeSign, store.ScopeRead}[:s.chance[2]%3])
		if err == nil {
			id := strings.Split(secret, "_")[1]
			l.secrets, l.clients = append(l.secrets, secret), append(l.clients, id)
		}
		return answer(secret, err)
	case "revoke":
		return answer("", l.Store.RevokeClient(ctx, pick(l.clients, s.chance[1])))
	case "queue":
		id, err := l.Store.AddExtension(ctx, store.Extension{
			Client: "portal", Format: pick([]string{"cms", "pdf"}, s.chance[1]), Level: "B-T", File: picture(s.chance[2] % 5),
			Content: pick([][]byte{nil, []byte("content")}, s.chance[3]),
		})
		l.extensions = append(l.extensions, id)
		return answer(id, err)
	case "extend":
		n, err := l.Store.Extend(ctx, func(_ context.Context, e store.Extension) ([]byte, error) {
			if s.chance[1]%3 == 0 {
				return nil, creation.ErrTimestamp
			}
			return append([]byte("extended "), e.File...), nil
		})
		return answer(n, err)
	case "recover", "broken", "reserve":
		return l.recoverOrReserve(s)
	case "again":
		if s.chance[1]%2 == 0 && len(l.recorded) > 0 {
			return l.record(pick(l.recorded, s.chance[2]))
		}
		if len(l.issued) > 0 {
			return l.issue(pick(l.issued, s.chance[2]))
		}
		return ""
	case "suspended", "resumed", "terminated", "expired", "corrected", "erase":
		return l.record(l.eventOf(s, about))
	}
	return l.issue(IssueRequest{Client: "portal", IdempotencyKey: fmt.Sprint("issue ", l.asked), Draft: l.draftOf(s, about)})
}

func (l *living) recoverOrReserve(s step) string {
	switch s.act {
	case "recover":
		done, err := l.Recover(l.t.Context())
		return answer(done, err)
	case "broken":
		key := l.Key
		l.Key = authorityOf(l.t).faulty
		defer func() { l.Key = key }()
		done, err := l.Recover(l.t.Context())
		return answer(done, err)
	}
	req := IssueRequest{Client: "portal", IdempotencyKey: fmt.Sprint("reserve ", l.asked), Draft: licenceDraft(int(s.chance[1] % 5)).Normalise()}
	if about := pick(l.numbers, s.chance[2]); s.chance[3]%2 == 0 && about != "" {
		req.Draft = reissueDraft(about).Normalise()
	}
	held, err := reserve(l.t, l.Registry, req)
	if err == nil {
		l.numbers, l.issued = append(l.numbers, held.number), append(l.issued, req)
	}
	return answer(held.number+held.code+held.stored, err)
}

func (l *living) issue(req IssueRequest) string {
	rec, replayed, err := l.Issue(l.t.Context(), req)
	if err == nil && !slices.Contains(l.numbers, rec.Number) {
		l.numbers, l.issued = append(l.numbers, rec.Number), append(l.issued, req)
	}
	return answer([]any{rec, replayed}, err)
}

func (l *living) record(req EventRequest) string {
	do := l.Record
	if req.Event.Kind == documents.EventErased {
		do = l.Erase
	}
	e, replayed, err := do(l.t.Context(), req)
	if err == nil {
		l.recorded = append(l.recorded, req)
	}
	return answer([]any{e, replayed}, err)
}

// draftOf makes the draft that a step asks for.
func (l *living) draftOf(s step, about string) documents.Draft {
	switch s.act {
	case "licence":
		d := licenceDraft(int(s.chance[1] % 5))
		if s.chance[2]%2 == 0 {
			d.Licence.Holder = refusalDraft().Refusal.Applicant
		}
		return d
	case "reissue":
		return reissueDraft(about)
	case "refusal":
		return refusalOf(l.asked / 2) // some answer one application twice
	case "duplicate":
		return documents.Draft{Duplicate: &documents.Duplicate{Of: about}}
	case "copy":
		return documents.Draft{PaperCopy: &documents.PaperCopy{
			Of: about, Authority: documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"}, Head: "Әбдіғали Ж.С.",
		}}
	case "history":
		d := fromSamples(l.t, "history")
		d.History.Of = about
		return d
	case "certificate":
		d := fromSamples(l.t, "export_certificate")
		for i := range d.ExportCertificate.Photographs {
			d.ExportCertificate.Photographs[i].SHA256 = pick(l.photos, s.chance[1])
		}
		if len(l.photos) == 0 && s.chance[2]%2 == 0 {
			d.ExportCertificate.Photographs = nil
		}
		return resting(l.t, l.Registry, d)
	}
	d := fromSamples(l.t, "approval")
	d.Approval.ApplicationNumber = fmt.Sprint("ЗТ-2026/", l.asked/2)
	return d
}

// eventOf makes the request that a step asks for, mostly one that the document
// can have next.
func (l *living) eventOf(s step, about string) EventRequest {
	kind := documents.EventKind(s.act)
	if s.act == "erase" {
		kind = documents.EventErased
	}
	req := EventRequest{
		Client: "portal", IdempotencyKey: fmt.Sprint("event ", l.asked), Number: about, Event: order(kind),
	}
	life, err := l.History(l.t.Context(), about)
	if n := len(life.Events); err == nil && n > 0 {
		req.Last = life.Events[n-1].Seq
	}
	if s.chance[1]%8 == 0 {
		req.Last--
	}
	if kind != documents.EventErased && kind != documents.EventCorrected {
		req.Event.EffectiveAt = pick([]time.Time{
			{}, {}, {}, l.now(), l.now().Add(-time.Minute), l.now().Add(48 * time.Hour), l.now().Add(-400 * 24 * time.Hour),
		}, s.chance[2])
	}
	if kind == documents.EventCorrected {
		req.Event.Corrects = int(s.chance[3]%uint64(req.Last+2)) + 1
	}
	if kind == documents.EventSuspended && s.chance[4]%2 == 0 {
		req.Event.Until = documents.CivilDate(l.now().Add(time.Duration(s.chance[5]%60) * 24 * time.Hour))
	}
	return req
}

// answer writes an answer down: the result, or the reason why there is none.
func answer(result any, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	if done, ok := result.(Recovered); ok {
		return fmt.Sprintf("%+v", done)
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return "error: " + err.Error()
	}
	return string(raw)
}

// answers asks a register all that can be asked.
func (l *living) answers() []string {
	l.t.Helper()
	ctx := l.t.Context()
	var all []string
	add := func(question string, result any, err error) { all = append(all, question+": "+answer(result, err)) }
	for _, number := range l.numbers {
		rec, err := l.Document(ctx, number)
		add("document "+number, rec, err)
		file, pdfErr := l.PDF(ctx, number)
		add("file "+number, store.HexSum(file), pdfErr)
		byFile, life, err := l.ByFile(ctx, rec.FileSHA256)
		add("by file "+number, []any{byFile, life}, err)
		life, err = l.History(ctx, number)
		add("history "+number, life, err)
		for _, e := range life.Events {
			for _, d := range []time.Duration{-time.Microsecond, 0, 24 * time.Hour} {
				status, err := l.StatusAt(ctx, number, e.EffectiveAt.Add(d))
				add("status "+number+" "+e.EffectiveAt.Add(d).String(), status, err)
			}
		}
		proof, err := l.Prove(ctx, number)
		add("proof "+number, proof, err)
		if err == nil && proof.Check() != nil {
			add("proof check "+number, nil, proof.Check())
		}
	}
	for after := ""; ; {
		list, err := l.List(ctx, after, 3)
		add("list after "+after, list, err)
		if len(list) == 0 {
			break
		}
		after = list[len(list)-1].Number
	}
	status, err := l.StatusList(ctx)
	add("status list", status, err)
	clients, err := l.Store.Clients(ctx)
	add("clients", clients, err)
	for _, secret := range l.secrets {
		client, err := l.Store.Client(ctx, secret)
		add("client "+secret, client, err)
	}
	for _, id := range l.extensions {
		e, err := l.Store.Extension(ctx, "portal", id)
		// How the queue fares is told as that; nothing else hangs on it.
		e.Attempts, e.NextAt, e.LastError = 0, time.Time{}, ""
		add("extension "+id, e, err)
	}
	n, since, err := l.Store.Waiting(ctx)
	add("waiting", []any{n, since}, err)
	for _, sum := range l.photos {
		files, err := l.photographs(ctx, l.Store, documents.Draft{ExportCertificate: &documents.ExportCertificate{
			Photographs: []documents.Photograph{{SHA256: sum}}}})
		add("photograph "+sum, files, err)
	}
	size, head, err := l.Head(ctx)
	add("head", []any{size, head}, err)
	return all
}

// picture returns a small picture of its own for every n.
func picture(n uint64) []byte {
	img := image.NewGray(image.Rect(0, 0, 3, 2))
	img.SetGray(0, 0, color.Gray{Y: uint8(n)})
	var file bytes.Buffer
	_ = png.Encode(&file, img) // never fails
	return file.Bytes()
}
