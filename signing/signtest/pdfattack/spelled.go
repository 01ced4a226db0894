package pdfattack

import (
	"strings"

	"tamga/signing/pades"
)

const (
	codeIdentifier = "file-identifier"
	codeDefaults   = "default-resources"
	claimedTime    = "/M(D:20260601115000Z)"
)

// spelled are signatures whose entries are spelled otherwise than the standard
// has it.
func spelled(g Signers) []Case {
	s := approval()
	swapped := func(old, changed string) []byte { return s.edit(signature, old, changed).build(g).out }
	stamp := func(old, changed string) []byte {
		return s.update(g, s.sign(fresh, "Stamp", replace(stampBody(), old, changed)))
	}
	return []Case{
		{"tolerated: a claimed time without its prefix", swapped(claimedTime, "/M(20260601115000+05'00')"), Tolerated, pades.CodeClaimedTime},
		{"tolerated: a claimed time whose zone has no apostrophes", swapped(claimedTime, "/M(D:20260601115000+0500)"), Tolerated, pades.CodeClaimedTime},
		{"tolerated: a claimed time whose zone has a colon", swapped(claimedTime, "/M(D:20260601115000+05:00)"), Tolerated, pades.CodeClaimedTime},
		{"usf: a claimed time in words", swapped(claimedTime, "/M(1 June 2026)"), Problem, pades.CodeClaimedTime},
		{"usf: a claimed time that is none, without its prefix", swapped(claimedTime, "/M(20260631115000)"), Problem, pades.CodeClaimedTime},
		{"usf: a claimed time of two dates", swapped(claimedTime, "/M(20260601115000 20260602115000)"), Problem, pades.CodeClaimedTime},
		{"tolerated: a timestamp of type Sig", stamp("/DocTimeStamp", "/Sig"), Tolerated, pades.CodeTypeMismatch},
		{"tolerated: a timestamp without a type", stamp("/Type/DocTimeStamp", ""), Tolerated, pades.CodeTypeMismatch},
		{"usf: a timestamp of another type", stamp("/DocTimeStamp", "/Annot"), Problem, pades.CodeTypeMismatch},
		{"usf: a signature of the type of timestamps", swapped("/Type/Sig", "/Type/DocTimeStamp"), Problem, pades.CodeTypeMismatch},
		{"tolerated: the filter twice", swapped("/Filter/Adobe.PPKLite", "/Filter/Adobe.PPKLite/Filter/Adobe.PPKLite"), Tolerated, pades.CodeDuplicateKey},
		{"usf: two filters", swapped("/Filter/Adobe.PPKLite", "/Filter/Adobe.PPKLite/Filter/Adobe.PPKMS"), Problem, pades.CodeDuplicateKey},
		{"usf: the same Contents twice", swapped("/Contents "+contentsHole, "/Contents<3000>/Contents<3000>/X "+contentsHole), Problem, pades.CodeDuplicateKey},
		{"tolerated: the version twice in the catalog", s.edit(catalog, "/Type/Catalog", "/Type/Catalog/Version/1.7/Version/1.7").build(g).out,
			Tolerated, pades.CodeDuplicateKey},
		{"usf: two versions in the catalog", s.edit(catalog, "/Type/Catalog", "/Type/Catalog/Version/1.7/Version/1.4").build(g).out,
			Unreadable, pades.CodeDuplicateKey},
		{"tolerated: the version twice, in a second signature's revision", s.update(g, s.sign(fresh, "Other", sigBody("")).and(sample{
			catalog: replace(s[catalog], "/Type/Catalog", "/Type/Catalog/Version/2.0/Version/2.0")})), Tolerated, pades.CodeDuplicateKey},
		{"isa: two values of a key in a new signature's field", s.update(g, twoRectangles(s)), Unreadable, pades.CodeDuplicateKey},
	}
}

func twoRectangles(s sample) sample {
	u := s.sign(fresh, "Other", sigBody(""))
	u[fresh] = replace(u[fresh], "/Rect[0 0 0 0]", "/Rect[0 0 0 0]/Rect[300 200 400 250]")
	return u
}

