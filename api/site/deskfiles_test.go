package site_test

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// attachedFile is a link to a file of an application on the desk.
var attachedFile = regexp.MustCompile(`href="(/desk/applications/[^"/]*)/files/([^"]*)"`)

// Twenty hostile files are attached, or refused, and none becomes active content of this
// origin: a file is shown in its place only as the PDF or picture that it is by its content, where nothing
// runs, and everything else is downloaded as bytes.
func TestHostileFilesOnTheDesk(t *testing.T) {
	v := as(t, "applicant")
	path := v.begun("SRA")
	v.submit(path+"/form", "", filledIn())
	gif := append([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"), "<script>alert(1)</script>"...)
	pdf := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Size 3/Root 1 0 R>>\n%%EOF\n")
	script := "<script>fetch('/cabinet')</script>"
	hostile := map[string][]byte{
		"page.html": []byte("<!DOCTYPE html><html>" + script), "page.pdf": []byte("<!DOCTYPE html>" + script), "page.png": []byte("<html>" + script), "page": []byte("<body onload=alert(1)>"),
		"drawing.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "drawing.jpg": []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"page.xhtml": []byte(`<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>`), "style.xml": []byte(`<?xml version="1.0"?><?xml-stylesheet href="data:text/xsl,x" type="text/xsl"?><a/>`),
		"code.js": []byte("alert(1)"), "page.mht": []byte("MIME-Version: 1.0\nContent-Type: text/html\n\n" + script), "utf7.html": []byte("+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
		"wide.html": append([]byte("\xff\xfe"), "<\x00s\x00c\x00r\x00i\x00p\x00t\x00>\x00"...), "picture.gif": gif, "picture.html": gif, "active.pdf": pdf, "active.html": pdf,
		"late.pdf": append(bytes.Repeat([]byte(" "), 600), script...), "lists.css": []byte("body{background:url(/sign-out)}"), "a.hta": []byte("<HTA:APPLICATION>" + script),
		"name\"; filename=x.html": []byte("<iframe src=javascript:alert(1)>"),
	}
	if len(hostile) != 20 {
		t.Fatalf("%d files", len(hostile))
	}
	refused := 0 // already where they are attached
	for name, content := range hostile {
		v.get(path + "/files")
		values, _ := v.filled(path + "/files")
		if v.send(path+"/files", values, []upload{{"file", name, content}}); v.status != http.StatusOK {
			refused++
		}
	}
	v.get(path)
	v.submit(path+"/ready", "", nil)
	v.submit(path+"/sign", "applicant", nil)
	v.submit(path+"/sign", "applicant", nil)
	v.expect(http.StatusOK, path)
	registrar := as(t, "registrar")
	registrar.get("/desk/applications/" + strings.TrimPrefix(path, "/cabinet/applications/"))
	found := attachedFile.FindAllStringSubmatch(registrar.page, -1)
	if len(found) == 0 || len(found)+refused != len(hostile) {
		t.Fatalf("%d of the files are on the desk, %d were refused: %s", len(found), refused, registrar.text())
	}
	shown := 0
	for _, m := range found {
		for _, way := range []string{"files", "view"} {
			registrar.get(m[1] + "/" + way + "/" + m[2])
			if registrar.status != http.StatusOK {
				t.Fatalf("%s answered %d", registrar.at, registrar.status)
			}
			if wrong := harmless(registrar.headers); wrong != "" {
				t.Errorf("%s: %s", registrar.at, wrong)
			}
			if strings.HasPrefix(registrar.headers.Get("Content-Disposition"), "inline") {
				shown++
			}
		}
	}
	if shown == 0 {
		t.Error("not even a picture is shown in its place")
	}
}

// harmless says how an answer could become active content; nothing if it cannot.
func harmless(h http.Header) string {
	kind, policy := h.Get("Content-Type"), h.Get("Content-Security-Policy")
	inline := !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;")
	pictures := []string{"image/png", "image/jpeg", "image/gif", "image/webp"}
	switch {
	case h.Get("X-Content-Type-Options") != "nosniff":
		return "its type may be guessed"
	case !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src"):
		return "the policy lets something run: " + policy
	case inline && kind != "application/pdf" && !slices.Contains(pictures, kind):
		return fmt.Sprintf("%s is shown in its place", kind)
	case kind != "application/pdf" && !strings.Contains(policy, "sandbox"):
		return "there is no sandbox: " + policy
	case strings.Contains(kind, "html") || strings.Contains(kind, "xml") || strings.Contains(kind, "svg") || strings.Contains(kind, "script"):
		return "it is active content: " + kind
	}
	return ""
}

// The check of an answer sees what it is for.
func TestHarmless(t *testing.T) {
	good := func() http.Header {
		return http.Header{
			"Content-Type": {"image/gif"}, "Content-Security-Policy": {"sandbox; default-src 'none'"}, "X-Content-Type-Options": {"nosniff"}, "Content-Disposition": {"inline; filename=a.gif"},
		}
	}
	if wrong := harmless(good()); wrong != "" {
		t.Fatal(wrong)
	}
	for name, value := range map[string]string{
		"Content-Type": "image/svg+xml", "Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "",
	} {
		bad := good()
		bad.Set(name, value)
		if harmless(bad) == "" {
			t.Errorf("%s: %q is harmless", name, value)
		}
	}
}
