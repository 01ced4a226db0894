# Two commands do everything on a Debian machine with Go:
#   make run    the service with an embedded database and demo data
#   make test   installs what the tests need, then runs them all
.PHONY: run test pictures interop oracles bench bench-full crash one-key lint build tools clean fuzz mutants fresh

GO ?= go
# Go alone builds everything but keys in tokens: a C compiler that is there by half
# must not come into it.
export CGO_ENABLED = 0
FUZZTIME ?= 2m

run: build
	./bin/tamga serve --demo

build:
	$(GO) build -o bin/tamga ./cmd/tamga

test: tools
	TAMGA_REQUIRE_POSTGRES=$(REQUIRE_POSTGRES) TAMGA_REQUIRE_JUDGES=$(REQUIRE_JUDGES) $(GO) test -timeout 15m ./... ./.ci/mutants
	CGO_ENABLED=1 TAMGA_REQUIRE_JUDGES=$(REQUIRE_JUDGES) $(GO) test -tags pkcs11 ./signing/pkcs11

# The database is not optional: when PostgreSQL cannot be had, say
# REQUIRE_POSTGRES= (empty) and its half of the registry tests is skipped.
REQUIRE_POSTGRES ?= 1

# Nor are the programs of others that judge what we make; with REQUIRE_JUDGES=
# (empty) the tests whose judge is missing are skipped.
REQUIRE_JUDGES ?= 1

# What the tests use besides Go, from Debian's packages.
tools:
	@./.ci/tools

# Pictures of the pages, as the tests in a browser see them, in var/pictures: to be looked at.
pictures: tools
	TAMGA_PICTURES=$(CURDIR)/var/pictures $(GO) test -count=1 -timeout 15m ./api/site ./api/web

# Judges that are not ours (OpenSSL, Poppler, pyHanko, EU DSS, veraPDF and
# others, installed into var/interop) over what we make and over hostile files,
# and decoders over scans of printed QR codes.
interop:
	@./.ci/interop/install
	CGO_ENABLED=$(if $(TOKENS),1,0) $(GO) test -count=1 -timeout 15m -tags interop$(TOKENS) -v -run 'TestInterop|TestOracle' ./signing/interop
	$(GO) test -count=1 -timeout 15m -tags interop -v -run TestPaper ./qr

# What is found by chance: tests that make cases at random and hold two answers
# to each against one another (docs/oracles.md), for ORACLE_TIME all together. A
# failure names the seed and the case with which it comes again.
ORACLE_TIME ?= 1h
ORACLE_SEED := $(or $(ORACLE_SEED),$(shell od -An -N4 -tu4 /dev/urandom | tr -d ' '))

oracles: tools
	@./.ci/interop/install
	@echo "seed $(ORACLE_SEED)"
	TAMGA_ORACLE=$(ORACLE_TIME) TAMGA_ORACLE_SEED=$(ORACLE_SEED) $(GO) test -count=1 -timeout 0 -p 1 -tags interop -v -run TestOracle \
	  $$(git grep -l 'func TestOracle' -- '*_test.go' | xargs -n 1 dirname | sort -u | sed 's,^,./,')

# Keys in tokens need a C compiler and its headers.
TOKENS := $(shell command -v gcc >/dev/null && [ -e /usr/include/stdlib.h ] && echo ,pkcs11)

# Rates on one core, each beside its raw limit, measured in the same run.
bench:
	$(GO) test -run '^$$' -bench 'Ratios|GOSTEngine|Trust' -benchtime 1x .
	$(GO) test -run '^$$' -bench . -benchtime 1s ./certs/gost
	$(GO) test -run '^$$' -bench . -benchtime 1x ./certs/revocation/serials
	$(GO) test -p 1 -run '^$$' -bench 'BesideBare|LookUp|Full' -benchtime 1x ./documents/registry ./documents/applications

# The program and its database killed at every named point of issuing, preparing, doing a
# step, taking and sending messages, over so many documents (an hour).
ISSUES ?= 10000
crash: tools
	TAMGA_REQUIRE_POSTGRES=$(REQUIRE_POSTGRES) TAMGA_CRASH_ISSUES=$(ISSUES) $(GO) test -count=1 -timeout 2h -p 1 -v -run 'AtEveryPoint|CrashPoints' ./documents/registry ./documents/applications ./documents/gateways/inbox

# Fifty clients ask for one document with one key, so often each.
REQUESTS ?= 1000
one-key:
	TAMGA_ONE_KEY_REQUESTS=$(REQUESTS) $(GO) test -count=1 -timeout 1h -v -run TestOneKeyOneDocument ./api

# What a register with a million documents costs beside an empty one (ten minutes, 8 GB).
DOCUMENTS ?= 1000000
bench-full:
	TAMGA_BENCH_DOCUMENTS=$(DOCUMENTS) $(GO) test -timeout 1h -run '^$$' -bench Full -benchtime 1x ./documents/registry

lint: tools
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	  if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	@if git grep -nE '^(<<<<<<<|>>>>>>>)( |$$)'; then echo "these lines are the marks of a merge"; exit 1; fi
	$(GO) vet ./... ./.ci/mutants
	$(GO) tool staticcheck ./... ./.ci/mutants
	$(GO) vet -tags interop ./signing/interop ./qr
	CGO_ENABLED=1 $(GO) vet -tags interop,pkcs11 ./signing/interop
	CGO_ENABLED=1 $(GO) tool staticcheck -tags interop,pkcs11 ./signing/interop ./qr
	CGO_ENABLED=1 $(GO) vet -tags pkcs11 ./signing/pkcs11

# Every fuzz target for FUZZTIME, one after another.
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "== $$pkg $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$pkg || exit 1; \
	  done; \
	done

# Changes one place at a time, in a sample of N places a package that SEED
# makes reproducible, and says which changes no test notices (an hour; less
# with PKG=./signing).
PKG ?= ./signing ./certs ./certs/revocation ./signing/pades/changes ./signing/cms ./documents ./documents/registry ./documents/store ./documents/seal
SEED ?= 1
N ?= 20
MUTANTS ?=
mutants:
	@TAMGA_REQUIRE_POSTGRES=$(REQUIRE_POSTGRES) TAMGA_REQUIRE_JUDGES=$(REQUIRE_JUDGES) $(GO) run ./.ci/mutants -seed $(SEED) -n $(N) -tables $(N) $(MUTANTS) $(PKG)

# The two commands in a bare Debian with Go and nothing else.
fresh:
	@./.ci/fresh

clean:
	rm -rf bin var
