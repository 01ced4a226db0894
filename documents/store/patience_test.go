package store

import (
	"testing"
	"time"
)

// A database that does not answer is waited for less long than clients wait.
func TestUsualPatience(t *testing.T) {
	if got := (&DB{}).patience(); got != 15*time.Second {
		t.Errorf("waits %v", got)
	}
}
