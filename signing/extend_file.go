package signing

import "fmt"

// ExtendFile is [Extend] or [ExtendPDF], by what the file holds. Other files
// are [ErrNoSigner].
func ExtendFile(file []byte, to Baseline, opt ExtendOptions) ([]byte, error) {
	switch Sniff(file) {
	case FilePDF:
		return ExtendPDF(file, to, opt)
	case FileCMS:
		return Extend(file, to, opt)
	}
	return nil, fmt.Errorf("extend to %s: %w: it is neither CMS nor PDF", to, ErrNoSigner)
}
