//go:build interop

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tamga/certs/ca"
)

// fromToken makes the rows that are signed with a key in a token; nil without
// the build tag pkcs11.
var fromToken func(*authority, *press) []row

// rows are all lines of the table.
func rows(t *testing.T) []row {
	t.Helper()
	var all []row
	print := newPress(t)
	for _, f := range families() {
		a, impostor := newAuthority(t, f.slug, f.family), newAuthority(t, f.slug+"-impostor", f.family)
		all = append(all, cmsRows(a, impostor)...)
		all = append(all, javaRows(a)...)
		all = append(all, pdfRows(a, impostor, print)...)
		all = append(all, documentRows(a, print)...)
		if fromToken != nil {
			all = append(all, fromToken(a, print)...)
		}
		all = append(all, xmlRows(a, impostor)...)
		all = append(all, santuarioRows(a)...)
		all = append(all, certificateRows(a, impostor)...)
		all = append(all, timestampRows(a, impostor)...)
		all = append(all, stampedRows(a, impostor)...)
		all = append(all, archivedRows(a)...)
		all = append(all, levelRows(a)...)
		all = append(all, encryptedRows(a)...)
		all = append(all, dssRows(a)...)
		all = append(all, officeRows(a)...)
		all = append(all, hybridRows(a)...)
		if f.family == ca.ECDSA {
			all = append(all, attackRows(a)...)
			all = append(all, xmlAttackRows(a)...)
		}
	}
	return all
}

// families are named as in the names of rows: explanations know the GOST ones
// by them.
func families() []struct {
	slug   string
	family ca.Family
} {
	return []struct {
		slug   string
		family ca.Family
	}{{"rsa", ca.RSA}, {"ecdsa", ca.ECDSA}, {"gost2004", ca.GOST2004}, {"gost2015", ca.GOST2015}}
}

// TestInterop prints the table and fails where a judge and we differ without
// an explanation, where an explanation is no longer needed, where an honest file
// does not pass and where a bad one does.
func TestInterop(t *testing.T) {
	present, absent := inCourt(judges())
	for _, line := range absent {
		fmt.Println("missing:", line)
	}
	if len(present) == 0 {
		fmt.Println("no judge is installed: nothing was compared")
		return
	}
	dir := os.Getenv("TAMGA_INTEROP_FILES")
	if dir == "" {
		dir = t.TempDir()
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	qs := write(t, dir, rows(t))
	table := newTable(qs, present)
	for i := range qs {
		if table.ours[i], err = ours(qs[i].row); err != nil {
			t.Fatalf("%s: %v", qs[i].name, err)
		}
	}
	hear(t, table)
	known, err := readExplanations("testdata/explained.json")
	if err != nil {
		t.Fatal(err)
	}
	complaints := table.compare(known)
	table.print(os.Stdout)
	if len(absent) == 0 {
		for _, name := range table.alone() {
			t.Errorf("%s: no judge looks into what is wrong with it", name)
		}
	}
	for _, c := range complaints {
		t.Error(c)
	}
}

// inCourt divides judges into those that can be asked and the others.
func inCourt(all []judge) (present []judge, absent []string) {
	for _, j := range all {
		if why := j.missing(); why != "" {
			absent = append(absent, j.name+": "+why)
		} else {
			present = append(present, j)
		}
	}
	return present, absent
}

// hear asks all judges, those in batches beside those that are started for
// every file.
func hear(t *testing.T, table *table) {
	t.Helper()
	var wg sync.WaitGroup
	for n := range table.judges {
		j := &table.judges[n]
		var asked []int
		var qs []question
		for i, q := range table.questions {
			if j.wants(q.row) {
				asked, qs = append(asked, i), append(qs, q)
			}
		}
		if len(qs) == 0 {
			continue
		}
		wg.Go(func() {
			answers, err := j.ask(qs)
			if err != nil {
				t.Errorf("%s: %v", j.name, err)
				return
			}
			for k, i := range asked {
				table.theirs[n][i] = answers[k]
			}
		})
	}
	wg.Wait()
}
