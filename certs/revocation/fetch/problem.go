package fetch

import (
	"errors"
	"strings"
)

// Problem is what went wrong with an attempt, as a word that pages can
// translate and metrics can count. The errors of this package wrap one.
type Problem string

// The problems.
const (
	ProblemSource   Problem = "source_invalid"               // the configuration
	ProblemStorage  Problem = "storage_failed"               // the folder
	ProblemBusy     Problem = "locked_by_another_process"    // for as long as an attempt may take
	ProblemNetwork  Problem = "connection_failed"            // no answer, or one that broke off
	ProblemTimeout  Problem = "too_slow"                     // no bytes for too long, or too long altogether
	ProblemStatus   Problem = "http_status"                  // an answer other than 200, and 304 where asked for
	ProblemRedirect Problem = "redirected_elsewhere"         // to another host, or away from HTTPS
	ProblemEncoding Problem = "content_encoding_not_allowed" // compressed, though identity was asked for
	ProblemTooLarge Problem = "list_too_large"               // more than MaxSize
	ProblemLength   Problem = "length_wrong"                 // shorter or longer than it says
	ProblemNotList  Problem = "not_a_list"                   // not DER at all: a web page, most often
	ProblemCheck    Problem = "check_failed"                 // malformed, or its signature or issuer is not accepted
	ProblemKind     Problem = "wrong_kind_of_list"           // delta instead of complete, or the reverse
	ProblemIssuer   Problem = "issued_by_another_authority"
	ProblemScope    Problem = "list_of_another_scope" // other certificates, reasons or point; follow it under a name of its own if it is right
	ProblemDates    Problem = "dates_not_acceptable"  // thisUpdate in the future, or no sensible nextUpdate
	ProblemRollback Problem = "older_than_last_good"  // earlier thisUpdate or lower number
	ProblemUse      Problem = "list_not_in_use"       // it is in place, and does not answer
)

// Error returns the word with spaces.
func (p Problem) Error() string { return strings.ReplaceAll(string(p), "_", " ") }

// problemOf returns the problem that an error wraps; "" when none.
func problemOf(err error) Problem {
	var p Problem
	errors.As(err, &p)
	return p
}
