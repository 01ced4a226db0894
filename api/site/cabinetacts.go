package site

import (
	"encoding/base64"
	"net/http"
	"strconv"

	"tamga/api/web"
	"tamga/language"
	"tamga/language/words"
)

// besideView is a page on which something is signed beside the steps of an application: its
// withdrawal, or a consent.
type besideView struct {
	application
	Errors  []Wrong
	Reason  string
	Text    string // what is signed
	Consent *consentState
	Signing web.Signing
	Once    string
}

// withdrawPage asks why, since the reason is signed with the withdrawal, and then for the
// signature.
func (v *visit) withdrawPage() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "withdraw", besideView{application: a})
}

// withdrawing is what somebody signs who withdraws an application.
func withdrawing(reason string) deedOf {
	return deedOf{Step: "withdraw", Outcome: "done", Values: map[string]any{"reason": reason}}
}

func (v *visit) withdraw() error {
	now, err := v.application()
	if err != nil {
		return err
	}
	view := besideView{application: v.seen(now), Reason: v.form.Get("reason"), Once: v.form.Get("once")}
	if view.Reason == "" {
		view.Errors = []Wrong{v.missing("reason")}
		return v.show(http.StatusUnprocessableEntity, "withdraw", view)
	}
	given, err := v.form.signatures(1)
	if err != nil {
		return err
	}
	if given[0] == nil {
		if v.form.Has("cms") {
			view.Errors = []Wrong{{Field: "cms-file-0", Text: words.Of("site.sign_missing").In(v.lang)}}
		}
		return v.showWithdrawal(http.StatusOK, now, view)
	}
	d := withdrawing(view.Reason)
	d.Signature = given[0]
	if _, err := v.enter(view.application, d, view.Once); err != nil {
		if view.Errors = v.changedSince(err); view.Errors == nil {
			if view.Errors, err = wrongs(err); err != nil {
				return err
			}
		}
		return v.showWithdrawal(http.StatusUnprocessableEntity, now, view)
	}
	return v.seeOther(now.Path())
}

// showWithdrawal shows what is signed.
func (v *visit) showWithdrawal(status int, a application, view besideView) error {
	text, err := v.toSign(a, withdrawing(view.Reason))
	if err != nil {
		found, err := wrongs(err)
		if err != nil {
			return err
		}
		return v.showApplication(http.StatusConflict, a, found)
	}
	view.application, view.Text, view.Once = a, string(text), newTrace()
	view.Signing = v.signing("sign", web.SignText{
		Name: words.Of("cabinet.withdrawal").In(v.lang), File: "tamga-" + a.ID + "-withdraw.json", Data: base64.StdEncoding.EncodeToString(text),
	})
	return v.show(status, "withdraw", view, with("sign.js"))
}

func (v *visit) consentPage() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	return v.showConsent(http.StatusOK, a, nil)
}

func (v *visit) showConsent(status int, a application, wrong []Wrong) error {
	c, err := v.consentOf(a)
	if err != nil {
		return err
	}
	if c == nil {
		return errNotFound
	}
	view := besideView{application: a, Errors: wrong, Consent: c, Text: string(c.Text)}
	view.Signing = v.signing("sign", web.SignText{
		Name: words.Of("cabinet.consent").In(v.lang), File: "tamga-" + a.ID + "-consent.txt", Data: base64.StdEncoding.EncodeToString(c.Text),
	})
	return v.show(status, "consent", view, with("sign.js"))
}

// consent gives consent by a signature or by the code that was sent, refuses it, or has a
// code sent.
func (v *visit) consent() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	body := map[string]any{"decision": v.form.Get("decision")}
	given, err := v.form.signatures(1)
	if err != nil {
		return err
	}
	if v.form.Get("decision") == "give" {
		switch code := v.form.Get("code"); {
		case code != "":
			body["code"] = code
		case given[0] != nil:
			body["signature"] = given[0]
		}
	}
	if err := v.ask(question{Method: http.MethodPost, Path: a.of("/consent"), Body: body}, nil); err != nil {
		found, err := wrongs(err)
		if err != nil {
			return err
		}
		return v.showConsent(http.StatusUnprocessableEntity, a, found)
	}
	if v.form.Get("decision") == "send_code" {
		return v.seeOther(a.Path() + "/consent")
	}
	return v.seeOther(a.Path())
}

// survey is the questionnaire.
type survey struct {
	Title     language.Text `json:"title"`
	Questions []struct {
		ID      string          `json:"id"`
		Text    language.Text   `json:"text"`
		Answers []language.Text `json:"answers"`
	} `json:"questions"`
}

// surveyView is the page of the questionnaire. Nothing of it says who answers.
type surveyView struct {
	application
	Errors []Wrong
	Survey survey
	Token  string // one that was handed out and is not used yet
	Done   bool
}

// questionnairePage shows the questions. The token by which they are answered is handed
// out once, by the form.
func (v *visit) questionnairePage() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	return v.showSurvey(http.StatusOK, surveyView{application: a})
}

func (v *visit) showSurvey(status int, view surveyView) error {
	if err := v.get("/v1/questionnaire?service="+view.Service.ID, &view.Survey); err != nil {
		return err
	}
	return v.show(status, "questionnaire", view)
}

func (v *visit) questionnaire() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	view := surveyView{application: a, Token: v.form.Get("token")}
	body := map[string]any{}
	for _, question := range []string{"quality", "accessibility"} {
		n, err := strconv.Atoi(v.form.Get(question))
		if err != nil {
			view.Errors = append(view.Errors, v.missing(question+"-1"))
		}
		body[question] = n
	}
	if view.Errors != nil {
		return v.showSurvey(http.StatusUnprocessableEntity, view)
	}
	if view.Token == "" {
		var invited struct {
			Token string `json:"token"`
		}
		if err := v.ask(question{Method: http.MethodPost, Path: a.of("/questionnaire")}, &invited); err != nil {
			return v.surveyRefused(view, err)
		}
		view.Token = invited.Token
	}
	body["token"] = view.Token
	if err := v.ask(question{Method: http.MethodPost, Path: "/v1/questionnaire", Body: body}, nil); err != nil {
		return v.surveyRefused(view, err)
	}
	view.Done = true
	return v.showSurvey(http.StatusOK, view)
}

func (v *visit) surveyRefused(view surveyView, err error) error {
	if view.Errors, err = wrongs(err); err != nil {
		return err
	}
	return v.showSurvey(http.StatusConflict, view)
}
