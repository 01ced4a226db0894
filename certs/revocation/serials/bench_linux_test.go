package serials_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tamga/certs/revocation/serials"
)

// The sizes of the benchmarks: the national list of July 2026, and one to grow
// into.
const (
	realSize  = 422_000
	largeSize = 5_000_000
)

// BenchmarkList measures, on one core, what a list costs beside the floor: one
// read of the file from the kernel's cache and one SHA-256 of it, both in the
// same run and in turns. Run it with -benchtime 1x: it takes its own samples.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{realSize, largeSize} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			l := writeList(b, n)
			b.Run("load", func(b *testing.B) { benchLoad(b, l) })
			b.Run("memory", func(b *testing.B) { benchMemory(b, l) })
			b.Run("find", func(b *testing.B) { benchFind(b, l) })
			b.Run("swap", func(b *testing.B) { benchSwap(b, l) })
		})
	}
	b.Run("delta", benchDelta)
}

// oneCore runs the rest of the benchmark on one core.
func oneCore(b *testing.B) {
	before := runtime.GOMAXPROCS(1)
	b.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

func benchLoad(b *testing.B, l *bigList) {
	oneCore(b)
	saved := filepath.Join(b.TempDir(), "index")
	save(b, l, saved)
	steps := []func(){
		func() { floor(b, l.path) },
		func() { load(b, l) },
		func() { restore(b, l, saved) },
	}
	times := inTurns(steps, 9)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(times[0]), "floor-ms")
	b.ReportMetric(ms(times[1]), "load-ms")
	b.ReportMetric(ms(times[2]), "restart-ms")
	b.ReportMetric(ms(times[1])/ms(times[0]), "load/floor")
	b.ReportMetric(ms(times[2])/ms(times[0]), "restart/floor")
}

// inTurns times the steps one after another, so that a change of the machine's
// speed meets all of them, and returns the median of each. A round takes the
// neighbours' noise as it comes.
func inTurns(steps []func(), rounds int) []time.Duration {
	samples := make([][]time.Duration, len(steps))
	for range rounds {
		for i, step := range steps {
			runtime.GC() // the memory of the step before is not this one's cost
			start := time.Now()
			step()
			samples[i] = append(samples[i], time.Since(start))
		}
	}
	medians := make([]time.Duration, len(steps))
	for i, s := range samples {
		slices.Sort(s)
		medians[i] = s[len(s)/2]
	}
	return medians
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// floor is what nobody can do without: reading the file and hashing it.
func floor(b *testing.B, path string) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{f}, make([]byte, 256<<10)); err != nil {
		b.Fatal(err)
	}
	h.Sum(nil)
}

// restore is the way of a list that was loaded before: digest and signature in
// one pass, and the index from its file.
func restore(b testing.TB, l *bigList, saved string) *serials.Index {
	f, err := serials.Open(l.path, serials.Options{})
	if err != nil {
		b.Fatal(err)
	}
	x, err := f.Restore(saved, testKey)
	if err != nil {
		b.Fatal(err)
	}
	return x
}

func save(b testing.TB, l *bigList, path string) {
	if err := load(b, l).Save(path, testKey); err != nil {
		b.Fatal(err)
	}
}

// childList tells a child process which list to load.
const childList = "TAMGA_SERIALS_LIST"

// TestMain makes the test binary load one list and tell its peak memory, when
// a benchmark asks for that.
func TestMain(m *testing.M) {
	path := os.Getenv(childList)
	if path == "" {
		os.Exit(m.Run())
	}
	before := peak()
	f, err := serials.Open(path, serials.Options{})
	if err != nil {
		panic(err)
	}
	x, err := f.Index(serials.Rules{}, sha256.New())
	if err != nil {
		panic(err)
	}
	fmt.Println(before, peak(), x.Resident(), x.Len())
}

// peak returns the most memory that the process ever had resident, in bytes.
func peak() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kib << 10
		}
	}
	return 0
}

func benchMemory(b *testing.B, l *bigList) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childList+"="+l.path)
	out, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	var before, after, resident, entries float64
	if _, err := fmt.Sscan(string(out), &before, &after, &resident, &entries); err != nil || before == 0 {
		b.Skipf("no peak memory to be had: %q, %v", out, err)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(resident/entries, "bytes/entry")
	b.ReportMetric(before/1e6, "process-before-MB")
	b.ReportMetric(after/1e6, "process-peak-MB")
}

func benchFind(b *testing.B, l *bigList) {
	oneCore(b)
	x := load(b, l)
	each := func(serials [][]byte, want bool) func() {
		return func() {
			for _, s := range serials {
				if _, ok, err := x.Find(s); ok != want || err != nil {
					b.Fatal(ok, err)
				}
			}
		}
	}
	hit, miss := each(l.listed, true), each(l.foreign, false)
	hit() // the list's own pages come back
	far := newFar(b, l)
	times := inTurns([]func(){hit, miss, far.read}, 25)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(times[2])/far.reads, "two-reads-ns")
	b.ReportMetric(float64(times[0])/float64(times[2]), "hit/two-reads")
	b.ReportMetric(float64(times[0])/float64(len(l.listed)), "hit-ns")
	b.ReportMetric(float64(times[1])/float64(len(l.foreign)), "miss-ns")
}

// far measures what two reads cost that miss every cache, the second of them
// depending on the first: one in memory as large as a table, one in the mapped
// list. A hit cannot be had for less.
type far struct {
	memory, list []byte
	reads        float64
	sum          uint64
}

func newFar(b *testing.B, l *bigList) *far {
	const huge = 14 // MADV_HUGEPAGE
	memory, err := syscall.Mmap(-1, 0, 8*l.entries, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		b.Fatal(err)
	}
	_ = syscall.Madvise(memory, huge)
	r := newSource(3).r
	for i := 0; i < len(memory); i += 8 {
		binary.LittleEndian.PutUint64(memory[i:], r.Uint64())
	}
	file, err := os.Open(l.path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	list, err := syscall.Mmap(int(file.Fd()), 0, int(l.size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = syscall.Munmap(memory), syscall.Munmap(list) })
	f := &far{memory: memory, list: list, reads: float64(len(l.listed))}
	f.read()
	return f
}

func (f *far) read() {
	x := uint64(1)
	for range int(f.reads) {
		x = x*6364136223846793005 + 1442695040888963407
		slot := (x>>20 + f.sum) % uint64(len(f.memory)/8)
		at := binary.LittleEndian.Uint64(f.memory[8*slot:]) % uint64(len(f.list))
		f.sum = uint64(f.list[at] & 1)
	}
}
