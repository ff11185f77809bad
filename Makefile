# make demo    build, fill a temporary database with simulated reports, print where to look
# make test    everything that must hold; installs what it needs (npm packages, on Debian as root Chromium and PostgreSQL)
# make build   one static binary in bin/
# make property  the property tests with twenty times as many cases, other ones each time
# make bench   the benchmarks, with figures
# make endure  two servers on one PostgreSQL for two minutes under 200 requests a second, killed in turn; then its standby takes over

GO      ?= go
BIN     := bin/tocsin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
GOFILES := $(shell find cmd internal -name '*.go' -o -name '*.templ' -o -name '*.sql' -o -name '*.yaml' -o -name '*.tsv' 2>/dev/null)
DIST    := internal/web/static/dist/manifest.json
export CGO_ENABLED = 0

.PHONY: demo build front test lint unit property race browser bench endure fuzz clean tools

demo: build
	$(BIN) demo

build: $(BIN)

$(BIN): $(DIST) $(GOFILES) go.mod go.sum
	$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/tocsin

front: $(DIST)

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error

$(DIST): web/node_modules/.package-lock.json $(shell find web/src web/build web/build.mjs -type f 2>/dev/null) $(shell find internal/web -name '*.templ' -o -name '*.go' 2>/dev/null)
	cd web && node build.mjs

tools:
	scripts/tools

test: tools $(BIN)
	scripts/check

lint:
	scripts/check lint

unit:
	scripts/check unit

browser: tools $(BIN)
	scripts/check browser

property: $(DIST)
	scripts/check property

bench: $(DIST)
	$(GO) test -run '^$$' -bench . -benchtime 2s ./internal/...

endure: $(DIST)
	TOCSIN_TEST_LONG=1 $(GO) test -count 1 -timeout 15m -run TestEndures -v ./cmd/tocsin

clean:
	rm -rf bin dist web/node_modules
	find internal/web/static/dist -type f ! -name .keep -delete
