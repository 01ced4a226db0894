package site

import (
	"net/http"
	"slices"
	"strings"
)

// viewed are the types of files that a browser shows without running anything of them. It
// is read only.
var viewed = []string{"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"}

// fileOnDesk has a file of an application downloaded.
func (v *visit) fileOnDesk() error {
	path, err := v.fileOf()
	if err != nil {
		return err
	}
	return v.pass(question{Path: path})
}

// fileOf is the content of a file of the page in the interface.
func (v *visit) fileOf() (string, error) {
	a, err := v.application()
	if err != nil {
		return "", err
	}
	id, err := segment(v.r.PathValue("file"))
	return a.of("/attachments/" + id + "/content"), err
}

// viewOnDesk shows a PDF or a picture in a frame of ours. Everything else is downloaded, as
// it is from the interface.
func (v *visit) viewOnDesk() error {
	path, err := v.fileOf()
	if err != nil {
		return err
	}
	return v.send(&inPlace{ResponseWriter: v.w}, question{Path: path})
}

// inPlace has what strangers have sent shown in its place: the type is the one that the
// interface has judged by the content, the browser may not guess another, and nothing in it
// runs or is loaded. A frame of this origin only may show it.
type inPlace struct {
	http.ResponseWriter
	begun bool
}

// strangers is the policy of a picture that was sent to us. A PDF has no sandbox: browsers
// show none in one, and their viewers run nothing of a PDF in the origin of the page.
const strangers = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"

func (w *inPlace) WriteHeader(status int) {
	if !w.begun {
		w.begun = true
		w.showable(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// showable sets the headers of what is shown in its place.
func (w *inPlace) showable(status int) {
	h := w.Header()
	kind := h.Get("Content-Type")
	if status != http.StatusOK || !slices.Contains(viewed, kind) {
		return
	}
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Disposition", strings.Replace(h.Get("Content-Disposition"), "attachment", "inline", 1))
	if kind == "application/pdf" {
		h.Set("Content-Security-Policy", strangers)
	} else {
		h.Set("Content-Security-Policy", "sandbox; "+strangers)
	}
}

func (w *inPlace) Write(b []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}
