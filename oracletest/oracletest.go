// Package oracletest gives the oracles their time and their chance. An oracle is
// a test named TestOracle… that makes cases at random and holds two answers to
// each against one another: ours and a viewer's, a reader's and its twin's, the
// program's and a short reference of the rules. [Cases] hands out the cases
// until the oracle's part of the time is used.
//
// Three variables of the environment tell how:
//
//	TAMGA_ORACLE       the time of all oracles together, a Go duration (30s)
//	TAMGA_ORACLE_SEED  where the chance begins, an unsigned number (1)
//	TAMGA_ORACLE_CASE  the cases to run again, by their numbers: 17 or 17,4711
//
// A case depends on seed, oracle and number alone, so what failed once fails
// again with the seed and the number that the failure names.
package oracletest

import (
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Oracle names one of the oracles and its part of the time.
type Oracle struct {
	name  string
	share int // of a hundred parts
}

// The oracles; docs/oracles.md says what each holds against what.
var (
	Pictures  = Oracle{"pictures", 46}
	Times     = Oracle{"times", 12}
	Judges    = Oracle{"judges", 12}
	Lists     = Oracle{"lists", 8}
	Seals     = Oracle{"seals", 8}
	Registers = Oracle{"registers", 8}
	Columns   = Oracle{"columns", 6}
)

// Case is one case of an oracle: its number, counted from 0, and the chance that
// belongs to it.
type Case struct {
	Number uint64
	*rand.Rand
	oracle Oracle
	seed   uint64
}

// String tells how to run the case again.
func (c Case) String() string {
	return fmt.Sprintf("%s: TAMGA_ORACLE_SEED=%d TAMGA_ORACLE_CASE=%d", c.oracle.name, c.seed, c.Number)
}

// Cases hands out the cases of an oracle until its time is used, one at least,
// and says in the log how many they were.
func Cases(t testing.TB, o Oracle) iter.Seq[Case] {
	t.Helper()
	whole, err := time.ParseDuration(env("TAMGA_ORACLE", "30s"))
	if err != nil {
		t.Fatalf("TAMGA_ORACLE: %v", err)
	}
	seed, err := strconv.ParseUint(env("TAMGA_ORACLE_SEED", "1"), 10, 64)
	if err != nil {
		t.Fatalf("TAMGA_ORACLE_SEED: %v", err)
	}
	if list := env("TAMGA_ORACLE_CASE", ""); list != "" {
		return o.again(t, seed, list)
	}
	return func(yield func(Case) bool) {
		began, number := time.Now(), uint64(0)
		end := began.Add(whole * time.Duration(o.share) / 100)
		for more := true; more; number++ {
			more = yield(o.nth(seed, number)) && time.Now().Before(end)
		}
		t.Logf("%s: %d cases in %v, seed %d", o.name, number, time.Since(began).Round(time.Millisecond), seed)
	}
}

// again hands out the cases that are asked for.
func (o Oracle) again(t testing.TB, seed uint64, list string) iter.Seq[Case] {
	t.Helper()
	var numbers []uint64
	for n := range strings.SplitSeq(list, ",") {
		number, err := strconv.ParseUint(n, 10, 64)
		if err != nil {
			t.Fatalf("TAMGA_ORACLE_CASE: %v", err)
		}
		numbers = append(numbers, number)
	}
	return func(yield func(Case) bool) {
		for _, number := range numbers {
			if !yield(o.nth(seed, number)) {
				return
			}
		}
	}
}

// nth gives a case a chance of its own, so that it needs none of the cases before.
func (o Oracle) nth(seed, number uint64) Case {
	h := fnv.New64a()
	fmt.Fprint(h, o.name, " ", number)
	return Case{Number: number, Rand: rand.New(rand.NewPCG(seed, h.Sum64())), oracle: o, seed: seed}
}

// env returns a variable, or what stands for one that is not set.
func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
