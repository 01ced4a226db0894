package main

import (
	"encoding/base64"
	"encoding/pem"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptArmour writes a file in another armour: armour KIND FILE OUT.
func scriptArmour(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: armour KIND FILE OUT")
	}
	raw := []byte(ts.ReadFile(args[1]))
	std := base64.StdEncoding.EncodeToString(raw)
	block := string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: raw}))
	line := "-----BEGIN CMS-----" + std + "-----END CMS-----"
	text, known := map[string]string{
		"line":  line,
		"pem64": base64.StdEncoding.EncodeToString([]byte(block)),
		"url":   base64.URLEncoding.EncodeToString(raw),
		"bare":  strings.TrimRight(std, "="),
		"dos":   "\ufeff\r\n" + strings.ReplaceAll(block, "\n", "\r\n"),
		"data":  "data:application/pkcs7-signature;base64, " + std,
		"twice": block + block,
		"mixed": "-_" + std + "+/",
	}[args[0]]
	if !known {
		ts.Fatalf("there is no armour %q", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o600))
}
