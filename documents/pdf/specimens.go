package pdf

import "tamga/documents"

// Specimens returns a fictional content for every kind of document, by a name
// that tells the kinds of one layout apart: for previews and tests. Every call
// makes them anew.
func Specimens() map[string]Content {
	licence := func(number string, more map[string]documents.Text) Content {
		d := specimenLicence()
		d.Number = number
		c := *licenceContent(&d)
		for k, v := range more {
			c.Fields[k] = v
		}
		return c
	}
	letter := func(layout, number string, more map[string]documents.Text) Content {
		return Content{Layout: layout, Number: number, Fields: letterFields(more)}
	}
	annex := map[string]documents.Text{
		"annex_number": Same("001"), "annex_issued_on": Same("22.11.2026"),
		"annex_ground":   both("22.11.2026 № 118 бұйрық", "приказ от 22.11.2026 № 118"),
		"holder_address": both("160000, Шымкент қаласы, Әл-Фараби ауданы, Тәуке хан даңғылы, 12-үй", "160000, г. Шымкент, Аль-Фарабийский район, пр. Тауке хана, д. 12"),
	}
	with := func(kk, ru string) map[string]documents.Text {
		out := map[string]documents.Text{"subtype": both(kk, ru)}
		for k, v := range annex {
			out[k] = v
		}
		return out
	}
	certificate := letter("export-certificate", "KZ41RTC26000012", map[string]documents.Text{
		"holder":            both("Қазақстан Республикасының Ұлттық музейі, БСН 120741000014", "Национальный музей Республики Казахстан, БИН 120741000014"),
		"purpose":           both("уақытша көрме", "временная выставка"),
		"country":           both("Франция Республикасы", "Французская Республика"),
		"receiver":          both("Гиме ұлттық Азия өнері музейі, Париж қаласы", "Национальный музей восточных искусств Гиме, г. Париж"),
		"conclusion_number": Same("KZ41RCC26000009"), "conclusion_date": Same("18.11.2026"), "return_by": Same("30.06.2027"),
	})
	certificate.Tables = map[string]Table{"objects": objects(7)}
	for i := range 4 {
		p := Photograph{Data: jpegFile(vessel(640+i*40, 480, float64(i)/4)), Caption: both("Керамикалық құмыра, КП-0120"+itoa(i), "Керамический сосуд, КП-0120"+itoa(i)), Alt: both("Өрнекті құмыраның суреті", "Фотография сосуда с орнаментом")}
		if i == 3 {
			p.Data = pngFile(vessel(300, 520, 0.5))
		}
		certificate.Photographs = append(certificate.Photographs, p)
	}
	conclusion := letter("conclusion", "KZ41RCC26000009", map[string]documents.Text{
		"recognised": Same("1"),
		"grounds":    both("Заттар XIX ғасырда жасалған, ұлттық қолөнердің сирек үлгілері болып табылады, қоры мұражай тізіліміне енгізілген.", "Предметы созданы в XIX веке, являются редкими образцами национального ремесла и внесены в музейный реестр."),
	})
	conclusion.Tables = map[string]Table{"objects": objects(4), "members": {Columns: []string{"role", "name", "position"}, Rows: [][]documents.Text{
		{both("төраға", "председатель"), Same("Ә. Б. Сүлейменова"), both("тарих ғылымдарының докторы", "доктор исторических наук")},
		{both("мүше", "член комиссии"), Same("Қ. Ө. Һәкімжанов"), both("өнертанушы", "искусствовед")},
		{both("хатшы", "секретарь"), Same("Г. Ң. Ұзақбаева"), both("бас маман", "главный специалист")},
	}}}
	noValue := letter("conclusion", "KZ41RCC26000010", map[string]documents.Text{"grounds": conclusion.Fields["grounds"]})
	noValue.Tables = conclusion.Tables
	summary := letter("questionnaire-summary", "KZ41RQS26000001", map[string]documents.Text{
		"year": Same("2026"), "total": Same("214"), "quality": both("91,6 %", "91,6 %"), "access": both("88,3 %", "88,3 %"),
		"service": both("«Тарих және мәдениет ескерткіштерінде археологиялық және (немесе) ғылыми-реставрациялау жұмыстарын жүзеге асыру жөніндегі қызметке лицензияны беру»", "«Выдача лицензии на деятельность по осуществлению археологических и (или) научно-реставрационных работ на памятниках истории и культуры»"),
	})
	summary.Tables = map[string]Table{"answers": {Columns: []string{"question", "no", "partly", "yes"}, Rows: [][]documents.Text{
		{both("Қызметті көрсету үдерісінің сапасы мен нәтижесі", "Качество процесса и результат оказания услуги"), Same("6 (2,8 %)"), Same("12 (5,6 %)"), Same("196 (91,6 %)")},
		{both("Қызмет туралы ақпараттың сапасы", "Качество информации об услуге"), Same("9 (4,2 %)"), Same("16 (7,5 %)"), Same("189 (88,3 %)")},
	}}}
	history := letter("history", "KZ41RHS26000003", map[string]documents.Text{
		"document": both("Мемлекеттік лицензия", "Государственная лицензия"), "document_number": Same("26000017"),
		"holder": both("«Ұлы дала мұрасы» ЖШС", "ТОО «Наследие Великой степи»"),
		"status": both("қолданыста", "действует"), "status_at": Same("22.11.2026 18:41"),
	})
	event := func(effective, recorded, kk, ru, order, whyKK, whyRU string) []documents.Text {
		return []documents.Text{Same(effective), Same(recorded), both(kk, ru), Same(order), both(whyKK, whyRU)}
	}
	history.Tables = map[string]Table{"events": {Columns: []string{"effective", "recorded", "event", "order", "reason"}, Rows: [][]documents.Text{
		event("03.02.2026 10:12", "03.02.2026 10:12", "берілді", "выдана", "№ 11, 02.02.2026", "біліктілік талаптарына сәйкес; Ә. Ғ. Сейітқали", "соответствует квалификационным требованиям; А. Г. Сейткали"),
		event("01.06.2026 00:00", "29.05.2026 16:40", "01.09.2026 дейін тоқтатыла тұрды", "приостановлена до 01.09.2026", "№ 64, 29.05.2026", "есеп ұсынылмаған; Ә. Ғ. Сейітқали", "не представлен отчёт; А. Г. Сейткали"),
		event("20.07.2026 00:00", "19.07.2026 11:05", "қайта жаңартылды", "возобновлена", "№ 81, 19.07.2026", "есеп ұсынылды; Ә. Ғ. Сейітқали", "отчёт представлен; А. Г. Сейткали"),
	}}}
	for _, f := range []string{"position", "signatory"} {
		delete(history.Fields, f)
	}
	refused := specimenRefusal()
	all := map[string]Content{
		"licence":             licence("26000020", nil),
		"refusal":             *refusalContent(&refused),
		"licence-archaeology": licence("26000021", with("Археологиялық жұмыстарды жүзеге асыру", "Осуществление археологических работ")),
		"licence-restoration": licence("26000022", with("Ғылыми-реставрациялау жұмыстарын жүзеге асыру", "Осуществление научно-реставрационных работ")),
		"licence-both":        licence("26000023", with("Археологиялық және ғылыми-реставрациялау жұмыстарын жүзеге асыру", "Осуществление археологических и научно-реставрационных работ")),
		"licence-reissued":    licence("26000024", map[string]documents.Text{"first_issued_on": Same("09.10.2014"), "replaces": Same("14014826")}),
		"licence-duplicate":   licence("26000025", map[string]documents.Text{"duplicate": both("22.11.2026 берілді", "выдан 22.11.2026")}),
		"licence-paper": licence("26000026", map[string]documents.Text{
			"paper_authority": both("Қазақстан Республикасы Мәдениет және ақпарат министрлігінің Мәдениет комитеті", "Комитет культуры Министерства культуры и информации Республики Казахстан"),
			"paper_head":      Same("Сейітқали Ә. Ғ."), "paper_date": both("2026 жылғы 22 қараша", "22 ноября 2026 года"),
		}),
		"export-certificate": certificate,
		"approval": letter("approval", "KZ41RSA26000007", map[string]documents.Text{
			"applicant_address": both("010000, Астана қаласы, Сарыарқа даңғылы, 3", "010000, г. Астана, пр. Сарыарка, 3"),
			"monument":          both("XIX ғасырдың соңындағы көпес Кубриннің дүкені", "Магазин купца Кубрина, конец XIX века"),
			"monument_address":  both("Астана қаласы, Кенесары көшесі, 65", "г. Астана, ул. Кенесары, 65"),
			"project":           both("Қасбетін қалпына келтіру және іргетасын күшейту жобасы", "Проект восстановления фасада и усиления фундамента"),
			"project_number":    Same("НРП-26/14"),
		}),
		"application-copy": letter("application-copy", "KZ41RIN26000123", map[string]documents.Text{
			"application_text": both("Уақытша көрмеде көрсету үшін қоса берілген тізімдегі жеті затты Француз Республикасына 2027 жылғы 30 маусымға дейін уақытша әкетуге куәлік беруіңізді сұраймын.\nДербес деректерімді жинауға және өңдеуге келісемін.", "Прошу выдать свидетельство на временный вывоз во Французскую Республику до 30 июня 2027 года семи предметов по прилагаемому перечню для показа на временной выставке.\nНа сбор и обработку персональных данных согласен."),
			"incoming_number":  Same("ЗТ-2026/000123"), "incoming_date": Same("20.11.2026 09:12"),
			"attachments": both("1. Заттардың тізімі\n2. Фотосуреттер\n3. Жеке куәліктің көшірмесі", "1. Перечень предметов\n2. Фотографии\n3. Копия удостоверения личности"),
			"registrar":   Same("А. Т. Құлмағамбетова"),
		}),
		"acceptance":          letter("acceptance", "KZ41RAC26000041", map[string]documents.Text{"result_date": Same("26.11.2026"), "received_at": Same("20.11.2026 09:15")}),
		"conclusion":          conclusion,
		"conclusion-no-value": noValue,
		"questionnaire": {Layout: "questionnaire", Number: "2026/000214", Fields: map[string]documents.Text{
			"authority": both("Қазақстан Республикасы Мәдениет және ақпарат министрлігінің Мәдениет комитеті", "Комитет культуры Министерства культуры и информации Республики Казахстан"), "q1": Same("3"), "q2": Same("2"), "filled_on": Same("22.11.2026")}},
		"questionnaire-summary": summary,
		"verification-receipt": letter("verification-receipt", "KZ41RVR26000099", map[string]documents.Text{
			"checked_at": Same("22.11.2026 18:41:00 (UTC+05:00)"), "document": both("Мемлекеттік лицензия", "Государственная лицензия"),
			"document_number": Same("26000017"), "document_date": Same("22.11.2026"), "holder": both("«Ұлы дала мұрасы» ЖШС", "ТОО «Наследие Великой степи»"),
			"digest":         Same("9f86d081884c7d659a2feaa0c55ad015 a3bf4f1b2b0b822cd15d6c15b0f00a08"),
			"integrity":      both("иә: файл тізілімде сақталған файлмен байтпа-байт бірдей", "да: файл побайтно совпадает с хранящимся в реестре"),
			"signature_fact": both("қолтаңба расталды; қол қою сәтінде куәлік жарамды, қайтарып алынбаған", "подпись подтверждена; сертификат на момент подписания действителен и не отозван"),
			"status_fact":    both("қолданыста", "действует"), "status_at": Same("22.11.2026 18:41"),
			"conclusion": both("құжат түпнұсқа, қолданыста", "документ подлинный, действует"),
		}),
		"history":           history,
		"signature-receipt": signatureReceipt(letter("signature-receipt", "01F3A96B7C2D4E58", nil)),
	}
	for _, n := range []string{"auth", "auth-staff", "payment", "signature", "no-data", "incomplete", "no-value"} {
		c := letter("notice-"+n, "KZ41RNT2600000"+itoa(len(n)), map[string]documents.Text{
			"failed_check":      both("тіркеу куәлігі қайтарып алынған (күші жойылған)", "регистрационное свидетельство отозвано (аннулировано)"),
			"conclusion_number": Same("KZ41RCC26000010"), "conclusion_date": Same("18.11.2026"),
		})
		if n != "no-value" && n != "incomplete" {
			delete(c.Fields, "signatory")
			delete(c.Fields, "position")
		} else {
			c.Fields["detail"] = both("Заттардың тізімі мен фотосуреттері ұсынылмаған", "Не представлены перечень предметов и фотографии")
		}
		all["notice-"+n] = c
	}
	return all
}

