package pades

// commonNames are the names that most dictionaries are made of, for which nothing is
// allocated. The table is read only.
var commonNames = objectsOf(
	"A", "AF", "AFRelationship", "AP", "AcroForm", "Action", "Adobe.PPKLite", "Annot", "Annots", "BBox", "BaseFont", "Border", "ByteRange", "C", "CRLs",
	"Catalog", "Certs", "ColorSpace", "Contents", "Count", "DA", "DR", "DSS", "DecodeParms", "Desc", "DocMDP", "DocTimeStamp", "EF",
	"ETSI.CAdES.detached", "ETSI.RFC3161", "EmbeddedFile", "EmbeddedFiles", "Encoding", "ExtGState", "Extends", "Extensions", "F", "FT", "Ff", "FieldMDP",
	"Fields", "Filespec", "Filter", "First", "FlateDecode", "Font", "Form", "Group", "H", "Height", "ID", "Image", "Index", "Info", "K", "Kids", "Lang",
	"Length", "Link", "Location", "M", "MarkInfo", "Marked", "Matrix", "MediaBox", "Metadata", "N", "Name", "Names", "O", "OCSPs", "ObjStm",
	"OutputIntents", "P", "Page", "Pages", "Params", "Parent", "Perms", "Pg", "Prev", "ProcSet", "Reason", "Rect", "Reference", "Resources", "Root", "S",
	"Sig", "SigFlags", "SigRef", "Size", "StructElem", "StructParent", "StructParents", "StructTreeRoot", "SubFilter", "Subtype", "T", "Title",
	"TransformMethod", "TransformParams", "Type", "UF", "URI", "V", "VRI", "Version", "ViewerPreferences", "W", "Widget", "Width", "XML", "XObject",
	"XRef", "adbe.pkcs7.detached",
)

func objectsOf(names ...Name) map[string]Object {
	all := make(map[string]Object, len(names))
	for _, n := range names {
		all[string(n)] = n
	}
	return all
}

// nameOf returns a name without escapes.
func nameOf(raw []byte) Object {
	if o, common := commonNames[string(raw)]; common {
		return o
	}
	return Name(raw)
}
