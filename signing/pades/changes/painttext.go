package changes

import "math"

// textNumbers is how many numbers the operators of text take.
var textNumbers = map[string]int{"Tf": 1, "Td": 2, "TD": 2, "Tm": 6, "TL": 1, "Tc": 1, "Tw": 1, "Tz": 1, "\"": 3}

// write follows text (9.4).
func (k *pen) write(operator string, args []operand) error {
	n, err := numbers(args, textNumbers[operator])
	if err != nil {
		return err
	}
	switch operator {
	case "BT":
		k.text, k.line = identity, identity
	case "Tf":
		k.size = n[0]
	case "TL":
		k.leading = n[0]
	case "Tc":
		k.char = n[0]
	case "Tw":
		k.word = n[0]
	case "Tz":
		k.stretched = n[0] / 100
	case "TD":
		k.leading = -n[1]
		k.next(n[0], n[1])
	case "Td":
		k.next(n[0], n[1])
	case "T*":
		k.next(0, -k.leading)
	case "Tm":
		k.line = matrix(n)
		k.text = k.line
	case "'", "\"":
		if operator == "\"" {
			k.word, k.char = n[0], n[1]
		}
		k.next(0, -k.leading)
		return k.show(args)
	case "Tj", "TJ":
		return k.show(args)
	}
	return nil
}

func (k *pen) next(x, y float64) {
	k.line = matrix{1, 0, 0, 1, x, y}.times(k.line)
	k.text = k.line
}

// show paints strings from the start of what the line has, each letter an em
// wide.
func (k *pen) show(args []operand) error {
	letters, moved := 0, 0.0
	blank := true
	for _, a := range args {
		letters += len(a.text)
		moved += math.Abs(a.number) / 1000
		for _, c := range a.text {
			blank = blank && c == ' '
		}
	}
	size := math.Abs(k.size)
	width := (float64(letters)*(size+math.Abs(k.char)+math.Abs(k.word)) + moved*size) * max(k.stretched, 0)
	m := k.text.times(k.ctm)
	k.text = matrix{1, 0, 0, 1, width, 0}.times(k.text)
	if blank {
		return nil
	}
	// What was shown before on the line may have been narrower than assumed.
	start := k.line.times(k.ctm)
	r := m.box(-size*0.3, -size*0.4, width+size*0.3, size*1.2)
	r.add(start.apply(0, 0))
	return k.hit(r)
}
