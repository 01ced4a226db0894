package api

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tamga/api/strictjson"
	"tamga/certs"
	"tamga/signing"
	"tamga/signing/armour"
)

// ask adds what is asked about the file.
func (v *service) ask(r *verifyRequest, asked *verification) error {
	var content []byte
	if asked.content != nil {
		content = present(asked.content.Bytes())
	}
	var err error
	if asked.question, err = r.question(content); err != nil {
		return err
	}
	switch asked.report = r.Report; r.Report {
	case "", reportSimple, reportDetailed:
	default:
		return badField("/report", "unknown", "is neither simple nor detailed")
	}
	if asked.policy, err = v.chosenPolicy(r.Policy); err != nil {
		return err
	}
	if asked.receipt {
		if err := v.mayReceipt(asked.policy); err != nil {
			return err
		}
	}
	if len(r.Digests) > 0 && content != nil {
		return badField("/digests", "exactly_one", "the content and its digests cannot both be sent")
	}
	for name, value := range r.Digests {
		digest, err := readDigest("/digests", name, value)
		if err != nil {
			return err
		}
		asked.question.Digests = append(asked.question.Digests, digest)
	}
	asked.question.Material, err = r.Evidence.material()
	return err
}

// material decodes the evidence.
func (e *evidenceRequest) material() (signing.Material, error) {
	var m signing.Material
	if e == nil {
		return m, nil
	}
	for _, list := range []struct {
		pointer string
		given   []strictjson.Bytes
		add     func(raw []byte) error
		what    string
	}{
		{"/evidence/certificates", e.Certificates, m.AddCertificate, "certificate"},
		{"/evidence/crls", e.CRLs, m.AddCRL, "revocation list"},
		{"/evidence/ocsps", e.OCSPs, m.AddOCSP, "OCSP response"},
	} {
		for i, text := range list.given {
			pointer := list.pointer + "/" + strconv.Itoa(i)
			raw, err := armour.Open(text)
			if err != nil {
				return m, badField(pointer, "type", "is neither DER nor PEM")
			}
			if list.add(raw) != nil {
				return m, badField(pointer, "type", "is no "+list.what+" that can be read")
			}
		}
	}
	return m, nil
}

// question reads what is asked about the file. All that is wrong is reported
// at once.
func (r *verifyRequest) question(content []byte) (signing.Question, error) {
	q := signing.Question{Content: content, Role: certs.Role(r.Role)}
	var wrong []FieldError
	var err error
	if r.IIN != "" {
		if q.IIN, err = certs.ParseIIN(r.IIN); err != nil {
			wrong = append(wrong, FieldError{Pointer: "/iin", Code: numberCode(err), Detail: numberDetail(err)})
		}
	}
	if r.BIN != "" {
		if q.BIN, err = certs.ParseBIN(r.BIN); err != nil {
			wrong = append(wrong, FieldError{Pointer: "/bin", Code: numberCode(err), Detail: numberDetail(err)})
		}
	}
	if r.Identifier != "" {
		if q.Identifier, err = certs.ParseIdentifier(r.Identifier); err != nil {
			wrong = append(wrong, FieldError{Pointer: "/identifier", Code: "malformed", Detail: "is no identifier of EN 319 412-1, such as PASDE-C01X00T47"})
		}
	}
	if r.Role != "" && !slices.Contains(certs.Roles(), q.Role) {
		wrong = append(wrong, FieldError{Pointer: "/role", Code: "unknown", Detail: "is none of the roles of the national profile"})
	}
	if r.At != "" {
		if q.At, err = time.Parse(time.RFC3339, r.At); err != nil || q.At.IsZero() { // which would mean now
			wrong = append(wrong, FieldError{Pointer: "/at", Code: "time", Detail: "is not a time of RFC 3339, such as 2026-11-22T09:30:00+05:00"})
		}
	}
	if len(wrong) > 0 {
		return signing.Question{}, &fault{is: errParameter, fields: wrong}
	}
	return q, nil
}

// yes reads a truth value of a form.
func yes(pointer, value string) (bool, error) {
	switch value {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, badField(pointer, "type", "is neither true nor false")
}

// fillPolicies finds the policies that are offered, and those of receipts.
func (v *service) fillPolicies() (err error) {
	if v.policy = v.Verifier.Policy; v.policy.Name == "" {
		if v.policy, err = signing.DefaultPolicy(); err != nil {
			return err
		}
	}
	if v.Policies == nil {
		if v.Policies, err = signing.DecidingPolicies(); err != nil {
			return err
		}
	}
	if v.ReceiptPolicies != nil {
		return nil
	}
	for _, p := range append(v.Policies[:len(v.Policies):len(v.Policies)], v.policy) {
		if p.ForDeciding && !slices.Contains(v.ReceiptPolicies, p.Name) {
			v.ReceiptPolicies = append(v.ReceiptPolicies, p.Name)
		}
	}
	return nil
}

// chosenPolicy returns the policy of a name that requests may choose, and the
// service's own for none.
func (v *service) chosenPolicy(name string) (signing.Policy, error) {
	if name == "" {
		return v.policy, nil
	}
	var names []string
	for _, p := range v.Policies {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return signing.Policy{}, badField("/policy", "not_offered", "is none of those offered here: "+strings.Join(names, ", "))
}

// mayReceipt refuses a receipt that the service does not sign, before anything
// is judged.
func (v *service) mayReceipt(p signing.Policy) error {
	switch {
	case v.ReceiptKey.Signer == nil:
		return badField("/receipt", "not_offered", "this service has no key to sign receipts with")
	case !slices.Contains(v.ReceiptPolicies, p.Name):
		return badField("/receipt", "not_offered", fmt.Sprintf(
			"no receipts are signed under the policy %s, only under %s", p.Name, strings.Join(v.ReceiptPolicies, ", ")))
	}
	return nil
}

// present makes an empty content different from none.
func present(content []byte) []byte {
	if content == nil {
		return []byte{}
	}
	return content
}
