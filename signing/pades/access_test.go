package pades

import "testing"

// TestAmbiguousPages has keys twice in what pages are made of: the same twice
// deceives nobody, two values do.
func TestAmbiguousPages(t *testing.T) {
	page := func(more string) sample {
		return sample{3: "<</Type/Page/Parent 2 0 R/Annots[4 0 R]/Contents 6 0 R" + more + ">>"}
	}
	for _, c := range []struct {
		name string
		file sample
		want bool
	}{
		{"once", page("/Rotate 0"), false},
		{"the same twice", page("/Rotate 0/MediaBox[0 0 9 9]/K<</A(x)>>/MediaBox[0 0 9 9]/Rotate 0/K<</A(x)>>/Contents 6 0 R"), false},
		{"two numbers", page("/Rotate 0/Rotate 90"), true},
		{"two contents", page("/Contents 7 0 R"), true},
		{"two boxes", page("/MediaBox[0 0 9 9]/MediaBox[0 0 9 8]"), true},
		{"two boxes, one longer", page("/MediaBox[0 0 9 9]/MediaBox[0 0 9 9 9]"), true},
		{"two texts", page("/K(x)/K(y)"), true},
		{"a text and a name", page("/K(x)/K/x"), true},
		{"a name and a text", page("/K/x/K(x)"), true},
		{"two dictionaries", page("/K<</A 1>>/K<</B 1>>"), true},
		{"three, the last another", page("/Rotate 0/Rotate 0/Rotate 90"), true},
		{"resources", page("/Resources<</Font<</F 7 0 R>>/Font<<>>>>"), true},
		{"fonts", page("/Resources<</Font<</F 7 0 R/F 6 0 R>>>>"), true},
		{"fonts by reference", sample{3: page("/Resources 10 0 R")[3], 10: "<</Font 11 0 R>>", 11: "<</F 7 0 R/F 6 0 R>>"}, true},
		{"the same fonts", page("/Resources<</Font<</F 7 0 R/F 7 0 R>>>>"), false},
		{"the tree", sample{2: "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 9 9]/MediaBox[0 0 9 8]>>"}, true},
	} {
		d := mustRead(t, c.file.build())
		found := len(d.Unreadable) == 1 && d.Unreadable[0].Code == CodeDuplicateKey
		if found != c.want || !c.want && len(d.Unreadable) > 0 {
			t.Errorf("%s: %v", c.name, d.Unreadable)
		}
	}
}
