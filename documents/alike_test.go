package documents_test

import (
	"testing"

	"tamga/documents"
)

func TestAlike(t *testing.T) {
	const want = "көпескубрижніңүйі12"
	for _, s := range []string{
		"Көпес Кубрижнің үйі, 12", "  көпес  КУБРИЖНІҢ «үйі» №12", "Көпес\u00a0Кубрижнің үйi — 12", // Latin i
		"Көпес Кубрижнің\u200b үйі (12)", "\"Көпес-Кубрижнің\" үйі １２", "Көпеc Кубрижнің үйі 12", // Latin c
	} {
		if got := documents.Alike(s); got != want {
			t.Errorf("%q is compared by %q, not by %q", s, got, want)
		}
	}
	for one, other := range map[string]string{
		"Көпес Кубрижнің үйі, 12": "Көпес Кубрижнің үйі, 13", "құмыра": "кумыра", "Ұлытау": "Улытау", "КП-1201/1": "КП-1201/2",
	} {
		if documents.Alike(one) == documents.Alike(other) {
			t.Errorf("%q and %q are compared as one", one, other)
		}
	}
	for _, s := range []string{"COMET", "СОМЕТ"} { // Latin, then Cyrillic
		if got := documents.Alike(s); got != "сомет" {
			t.Errorf("%q is compared by %q", s, got)
		}
	}
	if got := documents.Alike(" «—» № "); got != "" {
		t.Errorf("a text without letters is compared by %q", got)
	}
}
