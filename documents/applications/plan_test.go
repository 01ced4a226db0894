package applications_test

import (
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
)

// act is a move that an application is to make.
type act = paths.Act

// walks calls f with every walk of the services of every edition.
func walks(l *regulation.Law, f func(e *regulation.Edition, s *regulation.Service, c regulation.Channel)) {
	for _, e := range l.Editions() {
		paths.EachWalk(e, func(s *regulation.Service, c regulation.Channel, _ *regulation.Walk) { f(e, s, c) })
	}
}
