#!/usr/bin/env python3
"""The shipped pipeline (tests/testruns/pipeline.yaml) as it is, on real clusters: runs green with both executors, is interrupted in every step, and cleans up each time.

  tests/pipeline/pipeline.py HARNESS [--only=RE] [--list]

In a clone of HEAD, what is not committed is not tested but for HARNESS. A case is interrupted by one SIGINT as soon as its step runs: it must end with 130, every phase must be what docs/testruns.md says, onExit must have run to
its end, and nothing may be left: containers, networks, volumes, processes, temporary files, kubeconfigs, checkouts. Some are killed: the next run, or harness gc and the pipeline's
own tear-down, find what is left. Needs what the integration tests need. Exit code 1 where a case fails.
"""

import argparse
import os
import re
import signal
import sys
import tempfile
import time

from world import ROOT, TESTRUN, Run, World, read

TEAR_DOWN = "tests/testdefs/pipeline/tear-down.sh"


def steps_of_the_pipeline():
    """(flow, name, executors) of each step, in the file's order."""
    flow, steps = "", []
    with open(os.path.join(ROOT, TESTRUN)) as file:
        for line in file:
            flow = (re.match(r"  (testflow|onExit):", line) or [None, flow])[1]
            if name := re.match(r"  - name: (\S+)", line):
                steps.append((flow, name[1], ["host", "pod"]))
            elif "testrun.harness/executor: host" in line:
                steps[-1][2].remove("pod")
    return steps


def expect(condition, what, run, code=None):
    if not condition:
        phases = "\n".join(f"  {node['phase']} {node['name']} {node.get('message', '')}" for node in run.nodes())
        raise AssertionError(f"{what} (exit code {code})\n{phases}\n{read(run.out)}")


def check_clean_up(run, code):
    for node in run.nodes():
        if node["name"].startswith("onExit/"):
            expected = "Skipped" if node["name"] == "onExit/logs" and run.status()["phase"] == "Succeeded" else "Succeeded"
            expect(node["phase"] == expected, f"{node['name']} is {expected}", run, code)
    left = run.world.left()
    expect(not left, f"nothing is left, but there are {left}", run, code)


def green(world, executor):
    run = Run(world, executor)
    code = run.end()
    expect(code == 0 and run.status()["phase"] == "Succeeded", "the pipeline succeeds", run, code)
    check_clean_up(run, code)
    return read(run.out)


def check_interrupted(run, step, code):
    """Whatever ran is Error, and what waits for it never began."""
    phases = {node["name"]: node["phase"] for node in run.nodes()}
    expect(code == 130 and run.status()["phase"] == "Error" and run.status()["message"] == "interrupted", "the run is Error, interrupted", run, code)
    for node in run.nodes():
        if node["position"]["flow"] == "onExit":
            continue
        before = [phases[name] for name in node["position"]["dependsOn"]]
        expect(node["phase"] in ("Succeeded", "Error", "Skipped"), f"{node['name']} has its last phase", run, code)
        expect((node["phase"] == "Skipped") or all(phase == "Succeeded" for phase in before), f"{node['name']} never began", run, code)
        expect((node["phase"] == "Succeeded") or node.get("message") == "interrupted", f"{node['name']} was interrupted", run, code)
    expect("Error" in [node["phase"] for node in run.nodes(step)], f"{step} ran and was interrupted", run, code)


def interrupt(world, step, executor, holds=lambda run: True):
    run = Run(world, executor)
    run.wait_for(step, lambda: holds(run))
    run.process.send_signal(signal.SIGINT)
    code = run.end()
    check_interrupted(run, step, code)
    check_clean_up(run, code)


def interrupt_clean_up(world, step):
    """A test is killed, so that the clean-up has a reason to look for logs."""
    run = Run(world, "host")
    run.wait_for("tests", lambda: run.programs("tests"))
    for pid in run.programs("tests")[:1]:
        os.kill(pid, signal.SIGKILL)
    run.wait_for(step)
    run.process.send_signal(signal.SIGINT)
    code = run.end()
    expect(code == 130 and run.status()["phase"] == "Failed", "the run is Failed", run, code)
    check_clean_up(run, code)


def kill(world, step, next_command, executor="host"):
    run = Run(world, executor)
    run.wait_for(step)
    run.process.send_signal(signal.SIGKILL)
    code = run.end()
    said = next_command(world)
    expect("was killed: its onExit did not run to its end" in said, "the next command says so", run, code)
    expect(run.status()["phase"] == "Error" and run.status()["message"] == "killed", "the run was killed", run, code)
    left = world.left()
    expect(not left, f"nothing is left, but there are {left}", run, code)


def gc_and_tear_down(world):
    said = world.call(world.harness, "gc")[1]
    code, text = world.call(TEAR_DOWN)
    if code:
        raise AssertionError(f"{TEAR_DOWN} ends with {code}\n{text}")
    return said


def cases(world):
    all = {f"green {executor}": lambda executor=executor: green(world, executor) for executor in ("host", "pod")}
    for flow, step, executors in steps_of_the_pipeline():
        if flow == "onExit":
            all[f"interrupted in onExit/{step}"] = lambda step=step: interrupt_clean_up(world, step)
            continue
        for executor in executors:
            all[f"interrupted in {step} {executor}"] = lambda step=step, executor=executor: interrupt(world, step, executor)
    all["interrupted in set-up while the node starts"] = lambda: interrupt(world, "set-up", "host", lambda run: world.containers())
    all["interrupted in set-up while components start"] = lambda: interrupt(world, "set-up", "host", lambda run: re.search(r"^deploy ", run.log("set-up"), re.M))
    all["killed in set-up, run again"] = lambda: kill(world, "set-up", lambda world: green(world, "host"))
    all["killed in tests, torn down"] = lambda: kill(world, "tests", gc_and_tear_down)
    all["killed in reach pod, torn down"] = lambda: kill(world, "reach", gc_and_tear_down, "pod")
    all["killed in tear-down, run again"] = lambda: kill(world, "tear-down", lambda world: green(world, "pod"))
    return all


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        world = World(options.harness, scratch)
        chosen = {name: case for name, case in cases(world).items() if re.search(options.only, name)}
        if options.list:
            print("\n".join(chosen))
            return
        for name, case in chosen.items():
            begin = time.monotonic()
            try:
                case()
                print(f"passed  {name}  {time.monotonic() - begin:.0f} s", flush=True)
            except AssertionError as e:
                failed.append(name)
                print(f"FAILED  {name}: {e}", flush=True)
                gc_and_tear_down(world)
    print(f"{len(chosen) - len(failed)} of {len(chosen)}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
