"""What is known of the pages beside what they say themselves: what cannot be run here and why, what a cluster is needed for, what a
reader does between two commands. docs.py fails where an entry is of no page any more."""

# Commands that no level runs: page -> command -> why.
NOT_RUN = {
    "README.md": {
        "make integration": "all integration tests: make test runs them",
        "make test": "all tests: this one is a part of it",
    },
    "docs/adopt.md": {
        "make install PREFIX=$HOME/.local": "installs into the user's home what is tested here",
    },
    "docs/components.md": {
        "./harness -kubeconfig=$HOME/.kube/config -context=kind-foreign -run=TestX": "needs a cluster that somebody else made: DriverGivenClusterTest",
        "./harness -no-setup -run=TestX": "the same",
        "./harness -teardown": "the same",
        "harness history": "needs the results of many runs: HistoryTest.WhatIsShown",
    },
    "docs/fakes.md": {
        "cmake --preset release && cmake --build --preset release --target fakegitserver": "whoever calls this test has built it",
        "cmake --preset release && cmake --build --preset release --target fakeghserver": "whoever calls this test has built it",
        "cmake --preset release && cmake --build --preset release --target fakegerritserver": "whoever calls this test has built it",
        "docker run --rm -p 127.0.0.1:8888:8888 localhost:5001/fakegitserver -address=0.0.0.0": "needs the image in the registry, and goes on until Ctrl-C",
    },
    "docs/from-prow.md": {
        "./harness -dry-run -run=TestHook": "needs a checkout of Prow",
        "./harness -run=TestHook": "the same, and its base images",
        "./harness -no-setup -run=TestHook": "the same",
    },
    "docs/setup.md": {
        "make setup": "installs packages and images: every make target begins with it",
        "sudo apt-get install $(grep -v '^#' setup/packages.txt) docker.io": "installs packages as root",
        "sudo usermod -aG docker $USER": "changes the user",
    },
    "docs/testruns.md": {
        "./harness testrun tests/testruns/pipeline.yaml -name=pipeline": "builds a commit and makes a cluster: make pipeline",
    },
    "docs/troubleshooting.md": {
        "./harness -run=TestWeb": "a crash on a cluster: make trouble plants it and the other faults of the page",
    },
    "docs/writing-tests.md": {
        "gdb --args build/bin/integration_tests --gtest_filter='TestExample.*' --gtest_catch_exceptions=0": "a debugger waits for a person",
    },
}

# Pages of which every other command needs a cluster (with --cluster they run in a clone of the project), and single commands that do.
IN_A_CLONE = ["README.md", "docs/writing-tests.md", "docs/new-component.md"]
ON_A_CLUSTER = {
    "docs/adopt.md": ["harness -all", "harness -run=Test", "harness -no-setup -run=Test", "harness -build=quotes -run=TestQuotes", "harness -teardown",
                      'harness -all -artifacts="$ARTIFACTS"'],
}

# What runs in place of a command: page -> command -> (what, why).
INSTEAD = {
    "docs/testruns.md": {
        "./harness testrun emit tekton hello.yaml -set who=world | kubectl replace --force -f -":
            ("./harness testrun emit tekton hello.yaml -set who=world > emitted.yaml && grep -q PipelineRun emitted.yaml", "the cluster has no Tekton: make tekton has one"),
    },
}

ANEW = ["curl -X POST http://localhost:8888/admin/reset"]

# Pages whose files are of adopt.md's project, in place of its own.
OF_SHOP = ["docs/from-skaffold.md", "docs/from-tilt.md"]

