package pades

import "fmt"

// Lock says which form fields may not change after a signature: the FieldMDP
// transform (12.8.2.4).
type Lock struct {
	// Action is "All", "Include" (the fields named) or "Exclude" (all others).
	Action string
	Fields []string
}

// transformParams returns the parameters of the FieldMDP transform.
func (l Lock) transformParams() (Dict, error) {
	params := Dict{{Key: "Type", Value: Name("TransformParams")}, {Key: "Action", Value: Name(l.Action)}}
	switch {
	case l.Action == "All" && len(l.Fields) == 0:
	case (l.Action == "Include" || l.Action == "Exclude") && len(l.Fields) > 0:
		fields := make(Array, len(l.Fields))
		for i, name := range l.Fields {
			text, err := textString(name)
			if err != nil {
				return nil, err
			}
			fields[i] = text
		}
		params = append(params, Entry{Key: "Fields", Value: fields})
	default:
		return nil, fmt.Errorf("%w: a lock of %q with %d fields", ErrRevision, l.Action, len(l.Fields))
	}
	return append(params, Entry{Key: "V", Value: Name("1.2")}), nil
}

// lockParams returns the parameters of the FieldMDP transform that the /Lock of
// a field asks for (12.7.4.5), nil when it has none.
func (u *increment) lockParams(f formField) (Dict, error) {
	own := f.dict.Get("Lock")
	if own == nil {
		return nil, nil
	}
	lock, err := u.doc.ResolveDict(u.newest, own)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrField, err)
	}
	params := Dict{{Key: "Type", Value: Name("TransformParams")}}
	for _, e := range u.spelled(lock) {
		if e.Key == "Action" || e.Key == "Fields" {
			params = append(params, e)
		}
	}
	return append(params, Entry{Key: "V", Value: Name("1.2")}), nil
}
