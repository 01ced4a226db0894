package documents

import "tamga/language/words"

// Country is a country or a territory whose authorities give out documents, by its
// code of two capitals (ISO 3166-1, alpha-2).
type Country string

// Kazakhstan gives everybody who lives or works in it an ЖСН or a БСН.
const Kazakhstan Country = "KZ"

// Label returns the name of the country, as the Unicode CLDR has it, abbreviations
// written out. What is no code has none.
func (c Country) Label() Label { return words.Of("country." + string(c)) }
