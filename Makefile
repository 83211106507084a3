# Short names for what this project is built and tested with. `make` lists them.
# Output of long steps is kept in build/; what the set-up keeps lies in $HARNESS_CACHE (default ~/.cache/harness).
PREFIX ?= /usr/local
.DEFAULT_GOAL := help
FUZZ_SECONDS ?= 60
ZOO_SEQUENCES ?= 40
FUZZ_TARGETS = http json cgi yaml project flags labels
.PHONY: help setup engine check docs unit fuzz trouble chaos recovery hermetic routes pods control-plane zoo mutations pipeline integration test stale emit tekton bulk suites examples proving-ground bench install clean
.NOTPARALLEL:

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

setup:  ## packages, Docker engine, kind, images (once about 15 minutes where no image can be pulled)
	@setup/setup.sh

engine:  ## start the Docker engine where it does not run
	@setup/setup.sh engine

check:  ## format, who includes whom, shell scripts, links in documents, the words of messages (10 seconds)
	@setup/setup.sh build
	@tests/check/check.py

tidy:  ## clang-tidy reads driver, fakes and components (a second where nothing changed; from nothing half an hour)
	@setup/setup.sh tidy
	@setup/run-step tidy "writing compile commands" cmake --preset release
	@tests/check/tidy.py

docs: setup  ## every command of README.md and docs/, those that need a cluster too, in a clone (an hour where nothing is compiled yet)
	@setup/run-step docs-build "building what the documents call" sh -c 'cmake --preset release && cmake --build --preset release --target harness fakegitserver fakeghserver fakegerritserver'
	@tests/docs/docs.py build/bin --cluster

unit:  ## unit tests under AddressSanitizer and UndefinedBehaviorSanitizer, and what README.md and docs/ show
	@setup/setup.sh build
	@setup/run-step unit-build "building the unit tests" sh -c 'cmake --preset dev && cmake --build --preset dev --target all_unit_tests'
	ctest --test-dir build/dev --output-on-failure --parallel 4 --timeout 300

fuzz:  ## look for bytes that break fakes and driver, FUZZ_SECONDS (60) for each of seven inputs
	@setup/setup.sh fuzz
	@setup/run-step fuzz-build "building the fuzz targets" sh -c 'cmake --preset fuzz && cmake --build --preset fuzz --target all_fuzz_targets'
	@set -e; for target in $(FUZZ_TARGETS); do tests/fuzz/run.sh $$target $(FUZZ_SECONDS); done

trouble: setup  ## plant faults on a cluster: is each named, and how soon (10 minutes)
	@./harness -version
	@bench/trouble/trouble.py build/bin/harness
	@bench/trouble/trouble.py build/bin/harness --at-once

chaos: setup  ## kill the harness at random moments, 300 times with fake tools and 20 times with real ones: is anything left? (15 minutes)
	@./harness -version
	@setup/run-step chaos-build "building the unit tests" cmake --build --preset release --target unit_tests
	CHAOS_ROUNDS=300 build/bin/unit_tests --gtest_brief=1 --gtest_filter='DriverChaosTest.*'
	bench/chaos.py build/bin/harness

integration: setup  ## the integration tests, on a cluster of their own
	./harness -all

recovery: setup  ## engine killed, node and registry removed, power off, disk full: the next run fixes it (6 minutes, root, 8 GB of memory)
	@./harness -version
	@tests/recovery/recovery.py build/bin/harness

hermetic: setup  ## pods that try to reach the outside, on a cluster of their own (2 minutes)
	@./harness -version
	@tests/hermetic/hermetic.py build/bin/harness

routes: setup  ## routes of the Gateway API, its own examples among them, on a cluster of their own (2 minutes)
	@./harness -version
	@tests/routes/routes.py build/bin/harness

pods: setup  ## Testruns whose steps run in pods, on a cluster of their own (1 minute)
	@./harness -version
	@tests/pods/pods.py build/bin/harness

