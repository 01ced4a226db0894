package signing

import (
	"unicode"
	"unicode/utf8"
)

// summary says the conclusion in one sentence of each language.
func summary(v *Verdict) Text {
	if v.Passed() {
		if v.Kind == "certificate" {
			return Text{KK: "Тіркеу куәлігі жарамды.", RU: "Регистрационное свидетельство действительно.", EN: "The certificate is valid."}
		}
		if v.Kind == "timestamp" {
			return Text{KK: "Уақыт белгісі расталды.", RU: "Метка времени подтверждена.", EN: "The timestamp is confirmed."}
		}
		return Text{KK: "Қолтаңба расталды.", RU: "Подпись подтверждена.", EN: "The signature is confirmed."}
	}
	why := v.why()
	if v.Indication == "" {
		return sentence(why)
	}
	if v.Acceptance == Refused {
		return Text{
			KK: "Расталмады: " + why.KK + ".", RU: "Не подтверждено: " + why.RU + ".", EN: "Not confirmed: " + why.EN + ".",
		}
	}
	return Text{
		KK: "Анықтау мүмкін емес: " + why.KK + ".", RU: "Установить невозможно: " + why.RU + ".", EN: "Cannot be told: " + why.EN + ".",
	}
}

// sentence makes a text one of its own.
func sentence(t Text) Text {
	for _, s := range []*string{&t.KK, &t.RU, &t.EN} {
		first, size := utf8.DecodeRuneInString(*s)
		*s = string(unicode.ToUpper(first)) + (*s)[size:] + "."
	}
	return t
}

// why words the reason that the verdict's sub-indication stands for.
func (v *Verdict) why() Text {
	for i := range v.Reasons {
		if r := &v.Reasons[i]; r.SubIndication == v.SubIndication {
			return r.Text
		}
	}
	return reason(v.SubIndication)
}

// why words why a check is not fulfilled, more precisely than its sub-indication
// does where the question is one of ours.
func (c *Check) why() Text {
	switch {
	case c.Name == CheckIdentity && c.Status == CheckFailed:
		return Text{KK: "тіркеу куәлігіндегі ЖСН/БСН күтілген нөмірге сәйкес келмейді", RU: "ИИН/БИН в регистрационном свидетельстве не совпадает с ожидаемым", EN: "the IIN/BIN of the certificate is not the expected one"}
	case c.Name == CheckRole && c.Status == CheckFailed:
		return Text{KK: "тіркеу куәлігінде қол қойған тұлғаның талап етілген өкілеттігі көрсетілмеген", RU: "в регистрационном свидетельстве не указаны требуемые полномочия подписавшего лица", EN: "the certificate does not name the required role of the signer"}
	case c.Name == CheckFormat && c.SubIndication == SigConstraintsFailure && c.Status == CheckFailed:
		return Text{KK: "құжат қол қойылғаннан кейін өзгертілген", RU: "документ изменён после подписания", EN: "the document was changed after it was signed"}
	}
	switch {
	case c.Name == CheckFormat && c.SubIndication == FormatFailure:
		return formatText(c.Detail)
	case c.Name == CheckImprint && c.SubIndication == SignedDataNotFound:
		return Text{KK: "уақыт белгісі қойылған деректер берілмеген", RU: "данные, на которые поставлена метка времени, не приложены", EN: "what the timestamp is over was not supplied"}
	case c.Name == CheckImprint && c.SubIndication == HashFailure:
		return Text{KK: "уақыт белгісі басқа деректерге қойылған", RU: "метка времени поставлена на другие данные", EN: "the timestamp is over something else"}
	}
	return reason(c.SubIndication)
}

// reason words a sub-indication for people.
func reason(s SubIndication) Text {
	switch s {
	case FormatFailure:
		return Text{KK: "қолтаңбаның пішімі бұзылған", RU: "формат подписи нарушен", EN: "the signature is malformed"}
	case HashFailure:
		return Text{KK: "мазмұны қол қойылғаннан өзгеше", RU: "содержание отличается от подписанного", EN: "the content differs from what was signed"}
	case SigCryptoFailure:
		return Text{KK: "қолтаңбаның мәні дұрыс емес", RU: "значение подписи неверно", EN: "the signature value is wrong"}
	case Expired:
		return Text{KK: "тіркеу куәлігінің қолданылу мерзімі өткен", RU: "срок действия регистрационного свидетельства истёк", EN: "the certificate has expired"}
	case NotYetValid:
		return Text{KK: "тіркеу куәлігінің қолданылу мерзімі әлі басталмаған", RU: "срок действия регистрационного свидетельства ещё не начался", EN: "the certificate was not valid yet"}
	case Revoked:
		return Text{KK: "тіркеу куәлігі қайтарып алынған", RU: "регистрационное свидетельство отозвано", EN: "the certificate is revoked"}
	case RevokedNoPOE:
		return Text{KK: "тіркеу куәлігі қайтарып алынған, ал қолтаңбаның одан бұрын жасалғаны дәлелденбеген", RU: "регистрационное свидетельство отозвано, и не доказано, что подпись создана раньше", EN: "the certificate is revoked and nothing proves that the signature is older"}
	case RevokedCANoPOE:
		return Text{KK: "куәландырушы орталықтың тіркеу куәлігі қайтарып алынған", RU: "регистрационное свидетельство удостоверяющего центра отозвано", EN: "the certificate of the authority is revoked"}
	case OutOfBoundsNoPOE:
		return Text{KK: "тіркеу куәлігінің қолданылу мерзімі өткен, ал қолтаңбаның одан бұрын жасалғаны дәлелденбеген", RU: "срок действия регистрационного свидетельства истёк, и не доказано, что подпись создана раньше", EN: "a certificate has expired and nothing proves that the signature is older"}
	case SigConstraintsFailure:
		return Text{KK: "қолтаңба қойылған талаптарға сай емес", RU: "подпись не отвечает требованиям", EN: "the signature does not meet the requirements"}
	case ChainConstraintsFailure:
		return Text{KK: "тіркеу куәлігі бұл мақсатқа арналмаған", RU: "регистрационное свидетельство не предназначено для этой цели", EN: "the certificate is not for this purpose"}
	case CryptoConstraintsFailure:
		return Text{KK: "алгоритм белгісіз немесе енді сенімді емес", RU: "алгоритм неизвестен или больше не считается надёжным", EN: "an algorithm is unknown or no longer reliable"}
	case NoSigningCertificateFound:
		return Text{KK: "қол қойған тұлғаның тіркеу куәлігі табылмады", RU: "регистрационное свидетельство подписавшего лица не найдено", EN: "the signer's certificate was not found"}
	case NoCertificateChainFound:
		return Text{KK: "сенімді куәландырушы орталыққа дейінгі тізбек табылмады", RU: "не найдена цепочка до доверенного удостоверяющего центра", EN: "no path to a trusted authority was found"}
	case SignedDataNotFound:
		return Text{KK: "қол қойылған құжат берілмеген", RU: "подписанный документ не приложен", EN: "the signed document was not supplied"}
	case TryLater:
		return Text{KK: "тіркеу куәлігінің қайтарып алынған-алынбағаны туралы өзекті мәлімет жоқ", RU: "нет актуальных сведений об отзыве регистрационного свидетельства", EN: "there is no fresh revocation information"}
	case TimestampOrderFailure:
		return Text{KK: "уақыт белгілерінің реттілігі қайшылықты", RU: "порядок меток времени противоречив", EN: "the order of the timestamps is contradictory"}
	}
	return Text{KK: "себебі белгісіз", RU: "причина неизвестна", EN: "the reason is unknown"}
}
