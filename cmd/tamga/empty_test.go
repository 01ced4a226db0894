package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// Every flag of every command that takes text is refused when it is there and
// empty, or blank, before the command does anything.
func TestEveryEmptyFlag(t *testing.T) {
	t.Chdir(t.TempDir())
	parser, err := kong.New(&program{}, kong.Name("tamga"))
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, command := range parser.Model.Leaves(false) {
		for _, group := range command.AllFlags(false) {
			for _, flag := range group {
				kind := flag.Target.Type()
				if kind != reflect.TypeFor[string]() && kind != reflect.TypeFor[[]string]() {
					continue
				}
				for _, value := range []string{"", " ", "\t"} {
					asked++
					line := append(withNeeds(command, flag), "--"+flag.Name+"="+value)
					code, _, stderr := tamga(t, line...)
					if code != exitUsage || !strings.Contains(stderr, "--"+flag.Name) {
						t.Errorf("%q: exit code %d, %s", line, code, stderr)
					}
				}
			}
		}
	}
	if asked < 150 {
		t.Errorf("only %d command lines were asked", asked)
	}
	for _, line := range [][]string{{"verify", ""}, {"verify", "a", ""}, {"sign", " "}, {"check", ""}} {
		if code, _, stderr := tamga(t, line...); code != exitUsage || !strings.Contains(stderr, "is empty") {
			t.Errorf("%q: exit code %d, %s", line, code, stderr)
		}
	}
}

// withNeeds is a command line with all that the command needs but a flag.
func withNeeds(command *kong.Node, without *kong.Flag) []string {
	var line []string
	for n := command; n.Parent != nil; n = n.Parent {
		line = append([]string{n.Name}, line...)
	}
	for _, p := range command.Positional {
		value := "file"
		if p.Enum != "" {
			value = p.EnumSlice()[0]
		}
		line = append(line, value)
	}
	instead := slices.Clone(without.Xor) // of which one alone may be given
	for _, group := range command.AllFlags(false) {
		for _, flag := range group {
			other := slices.ContainsFunc(flag.Xor, func(name string) bool { return slices.Contains(instead, name) })
			if flag.Required && flag != without && !other {
				line, instead = append(line, "--"+flag.Name+"=x"), append(instead, flag.Xor...)
			}
		}
	}
	return line
}

// A service does not start with a policy that there is none of, nor with
// receipts under one that nothing is judged under.
func TestPolicyFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	serve := "serve --listen 127.0.0.1:0 --demo "
	play(t, []step{
		{serve + "--policy none", exitUsage, `there is no policy "none"`},
		{serve + "--receipt-policy kz-soft", exitUsage, `nothing is judged under "kz-soft"`},
		{serve + "--policy kz-applicant --receipt-policy kz-soft", exitUsage, `nothing is judged under "kz-soft"`},
	})
}
