package changes

// Codes of findings that a permission may allow.
const (
	// A revision follows. Every later revision has this finding.
	CodeRevision = "later-revision"
	// An object is written again with the same value.
	CodeRewritten = "rewritten"
	// A new object that nothing refers to.
	CodeUnreferenced = "unreferenced-object"
	// The document security store grows.
	CodeDSS = "dss"
	// A document timestamp is added.
	CodeTimestamp = "document-timestamp"
	// A signature is added.
	CodeSignature = "signature-added"
	// An empty signature field is added.
	CodeSignatureField = "signature-field-added"
	// The catalog's XMP metadata is replaced.
	CodeMetadata = "metadata"
	// The modification date or the producer changes.
	CodeInfo = "info"
	// The catalog's /Version rises or its /Extensions change.
	CodeVersion = "version"
	// The form's signature flags are set, or the form is new.
	CodeForm = "form"
	// The form gets default resources and had none.
	CodeDefaults = "default-resources"
	// The structure of a tagged document gets an element for a new signature field.
	CodeStructureGrows = "structure-grows"
	// An entry changes that is one program's own.
	CodePrivate = "private-entry"
	// The value of a form field changes.
	CodeFieldValue = "field-value"
	// The first part of the file identifier changes, or the identifier is left out.
	CodeIdentifier = "file-identifier"
	// An annotation is added, changed or removed.
	CodeAnnotation        = "annotation-added"
	CodeAnnotationChanged = "annotation-changed"
	CodeAnnotationRemoved = "annotation-removed"
)

// Codes of findings that nothing allows.
const (
	// The trailer changes otherwise than by the mechanics of an update.
	CodeTrailer = "trailer"
	// The trailer names another object as the catalog.
	CodeRootMoved = "root-moved"
	// A hybrid cross-reference with objects that only some programs see.
	CodeHybrid = "hybrid-xref"
	// The catalog names another page tree.
	CodePageTreeMoved = "page-tree-moved"
	// An entry of the catalog changes.
	CodeCatalog = "catalog"
	// Something that acts by itself is added or changed.
	CodeAction = "action"
	// /Perms changes, or a certification is not the first signature.
	CodeCertification = "certification-not-first"

	CodePageAdded     = "page-added"
	CodePageRemoved   = "page-removed"
	CodePageReordered = "page-reordered"
	CodePageTree      = "page-tree"
	// A box or the rotation of a page changes.
	CodePageBox = "page-box"
	CodePage    = "page"
	// What a page shows changes.
	CodeContent   = "page-content"
	CodeResources = "resources"
	CodeFont      = "font"
	CodeXObject   = "xobject"

	// The structure of a tagged document changes otherwise.
	CodeStructure = "structure"
	// The form changes otherwise than by new signature fields.
	CodeFormChanged = "form-changed"
	// A field changes otherwise than by its value.
	CodeField = "field"
	// A field that a lock or its own flag protects changes.
	CodeLocked = "field-locked"
	// An appearance changes that must not, or shows something else than the
	// value.
	CodeAppearance = "appearance"
	// A signed field, or the signature in it, changes.
	CodeSignatureChanged = "signature-changed"
	// A new signature does not cover the revision that brings it.
	CodeSignatureRange = "signature-range"
	// A new field takes a name that is there already, or may be mistaken for it.
	CodeFieldName = "field-name"
	// A visible signature field is added after a certification.
	CodeVisibleField = "visible-field"
	// A new field lies over another annotation, or over what the page shows.
	CodeOverlap        = "overlap-annotation"
	CodeOverlapContent = "overlap-content"
	// Evidence is removed or replaced, or is none.
	CodeDSSChanged = "dss-changed"

	// An object is removed.
	CodeFreed = "object-freed"
	// An object number is used for another generation.
	CodeReused = "number-reused"
	// A new object takes the number of a reference that pointed to nothing.
	CodeDangling = "dangling-reference"
	// Something follows, and there is a reference to an object of which no
	// cross-reference says anything.
	CodeUnlisted = "unlisted-reference"
	// A changed object has a second part in the document, where the change is
	// not permitted.
	CodeShared = "object-shared"
	// An object becomes one of another type.
	CodeType = "type-changed"
	// A dictionary names a key twice; allowed when both values are the same.
	CodeDuplicateKey = "duplicate-key"
	// An object changes whose part in the document is not known.
	CodeObject = "object-changed"
	// A new object hangs on something that is not known.
	CodeNewObject = "object-added"
	// Too many forbidden changes to go on.
	CodeNotCompared = "not-compared"
)
