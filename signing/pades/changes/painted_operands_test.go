package changes

import (
	"errors"
	"strings"
	"testing"
)

// TestOperands gives every operator its operands, one more and one less.
func TestOperands(t *testing.T) {
	target := rectangle{1e5, 1e5, 1e5 + 1, 1e5 + 1, true}
	for _, line := range strings.Split("|q|Q|1 0 0 1 0 0 cm|1 w|1 J|1 j|1 M|/x ri|1 i|/Plain gs|1 1 m|1 1 l|1 1 1 1 1 1 c|1 1 1 1 v|1 1 1 1 y|h|1 1 1 1 re|"+
		"S|s|f|F|f*|B|B*|b|b*|n|W|W*|BT|ET|1 Tc|1 Tw|1 Tz|1 TL|/F1 1 Tf|1 Tr|1 Ts|1 1 Td|1 1 TD|1 0 0 1 0 0 Tm|T*|/x CS|/x cs|1 G|1 g|1 1 1 RG|1 1 1 rg|"+
		"1 1 1 1 K|1 1 1 1 k|/Fm2 Do|/x MP|/x BMC|EMC|BX|EX|/F1 1 Tf () Tj|/F1 1 Tf () '|1 1 () \"", "|") {
		for _, c := range []struct {
			content string
			want    bool
		}{{line, false}, {"7 " + line, line != ""}, {line[strings.IndexByte(line, ' ')+1:], strings.Contains(line, " ")}} {
			p, resources := painting(t, target)
			err := p.paint([]byte(c.content), resources, initial, 0)
			if got := errors.Is(err, errContent); got != c.want && c.content != "7 "+"" {
				t.Errorf("%q: %v", c.content, err)
			}
		}
	}
	for _, line := range []string{"[] 0 d", "[3 2] 0 d", "1 sc", "1 1 1 sc", "/P scn", "1 SC", "1 /P SCN", "/x/y DP", "/x<</A 1>> BDC", "[] TJ"} {
		p, resources := painting(t, target)
		if err := p.paint([]byte(line), resources, initial, 0); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func FuzzContent(f *testing.F) {
	f.Add([]byte("q 1 0 0 1 0 0 cm BT /F1 1 Tf (a) Tj [<41> 2] TJ ET 0 0 m 1 1 l S Q"))
	f.Fuzz(func(t *testing.T, content []byte) {
		p, resources := painting(t, rectangle{1, 1, 2, 2, true})
		p.paint(content, resources, initial, 0)
	})
}
