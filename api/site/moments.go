package site

import (
	"time"

	"tamga/language"
)

// zoneHours is the time of Kazakhstan since 2024, by which pages tell every moment: UTC+5.
const zoneHours = 5

// printed writes a moment as pages tell it: "02.01.2006 15:04 (UTC+5)"; nothing for one
// that was never set.
func printed(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(time.FixedZone("UTC+5", zoneHours*60*60)).Format("02.01.2006 15:04 (MST)")
}

// printedDay writes the day of a moment, "02.01.2006".
func printedDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(time.FixedZone("UTC+5", zoneHours*60*60)).Format("02.01.2006")
}

// same is a value that reads alike in every language.
func same(value string) language.Text { return language.Same(value) }
