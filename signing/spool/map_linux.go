package spool

import (
	"os"
	"syscall"
)

func mapFile(f *os.File, size int) (*File, error) {
	data, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &File{data: data, mapped: true}, nil
}

// Close gives the memory back.
func (f *File) Close() error {
	data := f.data
	f.data = nil
	if data == nil {
		return nil
	}
	var err error
	if f.mapped {
		err = os.NewSyscallError("munmap", syscall.Munmap(data))
	}
	if f.release != nil {
		f.release()
	}
	return err
}