control-plane: setup  ## tests with a Kubernetes API of their own, without nodes (half a minute)
	@./harness -version
	@tests/control_plane/control_plane.py build/bin/harness

zoo: setup  ## one of each kind of object and source, edited at random: everything that runs is what the tree says (ZOO_SEQUENCES, 40; 30 minutes)
	@setup/setup.sh helm
	@./harness -version
	@tests/zoo/zoo.py build/bin/harness --sequences=$(ZOO_SEQUENCES)

mutations: setup  ## turn off each part of what keeps tests from meeting stale code: do unit tests and zoo notice? (an hour)
	@setup/setup.sh helm
	tests/mutations/mutations.py
	tests/mutations/mutations.py --zoo

pipeline: setup  ## the shipped Testrun with both executors, interrupted in every step, and killed: is it cleaned up? (23 cases of up to 6 minutes)
	@./harness -version
	@tests/pipeline/pipeline.py build/bin/harness

test: FUZZ_SECONDS = 5
test: ZOO_SEQUENCES = 5
test: setup check unit examples fuzz integration hermetic pods control-plane zoo  ## every test, a few seconds of fuzzing, plans of examples/ and 5 sequences of the zoo

stale: setup  ## random edits on a real cluster: every pod is what the tree says (10 minutes)
	@setup/run-step stale-build "building the driver" sh -c 'cmake --preset release && cmake --build --preset release --target harness'
	tests/stale/never_stale.py build/bin/harness

emit:  ## what testrun emit writes and the files of examples/ci/, checked by the code of Tekton, Argo, Prow and Kubernetes (once 5 minutes, then 20 seconds)
	@setup/setup.sh emit
	@setup/run-step emit-build "building the driver" sh -c 'cmake --preset release && cmake --build --preset release --target harness'
	@tests/emit/check.sh build/bin/harness

tekton: setup  ## the shipped example and others by Tekton, as plain Jobs and by the harness: the same phases? (15 minutes)
	@setup/run-step tekton-build "building the driver" sh -c 'cmake --preset release && cmake --build --preset release --target harness'
	tests/emit/cluster.sh build/bin/harness

bulk:  ## -es-url against a real OpenSearch (its parts come from Maven; Java 17 and mvn are needed)
	@setup/setup.sh build
	@setup/run-step bulk-build "building the driver" sh -c 'cmake --preset release && cmake --build --preset release --target harness'
	@tests/bulk/run.sh build/bin/harness

suites: setup  ## suites of bats, CTest, Node, jest, cargo, Maven, Go and Playwright: each case is as its runner says (3 minutes; npm, Maven)
	@./harness -version
	@tests/suites/suites.py build/bin/harness

examples: setup  ## each system of examples/ is planned: its sources are fetched, its charts and kustomizations rendered (a second; once 2 minutes)
	@setup/setup.sh helm
	@./harness -version
	@examples/run.py build/bin/harness --plan

example-%: setup  # one system of examples/ (make example-kueue): fetched, built, deployed, tested, and its cluster deleted
	@setup/setup.sh helm
	@./harness -version
	@examples/run.py build/bin/harness $*

proving-ground: setup  ## every system of examples/, one after the other, and a table of what passed (an hour; once two)
	@setup/setup.sh helm
	@./harness -version
	@examples/run.py build/bin/harness

bench: setup  ## every benchmark against its peer, on a machine that does nothing else (about 3 hours)
	@setup/setup.sh bench
	@setup/run-step bench-build "building what is measured" sh -c 'cmake --preset release && cmake --build --preset release --target harness hash_inputs fakegitserver gtest_samples'
	bench/all.sh

install: setup/setup.sh  ## install `harness` into $(DESTDIR)$(PREFIX)/bin
	@setup/setup.sh build
	@setup/run-step install-build "building the driver" sh -c 'cmake --preset release && cmake --build --preset release --target harness'
	@DESTDIR="$(DESTDIR)" cmake --install build --component harness --prefix "$(PREFIX)"

clean:  ## remove what was built; caches and clusters stay
	rm -rf build
