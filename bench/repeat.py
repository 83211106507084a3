#!/usr/bin/env python3
"""What repeating a test costs over the bare process: `harness -repeat`, a shell loop, and GoogleTest's process alone, in one run.

  bench/repeat.py HARNESS TEST_PROGRAM [--test=Suite.Name] [--runs=N] [--rounds=N]

TEST_PROGRAM is any GoogleTest binary; the test should do next to nothing. Prints a Markdown table: medians of rounds that alternate.
"""

import argparse
import os
import subprocess
import tempfile
import time

from system import make_instance, serve_empty_api
from table import header, median, row


def seconds(command, **options):
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.monotonic() - begin


def make_project(dir, harness, program):
    """A project with an instance that seems to be there."""
    os.symlink(program, os.path.join(dir, "tests"))
    with open(os.path.join(dir, "components.yaml"), "w") as out:
        out.write("hermetic: false\ntests: [{gtest: tests}]\n")
    return make_instance(dir, harness, serve_empty_api())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("program")
    parser.add_argument("--test", default="FactorialTest.Zero")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    harness, program = os.path.abspath(options.harness), os.path.abspath(options.program)
    suite, test = options.test.split(".")
    with tempfile.TemporaryDirectory() as dir:
        env = make_project(dir, harness, program)
        one = f"{program} --gtest_filter={options.test}"
        rows = {
            "the process alone": lambda: bare(program, options.test, options.runs),
            "shell loop": lambda: seconds(["sh", "-c", f"i=0; while [ $i -lt {options.runs} ]; do {one} >log.$i 2>&1 || exit; rm log.$i; i=$((i+1)); done"], cwd=dir),
            "harness -j=1": lambda: seconds([harness, "-no-setup", f"-run=^{suite}$/^{test}$", f"-repeat={options.runs}", "-j=1"], cwd=dir, env=env),
        }
        times = {name: [] for name in rows}
        for _ in range(options.rounds):
            for name, measure in rows.items():
                times[name].append(measure() / options.runs * 1000)
        base = median(times["the process alone"])
        ours, loop = median(times["harness -j=1"]) - base, median(times["shell loop"]) - base
        header()
        row(f"a run of a test over the process alone ({base:.2f} ms)", ours, ("shell loop", loop), "ms", "at most 2 ms", ours <= 2, digits=2)


def bare(program, test, runs):
    """posix_spawn and wait, nothing else."""
    null = os.open("/dev/null", os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    begin = time.monotonic()
    for _ in range(runs):
        pid = os.posix_spawn(program, [program, "--gtest_filter=" + test], os.environ, file_actions=actions)
        os.waitpid(pid, 0)
    os.close(null)
    return time.monotonic() - begin


if __name__ == "__main__":
    main()
