package site_test

import (
	"net/http"
	"strings"
	"testing"

	"tamga/browsertest"
)

// Anybody finds the licences of organisations; what is typed stands in no address, and the
// number of a person is not taken.
func TestLicencesPage(t *testing.T) {
	p := unknown(t, "ru")
	first := p.visit("/licences")
	first.has(t, http.StatusOK, "26000001", "250040999988", "Действует", "Лицензии физических лиц в списке не показываются")
	search := func(values map[string]string) answered {
		t.Helper()
		return p.send("/licences", "/licences", nil, values)
	}
	search(map[string]string{"bin": "250040999988"}).has(t, http.StatusOK, "Найденные лицензии", "26000001", `value="250040999988"`)
	search(map[string]string{"name": "ұлы дала", "status": "in_force"}).has(t, http.StatusOK, "26000001", `<option value="in_force" selected>`)
	search(map[string]string{"name": "такой нет"}).has(t, http.StatusOK, "Таких лицензий не найдено", `value="такой нет"`)
	wrong := search(map[string]string{"bin": "850101400011"})
	wrong.has(t, http.StatusBadRequest, `href="#bin"`, "физического лица")
	search(map[string]string{"name": "Сейітқали"}).has(t, http.StatusOK, "Таких лицензий не найдено")
	if strings.Contains(first.body, "Сейітқали") {
		t.Error("the list names a person")
	}
	english := unknown(t, "en").visit("/licences")
	english.has(t, http.StatusOK, "(«Ūly dala mūrasy»", `<span class="tag good">in force</span>`, "Licences issued last")

	url, b := open(t), browsertest.Open(t, "")
	for _, lang := range []string{"kk", "ru", "en"} {
		b.Run(t, browsertest.Size(1200, 1100), browsertest.Visit(url+"/licences?lang="+lang), browsertest.See("h1"))
		b.Accessible(t)
		b.Picture(t, "licences-"+lang)
		b.Run(t, browsertest.Size(320, 700))
		noSideways(t, b, 320)
	}
	b.Picture(t, "licences-320")
	b.Dark(t, true)
	b.Accessible(t)
	b.Quiet(t)
}
