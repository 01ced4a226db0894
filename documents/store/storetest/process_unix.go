//go:build unix && !linux

package storetest

import "syscall"

// processAttributes makes a child run as an account.
func processAttributes(account *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: account}
}
