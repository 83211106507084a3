#!/usr/bin/env python3
"""Runs suites of other runners as commands that record their cases, and compares each case with what the runner itself prints.

suites.py HARNESS [NAME..]    what is missing on this machine is said, and not tried

No cluster: the instance is a file, its API one that has nothing. What a runner needs comes from its
package registry, into a temporary folder.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "bench")]
from system import make_instance, serve_empty_api
NPM = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
WORDS = {"ok": "passed", "passed": "passed", "pass": "passed", "PASS": "passed", "Passed": "passed", "✓": "passed",
         "not ok": "failed", "FAILED": "failed", "failed": "failed", "FAIL": "failed", "Failed": "failed", "Timeout": "failed",
         "Exception: SegFault": "failed", "Not Run": "failed", "skip": "skipped", "SKIP": "skipped", "Skipped": "skipped",
         "Not Run (Disabled)": "skipped", "pending": "skipped", "todo": "todo", "ignored": "ignored"}


def lines(pattern, name=1, word=2):
    """What a runner says of each case in a line of its own."""
    def read(text):
        return {m[name]: WORDS[m[word]] for m in re.finditer(pattern, text, re.M)}
    return read


def bats(text):
    return {m[2]: "skipped" if m[3] else WORDS[m[1]] for m in re.finditer(r"^(ok|not ok) \d+ (.*?)( # skip.*)?$", text, re.M)}


def jest(text):
    said = {}
    for file in json.loads(text)["testResults"]:
        for one in file["assertionResults"]:
            said.setdefault(one["fullName"], WORDS[one["status"]])
        if not file["assertionResults"]:
            said[file["name"].rsplit("/", 1)[1]] = "failed"
    return said


def counts(pattern, *words):
    """What a runner says of all cases together."""
    def read(text):
        said = {}
        for word, number in zip(words, re.findall(pattern, text, re.M)[-1]):
            said[word] = said.get(word, 0) + int(number)
        return said
    return read


class Suite:
    def __init__(self, entry, cases, own, says, needs=(), prepare=None, differs=None, cleans=""):
        self.entry, self.cases, self.own, self.says = entry, cases, own, says
        self.needs, self.prepare, self.differs, self.cleans = needs, prepare, differs or {}, cleans


SUITES = {
    "bats": Suite(
        {"command": "node_modules/bats/bin/bats --report-formatter junit --output {results} suite.bats", "junit": "{results}/*.xml"},
        {"suite.bats/passes": "passed", "suite.bats/fails & prints": "failed", "suite.bats/is skipped": "skipped",
         "suite.bats/exits": "failed", "suite.bats/is killed": "failed"},
        "node_modules/bats/bin/bats --formatter tap suite.bats", bats, ["npm"], NPM,
        {"suite.bats/is killed": None}),  # its TAP has no line for it
    "bats tap": Suite(
        {"command": "node_modules/bats/bin/bats --formatter tap --filter 'passes|fails|skipped' suite.bats", "tap": True},
        {"passes": "passed", "fails & prints": "failed", "is skipped": "skipped"},
        "node_modules/bats/bin/bats --formatter tap --filter 'passes|fails|skipped' suite.bats", bats, ["npm"], NPM),
    "ctest": Suite(
        {"command": "ctest -j4 --output-junit {results}/ctest.xml", "junit": "{results}/*.xml"},
        {"passes": "passed", "fails": "failed", "skips": "skipped", "crashes": "failed", "hangs": "failed",
         "missing": "failed", "off": "skipped"},
        "ctest -j4", lines(r"Test +#\d+: (\S+) \.+ *(?:\*\*\*)?(.*?) +\d+\.\d+ sec"), ["ctest"]),
    "ctest list": Suite(
        {"command": "ctest -R '^('{tests:|}')$' --output-junit {results}/ctest.xml", "junit": "{results}/*.xml",
         "list": "ctest -N | sed -n 's/^ *Test *#[0-9]*: \\([a-z]*\\).*/\\1/p'"},
        {"passes": "passed", "fails": "failed", "skips": "skipped", "crashes": "failed", "hangs": "failed",
         "missing": "failed", "off": "skipped"},
        "ctest -j4", lines(r"Test +#\d+: (\S+) \.+ *(?:\*\*\*)?(.*?) +\d+\.\d+ sec"), ["ctest"]),
    "node": Suite(
        {"command": "node --test --test-reporter=tap", "tap": True},
        {"passes": "passed", "fails": "failed", "skipped": "skipped", "later": "skipped", "group/inner passes": "passed",
         "group/inner fails": "failed", "parent/child": "passed", "parent": "failed", "hangs": "failed"},
        "node --test --test-reporter=spec",
        counts(r"pass (\d+)\n.*fail (\d+)\n.*cancelled (\d+)\n.*skipped (\d+)\n.*todo (\d+)", "passed", "failed", "failed",
               "skipped", "skipped"), ["node"]),
    "node junit": Suite(
        {"command": "node --test --test-reporter=junit > {results}/node.xml", "junit": "{results}/*.xml"},
        {"test/passes": "passed", "test/fails": "failed", "test/skipped": "skipped", "test/later": "skipped",
         "test/inner passes": "passed", "test/inner fails": "failed", "test/child": "passed", "test/hangs": "failed"},
        None, None, ["node"]),  # its record has no case for the failure of "parent" itself
    "jest": Suite(
        {"command": "npx jest --reporters=jest-junit", "env": {"JEST_JUNIT_OUTPUT_DIR": "out"}, "junit": "out/*.xml"},
        {"math adds": "passed", "math fails": "failed", "math skipped": "skipped", "math to do": "passed",
         "math/math parameter": "passed", "math/math parameter #2": "passed", "math hangs": "failed",
         "src/broken.test.js/Test suite failed to run/src/broken.test.js": "failed",
         "src/broken.test.js/Test suite failed to run/src/broken.test.js #2": "failed"},  # its record has it twice
        "npx jest --json --silent 2> /dev/null", jest, ["npm"], NPM,
        {"math to do": "todo",  # jest-junit's record says nothing of it
         "math/math parameter #2": None, "src/broken.test.js/Test suite failed to run/src/broken.test.js #2": None}),
    "jest list": Suite(
        {"command": "npx jest --reporters=jest-junit --testNamePattern={tests:|}",
         "env": {"JEST_JUNIT_OUTPUT_DIR": "out"}, "junit": "out/*.xml", "list": "printf 'math adds\\nmath fails\\n'"},
        {"math adds": "passed", "math fails": "failed"},
        "npx jest --json --silent 2> /dev/null", jest, ["npm"], NPM),
    "cargo": Suite(
        {"command": "RUSTC_BOOTSTRAP=1 cargo test -q --offline --lib -- -Z unstable-options --format junit > {results}/rust.xml",
         "junit": "{results}/*.xml"},
        {"tests/passes": "passed", "tests/fails": "failed", "tests/panics_as_expected": "passed"},
        "cargo test --offline --lib", lines(r"^test tests::(\w+)(?: - should panic)? \.\.\. (ok|FAILED)"), ["cargo"]),
    "maven": Suite(
        {"command": "mvn -q -B -o -Dsurefire.rerunFailingTestsCount=1 test", "junit": "target/surefire-reports/*.xml"},
        {"acme.SuiteTest/passes": "passed", "acme.SuiteTest/fails": "failed", "acme.SuiteTest/skipped": "skipped",
         "acme.SuiteTest/flaky": "flaky", "acme.SuiteTest/parameter(int)[1]": "passed",
         "acme.SuiteTest/parameter(int)[2]": "passed", "acme.SuiteTest/hangs": "failed", "acme.SetUpTest": "failed"},
        "mvn -q -B -o -Dsurefire.rerunFailingTestsCount=1 test",
        counts(r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+), Flakes: (\d+)", "all", "failed", "failed",
               "skipped", "flaky"), ["mvn"], ["mvn", "-q", "-B", "-Dmaven.test.failure.ignore", "test"], cleans="target/tried"),
    "go": Suite(
        {"command": "go test -json ./...", "test2json": True},
        {"example.com/suite/TestPasses": "passed", "example.com/suite/TestFails": "failed",
         "example.com/suite/TestSkips": "skipped", "example.com/suite/TestParent": "failed",
         "example.com/suite/TestParent/passes": "passed", "example.com/suite/TestParent/fails": "failed"},
        "go test -v ./...", lines(r"^ *--- (PASS|FAIL|SKIP): (\S+)", 2, 1), ["go"]),
    "chainsaw": Suite(  # GOTOOLCHAIN=go1.23.12 go install github.com/kyverno/chainsaw@v0.2.12
        {"command": "chainsaw test --no-cluster --report-format JUNIT-TEST --report-name r --report-path {results} .",
         "junit": "{results}/*.xml"},
        {"passes": "passed", "fails": "failed"},  # its record has none that were skipped
        "chainsaw test --no-cluster .", lines(r"--- (PASS|FAIL): chainsaw/(\w+)", 2, 1), ["chainsaw"]),
    "playwright": Suite(
        {"command": "PLAYWRIGHT_JUNIT_OUTPUT_NAME={results}/r.xml npx playwright test --reporter=junit",
         "junit": "{results}/*.xml"},
        {"tests/a.spec.js/group › passes": "passed", "tests/a.spec.js/group › fails": "failed",
         "tests/a.spec.js/group › skipped": "skipped", "tests/a.spec.js/group › fails as expected": "passed",
         "tests/a.spec.js/hangs": "failed", "tests/a.spec.js/crashes": "failed"},
        "npx playwright test --reporter=list",
        counts(r"(\d+) failed\n(?:.*\n)*? +(\d+) skipped\n +(\d+) passed", "failed", "skipped", "passed"), ["npm"], NPM),
}


def write_project(project, entry, harness, api):
    """components.yaml with this entry, and an instance that is there. Returns the environment for the harness."""
    (project / "components.yaml").write_text("hermetic: false\ntests: [" + json.dumps({"name": "suite", "timeout": "5m", **entry}) + "]\n")
    return make_instance(str(project), harness, api)


def results_of(project):
    results = json.loads((project / "out-of-harness/results.json").read_text())["tests"]
    return {one["name"].removeprefix("suite/"): one["status"] for one in results}


def differences(suite, found, own):
    all_of = [f"{name}: {found.get(name)}, not {status}" for name, status in suite.cases.items() if found.get(name) != status]
    all_of += [f"{name}: {status}, which was not expected" for name, status in found.items() if name not in suite.cases]
    if own is None:
        return all_of
    if all(isinstance(number, int) for number in own.values()):
        for word, number in own.items():
            mine = len(suite.cases) if word == "all" else sum(1 for s in suite.cases.values() if s == word)
            if mine != number:
                all_of.append(f"the runner counts {number} {word}, and {mine} were expected")
        return all_of
    for name, status in suite.cases.items():
        called = [key for key in own if name == key or name.endswith("/" + key)]
        said = own[max(called, key=len)] if called else None
        if name in suite.differs:
            if said != suite.differs[name]:
                all_of.append(f"{name}: the runner says {said}, and no longer {suite.differs[name]}")
        elif said != status:
            all_of.append(f"{name}: the runner says {said}, not {status}")
    return all_of


def try_suite(harness, name, scratch, api):
    suite = SUITES[name]
    missing = [tool for tool in suite.needs if not shutil.which(tool)]
    if missing:
        return f"not tried: {missing[0]} is not on PATH", None
    project = scratch / name.replace(" ", "-")
    shutil.copytree(HERE / name.split()[0], project)
    env = write_project(project, suite.entry, harness, api)
    if suite.prepare:
        prepared = subprocess.run(suite.prepare, cwd=project, capture_output=True, text=True)
        if prepared.returncode:
            return "not tried: " + " ".join(suite.prepare) + " ended with " + str(prepared.returncode), None
    def clean():
        if suite.cleans:
            (project / suite.cleans).unlink(missing_ok=True)
    clean()
    own = None
    if suite.own:
        ran = subprocess.run(suite.own, shell=True, cwd=project, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        own = suite.says(ran.stdout if "--json" in suite.own else ran.stdout + ran.stderr)
    clean()
    ran = subprocess.run([harness, "-no-setup", "-all", "-no-dump", "-artifacts=out-of-harness"], cwd=project, env=env,
                         capture_output=True, text=True, stdin=subprocess.DEVNULL)
    wrong = differences(suite, results_of(project), own)
    if ran.returncode != 1:
        wrong.append(f"the harness ended with {ran.returncode}, not 1")
    if wrong:
        print(ran.stdout + ran.stderr)
    return None, wrong


def main():
    harness, names = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2:] or list(SUITES)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        api = serve_empty_api()
        for name in names:
            not_tried, wrong = try_suite(harness, name, scratch, api)
            print(f"{name}: " + (not_tried or ("\n  ".join(["differs"] + wrong) if wrong else f"{len(SUITES[name].cases)} cases as the runner has them")),
                  flush=True)
            failed = failed or bool(wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
