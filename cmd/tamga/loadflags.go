package main

import (
	"math"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"tamga/api"
	"tamga/signing/spool"
)

// loadFlags say what the service lets strangers cost it.
type loadFlags struct {
	TrustedProxy []string `name:"trusted-proxy" sep:"none" placeholder:"NETWORK" help:"Network (10.0.0.0/24) or address of our own reverse proxy, whose X-Forwarded-For says where a request came from; may be given several times. Nobody's is believed by default."`
	Memory       int64    `default:"256" placeholder:"MB" help:"Memory for requests at work, all together (default: 256). The program itself needs some 150 MB besides. Requests that find no room wait, and then are told to come again."`
	Spool        int64    `default:"2048" placeholder:"MB" help:"Room on disk for what is being uploaded, all together, in the system's folder for temporary files or --spool-dir (default: 2048)."`
	SpoolDir     string   `placeholder:"DIR" help:"Folder for what is being uploaded; nothing in it outlives the program."`
	RequestTime  int64    `default:"60" placeholder:"SECONDS" help:"Time to answer a request, from when its body is here (default: 60)."`
}

// bound sets the limits of the service.
func (f loadFlags) bound(s *api.Server) error {
	for name, value := range map[string]int64{"--memory": f.Memory, "--spool": f.Spool, "--request-time": f.RequestTime} {
		if value < 1 || value > 1<<20 {
			return usagef("%s: %d is not between 1 and %d", name, value, 1<<20)
		}
	}
	s.Memory, s.SpoolSpace, s.SpoolDir = f.Memory<<20, f.Spool<<20, f.SpoolDir
	s.RequestTime = time.Duration(f.RequestTime) * time.Second
	if err := (&spool.Space{Dir: f.SpoolDir}).Check(); err != nil {
		return usagef("--spool-dir: %w", err)
	}
	var err error
	s.Proxies, err = networks("--trusted-proxy", f.TrustedProxy)
	return err
}

// limitMemory has garbage collected before the program takes more memory than
// it has now, has for requests, and as much as it has now again. A limit that
// was set by GOMEMLIMIT stays.
func limitMemory(forRequests int64) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	const slack = 32 << 20
	debug.SetMemoryLimit(2*int64(m.HeapInuse+m.StackInuse) + forRequests + slack)
}

// networks reads networks and single addresses.
func networks(flag string, texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range texts {
		if !strings.Contains(text, "/") {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return nil, usagef("%s: %q is neither a network nor an address", flag, text)
			}
			all = append(all, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, usagef("%s: %q is no network", flag, text)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
