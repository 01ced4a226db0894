package site

import (
	"net/http"
	"strconv"
	"strings"

	"tamga/language"
)

// languageCookie keeps the language that somebody chose.
const languageCookie = "tamga-language"

// Language is the language of a page: the one chosen by a link, else the one chosen
// before, else the one that the browser prefers among ours (RFC 9110 section 12.5.4), else
// Kazakh. Of the address it reads the parameter lang alone.
func Language(r *http.Request) language.Lang {
	if chosen := language.Lang(r.URL.Query().Get("lang")); chosen.Known() {
		return chosen
	}
	if c, err := r.Cookie(languageCookie); err == nil && language.Lang(c.Value).Known() {
		return language.Lang(c.Value)
	}
	return Preferred(r, language.KK)
}

// Preferred returns the language that a client prefers among ours, or fallback when it
// names none of them.
func Preferred(r *http.Request, fallback language.Lang) language.Lang {
	best, bestWeight := fallback, 0.0
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, parameters, _ := strings.Cut(part, ";")
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if l, weight := language.Lang(primary), quality(parameters); l.Known() && weight > bestWeight {
			best, bestWeight = l, weight
		}
	}
	return best
}

func quality(parameters string) float64 {
	value, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(value, 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}

// KeepLanguage keeps a choice that an address makes.
func KeepLanguage(w http.ResponseWriter, r *http.Request) {
	chosen := r.URL.Query().Get("lang")
	if c, err := r.Cookie(languageCookie); !language.Lang(chosen).Known() || err == nil && c.Value == chosen {
		return
	}
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: chosen, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, HttpOnly: true})
}
