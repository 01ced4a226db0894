package oracletest

import (
	"slices"
	"testing"
)

// What failed once must fail again: the same seed and number give the same case,
// whatever ran before; another seed, number or oracle gives another.
func TestACaseDependsOnSeedOracleAndNumberAlone(t *testing.T) {
	t.Setenv("TAMGA_ORACLE", "0s")
	t.Setenv("TAMGA_ORACLE_SEED", "7")
	draws := func(c Case) []uint64 { return []uint64{c.Uint64(), c.Uint64(), c.Uint64()} }
	alone := func(number string, o Oracle) (all [][]uint64) {
		t.Setenv("TAMGA_ORACLE_CASE", number)
		for c := range Cases(t, o) {
			all = append(all, draws(c))
		}
		return all
	}
	first, again := alone("0", Pictures), alone("0", Pictures)
	other, third := alone("0", Times), alone("2", Pictures)
	if len(first) != 1 || !slices.Equal(first[0], again[0]) {
		t.Errorf("%v, then %v", first, again)
	}
	for _, o := range [][][]uint64{other, third} {
		if slices.Equal(first[0], o[0]) {
			t.Errorf("another case draws the same: %v", o)
		}
	}
	if both := alone("2,0", Pictures); len(both) != 2 || !slices.Equal(both[0], third[0]) || !slices.Equal(both[1], first[0]) {
		t.Errorf("cases 2 and 0: %v", both)
	}
	t.Setenv("TAMGA_ORACLE_SEED", "8")
	if slices.Equal(first[0], alone("0", Pictures)[0]) {
		t.Error("another seed draws the same")
	}
}

// An oracle whose time is used before it began still holds one case, and one that
// is left early is not held on to.
func TestCasesEndWithTheTime(t *testing.T) {
	t.Setenv("TAMGA_ORACLE", "0s")
	numbers := []uint64{}
	for c := range Cases(t, Seals) {
		numbers = append(numbers, c.Number)
	}
	if !slices.Equal(numbers, []uint64{0}) {
		t.Errorf("without time: %v", numbers)
	}
	t.Setenv("TAMGA_ORACLE", "1h")
	numbers = numbers[:0]
	for c := range Cases(t, Seals) {
		if numbers = append(numbers, c.Number); len(numbers) == 3 {
			break
		}
	}
	if !slices.Equal(numbers, []uint64{0, 1, 2}) {
		t.Errorf("left after three: %v", numbers)
	}
}

func TestThePartsAreTheWhole(t *testing.T) {
	whole := 0
	for _, o := range []Oracle{Pictures, Times, Judges, Lists, Seals, Registers, Columns} {
		whole += o.share
	}
	if whole != 100 {
		t.Errorf("the parts are %d of 100", whole)
	}
}
