package signing

import (
	"unicode"
	"unicode/utf8"
)

// summary says the conclusion in one sentence of each language.
func summary(v *Verdict) Text {
	if v.Passed() {
		if v.Kind == "certificate" {
			return Text{"Сертификат жарамды.", "Сертификат действителен.", "The certificate is valid."}
		}
		if v.Kind == "timestamp" {
			return Text{"Уақыт белгісі расталды.", "Метка времени подтверждена.", "The timestamp is confirmed."}
		}
		return Text{"Қолтаңба расталды.", "Подпись подтверждена.", "The signature is confirmed."}
	}
	why := v.why()
	if v.Indication == "" {
		return why.sentence()
	}
	if v.Acceptance == Refused {
		return Text{
			"Расталмады: " + why.KK + ".", "Не подтверждено: " + why.RU + ".", "Not confirmed: " + why.EN + ".",
		}
	}
	return Text{
		"Анықтау мүмкін емес: " + why.KK + ".", "Установить невозможно: " + why.RU + ".", "Cannot be told: " + why.EN + ".",
	}
}

// sentence makes a text one of its own.
func (t Text) sentence() Text {
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
		return Text{"сертификаттағы ЖСН/БСН күтілген нөмірге сәйкес келмейді", "ИИН/БИН в сертификате не совпадает с ожидаемым", "the IIN/BIN of the certificate is not the expected one"}
	case c.Name == CheckRole && c.Status == CheckFailed:
		return Text{"сертификатта қол қоюшының талап етілген өкілеттігі көрсетілмеген", "в сертификате не указано требуемое полномочие подписавшего", "the certificate does not name the required role of the signer"}
	case c.Name == CheckFormat && c.SubIndication == SigConstraintsFailure && c.Status == CheckFailed:
		return Text{"құжат қол қойылғаннан кейін өзгертілген", "документ изменён после подписания", "the document was changed after it was signed"}
	}
	return reason(c.SubIndication)
}

// reason words a sub-indication for people.
func reason(s SubIndication) Text {
	switch s {
	case FormatFailure:
		return Text{"қолтаңба пішімі бұзылған", "формат подписи нарушен", "the signature is malformed"}
	case HashFailure:
		return Text{"мазмұны қол қойылғаннан өзгеше", "содержание отличается от подписанного", "the content differs from what was signed"}
	case SigCryptoFailure:
		return Text{"қолтаңба мәні дұрыс емес", "значение подписи неверно", "the signature value is wrong"}
	case Expired:
		return Text{"сертификаттың мерзімі өткен", "срок действия сертификата истёк", "the certificate has expired"}
	case NotYetValid:
		return Text{"сертификаттың мерзімі әлі басталмаған", "срок действия сертификата ещё не начался", "the certificate was not valid yet"}
	case Revoked:
		return Text{"сертификат қайтарып алынған", "сертификат отозван", "the certificate is revoked"}
	case RevokedNoPOE:
		return Text{"сертификат қайтарып алынған, ал қолтаңбаның одан бұрын жасалғаны дәлелденбеген", "сертификат отозван, и не доказано, что подпись создана раньше", "the certificate is revoked and nothing proves that the signature is older"}
	case RevokedCANoPOE:
		return Text{"куәландырушы орталықтың сертификаты қайтарып алынған", "сертификат удостоверяющего центра отозван", "the certificate of the authority is revoked"}
	case OutOfBoundsNoPOE:
		return Text{"сертификаттың мерзімі өткен, ал қолтаңбаның одан бұрын жасалғаны дәлелденбеген", "срок действия сертификата истёк, и не доказано, что подпись создана раньше", "a certificate has expired and nothing proves that the signature is older"}
	case SigConstraintsFailure:
		return Text{"қолтаңба қойылған талаптарға сай емес", "подпись не отвечает требованиям", "the signature does not meet the requirements"}
	case ChainConstraintsFailure:
		return Text{"сертификат бұл мақсатқа арналмаған", "сертификат не предназначен для этой цели", "the certificate is not for this purpose"}
	case CryptoConstraintsFailure:
		return Text{"алгоритм белгісіз немесе енді сенімді емес", "алгоритм неизвестен или более не надёжен", "an algorithm is unknown or no longer reliable"}
	case NoSigningCertificateFound:
		return Text{"қол қоюшының сертификаты табылмады", "сертификат подписавшего не найден", "the signer's certificate was not found"}
	case NoCertificateChainFound:
		return Text{"сенімді куәландырушы орталыққа дейінгі тізбек табылмады", "не найдена цепочка до доверенного удостоверяющего центра", "no path to a trusted authority was found"}
	case SignedDataNotFound:
		return Text{"қол қойылған құжат берілмеген", "подписанный документ не приложен", "the signed document was not supplied"}
	case TryLater:
		return Text{"сертификаттың қайтарып алынбағаны туралы жаңа мәлімет жоқ", "нет свежих сведений об отзыве сертификата", "there is no fresh revocation information"}
	case TimestampOrderFailure:
		return Text{"уақыт белгілерінің реті қайшы", "порядок меток времени противоречив", "the order of the timestamps is contradictory"}
	}
	return Text{"себебі белгісіз", "причина неизвестна", "the reason is unknown"}
}
