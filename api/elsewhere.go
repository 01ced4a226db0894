package api

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
	"tamga/language/words"
	"tamga/signing/spool"
)

// elsewhereRoutes are those of licences that were issued elsewhere.
func (v *service) elsewhereRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	const all, one = "/v1/elsewhere", "/v1/elsewhere/:act"
	e.POST(all, v.enterElsewhere)
	get(all, v.waitingActs)
	e.POST(all+"/text", v.textOfEntry)
	e.POST(all+"/imports", v.importElsewhere)
	e.POST(all+"/imports/:batch/text", v.textOfImport)
	e.POST(all+"/imports/:batch/signature", v.signImport)
	e.POST(all+"/imports/:batch/decision", v.decideImport)
	get(one, v.actOfTwo)
	get(one+"/text", v.textOfDecision)
	e.POST(one+"/text", v.textOfAct)
	e.POST(one+"/decision", v.decideAct)
}

// licenceEntry enters a licence that was issued elsewhere.
type licenceEntry struct {
	Licence documents.Licence `json:"licence"`
	// Signature is the CMS of whoever enters it over what /v1/elsewhere/text answers.
	Signature strictjson.Bytes `json:"signature"`
}

// enterElsewhere answers POST /v1/elsewhere: the act that waits for another client.
func (v *service) enterElsewhere(c echo.Context) error {
	who, err := v.eye(c, entering)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	var body licenceEntry
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	a, replayed, err := v.Registry.Enter(contextOf(c), registry.Entry{
		Signed: signedBy(who, body.Signature), IdempotencyKey: key, Licence: body.Licence,
	})
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "licence entered", "trace_id", traceID(c), "act", a.ID, "client", who.By, "replayed", replayed)
	h := c.Response().Header()
	h.Set("Location", v.BaseURL+"/v1/elsewhere/"+a.ID)
	if replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	return personal(c, http.StatusCreated, a)
}

// licenceText asks for what is signed of a licence.
type licenceText struct {
	Licence documents.Licence `json:"licence"`
}

// textOfEntry answers POST /v1/elsewhere/text: the bytes that are signed for an entry.
func (v *service) textOfEntry(c echo.Context) error {
	if _, err := v.eye(c, entering); err != nil {
		return err
	}
	var body licenceText
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	text, err := v.Registry.TextOfEntry(body.Licence)
	if err != nil {
		return err
	}
	return signedText(c, text)
}

func signedText(c echo.Context, text []byte) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, text)
}

// waitingActs answers GET /v1/elsewhere: the acts that wait for another client.
func (v *service) waitingActs(c echo.Context) error {
	if _, err := v.eye(c, either); err != nil {
		return err
	}
	limit := registry.MostListed
	if text := c.QueryParam("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > registry.MostListed {
			return badField("/limit", documents.CodeRange, "is no number from 1 to "+strconv.Itoa(registry.MostListed))
		}
		limit = n
	}
	acts, err := v.Registry.Acts(contextOf(c), c.QueryParam("batch"), c.QueryParam("after"), limit)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, struct {
		Acts []registry.Act `json:"acts"`
	}{append([]registry.Act{}, acts...)})
}

// actOfTwo answers GET /v1/elsewhere/{id}.
func (v *service) actOfTwo(c echo.Context) error {
	if _, err := v.eye(c, either); err != nil {
		return err
	}
	a, err := v.Registry.Act(contextOf(c), c.Param("act"))
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, a)
}

// textOfDecision answers GET /v1/elsewhere/{id}/text: the bytes that are signed for its
// confirmation.
func (v *service) textOfDecision(c echo.Context) error {
	if _, err := v.eye(c, either); err != nil {
		return err
	}
	a, err := v.Registry.Act(contextOf(c), c.Param("act"))
	if err == nil && a.Outcome != "" {
		err = store.ErrNotWaiting
	}
	if err != nil {
		return err
	}
	text, err := v.Registry.TextOfDecision(a)
	if err != nil {
		return err
	}
	return signedText(c, text)
}

// decisionRequest is what the second person says.
type decisionRequest struct {
	Outcome   string           `json:"outcome"` // "confirmed" or "refused"
	Reason    string           `json:"reason"`  // of a refusal
	Signature strictjson.Bytes `json:"signature"`
}

func (v *service) readDecision(c echo.Context) (d registry.Decision, err error) {
	who, err := v.eye(c, confirming)
	if err != nil {
		return d, err
	}
	return v.decisionOf(c, who)
}

// decisionOf reads what the second person says.
func (v *service) decisionOf(c echo.Context, who registry.Signed) (d registry.Decision, err error) {
	var body decisionRequest
	if err := v.readJSON(c, &body); err != nil {
		return d, err
	}
	return body.decision(who)
}

// decision is what a request says.
func (body decisionRequest) decision(who registry.Signed) (d registry.Decision, err error) {
	if body.Outcome != "confirmed" && body.Outcome != "refused" {
		return d, badField("/outcome", documents.CodeUnknown, "is neither confirmed nor refused")
	}
	return registry.Decision{
		Signed: signedBy(who, body.Signature), Refuse: body.Outcome == "refused", Reason: body.Reason,
	}, nil
}

// decideAct answers POST /v1/elsewhere/{id}/decision, by another client than the one that
// has entered it.
func (v *service) decideAct(c echo.Context) error {
	d, err := v.readDecision(c)
	if err != nil {
		return err
	}
	d.Act = c.Param("act")
	a, err := v.Registry.Decide(contextOf(c), d)
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "licence decided", "trace_id", traceID(c), "act", a.ID, "outcome", a.Outcome, "number", a.Document, "client", d.By)
	return personal(c, http.StatusOK, a)
}

