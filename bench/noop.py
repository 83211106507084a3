#!/usr/bin/env python3
"""From the command to the test program's first instruction, where nothing has changed: 20 images and components, 10,000 input files, a real cluster.

  bench/noop.py HARNESS TEST_PROGRAM [--test=Suite.Name] [--rounds=N]

TEST_PROGRAM is any GoogleTest binary. Makes an instance "bench-noop" in a temporary project and deletes it at the end. The peer is the least that a script
without any memory does: `git status`, `kubectl apply` of all manifests, `kubectl rollout status`, the test. Prints a Markdown table of medians.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time

from system import make_system, manifest, prefer_cached_tools, run, write
from table import header, median, row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("program")
    parser.add_argument("--test", default="FactorialTest.Zero")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    prefer_cached_tools()
    harness, program = os.path.abspath(options.harness), os.path.abspath(options.program)
    suite, test = options.test.split(".")
    with tempfile.TemporaryDirectory() as dir:
        stamp = os.path.join(dir, "out/stamp")
        # Says when it runs a test, not when it lists them.
        write(dir, "out/tests", f'#!/bin/sh\ncase "$*" in *gtest_list_tests*) ;; *) date +%s%N > {stamp} ;; esac\nexec {program} "$@"\n', 0o755)
        names = make_system(dir, 20, 10000, "  - gtest: out/tests\n")
        instance = [harness, "-name=bench-noop"]
        select = f"-run=^{suite}$/^{test}$"
        state = os.path.join(dir, ".harness/bench-noop")
        kubectl = f"kubectl --kubeconfig {state}/kubeconfig"

        def until_test(command):
            begin = time.time_ns()
            run(command, dir)
            with open(stamp) as text:
                return (int(text.read()) - begin) / 1e6

        try:
            run([*instance, select], dir)
            deployed = os.path.join(dir, "out/deployed.yaml")
            with open(os.path.join(state, "images.json")) as text:
                images = json.load(text)
            with open(deployed, "w") as out:
                for component in names:
                    out.write(manifest(component, images[component]) + "---\n")
            script = (f"git status --porcelain && {kubectl} apply -f {deployed} && {kubectl} rollout status deployment --timeout=60s"
                      f" && out/tests --gtest_filter={options.test}")
            commands = {
                "-no-setup": [*instance, "-no-setup", select],
                "whole": [*instance, select],
                "script": ["sh", "-c", script],
                "alone": ["out/tests", f"--gtest_filter={options.test}"],
            }
            times = {name: [] for name in commands}
            for round in range(options.rounds + 1):
                for name, command in commands.items():
                    took = until_test(command)
                    if round > 0:  # the first one warms up
                        times[name].append(took)
            header()
            row("until the test runs, -no-setup -run=X", median(times["-no-setup"]), ("the test alone", median(times["alone"])), "ms", "at most 50 ms", median(times["-no-setup"]) <= 50)
            row("until the test runs, -run=X, nothing changed", median(times["whole"]), ("git status, kubectl apply, rollout status", median(times["script"])), "ms", "at most 300 ms",
                median(times["whole"]) <= 300)
        finally:
            subprocess.run([*instance, "-teardown"], cwd=dir, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
