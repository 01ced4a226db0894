//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package fetch

import (
	"errors"
	"os"
)

// tryLock cannot keep processes apart on this system.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