// largestImport is the largest file that is imported over HTTP.
const largestImport = 64 << 20

// importElsewhere answers POST /v1/elsewhere/imports: a table or JSON, with ?dry_run=true
// only what would be done.
func (v *service) importElsewhere(c echo.Context) (err error) {
	who, err := v.eye(c, entering)
	if err != nil {
		return err
	}
	dry, err := yes("/dry_run", c.QueryParam("dry_run"))
	if err != nil {
		return err
	}
	media, _, err := contentType(c, echo.MIMEApplicationJSON, "text/csv")
	if err != nil {
		return err
	}
	file, err := v.receiveBy(c, largestImport, v.spool.ReadPassing)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	answer := struct {
		registry.ImportResult
		DryRun bool                   `json:"dry_run,omitempty"`
		Rows   []registry.ImportedRow `json:"rows"`
	}{DryRun: dry, Rows: []registry.ImportedRow{}}
	err = spool.Guard(func() error {
		answer.ImportResult, err = v.Registry.Import(contextOf(c), bytes.NewReader(file.Bytes()), registry.Import{
			By: who.By, CSV: media == "text/csv", DryRun: dry,
			Report: func(row registry.ImportedRow) error { answer.Rows = append(answer.Rows, row); return nil },
		})
		return err
	})
	if err != nil {
		return importFault(err)
	}
	return personal(c, http.StatusOK, answer)
}

// importFault tells of a file that cannot be imported where it breaks.
func importFault(err error) error {
	if errors.Is(err, registry.ErrImport) {
		return &fault{is: registry.ErrImport, detail: err.Error()}
	}
	return err
}

// decideImport answers POST /v1/elsewhere/imports/{batch}/decision.
func (v *service) decideImport(c echo.Context) error {
	d, err := v.readDecision(c)
	if err != nil {
		return err
	}
	decided, left, err := v.Registry.DecideBatch(contextOf(c), c.Param("batch"), d)
	if err != nil {
		return err
	}
	type undecided struct {
		Act    string                 `json:"act"`
		Line   int                    `json:"line"`
		Errors []documents.FieldError `json:"errors"`
	}
	answer := struct {
		Decided int         `json:"decided"`
		Waiting []undecided `json:"waiting"`
	}{decided, []undecided{}}
	for _, u := range left {
		answer.Waiting = append(answer.Waiting, undecided{u.Act.ID, u.Act.Line, u.Fields})
	}
	return personal(c, http.StatusOK, answer)
}

// The public side of a licence that was issued elsewhere.

// publicElsewhere says that a licence is not of this service.
type publicElsewhere struct {
	documents.Elsewhere
	Note documents.Label `json:"note"`
}

func publicElsewhereOf(from *documents.Elsewhere) *publicElsewhere {
	if from == nil {
		return nil
	}
	// No document is in English: its page shows the Kazakh name.
	source := documents.Label{KK: from.Name.KK, RU: from.Name.RU, EN: from.Name.KK}
	return &publicElsewhere{*from, words.Of("check.elsewhere").Put("source", source)}
}

// namesake is another licence with the same number.
type namesake struct {
	Number string         `json:"number"` // in the register
	Source string         `json:"source"`
	Name   documents.Text `json:"name"`
}

// errSeveral means that a number is that of licences of several sources.
var errSeveral = errors.New("several licences have this number")

// byOwnNumber finds the one licence issued elsewhere that has a number, from the source
// that ?source= names where there are several.
func (v *service) byOwnNumber(c echo.Context, typed string) (registry.Record, documents.Life, error) {
	found, err := v.Registry.ByOwnNumber(contextOf(c), typed)
	if err != nil {
		return registry.Record{}, documents.Life{}, err
	}
	source, named := c.QueryParam("source"), ""
	kept := found[:0]
	for _, rec := range found {
		if from := rec.Elsewhere(); from != nil && (source == "" || from.Source == source) {
			kept, named = append(kept, rec), named+" № "+rec.Number+" ("+from.Source+")"
		}
	}
	switch len(kept) {
	case 0:
		return registry.Record{}, documents.Life{}, registry.ErrNotFound
	case 1:
		return v.issued(c, kept[0].Number)
	}
	return registry.Record{}, documents.Life{}, &fault{is: errSeveral, detail: "say which with ?source=, or ask by the number in the register:" + named}
}

// namesakes are the licences of other sources that have the number of one.
func (v *service) namesakes(c echo.Context, rec registry.Record) ([]namesake, error) {
	if rec.Kind != documents.KindLicence || rec.Content.Licence == nil {
		return nil, nil
	}
	own := rec.Number
	if from := rec.Elsewhere(); from != nil {
		own = from.Number
	}
	found, err := v.Registry.ByOwnNumber(contextOf(c), own)
	if err != nil {
		return nil, err
	}
	var all []namesake
	for _, other := range found {
		if from := other.Elsewhere(); from != nil && other.Number != rec.Number {
			all = append(all, namesake{other.Number, from.Source, from.Name})
		}
	}
	return all, nil
}

// isElsewhere reports whether an answer is about a licence that is not of this service.
func (a *checkAnswer) isElsewhere() bool { return a.publicDocument != nil && a.Elsewhere != nil }
