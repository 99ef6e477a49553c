# varve's front door. `make help` lists the targets; each works on a fresh Debian 12 machine.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 0
SIM_SCHEDULES ?= 1000000
SIM_FILES ?= 1000000
SOAK_SECONDS ?= 259200

BUILD = scripts/build.sh

.PHONY: build run serve test unit lint infra-lint tidy asan tsan sim soak fuzz bench bench-pipeline deb \
        artefacts deploy destroy diagrams format clean help

## build: install what the build needs, then build build/release/varve (the default)
build: | deps-build
	@$(BUILD) release varve

## run: build, run the pipeline on examples/ into build/examples-output, show what came out
run: build
	@scripts/run_examples.sh

## serve: as run, but leave the pipeline up and its dashboard's address on screen, until Ctrl-C
serve: build
	@scripts/run_examples.sh --serve

## test: unit tests, tree checks and end-to-end tests
test: unit | deps-test
	@scripts/venv.sh
	@.venv/bin/python -m pytest -q tests -n $(JOBS) --dist loadscope

## unit: the C++ unit tests and the tree checks alone (ctest)
unit: | deps-build
	@$(BUILD) release
	@ctest --preset release -j $(JOBS) | scripts/quiet_ctest.sh

## lint: clang-format, clang-tidy, the tree checks and infra-lint, changing nothing
lint: infra-lint | deps-lint
	@scripts/lint.sh

## infra-lint: the CloudFormation template, its policies and the state machine
infra-lint: | deps-infra
	@scripts/infra_lint.sh

## asan: the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
asan: | deps-build
	@$(BUILD) asan
	@ctest --preset asan -j $(JOBS) | scripts/quiet_ctest.sh

## tsan: the unit tests under ThreadSanitizer
tsan: | deps-build
	@$(BUILD) tsan
	@ctest --preset tsan -j $(JOBS) | scripts/quiet_ctest.sh

## sim: SIM_SCHEDULES hostile schedules, and SIM_FILES files on AWS (docs/internals/simulation.md)
sim: | deps-build
	@$(BUILD) release sim
	@build/release/tests/sim/sim --seeds 1..$(SIM_SCHEDULES) --jobs $(JOBS)
	@build/release/tests/sim/sim --files $(SIM_FILES)

## soak: run the pipeline for SOAK_SECONDS (72 h) while it is killed, paused and fed with bad input
soak: build | deps-test
	@scripts/venv.sh
	@SOAK_SECONDS=$(SOAK_SECONDS) .venv/bin/python tests/soak/soak.py

## fuzz: replay the fuzzers' corpora; with FUZZ_SECONDS=N also fuzz each target for N seconds
fuzz: | deps-lint
	@$(BUILD) fuzz fuzz/all
	@FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz.sh

## bench: varve beside its rivals, written to docs/benchmarks/ (bench/README.md)
bench: build
	@bench/run

## bench-pipeline: small files through varve run and through Spark (bench/pipeline/README.md)
bench-pipeline:
	@bench/pipeline/run

## deb: the Debian package, build/package/varve_*.deb
deb: build
	@cpack --config build/release/CPackConfig.cmake -B build/package >build/package.log || \
	  { cat build/package.log >&2; exit 1; }
	@ls build/package/*.deb

## artefacts: what is deployed to AWS: the functions' zip and the Spark job's bundle
artefacts: build
	@scripts/lambda_zip.sh
	@spark/bundle.sh

## deploy: create or update PIPELINE on AWS; DRY_RUN=1 shows what would change (docs/aws/README.md)
deploy: artefacts
	@scripts/deploy.sh $(PARAMETERS)

## destroy: remove PIPELINE from AWS; refuses while its buckets hold anything
destroy:
	@scripts/destroy.sh

## diagrams: draw docs/images/architecture.png and data-flow.png anew
diagrams: | deps-diagrams
	@scripts/tool_venv.sh diagrams
	@build/diagrams-venv/bin/python docs/architecture_diagram.py
	@build/diagrams-venv/bin/python docs/data_flow_diagram.py

## package: the zip of the Lambda functions, build/lambda/varve.zip
package: build
	@scripts/lambda_zip.sh

## format: rewrite the C++ sources with clang-format
format: | deps-lint
	@scripts/cxx_files.sh | xargs -r clang-format -i

## clean: remove everything the build made (not .venv)
clean:
	@rm -rf build

## help: this list
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | awk -F': ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

.PHONY: deps-build deps-test deps-lint deps-infra deps-diagrams
deps-build:
	@scripts/install_packages.sh build
deps-test:
	@scripts/install_packages.sh build test
deps-lint:
	@scripts/install_packages.sh build lint
deps-infra:
	@scripts/install_packages.sh infra
deps-diagrams:
	@scripts/install_packages.sh diagrams
