#!/usr/bin/env python3
"""Plants faults on a real cluster, and looks whether the harness names each, and how soon after it could be seen at the API.

  bench/trouble/trouble.py HARNESS [--only=NAME,..] [--at-once] [--record=DIR]

One after another: the harness has to stop with exit code 5 (what may pass it has to say, and go on). --at-once: all that do not disturb each other in one run
with -wait-anyway. Makes an instance "trouble" in a temporary project and deletes it at the end. Prints a Markdown table; exit code 1 where a cause was not named, or later than
5 s after its fact. --record=DIR writes what the API showed, for the unit tests.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
from cases import CASES
from project import INSTANCE, Api, Project
from record import record
from system import prefer_cached_tools

LIMIT, PATIENCE = 5.0, 230


class Run:
    """A harness that runs, and the blocks that it has said so far."""

    def __init__(self, project, flags):
        self.process = subprocess.Popen(project.command(*flags), cwd=project.root, env=project.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.began = time.monotonic()
        self.blocks = []  # [time, text]
        self.text = ""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.text += line
            if re.match(r"(error|stuck|waits): ", line):
                self.blocks.append([time.monotonic(), ""])
            elif not line.startswith("  ") or not self.blocks:
                self.blocks.append([time.monotonic(), ""])
            self.blocks[-1][1] += line

    def said(self, case):
        """When it said the cause of a case."""
        for when, text in list(self.blocks):
            if re.match(r"(error|stuck|waits): ", text) and re.search(case.says, text):
                return when
        return None

    def end(self, interrupt):
        if interrupt:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=60)
        self.reader.join()
        return code


class Table:
    def __init__(self):
        self.failed = 0
        self.seconds = []
        print("| fault | named | after the fact |\n|---|---|---|", flush=True)

    def row(self, case, fact, run, code_is_right):
        said = run.said(case)
        # A fact that was there before the run counts from its begin.
        after = max(0.0, said - max(fact, run.began)) if said and fact else None
        good = after is not None and after <= LIMIT and code_is_right
        self.failed += not good
        if after is not None:
            self.seconds.append(after)
        print(f"| {case.name} | {'yes' if said else 'NO'}{'' if code_is_right else ', but the exit code is wrong'} | {'' if after is None else f'{after:.1f} s'}{'' if fact else 'no fact seen'} |", flush=True)
        if not good:
            about = "".join(text for _, text in run.blocks if case.name in text and not text.startswith("deploy ")) or run.text
            print("".join("    " + line + "\n" for line in about.splitlines()[-25:]), file=sys.stderr, flush=True)

    def end(self):
        late = max(self.seconds, default=0)
        print(f"\n{len(self.seconds)} named, {self.failed} not as they should; latest {late:.1f} s after the fact, median {sorted(self.seconds)[len(self.seconds) // 2] if self.seconds else 0:.1f} s")
        return 1 if self.failed else 0


def one_by_one(project, api, cases, table, record_into):
    for case in cases:
        api.look_for([case])
        if case.before:
            project.shell(case.before)
        run = Run(project, ["-config=" + project.configure([case]), "-no-setup-kind-cluster"])
        end = time.monotonic() + PATIENCE
        while run.process.poll() is None and time.monotonic() < end and not (case.waits and run.said(case)):
            time.sleep(0.05)
        interrupted = run.process.poll() is None
        code = run.end(interrupted)
        if record_into:
            record(api, case, record_into)
        if case.after:
            project.shell(case.after)
        project.shell(f"kubectl delete namespace trouble-{case.name} --ignore-not-found --wait=false")
        table.row(case, api.facts.get(case.name), run, code == (130 if case.waits else 5))


def at_once(project, api, cases, table):
    for case in filter(lambda case: case.before, cases):
        project.shell(case.before)
    api.look_for(cases)
    run = Run(project, ["-config=" + project.configure(cases), "-no-setup-kind-cluster", "-wait-anyway"])
    end = time.monotonic() + PATIENCE
    while run.process.poll() is None and time.monotonic() < end and not all(run.said(case) for case in cases):
        time.sleep(0.1)
    code = run.end(run.process.poll() is None)
    for case in cases:
        table.row(case, api.facts.get(case.name), run, code == 130)
        project.shell(f"kubectl delete namespace trouble-{case.name} --ignore-not-found --wait=false")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--only", default="")
    parser.add_argument("--at-once", action="store_true")
    parser.add_argument("--record", default="")
    args = parser.parse_args()
    prefer_cached_tools()
    only = set(filter(None, args.only.split(",")))
    cases = [case for case in CASES if not only or case.name in only]
    with tempfile.TemporaryDirectory() as root:
        project = Project(root, os.path.abspath(args.harness))
        try:
            project.run("-all", "-keep")
            project.env["NODE"] = project.shell("kubectl get nodes -o name").strip().removeprefix("node/")
            api = Api(project)
            table = Table()
            if args.at_once:
                at_once(project, api, [case for case in cases if not case.alone], table)
            else:
                one_by_one(project, api, cases, table, args.record and os.path.abspath(args.record))
            api.close()
            return table.end()
        finally:
            project.run("-teardown")


if __name__ == "__main__":
    sys.exit(main())
