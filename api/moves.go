package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
	"tamga/documents/applications"
	"tamga/documents/people"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/signing"
)

func (v *service) moveRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	get("/v1/applications/:application/moves", v.moves)
	get("/v1/applications/:application/signatures", v.signatures)
	e.POST("/v1/applications/:application/draft", v.draftFor)
	e.POST("/v1/applications/:application/preview", v.previewFor)
}

// ownMoveView is one thing that may be done on an application, and whether whoever asks may
// do it.
type ownMoveView struct {
	moveView
	Yours bool   `json:"yours"`
	Role  string `json:"role,omitempty"` // in which he would do it
	Sign  bool   `json:"sign,omitempty"` // he signs it
	Votes bool   `json:"votes,omitempty"`
	// Why he may not: a code of problems, with its title.
	Barred string `json:"barred,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// moves answers GET /v1/applications/{application}/moves: what may be done now, and of each
// whether the person who is signed in may do it or why not, before he tries.
func (v *service) moves(c echo.Context) error {
	who, err := v.asker(c, store.ScopeApply)
	if err != nil {
		return err
	}
	a, err := v.askedBy(c, who)
	if err != nil {
		return err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return err
	}
	kase.At = v.Registry.Store.Moment()
	answer := struct {
		Last  int           `json:"last"`
		Moves []ownMoveView `json:"moves"`
	}{len(a.Entries), []ownMoveView{}}
	for _, m := range kase.Walk.Moves(kase.Place()) {
		answer.Moves = append(answer.Moves, v.ownMove(c, who, kase, m))
	}
	c.Response().Header().Set("ETag", applicationTag(a))
	return personal(c, http.StatusOK, answer)
}

// ownMove is a move as somebody may make it.
func (v *service) ownMove(c echo.Context, who asker, kase applications.Case, m regulation.Move) ownMoveView {
	view := ownMoveView{moveView: moveOf(kase, m), Votes: m.Exit.Votes != ""}
	actor, err := v.actor(who, kase, entryRequest{Step: m.Step.ID, Outcome: m.Exit.On, Role: byHandRole(who, kase, m)})
	if err == nil {
		view.Role = actor.Role
		_, err = kase.May(applications.Act{Actor: actor, Step: m.Step.ID, Outcome: m.Exit.On})
	}
	if err != nil {
		o := outcomeOf(notAllowed(err))
		view.Barred, view.Reason = o.code, o.title.In(preferred(c, web.EN))
		return view
	}
	view.Yours, view.Sign = true, kase.Signs(m, actor.Role)
	return view
}

// byHandRole is the role in which an official answers a condition that a system could not;
// empty where the step is not one.
func byHandRole(who asker, kase applications.Case, m regulation.Move) string {
	i := slices.IndexFunc(who.duties, func(d people.Duty) bool { return serves(kase, d) && kase.Rules.Manual.May(m.Step, d.Role) })
	if i < 0 {
		return ""
	}
	return who.duties[i].Role
}

// entryVerdict is what was found of the signature of an entry.
type entryVerdict struct {
	Seq     int              `json:"seq"` // of the entry
	At      time.Time        `json:"at"`
	Verdict *signing.Verdict `json:"verdict"`
}

// signatures answers GET /v1/applications/{application}/signatures: the verdicts on all
// that was signed on it, in the order of the entries.
func (v *service) signatures(c echo.Context) error {
	a, err := v.shown(c, "signature")
	if err != nil {
		return err
	}
	all, err := v.Applications.Signatures(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	answer := struct {
		Signatures []entryVerdict `json:"signatures"`
	}{[]entryVerdict{}}
	for _, s := range all {
		i := slices.IndexFunc(a.Entries, func(e applications.Entry) bool { return e.ID == s.Entry })
		if i >= 0 {
			answer.Signatures = append(answer.Signatures, entryVerdict{a.Entries[i].Seq, s.At, s.Verdict})
		}
	}
	return personal(c, http.StatusOK, answer)
}
