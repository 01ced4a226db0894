package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
	"tamga/documents"
)

// offlinePage answers GET /offline with the page that checks documents without
// the network. It carries the keys and, if it can be had, the list of now.
func (v *service) offlinePage(c echo.Context) error {
	keys, err := v.keySet(contextOf(c))
	if err != nil {
		return err
	}
	view := web.Offline{
		Lang: pageLanguage(c), Host: v.host, BaseURL: v.BaseURL, Demo: v.Demo,
		Keys: keys, Kinds: offlineKinds(), ServedAt: v.now(),
	}
	if !v.Registry.SealKey.IsZero() {
		list, err := v.freshList(c)
		if err != nil {
			return err
		}
		view.StatusList = list
	}
	body, policy, err := v.pages.Offline(view)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	return v.page(c, http.StatusOK, body, nil)
}

// offlineKinds are the kinds of documents that can be issued.
func offlineKinds() map[string]web.OfflineKind {
	kinds := map[string]web.OfflineKind{}
	for _, k := range []documents.Kind{
		documents.KindLicence, documents.KindRefusal, documents.KindExportCertificate, documents.KindApproval,
		documents.KindApplicationCopy, documents.KindAcceptance, documents.KindNotice, documents.KindConclusion,
		documents.KindQuestionnaire, documents.KindSummary, documents.KindDuplicate, documents.KindPaperCopy,
		documents.KindHistory,
	} {
		kinds[string(k)] = web.OfflineKind{
			Title: k.Title(), GivesRight: givesRight(k), Copy: givesRight(k) && !k.GivesRight(),
		}
	}
	return kinds
}
