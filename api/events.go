package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// recordedAnswer is the body of 201: the event, and the status that the
// document has with it.
type recordedAnswer struct {
	Number string `json:"number"`
	documents.Event
	Status publicStatus `json:"status"` // now; of an event to come, the one before it
}

// recordEvent answers POST /v1/documents/{number}/events.
func (v *service) recordEvent(c echo.Context) error {
	client, err := v.authorise(c, store.ScopeStatus)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	seen, err := ifMatch(c)
	if err != nil {
		return err
	}
	number, err := documents.ParseNumber(c.Param("number"))
	if err != nil {
		return err
	}
	var body documents.NewEvent
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	asked := registry.EventRequest{Client: client.ID, IdempotencyKey: key, Number: number.String, Event: body}
	life, err := v.Registry.History(contextOf(c), number.String)
	if err != nil && !errors.Is(err, registry.ErrNotFound) && !errors.Is(err, registry.ErrErased) {
		return err
	}
	e, replayed, err := v.Registry.Record(contextOf(c), seen.request(asked, life))
	if err != nil {
		return notAllowed(err)
	}
	v.Log.InfoContext(contextOf(c), "event recorded", "trace_id", traceID(c), "number", number.String,
		"event", string(e.Kind), "seq", e.Seq, "client", client.ID, "replayed", replayed)
	rec, life, err := v.Registry.DocumentAndLife(contextOf(c), number.String)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Location", v.links(number.String).Events)
	h.Set("ETag", v.documentTag(rec, life, "events"))
	if replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	return personal(c, http.StatusCreated, recordedAnswer{Number: rec.Number, Event: e, Status: publicStatusOf(life.Standing(v.now()))})
}

// ifMatch returns the entity tags of If-Match, each of which names a state of a
// document, in whatever view of it (RFC 9110 section 13.1.1). Weak ones and those of
// other resources match nothing; "*" matches any state, for who says that it does not
// matter to him.
func ifMatch(c echo.Context) (seen states, err error) {
	lines := c.Request().Header.Values("If-Match")
	if strings.TrimSpace(strings.Join(lines, "")) == "" {
		return seen, errNoIfMatch
	}
	for _, tag := range strings.Split(strings.Join(lines, ","), ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" && len(lines) == 1 && strings.TrimSpace(lines[0]) == "*" {
			return states{any: true}, nil
		}
		tag, quoted := strings.CutPrefix(tag, `"`)
		tag, closed := strings.CutSuffix(tag, `"`)
		_, seq, ok := strings.Cut(tag, "-")
		if last, err := strconv.Atoi(seq); quoted && closed && ok && err == nil {
			seen.last = append(seen.last, last)
		}
	}
	if len(seen.last) == 0 {
		return seen, registry.ErrChanged
	}
	return seen, nil
}

// states are those of a document that a client says it acts on, by the numbers of
// their last events.
type states struct {
	any  bool
	last []int
}

// request is one to record an event on one of the states: of several, on the one that
// the document is in. The register compares it once more.
func (s states) request(r registry.EventRequest, life documents.Life) registry.EventRequest {
	r.Last, r.AnyState = -1, s.any
	now := 0
	if n := len(life.Events); n > 0 {
		now = life.Events[n-1].Seq
	}
	if slices.Contains(s.last, now) {
		r.Last = now
	}
	return r
}

// notAllowed gives what the law forbids its place in the table of errors.
func notAllowed(err error) error {
	var rule *documents.RuleError
	if !errors.As(err, &rule) {
		return err
	}
	return &fault{is: errRule, detail: rule.Error(), fields: []FieldError{{Pointer: "/event", Code: rule.Rule, Detail: rule.Error()}}}
}

// eventsAnswer is the body of GET /v1/documents/{number}/events for clients
// that may read documents whole.
type eventsAnswer struct {
	Number string            `json:"number"`
	Kind   documents.Kind    `json:"kind"`
	Status publicStatus      `json:"status"`
	Copies int               `json:"printed_copies"`
	Events []documents.Event `json:"events"`
	Papers []paperView       `json:"papers,omitempty"` // behind the events
	// Reminders are the days on which something happens by itself, and what became of them.
	Reminders []reminderView `json:"reminders,omitempty"`
}

// events answers GET /v1/documents/{number}/events. The tag is what If-Match
// takes.
func (v *service) events(c echo.Context) error {
	if _, err := v.authorise(c, store.ScopeRead); err != nil {
		if _, err := v.authorise(c, store.ScopeStatus); err != nil {
			return err
		}
	}
	number, err := documents.ParseNumber(c.Param("number"))
	if err != nil {
		return err
	}
	rec, life, err := v.Registry.DocumentAndLife(contextOf(c), number.String)
	if err != nil {
		return err
	}
	if unchanged(c, v.documentTag(rec, life, "events"), "private, no-cache") {
		return c.NoContent(http.StatusNotModified)
	}
	papers, err := v.papersOf(c, life)
	if err != nil {
		return err
	}
	reminders, err := v.remindersOf(c, number.String)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, eventsAnswer{
		Papers: papers, Reminders: reminders,
		Number: rec.Number, Kind: rec.Kind, Status: publicStatusOf(life.Standing(v.now())), Copies: life.Copies(), Events: life.Events,
	})
}