# What a reader does before a command (the first one that begins so), as the text around it says: page -> [(command, shell)].
BEFORE = {
    "README.md": [
        ("./harness -run=TestFakeGitServer", ["sed -i 's/true replaces it/true will replace it/' fakes/git/repositories.cc"]),
    ],
    "docs/adopt.md": [
        ("harness -dry-run -all", ['cd "$SHOP"']),
        ("harness -build=quotes -run=TestQuotes", ["sed -i 's/^QUOTES = .*/&  # edited/' quotes/quotes.py"]),
        ("harness -no-setup -run=Test", []),
        ("harness -no-setup -run=Test", ["sed -i 's/Simplicity is prerequisite for reliability/Simplicity is underrated/' quotes/quotes.py", "harness -build=quotes"]),
        ("harness -build=quotes -run=TestQuotes", ["sed -i 's/^import json/import jsn/' quotes/quotes.py"]),
        ("harness -all -artifacts=", ["sed -i -e 's/^import jsn/import json/' -e 's/Simplicity is underrated/Simplicity is prerequisite for reliability/' quotes/quotes.py", "ARTIFACTS=$PWD/../artifacts"]),
    ],
    "docs/components.md": [
        ("harness -dry-run -all", ['cd "$SHOP"', 'sed -i -e "s/quotes: {dockerfile:/quotes: {dockerfle:/" -e "/test_quotes.py/s/timeout: 1m/timeout: 60/" components.yaml']),
    ],
    "docs/fakes.md": [
        ("curl -u alice:x -X PUT http://localhost:8888/a/changes/1/edit/", [  # two open changes that add one file
            *ANEW,
            "printf 'hello\\n' > hello.txt; printf 'other\\n' > other.txt",
            "page: curl -u alice:x -X PUT http://localhost:8888/a/projects/org%2Fdemo -d",
            *2 * ["page: curl -u alice:x http://localhost:8888/a/changes/ -d"],
            "curl -u alice:x -X PUT http://localhost:8888/a/changes/2/edit/dir%2Fhello.txt -H 'Content-Type: text/plain' --data-binary @other.txt",
            "curl -u alice:x -X POST http://localhost:8888/a/changes/2/edit:publish",
        ]),
        ("curl -u alice:x -X POST http://localhost:8888/a/changes/2/rebase", [  # the first one is submitted
            "curl -u alice:x http://localhost:8888/a/changes/1/revisions/current/review -d '{\"labels\": {\"Code-Review\": 2}}'",
            "curl -u alice:x -X POST http://localhost:8888/a/changes/1/submit",
        ]),
        ("curl 'http://localhost:8888/changes/?q=change:", [  # as before, with the seed that stands further down
            *ANEW,
            "page: curl -u alice:x -X PUT http://localhost:8888/a/projects/org%2Fdemo -d",
            "page: curl -u alice:x http://localhost:8888/a/changes/ -d",
            "curl -u bob:x http://localhost:8888/a/accounts/self",
            "page: curl http://localhost:8888/admin/seed -d",
        ]),
    ],
    **{page: [("harness -dry-run -all", ['cd "$SHOP"', "sed -i 's,localhost:5001/,,' manifests/*.yaml"])] for page in OF_SHOP},
    "docs/writing-tests.md": [
        ("./harness -no-setup -run=TestExample", []),
        ("./harness -no-setup -run=TestExample", []),
        ("./harness -no-setup -run=TestExample", ["sed -i 's/log.out, \"initial/log.out, \"first/' tests/integration/example_test.cc"]),
    ],
    "docs/troubleshooting.md": [
        ("./harness doctor", ['cd "$SHOP"', 'ln -s "$(command -v harness)" harness']),
    ],
}

# Blocks that are no commands and no files: page -> how the block begins -> how it is checked. ("why", TEXT): not at all;
# ("says", FOLDER, WORDS): these words are in the block, and FOLDER says them; ("wrap", BEFORE, AFTER): it is a part of a components.yaml,
# which is accepted; ("example", NAME): all of one, beside the files of scenes.EXAMPLES; ("kind",): of a cluster-config/kind.yaml; ("printed",): by the dry run of the page's complete example;
# ("under", KEY): lines of this project's components.yaml; ("append", FILE): of a file of it; ("cpp",): it compiles within a test.
TEXTS = {
    "docs/ci.md": {
        "presubmits:": ("says", "components", ["always_run"]),
        "GET  /jobs.json": ("says", "components", ["/jobs.json", "/log", "/rerun"]),
    },
    "docs/components.md": {
        "pods tried to reach": ("says", "src", ["pods tried to reach the outside and were refused", "use a fake in its place, or let the component's pods through: egress: [HOST:PORT]"]),
        "route     path /api": ("printed",),
        "ports: [32000": ("wrap", "components: {db: {manifest: m.yaml, ", "}}"),
        "tests:": ("wrap", "", ""),
        "featureGates:": ("kind",),
        "nodes:": ("kind",),
        "{{ $old := lookup": ("why", "a chart's template"),
        "podinfo: {helm:": ("why", "it needs a network; the complete example has such a chart"),
    },
    "docs/fakes.md": {
        "fakes were asked for": ("says", "src", ["fakes were asked for what they do not have"]),
    },
    "docs/from-ginkgo.md": {
        "test-e2e:": ("why", "a Makefile of others"),
        "# components.yaml of an operator": ("example", "operator"),
    },
    "docs/from-prow.md": {
        "# components.yaml of Prow": ("example", "prow"),
    },
    "docs/new-component.md": {
        "add_subdirectory(greeter)": ("append", "components/CMakeLists.txt"),
        "  debian-httplib:": ("under", "images:"),
        "  greeter: {image": ("under", "components:"),
    },
    "docs/troubleshooting.md": {
        "waits: web:": ("says", "src", ["it may only be slow; else fix the probe's path or port, or what the log shows"]),
    },
    "docs/writing-tests.md": {
        "Deployment keepsarepository": ("says", "tests/framework", ["cannot be complete", "cannot start", "events:"]),
        "const auto name": ("cpp",),
        "const test::Pod pod": ("cpp",),
    },
}

# Files of a page that the project has: they are the same.
SAME_AS = {"docs/writing-tests.md": {"tests/integration/example_test.cc": "tests/integration/example_test.cc"}}


def pages():
    """Every page that a table names."""
    tables = [NOT_RUN, ON_A_CLUSTER, INSTEAD, BEFORE, TEXTS, SAME_AS]
    return sorted({page for table in tables for page in table} | set(IN_A_CLONE))
