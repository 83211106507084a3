#!/usr/bin/env python3
"""Runs the systems of this folder under the harness, each on a cluster of its own, and prints a table of what passed.

Usage: examples/run.py HARNESS [--plan] [SYSTEM..]

Each YAML file that lies in the folder of a system is a components.yaml. Sources that are missing are fetched first (fetch.sh). With --plan
nothing runs: each file has to be one that the harness takes, and so has each Testrun of its folder testruns.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ("passed", "failed", "flaky", "skipped")


def systems():
    return sorted(path.parent.name for path in HERE.glob("*/module"))


def results_of(folder):
    with open(folder / ".harness/default/artifacts/results.json", encoding="utf-8") as file:
        return json.load(file)


def run(harness, config):
    """A row of the table, and whether all went well."""
    began = time.time()
    code = subprocess.call([harness, f"-config={config.name}", "-all"], cwd=config.parent)
    if code == 130:
        sys.exit(code)
    counts = {}
    results = config.parent / ".harness/default/artifacts/results.json"
    if results.exists() and results.stat().st_mtime >= began:
        counts = results_of(config.parent)["counts"]
    name = f"{config.parent.name}/{config.name}"
    return [name, *(str(counts.get(kind, 0)) for kind in KINDS), f"{time.time() - began:.0f} s", str(code)], code == 0 and counts.get("passed", 0) > 0


def plan(harness, config):
    done = subprocess.run([harness, f"-config={config.name}", "-dry-run", "-all"], cwd=config.parent, stdout=subprocess.PIPE, text=True)
    lines = done.stdout.splitlines()
    renders = sum(line.startswith("render ") for line in lines)
    return [f"{config.parent.name}/{config.name}", str(len(lines) - renders), str(renders), str(done.returncode)], done.returncode == 0


def validate(harness, testrun):
    """Of a Testrun of the system's own definitions; a row as of plan()."""
    done = subprocess.run([harness, "testrun", "validate", f"{testrun.parent.name}/{testrun.name}", "-set", "suffix=a"], cwd=testrun.parents[1], stdout=subprocess.DEVNULL)
    return [f"{testrun.parents[1].name}/{testrun.parent.name}/{testrun.name}", "", "", str(done.returncode)], done.returncode == 0


def show(head, rows):
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def main(harness, *words):
    planned = "--plan" in words
    chosen = [word for word in words if word != "--plan"] or systems()
    unknown = [name for name in chosen if name not in systems()]
    if unknown:
        sys.exit(f"error: there is no system {', '.join(unknown)}; there are {', '.join(systems())}")
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    os.environ["PATH"] = (os.environ.get("HARNESS_CACHE") or caches + "/harness") + "/bin:" + os.environ["PATH"]
    rows, well = [], True
    for name in chosen:
        subprocess.run([HERE / "fetch.sh", name], check=True)
        for config in sorted((HERE / name).glob("*.yaml")):
            row, good = (plan if planned else run)(os.path.abspath(harness), config)
            rows.append(row)
            well = well and good
        for testrun in sorted((HERE / name).glob("testruns/*.yaml")) if planned else []:
            row, good = validate(os.path.abspath(harness), testrun)
            rows.append(row)
            well = well and good
    show(["plan", "steps", "objects", "exit code"] if planned else ["system", *KINDS, "time", "exit code"], rows)
    return 0 if well else 1


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
