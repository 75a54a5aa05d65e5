# kvmscope: what happened inside KVM, from a trace.
#
#   make demo      build, then judge two bundled recordings: one of a kernel with the bug, one without
#   make test      run all tests
#   make help      everything else

SWIFT  ?= swift
PREFIX ?= /usr/local
# Parallel jobs of the compiler; empty lets SwiftPM choose.
JOBS   ?=
# More options for `swift build` and `swift test`.
SWIFTFLAGS ?=

# What `make bench` compares with: C sources of peers, tools that grow recordings, recordings. None needs to be there.
PEERS  ?= ../shared/peers
TOOLS  ?= ../shared/tools
TRACES ?= ../shared/traces

SOURCES := Sources Tests Package.swift Benchmarks/Benchmarks Benchmarks/Sources \
  Benchmarks/Package.swift
# Swift's own libraries are linked in: the binary starts faster, and lives on when the toolchain moves.
RELEASE := $(SWIFT) build -c release --product kvmscope --static-swift-stdlib $(if $(JOBS),-j $(JOBS)) $(SWIFTFLAGS)
BINARY   = $(shell $(SWIFT) build -c release --show-bin-path)/kvmscope

BUG     := fixtures/trace-dat/vmx-6.1-unfixed/invalid_l2-mode2.dat
CONTROL := fixtures/trace-dat/vmx-6.1-fixed/invalid_l2-mode2.dat

export SWIFT JOBS
.DEFAULT_GOAL := help
.PHONY: help prepare build strict demo test bench components lint format install dist clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

prepare: ## check the toolchain and install missing libraries (Debian, Ubuntu)
	@.ci/prepare

build: prepare ## build the release binary
	@$(RELEASE)

strict: prepare ## build release as continuous integration does: a warning is an error
	@$(RELEASE) -Xswiftc -warnings-as-errors --explicit-target-dependency-import-check error

demo: build ## build, then judge two bundled recordings, with the bug and without
	@.ci/demo "$(BINARY)" $(BUG) $(CONTROL)

test: prepare ## run all tests
	@$(SWIFT) test $(if $(JOBS),-j $(JOBS)) $(SWIFTFLAGS)

bench: build ## compare the speed with that of peers, where they are: RUNS=5, QUICK=1 for a smoke test
	@PEERS="$(abspath $(PEERS))" TOOLS="$(abspath $(TOOLS))" TRACES="$(abspath $(TRACES))" Benchmarks/run compare "$(BINARY)"

components: prepare ## measure the parts of the hot path, one by one
	@Benchmarks/run components

lint: prepare ## check the formatting of the sources
	@$(SWIFT) format lint -s -r -p --configuration .swift-format $(SOURCES)

format: ## format the sources in place
	@$(SWIFT) format -i -r -p --configuration .swift-format $(SOURCES)

install: build ## install the binary and completions under PREFIX (/usr/local)
	@.ci/install "$(BINARY)" "$(DESTDIR)$(PREFIX)"

dist: prepare ## one dist/*.tar.gz whose binary needs no Swift toolchain
	@.ci/dist

clean: ## remove what a build leaves
	@rm -rf .build Benchmarks/.build dist
