package signtest

import (
	"cmp"
	"fmt"
	"slices"
)

// Card is an unsigned PDF with attachments, each a name and what is in it, as a
// document card is when a signature is among them.
func Card(list ...[2]string) []byte { return CardOfFiles(nil, list...) }

// CardOfFiles is [Card] with other embedded files for some attachments, by their place
// in the list: the entries of /EF. The streams of the others are the objects 7, 9, 11
// and so on.
func CardOfFiles(files map[int]string, list ...[2]string) []byte {
	objects := append(PageObjects("/Names<</EmbeddedFiles 5 0 R>>"), "<</Length 0>>stream\n\nendstream")
	names := ""
	for i, a := range list {
		names += fmt.Sprintf("(%d) %d 0 R ", i, 6+2*i)
		file := cmp.Or(files[i], fmt.Sprintf("/F %d 0 R", 7+2*i))
		objects = append(objects[:len(objects):len(objects)], fmt.Sprintf("<</Type/Filespec/F(%s)/UF(%s)/EF<<%s>>>>", a[0], a[0], file),
			fmt.Sprintf("<</Type/EmbeddedFile/Length %d>>stream\n%s\nendstream", len(a[1]), a[1]))
	}
	objects = slices.Insert(objects, 4, "<</Names["+names+"]>>")
	return PDF("", objects...)
}
