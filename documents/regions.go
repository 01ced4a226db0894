package documents

import "strings"

// Region is a region or a city of republican significance, by its two digits of ISO
// 3166-2:KZ; empty when none is known.
type Region string

// Regions are all of them, in the order of the standard.
func Regions() []Region {
	return []Region{
		"10", "11", "15", "19", "23", "27", "31", "33", "35", "39", "43", "47", "55", "59", "61", "62", "63", "71", "75", "79",
	}
}

// RegionOf is the region that an address names first: addresses are free text, which begins
// with the region or its city. An address that names none has none.
func RegionOf(address Text) Region {
	for _, text := range []string{address.KK, address.RU} {
		if r := firstRegion(strings.ToLower(text)); r != "" {
			return r
		}
	}
	return ""
}

func firstRegion(address string) (found Region) {
	at, longest := len(address), 0
	for region, names := range regionNames {
		for _, name := range names {
			if i := strings.Index(address, name); i >= 0 && (i < at || i == at && len(name) > longest) {
				at, longest, found = i, len(name), region
			}
		}
	}
	return found
}

// regionNames are what addresses call the regions, and the cities from which they are
// known, in small letters and without endings. It is read only.
var regionNames = map[Region][]string{
	"10": {"абай обл", "область абай", "обл. абай", "абайская обл", "семей"},
	"11": {"ақмола", "акмолин", "көкшетау", "кокшетау"},
	"15": {"ақтөбе", "актюбин", "актобе"},
	"19": {"алматы обл", "алматинск", "қонаев", "конаев"},
	"23": {"атырау"},
	"27": {"батыс қазақстан", "западно-казахстан", "орал қ", "уральск"},
	"31": {"жамбыл обл", "жамбылск", "тараз"},
	"33": {"жетісу", "жетысу", "талдықорған", "талдыкорган"},
	"35": {"қарағанды", "караганд"},
	"39": {"қостанай", "костана"},
	"43": {"қызылорда", "кызылорд"},
	"47": {"маңғыстау", "мангистау", "мангыстау", "ақтау", "актау"},
	"55": {"павлодар"},
	"59": {"солтүстік қазақстан", "северо-казахстан", "петропавл"},
	"61": {"түркістан", "туркестан"},
	"62": {"ұлытау", "улытау", "жезқазған", "жезказган"},
	"63": {"шығыс қазақстан", "восточно-казахстан", "өскемен", "усть-каменогорск"},
	"71": {"астана", "нұр-сұлтан", "нур-султан"},
	"75": {"алматы"},
	"79": {"шымкент"},
}
