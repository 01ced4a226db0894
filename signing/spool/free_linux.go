package spool

import "syscall"

// freeBytes tells how much an unprivileged program may still write on the disk
// of a folder; false when the system does not say.
func freeBytes(dir string) (int64, bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, false
	}
	return int64(fs.Bavail) * fs.Bsize, true
}
