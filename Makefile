# What people type. Everything is done by scripts/; each installs what it needs.
PORT ?= 8080
WORKERS ?=
ARGS ?=

.PHONY: api test test-asan test-tsan test-broken fuzz build bench lint format clean

# Builds, trains the demo model if there is none, and serves it in the foreground.
api:
	@scripts/build release jury
	@scripts/train-demo
	exec build/jury serve build/demo --port $(PORT) $(if $(WORKERS),--workers $(WORKERS)) $(ARGS)

build:
	@scripts/build release

# Every test, in the release build.
test:
	@scripts/test release

test-asan:
	@scripts/test asan-ubsan

# The parts with threads and processes.
test-tsan:
	@scripts/test tsan

# Shows that the crash test fails for builds that lose records.
test-broken:
	@scripts/test-broken-builds

# Each fuzz target for FUZZ_SECONDS (20).
fuzz:
	@scripts/fuzz

bench: build
	@scripts/train-demo
	@bench/run

lint:
	@scripts/lint

format:
	@scripts/lint --fix

clean:
	rm -rf build build-*
