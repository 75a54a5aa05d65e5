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

SOURCES := Sources Tests Package.swift
# Swift's own libraries are linked in: the binary starts faster, and lives on when the toolchain moves.
RELEASE := $(SWIFT) build -c release --product kvmscope --static-swift-stdlib $(if $(JOBS),-j $(JOBS)) $(SWIFTFLAGS)
BINARY   = $(shell $(SWIFT) build -c release --show-bin-path)/kvmscope

BUG     := fixtures/trace-dat/vmx-6.1-unfixed/invalid_l2-mode2.dat
CONTROL := fixtures/trace-dat/vmx-6.1-fixed/invalid_l2-mode2.dat

export SWIFT
.DEFAULT_GOAL := help
.PHONY: help prepare build strict demo test lint format install dist clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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

lint: prepare ## check the formatting of the sources
	@$(SWIFT) format lint -s -r -p --configuration .swift-format $(SOURCES)

format: ## format the sources in place
	@$(SWIFT) format -i -r -p --configuration .swift-format $(SOURCES)

install: build ## install the binary and completions under PREFIX (/usr/local)
	@.ci/install "$(BINARY)" "$(DESTDIR)$(PREFIX)"

dist: prepare ## one dist/*.tar.gz whose binary needs no Swift toolchain
	@.ci/dist

clean: ## remove what a build leaves
	@rm -rf .build dist
