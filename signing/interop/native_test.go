//go:build interop

package interop

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// run starts a program at the moment of the question: programs that look at
// the clock see that one.
func run(q question, name string, args ...string) (string, bool) {
	at := "@" + q.world.at.UTC().Format("2006-01-02 15:04:05")
	cmd := exec.Command("faketime", append([]string{"-f", at, name}, args...)...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return strings.ToValidUTF8(string(out), "?"), err == nil
}

// unknownAlgorithm is how OpenSSL says that it lacks an algorithm.
var unknownAlgorithm = regexp.MustCompile(`unknown (digest|public key|message digest|signature|algorithm)|unsupported (algorithm|public key)|no matching digest|UNSUPPORTED|decode error.*PUBKEY|unable to (get|decode) (certs|issuer) public key|IdListFindByHref|subj=X509_get_pubkey`)

func yesOrNo(out string, ok bool) answer {
	switch {
	case ok:
		return answer{valid, ""}
	case unknownAlgorithm.MatchString(out):
		return answer{unsupported, oneLine(out)}
	}
	return answer{refused, oneLine(out)}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// openssl: CMS with the CAdES checks, timestamps, certificates with lists or
// with a response.
func openssl(q question) answer {
	w := q.world.files
	at := strconv.FormatInt(q.world.at.Unix(), 10)
	path := []string{"-CAfile", w.store, "-attime", at, "-x509_strict"}
	if len(w.crls) > 0 || len(w.ocsps) == 0 {
		path = append(path, "-crl_check_all", "-extended_crl", "-use_deltas")
	}
	switch {
	case q.kind == kindCMS:
		args := []string{"cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", q.file, "-certfile", w.untrusted, "-out", os.DevNull}
		if q.content != "" {
			args = append(args, "-content", q.content)
		}
		return yesOrNo(run(q, "openssl", append(args, path...)...))
	case q.kind == kindTimestamp:
		args := []string{"ts", "-verify", "-token_in", "-in", q.file, "-data", q.content, "-untrusted", w.untrusted}
		return yesOrNo(run(q, "openssl", append(args, path...)...))
	case len(w.ocsps) > 0:
		return opensslOCSP(q)
	}
	return yesOrNo(run(q, "openssl", append(append([]string{"verify", "-untrusted", w.untrusted}, path...), q.file)...))
}

// opensslOCSP asks for the path, then for the response: openssl verify takes no
// responses.
func opensslOCSP(q question) answer {
	w := q.world.files
	path := []string{"verify", "-CAfile", w.store, "-untrusted", w.untrusted, "-x509_strict", q.file}
	if out, ok := run(q, "openssl", path...); !ok {
		return yesOrNo(out, ok)
	}
	out, ok := run(q, "openssl", "ocsp", "-respin", w.ocsps[0], "-issuer", w.intermediates[0], "-cert", q.file, "-CAfile", w.store, "-verify_other", w.untrusted, "-no_nonce")
	ok = ok && strings.Contains(out, "Response verify OK") && strings.Contains(out, ": good") && !strings.Contains(out, "WARNING")
	return yesOrNo(out, ok)
}

var nss sync.Mutex

// pdfsig trusts what stands in a database of NSS, made once for each world. It
// says whether all of the file is signed, and compares no revisions.
func pdfsig(q question) answer {
	if err := nssDatabase(q); err != nil {
		return answer{unreadable, err.Error()}
	}
	out, _ := run(q, "pdfsig", "-nssdir", "sql:"+q.world.files.nss, "-no-ocsp", q.file)
	var says []string
	passed := strings.Contains(out, "Signature Validation:")
	for l := range strings.Lines(out) {
		_, word, found := strings.Cut(l, "Validation: ")
		if !found {
			continue
		}
		says = append(says, strings.TrimSpace(word))
		if !strings.Contains(l, "Signature is Valid") && !strings.Contains(l, "Certificate is Trusted") {
			passed = false
		}
	}
	if strings.Contains(out, "Not total document signed") {
		says = append(says, "Not total document signed")
	}
	if !passed {
		return answer{refused, strings.Join(append(says, oneLine(last(out, 100))), " ")}
	}
	return answer{valid, strings.Join(says, " ")}
}

func nssDatabase(q question) error {
	nss.Lock()
	defer nss.Unlock()
	w := q.world.files
	if w.nss != "" {
		return nil
	}
	dir := strings.TrimSuffix(w.store, "-store.pem") + "-nss"
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	commands := [][]string{{"-N", "--empty-password"}}
	for i, f := range w.anchors {
		commands = append(commands, []string{"-A", "-n", "anchor" + strconv.Itoa(i), "-t", "CT,C,C", "-i", f})
	}
	for _, c := range commands {
		if out, err := exec.Command("certutil", append(c, "-d", "sql:"+dir)...).CombinedOutput(); err != nil {
			if len(out) > 0 && c[0] == "-A" {
				continue // a key that NSS does not know cannot be an anchor
			}
			return err
		}
	}
	w.nss = dir
	return nil
}

// mutool compares the digest and looks for later changes. It trusts a list of
// its own, which cannot be given, so its word on certificates is not asked.
func mutool(q question) answer {
	out, _ := run(q, "mutool", "sign", "-v", q.file)
	switch {
	case strings.Contains(out, "Digest check: OK") || strings.Contains(out, "The document is unchanged since signing"):
		if strings.Contains(out, "edits since") || strings.Contains(out, "Digest failure") {
			return answer{refused, oneLine(out)}
		}
		return answer{valid, oneLine(out)}
	}
	return answer{refused, oneLine(out)}
}

// qpdf looks at the structure of the file and at no signature.
func qpdf(q question) answer {
	out, ok := run(q, "qpdf", "--check", q.file)
	return yesOrNo(out, ok && !strings.Contains(out, "WARNING"))
}

// xmlsec looks at the first signature of the document. It does not follow
// references to security tokens, so that it is told the key of SOAP messages
// and says nothing about the signer.
func xmlsec(q question) answer {
	w := q.world.files
	args := []string{"--verify", "--verification-time", q.world.at.UTC().Format("2006-01-02 15:04:05"),
		"--id-attr:Id", "http://schemas.xmlsoap.org/soap/envelope/:Body",
		"--id-attr:Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd:Timestamp",
		"--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
		"--id-attr:Id", "urn:tamga:interop:request",
	}
	if strings.Contains(q.name, "/soap") {
		args = append(args, "--pubkey-cert-der", q.signer)
	} else {
		args = append(args, "--trusted-pem", w.anchorsPEM, "--untrusted-pem", w.untrusted)
	}
	if q.content != "" {
		args = append(args, "--url-map:"+contentName, q.content)
	}
	return yesOrNo(run(q, "xmlsec1", append(args, q.file)...))
}
