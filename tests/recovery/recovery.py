#!/usr/bin/env python3
"""What is broken under the harness is fixed by its next run, which says what it did.

  tests/recovery/recovery.py HARNESS [--only=RE]

Needs root, Docker, kind, kubectl and 8 GB of memory: a Docker engine of its own, which is killed, powered off and filled up. Each case breaks something between
two runs or in the middle of one, and runs again: that run must end well, and say a certain thing. Exit code 1 where one does not.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from engine import Engine, enter_namespaces

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench"))
sys.dont_write_bytecode = True
from chaos import MANIFEST
from system import write

PROJECT = {
    "components.yaml": """images:
  web: {pull: "nginx:1.26"}
  app: {builder: make, files: {out/app: /app}, base: web, inputs: [app.txt]}
builders: {make: mkdir -p out && cp app.txt out/app}
components:
  web: {manifest: web.yaml, expose: /}
tests:
  - {name: TestAnswers, command: 'curl --silent $HARNESS_URL/'}
  - {name: TestSlow, command: sleep 600, labels: [slow]}
""",
    "web.yaml": MANIFEST.replace("localhost:5001/web", "localhost:5001/app"),
    ".gitignore": "out\n.harness\n",
}


def docker(*arguments):
    subprocess.run(["docker", *arguments], check=True, stdout=subprocess.DEVNULL)


class Cases:
    def __init__(self, harness, dir, engine):
        self.harness, self.dir, self.engine, self.edits = harness, os.path.join(dir, "project"), engine, 0
        os.makedirs(self.dir)
        for name, text in PROJECT.items():
            write(self.dir, name, text)
        self.edit()

    def edit(self):
        """What is deployed is no longer what the tree says."""
        self.edits += 1
        write(self.dir, "app.txt", f"{self.edits}\n" * 100000)

    def start(self, *flags):
        return subprocess.Popen([self.harness, "-name=recovery", *flags], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *flags):
        process = self.start(*flags)
        return process.communicate()[0], process.returncode

    def node(self):
        return subprocess.check_output(["docker", "ps", "--all", "--filter", "label=io.x-k8s.kind.cluster", "--format", "{{.Names}}"], text=True).strip()

    # Each breaks something; its first line is what the next run must say.

    def the_node_was_killed(self):
        """starting it again"""
        docker("kill", self.node())

    def the_node_was_removed(self):
        """cluster +harness-recovery"""
        docker("rm", "--force", "--volumes", self.node())

    def the_registry_was_removed(self):
        """1 passed"""
        docker("rm", "--force", "harness-registry")
        self.edit()

    def the_registry_lost_its_images(self):
        """1 passed"""
        docker("rm", "--force", "harness-registry")
        docker("volume", "rm", "harness-registry")

    def the_machine_was_powered_off(self):
        """starting it again"""
        self.engine.power_off()
        self.engine.start()

    def the_engine_was_killed_while_a_cluster_was_made(self):
        """half made|cluster +harness-recovery"""
        self.run("-teardown")
        self.broken_off(self.start("-run=TestAnswers", "-verbose"), "Preparing nodes|Starting control-plane", self.engine.kill)
        self.engine.start()

    def the_engine_was_killed_while_tests_ran(self):
        """starting it again"""
        self.broken_off(self.start("-run=TestSlow", "-verbose"), "deploy|unchanged", self.engine.power_off, after=2)
        self.engine.start()

    def the_disk_of_the_engine_is_full(self):
        """image +app"""
        self.edit()
        space = os.statvfs(self.engine.disk)
        ballast = os.path.join(self.engine.disk, "ballast")
        with open(ballast, "wb") as out:
            try:
                for _ in range(space.f_bavail * space.f_frsize // (1 << 20) + 1):
                    out.write(b"x" * (1 << 20))
            except OSError:
                pass
        text, code = self.run("-run=TestAnswers")
        os.remove(ballast)
        self.expect(code in (3, 4, 5) and re.search("no space|disk|full", text, re.I), "a full disk is named", text)

    def the_disk_of_the_project_is_full(self):
        """image +app"""
        self.edit()
        state = os.path.join(self.dir, ".harness")
        copy = state + ".copy"
        subprocess.run(["cp", "-a", state, copy], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", state], check=True)
        try:
            subprocess.run(f"cp -a {copy}/recovery {state}/; head -c 64m /dev/zero > {state}/ballast", shell=True, stderr=subprocess.DEVNULL)
            text, code = self.run("-run=TestAnswers")
            os.remove(os.path.join(state, "ballast"))
            self.expect(code != 0 and "No space left on device" in text, "a full disk is named", text)
            self.check("1 passed")
        finally:
            subprocess.run(f"cp -a {state}/recovery {copy}/; umount {state}; rm -rf {state}; mv {copy} {state}", shell=True, check=True)
        self.edit()

    def broken_off(self, process, when, how, after=0.0):
        """Does `how` once the run has printed `when`; it has to end with an error by itself."""
        seen = ""
        for line in process.stdout:
            seen += line
            if re.search(when, seen):
                break
        time.sleep(after)
        how()
        try:
            rest, _ = process.communicate(timeout=90)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate()
            self.expect("TestSlow" in " ".join(process.args) or "-run=TestSlow" in process.args, "the run ends by itself", seen + rest)
        self.expect(process.returncode != 0, "it does not end well", seen + rest)

    def expect(self, condition, what, text):
        if not condition:
            raise AssertionError(f"{what}:\n{text}")

    def check(self, says):
        text, code = self.run("-run=TestAnswers")
        self.expect(code == 0, "the next run ends well", text)
        self.expect(re.search(says, text), f"it says \"{says}\"", text)


def main():
    enter_namespaces(__file__, sys.argv[1:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    names = [name for name in vars(Cases) if name.startswith("the_") and re.search(options.only, name)]
    failed = []
    with tempfile.TemporaryDirectory() as dir:
        engine = Engine(dir, "8g")
        try:
            cases = Cases(os.path.abspath(options.harness), dir, engine)
            cases.check("1 passed")
            for name in names:
                begin = time.time()
                case = getattr(cases, name)
                try:
                    case()
                    cases.check(case.__doc__)
                    print(f"recovered  {name.replace('_', ' ')}  {time.time() - begin:.0f} s", flush=True)
                except AssertionError as e:
                    failed.append(name)
                    print(f"FAILED     {name.replace('_', ' ')}: {e}", flush=True)
            cases.run("-teardown")  # the machine's cache remembers the cluster
        finally:
            engine.end()
    print(f"{len(names) - len(failed)} of {len(names)}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
