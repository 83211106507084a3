"""compare.py RESULTS PROGRAMS : results.json of the harness beside Ginkgo's JSON report of each of the compiled suites in the folder PROGRAMS."""
import collections
import json
import os
import pathlib
import subprocess
import sys

STATES = {"passed": "passed", "skipped": "skipped", "pending": "skipped"}
# Specs of these are focused in code. Ginkgo fails the suite, the harness its last test.
FAILED_AS_A_WHOLE = {"focused_fixture", "focused_fixture/internal", "decorations_fixture/offset_focus_pending"}


def text_of(spec):
    return " ".join(text for text in (spec["ContainerHierarchyTexts"] or []) + [spec["LeafNodeText"]] if text)


def place_of(spec):
    at = spec["LeafNodeLocation"]
    return "%s:%d" % (os.path.basename(at["FileName"]), at["LineNumber"])


def status_of(spec):
    flaked = spec["State"] == "passed" and spec["MaxFlakeAttempts"] > 1 and spec["NumAttempts"] > 1
    return "flaky" if flaked else STATES.get(spec["State"], "failed")


def names_of(specs):
    texts = collections.Counter(text_of(spec) for spec in specs)
    places = collections.Counter((text_of(spec), place_of(spec)) for spec in specs)
    numbers = collections.Counter()
    for spec in specs:
        key = text_of(spec), place_of(spec)
        numbers[key] += 1
        yield key[0] + (" (%s)" % key[1] if texts[key[0]] > 1 else "") + (" #%d" % numbers[key] if places[key] > 1 else "")


def report_of(program, folder):
    report = program.with_suffix(".json")
    subprocess.run([program, "--ginkgo.json-report=%s" % report, "--ginkgo.seed=1"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=120)
    return [spec for spec in json.loads(report.read_text())[0]["SpecReports"] or [] if spec["LeafNodeType"] == "It"]


def main():
    ours = {test["name"]: test for test in json.load(open(sys.argv[1]))["tests"]}
    faults, compared = [], set()
    for overlay in sorted(pathlib.Path(sys.argv[2]).glob("*/overlay.json")):
        folder = pathlib.Path(next(iter(json.loads(overlay.read_text())["Replace"]))).parent
        suite = str(folder.relative_to(pathlib.Path.cwd()))
        program, = overlay.parent.resolve().glob("*.test")
        specs = report_of(program, folder)
        differ = []
        for name, spec in zip(names_of(specs), specs):
            full = suite + "/" + name
            status = ours[full]["status"] if full in ours else "not listed"
            compared.add(full)
            if status != status_of(spec):
                differ.append("%s: Ginkgo says %s, the harness %s" % (full, spec["State"], status))
        print("%s: %d specs, %d differ" % (suite, len(specs), len(differ)))
        expected = 1 if suite in FAILED_AS_A_WHOLE else 0
        faults += differ if len(differ) != expected else []
    faults += ["%s: Ginkgo does not have it" % name for name in ours if name not in compared and "/Test" not in name]
    print("\n".join(faults))
    sys.exit(1 if faults or len(compared) < 200 else 0)


main()
