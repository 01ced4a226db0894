package main

import (
	"errors"
	"fmt"
)

// each does one thing to several files: what goes wrong with one is told, and
// spoils no other. The exit code is that of the worst.
func (c *console) each(files []string, do func(file string) error) error {
	if len(files) == 1 {
		return do(files[0])
	}
	worst := exitPassed
	for i, file := range files {
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		err := do(file)
		var verdict verdictCode
		if err != nil && !errors.As(err, &verdict) {
			err = wrapKeeping(err, file)
		}
		if code := c.exit(err); i == 0 || badness(code) > badness(worst) {
			worst = code
		}
	}
	if worst == exitPassed {
		return nil
	}
	return verdictCode(worst)
}

// wrapKeeping says which file an error is about; what kind of error it is
// stays.
func wrapKeeping(err error, file string) error { return fmt.Errorf("%s: %w", file, err) }

// badness orders the exit codes.
func badness(code int) int {
	switch code {
	case exitPassed:
		return 0
	case exitIndeterminate:
		return 1
	case exitFailed:
		return 2
	}
	return 3
}
