package outline

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// office tells office documents from other archives, and what in them acts.
func (j *judging) office(all []entry) {
	byName := map[string]entry{}
	for _, e := range all {
		byName[e.name] = e
	}
	types, packed := byName["[Content_Types].xml"]
	mime, open := byName["mimetype"]
	switch {
	case packed && byName["_rels/.rels"].end != 0:
		j.openXML(all, types)
	case open && mime.method == 0:
		j.openDocument(all, string(j.part(mime)))
	default:
		if _, jar := byName["META-INF/MANIFEST.MF"]; jar {
			j.found(Executable)
		}
	}
}

// inZIP reports whether files of a type are archives.
func inZIP(kind string) bool {
	switch kind {
	case DOCX, XLSX, PPTX, DOCM, XLSM, PPTM, ODT, ODS, ODP:
		return true
	}
	return false
}

// openXML reads a document of ECMA-376.
func (j *judging) openXML(all []entry, types entry) {
	content := j.part(types)
	for _, t := range []struct{ main, plain, macro string }{
		{"word/", DOCX, DOCM}, {"xl/", XLSX, XLSM}, {"ppt/", PPTX, PPTM},
	} {
		for _, e := range all {
			if strings.HasPrefix(e.name, t.main) {
				j.verdict.Type = t.plain
			}
		}
		if j.verdict.Type == t.plain && bytes.Contains(content, []byte("macroEnabled")) {
			j.verdict.Type = t.macro
			j.found(Macro)
		}
	}
	if j.verdict.Type == ZIP {
		return
	}
	read := 0
	for _, e := range all {
		name := strings.ToLower(e.name)
		switch {
		case path.Base(name) == "vbaproject.bin" || strings.HasPrefix(name, "xl/macrosheets/"):
			j.found(Macro)
		case strings.Contains(name, "/embeddings/"):
			j.found(Embedded)
		case strings.Contains(name, "/activex/"):
			j.found(Launch)
		case strings.HasSuffix(name, ".rels"):
			if read++; read <= mostParts && fetches(j.part(e)) {
				j.found(External)
			}
		case name == "_xmlsignatures/origin.sigs":
			j.verdict.Signed = true
		}
	}
}

// relation is a relationship of a package.
var relation = regexp.MustCompile(`<(?:\w+:)?Relationship\b[^>]*>`)

// fetches reports whether relationships name a part elsewhere. What a person clicks on
// is no part.
func fetches(rels []byte) bool {
	for _, r := range relation.FindAll(rels, -1) {
		if bytes.Contains(r, []byte(`"External"`)) && !bytes.Contains(r, []byte("/hyperlink\"")) {
			return true
		}
	}
	return false
}

// openDocument reads a document of ISO/IEC 26300.
func (j *judging) openDocument(all []entry, mime string) {
	switch mime {
	case ODT, ODS, ODP:
		j.verdict.Type = mime
	default:
		return
	}
	for _, e := range all {
		switch {
		case strings.HasPrefix(e.name, "Basic/") || strings.HasPrefix(e.name, "Scripts/"):
			j.found(Macro)
		case e.name == "META-INF/manifest.xml" && bytes.Contains(j.part(e), []byte("encryption-data")):
			j.found(Encrypted)
		case e.name == "META-INF/documentsignatures.xml":
			j.verdict.Signed = true
		}
	}
}
