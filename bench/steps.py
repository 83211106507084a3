#!/usr/bin/env python3
"""A Testrun of 1,000 steps of `true`, eight at once, on the host executor; and what a shell needs for the same.

  bench/steps.py HARNESS [--rounds=N]

Needs no cluster. Prints a Markdown table of medians.
"""

import argparse
import os
import tempfile
import time

from system import run, write
from table import header, median, row

STEPS = 1000
DEFINITION = """kind: TestDefinition
metadata: {name: nothing}
spec: {owner: bench@example.com, command: ["true"]}
"""


def seconds(command, dir):
    begin = time.monotonic()
    run(command, dir)
    return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as dir:
        write(dir, ".test-defs/nothing.yaml", DEFINITION)
        flow = "".join(f"  - {{name: s{i}, definition: {{name: nothing}}}}\n" for i in range(STEPS))
        location = f"  testLocations: [{{type: local, hostPath: {dir}}}]\n"
        write(dir, "run.yaml", "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nmetadata: {name: bench}\nspec:\n" + location + "  testflow:\n" + flow)
        ways = {
            "harness": [os.path.abspath(options.harness), "testrun", "run.yaml", "-j=8"],
            "xargs": ["sh", "-c", f"seq {STEPS} | xargs -P 8 -I N true"],
        }
        times = {name: [] for name in ways}
        for _ in range(options.rounds):
            for name, command in ways.items():
                times[name].append(seconds(command, dir))
        ours, shell = median(times["harness"]), median(times["xargs"])
        header()
        row("1,000 steps of true, -j 8", ours, ("xargs -P 8", shell), "s", "at most 3 s more", ours <= shell + 3, digits=2)


if __name__ == "__main__":
    main()