// around are files with something harmless before, after and between what is read.
func around(g Signers) []Case {
	s := approval()
	file := s.build(g).out
	after := func(text string) []byte { return append(file[:len(file):len(file)], text...) }
	before := func(text string, more ...string) []byte {
		d := newDraft(g)
		d.out = append([]byte(text), d.out...)
		d.out = append(d.out, strings.Join(more, "")...)
		for n := range 100 {
			if body, ok := s[n]; ok {
				d.put(n, body)
			}
		}
		return d.end("/Info 19 0 R").out
	}
	text := func(end string) []byte {
		return s.with(firstText, strings.Replace(s[firstText], "\nendstream", end+"endstream", 1)).build(g).out
	}
	second := func(trailer, id string) []byte {
		d := s.build(g)
		d.id = id
		u := s.sign(fresh, "Other", sigBody(""))
		for n := range 100 {
			if body, ok := u[n]; ok {
				d.put(n, body)
			}
		}
		return d.end("/Info 19 0 R" + trailer).out
	}
	odt := "/AdditionalStreams[/application#2Fvnd.oasis.opendocument.text 25 0 R]"
	withOriginal := s.with(25, streamBody("", "an original")).draft(g)
	rights := s.edit(catalog, "/AcroForm", "/Perms<</UR3 25 0 R>>/AcroForm").with(25, "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<3000>>>")
	inside := s.edit(catalog, "/AcroForm", "/Perms<</UR3 "+rights[25]+">>/AcroForm")
	apart := s.edit(catalog, "/AcroForm", "/Perms 25 0 R/AcroForm").with(25, "<</UR3 "+rights[25]+">>")
	return []Case{
		{"tolerated: usage rights written in the catalog", inside.build(g).out, Tolerated, pades.CodeUsageRights},
		{"tolerated: usage rights written in the permissions", apart.build(g).out, Tolerated, pades.CodeUsageRights},
		{"tolerated: usage rights written in a catalog that is written again", inside.update(g, inside.sign(fresh, "Other", sigBody("")).and(
			sample{catalog: replace(inside[catalog], "/AcroForm", "/ABCD_Note 1/AcroForm")})), Tolerated, pades.CodeUsageRights},
		{"honest: usage rights that were taken away", s.edit(catalog, "/AcroForm", "/Perms<</UR3 null>>/AcroForm").build(g).out, Honest, "unchanged"},
		{"usf: an unknown permission written in the catalog", inside.edit(catalog, "/UR3", "/UR4").build(g).out, Unreadable, pades.CodeOrphanSignature},
		{"usf: usage rights in the catalog that are no signature", inside.edit(catalog, "/Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]", "").build(g).out,
			Unreadable, pades.CodeOrphanSignature},
		{"usf: usage rights, and another signature in the catalog", inside.edit(catalog, "/AcroForm", "/ABCD_Note "+rights[25]+"/AcroForm").build(g).out,
			Unreadable, pades.CodeOrphanSignature},
		{"usf: usage rights that hold another signature", inside.edit(catalog, "/Type/Sig/Filter", "/Reference["+rights[25]+"]/Type/Sig/Filter").build(g).out,
			Unreadable, pades.CodeOrphanSignature},
		{"usf: usage rights in no permissions", inside.edit(catalog, "/Perms", "/ABCD_Perms").build(g).out, Unreadable, pades.CodeOrphanSignature},
		{"isa: usage rights added to the catalog", s.update(g, sample{catalog: inside[catalog]}), Change, codeCertification},
		{"tolerated: an end of line after the end", after("\r\n"), Tolerated, pades.CodeTrailingBytes},
		{"tolerated: blank lines after the end", after("\n \r\n\n"), Tolerated, pades.CodeTrailingBytes},
		{"isa: a zero byte and text after the end", after("\x00x"), Unreadable, pades.CodeTrailingBytes},
		{"tolerated: blank lines before the header", before("\r\n\n"), Tolerated, pades.CodeHeaderOffset},
		{"tolerated: a byte order mark before the header", before("\xEF\xBB\xBF"), Tolerated, pades.CodeHeaderOffset},
		{"usf: blank lines before the header, and an object that no table lists", before("\n\n", "6 0 obj\n<</Length 0>>stream\n\nendstream\nendobj\n"),
			Unreadable, pades.CodeHeaderOffset},
		{"usf: a page of another kind before the header", before("<html>"), Unreadable, pades.CodeHeaderOffset},
		{"tolerated: two ends of line before endstream", text("\n\r\n"), Tolerated, pades.CodeStreamPadding},
		{"usf: text between the length of a stream and its end", text("\nx\n"), Unreadable, pades.CodeObjectUnreadable},
		{"tolerated: an original that office programs open", withOriginal.end("/Info 19 0 R" + odt).out, Tolerated, pades.CodeOriginal},
		{"isa: an original for office programs is added", second(odt, "[<31><31>]"), Change, codeTrailer},
		{"tolerated: the first part of the file identifier changed", second("", "[<32><32>]"), Tolerated, codeIdentifier},
		{"tolerated: usage rights", rights.build(g).out, Tolerated, pades.CodeUsageRights},
		{"usf: an unknown permission that is a signature", rights.edit(catalog, "/UR3", "/UR4").build(g).out, Unreadable, pades.CodeOrphanSignature},
		{"usf: usage rights that are no signature", rights.with(25, "<</Type/Annot>>").build(g).out, Unreadable, pades.CodeOrphanSignature},
		{"isa: usage rights added", s.with(25, rights[25]).update(g, sample{catalog: rights[catalog]}), Change, codeCertification},
	}
}
