package xmldsig

// Keep sets how many bytes of what signatures cover are kept.
func (d *Document) Keep(n int) { d.keeps = n }
