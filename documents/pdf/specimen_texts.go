package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"

	"tamga/documents"
)

func both(kk, ru string) documents.Text { return documents.Text{KK: kk, RU: ru} }

// letterFields are those of every letter of an authority.
func letterFields(more map[string]documents.Text) map[string]documents.Text {
	all := map[string]documents.Text{
		"authority":          both("«Астана қаласының Мәдениет басқармасы» мемлекеттік мекемесі", "Государственное учреждение «Управление культуры города Астаны»"),
		"requisites":         both("010000, Астана қаласы, Бейбітшілік көшесі, 11, тел.: 8 (7172) 55-68-25", "010000, г. Астана, ул. Бейбитшилик, 11, тел.: 8 (7172) 55-68-25"),
		"issued_on":          Same("22.11.2026"),
		"position":           both("Мәдениет басқармасының басшысы", "Руководитель Управления культуры"),
		"signatory":          Same("Ж. Қ. Әуезханұлы"),
		"applicant":          both("Әбдіғаппарұлы Өмірзақ Құныскерейұлы", "Абдигаппарулы Омирзак Кунискерейулы"),
		"service":            both("«Мәдени құндылықтарды уақытша әкету құқығына куәлік беру»", "«Выдача свидетельства на право временного вывоза культурных ценностей»"),
		"application_number": Same("KZ08RLA26000041"),
		"application_date":   Same("20.11.2026"),
		"place":              both("Астана қаласы", "г. Астана"),
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

// vessel draws a pot before a background, so that a specimen has a photograph.
func vessel(w, h int, hue float64) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w)*2-1, float64(y)/float64(h)*2-1
			r := 0.25 + 0.4*math.Cos(v*1.3+0.3)*math.Cos(v*1.3+0.3)
			c := color.RGBA{R: uint8(225 - 20*v), G: uint8(222 - 25*v), B: uint8(215 - 30*v), A: 255}
			if v > -0.75 && v < 0.8 && math.Abs(u) < r {
				light := 0.35 + 0.65*math.Sqrt(1-u*u/(r*r))
				band := 1.0
				if math.Mod(v*7+3*math.Abs(math.Sin(u*9)), 2) < 0.5 {
					band = 0.7
				}
				c = color.RGBA{R: uint8(190 * light * band), G: uint8((120 + 50*hue) * light * band), B: uint8((70 + 90*hue) * light * band), A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func jpegFile(img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		return nil // a bytes.Buffer does not fail
	}
	return b.Bytes()
}

func pngFile(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil // likewise
	}
	return b.Bytes()
}

// objects is a list of cultural objects.
func objects(n int) Table {
	t := Table{Columns: []string{"inventory", "name", "author", "date", "material", "size", "finding"}}
	kinds := [][3]documents.Text{
		{both("Керамикалық құмыра, қошқар мүйіз өрнегімен безендірілген", "Керамический сосуд с орнаментом «қошқар мүйіз»"), both("белгісіз шебер", "неизвестный мастер"), both("саз, қалыптау, күйдіру", "глина, лепка, обжиг")},
		{both("«Наурыз» картинасы", "Картина «Наурыз»"), both("Ә. Қастеев", "А. Кастеев"), both("кенеп, майлы бояу", "холст, масло")},
		{both("Күміс білезік", "Серебряный браслет"), both("зергер белгісіз", "ювелир неизвестен"), both("күміс, құю, шекіме", "серебро, литьё, зернь")},
		{both("Ғылыми-реставрациялау зертханасында қалпына келтірілген ою-өрнекті текемет", "Орнаментированная кошма, восстановленная в научно-реставрационной лаборатории"), both("ұжымдық жұмыс", "коллективная работа"), both("жүн, басу", "шерсть, валяние")},
	}
	for i := range n {
		k := kinds[i%len(kinds)]
		t.Rows = append(t.Rows, []documents.Text{
			Same(fmt.Sprintf("КП-%05d/%d", 1200+i, i%9+1)), k[0], k[1],
			both(fmt.Sprintf("XIX ғ., %d ж.", 1850+i%40), fmt.Sprintf("XIX в., %d г.", 1850+i%40)), k[2],
			both(fmt.Sprintf("%d × %d см", 20+i%30, 15+i%12), fmt.Sprintf("%d × %d см", 20+i%30, 15+i%12)),
			both("мәдени құндылық ретінде танылды", "признан культурной ценностью"),
		})
	}
	return t
}

// specimenLicence is a licence of usual length to a legal entity.
func specimenLicence() documents.Licence {
	return documents.Licence{
		Number:   "26000017",
		IssuedOn: documents.Date{Year: 2026, Month: 11, Day: 22},
		Holder: documents.Holder{Legal: &documents.LegalEntity{
			Name:    documents.Text{KK: "«Ұлы дала мұрасы» жауапкершілігі шектеулі серіктестігі", RU: "Товарищество с ограниченной ответственностью «Наследие Великой степи»"},
			Address: documents.Text{KK: "160000, Шымкент қаласы, Әл-Фараби ауданы, Тәуке хан даңғылы, 12-үй", RU: "160000, г. Шымкент, Аль-Фарабийский район, пр. Тауке хана, д. 12"},
			BIN:     "120741000014",
		}},
		Activity: documents.Text{
			KK: "Тарих және мәдениет ескерткіштерінде археологиялық және (немесе) ғылыми-реставрациялау жұмыстарын жүзеге асыру жөніндегі қызмет",
			RU: "Деятельность по осуществлению археологических и (или) научно-реставрационных работ на памятниках истории и культуры",
		},
		SpecialConditions: documents.Text{KK: "Жоқ", RU: "Нет"},
		Licensor: documents.Text{
			KK: "Қазақстан Республикасы Мәдениет және ақпарат министрлігінің Мәдениет комитеті",
			RU: "Комитет культуры Министерства культуры и информации Республики Казахстан",
		},
		Head:  "Сейітқали Ә. Ғ.",
		Place: documents.Text{KK: "Астана қаласы", RU: "г. Астана"},
	}
}

// specimenRefusal is a refusal of usual length.
func specimenRefusal() documents.Refusal {
	return documents.Refusal{
		Number:    "KZ26RLR26000003",
		IssuedOn:  documents.Date{Year: 2026, Month: 11, Day: 22},
		Authority: specimenLicence().Licensor,
		Requisites: documents.Text{
			KK: "010000, Астана қаласы, Орынбор көшесі, 8, «Министрліктер үйі», 15-кіреберіс, 527-кабинет, тел.: 8 (7172) 74-05-68",
			RU: "010000, г. Астана, ул. Орынбор, 8, «Дом министерств», 15-й подъезд, кабинет 527, тел.: 8 (7172) 74-05-68",
		},
		Applicant:         specimenLicence().Holder,
		ApplicationNumber: "KZ08RLA26000041",
		ApplicationDate:   documents.Date{Year: 2026, Month: 11, Day: 3},
		Ground:            documents.GroundQualification,
		Reason: documents.Text{
			KK: "Ұсынылған құжаттар біліктілік талаптарына сәйкес келмейді: өтініш берушінің штатында археология мамандығы бойынша жоғары білімі және кемінде үш жыл жұмыс тәжірибесі бар маман жоқ; реставрациялық зертхананың жабдықталуы туралы мәліметтер ұсынылмаған.\nАталған кемшіліктер жойылғаннан кейін өтінішті жалпы негізде қайта беруге болады.",
			RU: "Представленные документы не соответствуют квалификационным требованиям: в штате заявителя нет специалиста с высшим образованием по специальности «археология» и опытом работы не менее трёх лет; сведения об оснащении реставрационной лаборатории не представлены.\nПосле устранения указанных недостатков заявление может быть подано повторно на общих основаниях.",
		},
		Position:  documents.Text{KK: "Мәдениет комитетінің төрағасы", RU: "Председатель Комитета культуры"},
		Signatory: "Ә. Ғ. Сейітқали",
	}
}
