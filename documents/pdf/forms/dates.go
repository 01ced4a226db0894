package forms

import (
	"fmt"

	"tamga/documents"
)

// longDate writes a date with the name of its month.
func longDate(d documents.Date) documents.Text {
	if d.IsZero() || d.Month < 1 || d.Month > 12 {
		return documents.Text{}
	}
	kk := [...]string{
		"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
		"шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан",
	}
	ru := [...]string{
		"января", "февраля", "марта", "апреля", "мая", "июня",
		"июля", "августа", "сентября", "октября", "ноября", "декабря",
	}
	return documents.Text{
		KK: fmt.Sprintf("%d жылғы %d %s", d.Year, d.Day, kk[d.Month-1]),
		RU: fmt.Sprintf("%d %s %d года", d.Day, ru[d.Month-1], d.Year),
	}
}