// addPhotograph answers POST /v1/photographs: a picture for a certificate that
// will name it by its SHA-256.
func (v *service) addPhotograph(c echo.Context) error {
	client, err := v.authorise(c, store.ScopeIssue)
	if err != nil {
		return err
	}
	if _, _, err := contentType(c, "image/jpeg", "image/png"); err != nil {
		return err
	}
	file, err := v.receive(c, registry.MaxPhotograph)
	if err != nil {
		return err
	}
	sum, err := v.Registry.AddPhotograph(contextOf(c), client.ID, file.Bytes())
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return personal(c, http.StatusCreated, struct {
		SHA256 string `json:"sha256"`
	}{sum})
}

// The public side of a life.

// publicStatus is a status with what the public may know about it.
type publicStatus struct {
	Code documents.Status `json:"code"`
	documents.Label
	Since       time.Time      `json:"since,omitzero"`
	Until       documents.Date `json:"until,omitzero"` // of a suspension: the first day without
	OrderNumber string         `json:"order_number,omitempty"`
	OrderDate   documents.Date `json:"order_date,omitzero"`
	DecidedBy   documents.Text `json:"decided_by,omitzero"` // the court or body whose act it is
	ReplacedBy  string         `json:"replaced_by,omitempty"`
}

func publicStatusOf(s documents.Standing) publicStatus {
	return publicStatus{
		Code: s.Status, Label: s.Status.Label(), Since: s.Since, Until: s.Until,
		OrderNumber: s.OrderNumber, OrderDate: s.OrderDate, DecidedBy: s.DecidedBy, ReplacedBy: s.ReplacedBy,
	}
}

// publicEvent is what anyone may see of an event: neither reason nor
// signatory.
type publicEvent struct {
	Seq           int                 `json:"seq,omitempty"` // none for what happened by itself
	Event         documents.EventKind `json:"event"`
	Label         documents.Label     `json:"label"`
	EffectiveAt   time.Time           `json:"effective_at"`
	RecordedAt    time.Time           `json:"recorded_at,omitzero"`
	OrderNumber   string              `json:"order_number,omitempty"`
	OrderDate     documents.Date      `json:"order_date,omitzero"`
	Until         documents.Date      `json:"until,omitzero"`
	Replaces      string              `json:"replaces,omitempty"`
	ReplacedBy    string              `json:"replaced_by,omitempty"`
	Corrects      int                 `json:"corrects,omitempty"`
	DecidedBy     documents.Text      `json:"decided_by,omitzero"`
	FromBeginning bool                `json:"from_beginning,omitempty"`
	Paper         *publicPaper        `json:"paper,omitempty"`
	ByItself      bool                `json:"by_itself,omitempty"`
	// Of a mistake that was corrected: the members of the document that say something else
	// now, and the SHA-256 of the file in whose place there is another.
	Members    []string `json:"members,omitempty"`
	FileSHA256 string   `json:"file_sha256,omitempty"`
	// What was wrong, for whoever knows the check code of the document.
	What *documents.Text `json:"what,omitempty"`
	Act  *publicAct      `json:"act,omitempty"`
}

// publicAct is a signed act that an event is. Its certificate may name the IIN of an
// official, so that the act itself is for whoever knows the check code of the document.
type publicAct struct {
	SHA256 string `json:"sha256"`
	CMS    []byte `json:"cms,omitempty"`
}

// openActs adds the acts themselves, and what was wrong with what was corrected.
func (p *publicDocument) openActs(life documents.Life) {
	for i, h := range p.History {
		if e, ok := life.Event(h.Seq); ok && h.Act != nil {
			p.History[i].Act.CMS = e.Record
		} else if ok && e.Kind == documents.EventRectified {
			p.History[i].What = &e.Reason
		}
	}
}

// publicHistory tells what has happened up to a moment, in the order of the
// effective times, with what happened by itself in between.
func publicHistory(life documents.Life, now time.Time) []publicEvent {
	list := []publicEvent{}
	for _, e := range life.Events {
		if e.Kind == documents.EventReserved {
			continue
		}
		p := publicEvent{
			Seq: e.Seq, Event: e.Kind, Label: life.Kind.Happening(e), EffectiveAt: e.EffectiveAt, RecordedAt: e.RecordedAt,
			OrderNumber: e.OrderNumber, OrderDate: e.OrderDate, Until: e.Until, Corrects: e.Corrects,
			DecidedBy: e.DecidedBy, FromBeginning: e.FromBeginning, Members: e.Members, FileSHA256: e.FileSHA256,
		}
		if e.Paper != (documents.Paper{}) {
			p.Paper = &publicPaper{Paper: e.Paper}
		}
		if e.Record != nil {
			sum := sha256.Sum256(e.Record)
			p.Act = &publicAct{SHA256: hex.EncodeToString(sum[:])}
		}
		switch e.Kind {
		case documents.EventIssued:
			p.Replaces = e.Other
		case documents.EventReissued, documents.EventReconsidered:
			p.ReplacedBy = e.Other
		}
		list = append(list, p)
	}
	for _, t := range life.TurnsBy(now) {
		if t.By != 0 {
			continue
		}
		kind := documents.EventResumed
		if t.Status == documents.StatusExpired {
			kind = documents.EventExpired
		}
		list = append(list, publicEvent{Event: kind, Label: kind.Label(), EffectiveAt: t.At, ByItself: true})
	}
	slices.SortStableFunc(list, func(a, b publicEvent) int { return a.EffectiveAt.Compare(b.EffectiveAt) })
	return list
}