func signatureReceipt(c Content) Content {
	for name, text := range map[string]documents.Text{
		"checked_at": Same("22.11.2026 18:41:00 (UTC+05:00)"), "asked_at": Same("22.11.2026 18:40:12 (UTC+05:00)"),
		"file":     both("CMS қолтаңбасы, 4 312 байт", "подпись CMS, 4 312 байт"),
		"digest":   Same("9f86d081884c7d659a2feaa0c55ad015 a3bf4f1b2b0b822cd15d6c15b0f00a08"),
		"expected": both("ЖСН ••••••••••89", "ИИН ••••••••••89"),
		"policy":   Same("kz 2026-11-22"), "signed": Same("1"),
		"conclusion": both("Қолтаңба расталды.", "Подпись подтверждена."),
	} {
		c.Fields[name] = text
	}
	for _, f := range []string{"position", "signatory"} {
		delete(c.Fields, f)
	}
	check := func(kk, ru, answerKK, answerRU string) []documents.Text {
		return []documents.Text{Same("1"), both(kk, ru), both(answerKK, answerRU)}
	}
	c.Tables = map[string]Table{
		"signers": {Columns: []string{"who", "certificate", "conclusion"}, Rows: [][]documents.Text{{
			Same("ҚҰНАНБАЕВА ҮМІТ ҺАМИТҚЫЗЫ, «ҰЛЫ ДАЛА МҰРАСЫ» ЖШС"), Same("1c2fd9ac77, GOST 34.10-2015, 22.11.2026 – 22.11.2027"),
			Same("TOTAL-PASSED, CAdES-B-T"),
		}}},
		"checks": {Columns: []string{"signer", "question", "answer"}, Rows: [][]documents.Text{
			check("Қолтаңба мәні", "Значение подписи", "орындалды", "выполнено"),
			check("Қайтарып алынған (күші жойылған) сертификаттар тізімі", "Список отозванных (аннулированных) сертификатов", "орындалды", "выполнено"),
			check("Қол қоюшының өкілеттігі", "Полномочие подписавшего", "сұралмады", "не запрашивалось"),
		}},
	}
	return c
}
