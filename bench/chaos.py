#!/usr/bin/env python3
"""Kills the harness at random moments, with real tools: does the next command find what was left, and is all as before after -teardown?

  bench/chaos.py HARNESS [--rounds=20] [--seed=N]

Each round begins a run in a temporary project, kills it by SIGKILL, and then either runs it to its end or not; -teardown follows. Compared before and after: containers, networks and
volumes, listening ports, processes, the temporary folder, the project's .harness, the user's kubeconfig and Docker configuration. Makes an instance "trouble-chaos".
Exit code 1 where a command fails or something differs. The registry of the machine and KIND's network, which stay by design, are there before the first round.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from system import cache_dir

COMPONENTS = """images:
  web: {pull: "nginx:1.26"}
components:
  web: {manifest: web.yaml, expose: /}
tests:
  - {name: TestAnswers, command: 'curl --silent $HARNESS_URL/'}
"""
MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: web, image: localhost:5001/web, readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 1}}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
INSTANCE = "trouble-chaos"


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout


def digest(path):
    path = os.path.expanduser(path)
    return hashlib.sha256(open(path, "rb").read()).hexdigest() if os.path.isfile(path) else None


def files(root):
    return sorted(os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names if "artifacts" not in folder and name != "lock" and name != "tests.json")


class World:
    def __init__(self, harness, root):
        self.harness, self.root = harness, os.path.join(root, "project")
        self.temporary = os.path.join(root, "tmp")
        for folder in (self.root, self.temporary):
            os.makedirs(folder)
        for name, text in (("components.yaml", COMPONENTS), ("web.yaml", MANIFEST)):
            with open(os.path.join(self.root, name), "w") as out:
                out.write(text)
        self.env = {**os.environ, "TMPDIR": self.temporary}

    def start(self, *flags):
        return subprocess.Popen([self.harness, "-name=" + INSTANCE, *flags], cwd=self.root, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *flags):
        process = self.start(*flags)
        text = process.communicate()[0]
        return process.returncode, text

    def state(self):
        """What may differ only by what the harness left. Of Docker: what belongs to the instance, and the names of all volumes and networks."""
        mine = lambda line: INSTANCE in line
        remembered = os.path.join(cache_dir(), "instances")
        return {
            "containers": sorted(filter(mine, output("docker", "ps", "--all", "--format", "{{.Names}}").split("\n"))),
            "networks": sorted(output("docker", "network", "ls", "--format", "{{.Name}}").split()),
            "volumes of no container": sorted(output("docker", "volume", "ls", "--quiet", "--filter", "dangling=true").split()),
            "processes": sorted(line for line in output("ps", "-eo", "args").split("\n") if self.root in line),
            "temporary files": sorted(os.listdir(self.temporary)),
            "remembered": sorted(filter(mine, os.listdir(remembered) if os.path.isdir(remembered) else [])),
            "state": files(os.path.join(self.root, ".harness")),
            "user's files": [digest("~/.kube/config"), digest("~/.docker/config.json")],
        }


def difference(before, world):
    """What is still different after a while: a volume of another instance that is just being deleted is none of ours."""
    end = time.monotonic() + 10
    while True:
        after = world.state()
        wrong = "\n".join(f"  {key}: {before[key]} -> {after[key]}" for key in before if not same(key, before[key], after[key]))
        if not wrong or time.monotonic() > end:
            return wrong
        time.sleep(0.5)


def same(key, before, after):
    return set(after) <= set(before) if key in ("volumes of no container", "networks") else before == after


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    failures = 0
    with tempfile.TemporaryDirectory() as root:
        world = World(os.path.abspath(args.harness), root)
        began = time.monotonic()
        code, text = world.run("-run=TestAnswers")
        whole = time.monotonic() - began
        world.run("-teardown")
        if code:
            sys.exit(text)
        before = world.state()
        print(f"a whole run takes {whole:.0f} s; seed {args.seed}", flush=True)
        for number in range(1, args.rounds + 1):
            moment, finish = chance.uniform(0, whole), chance.random() < 0.3
            process = world.start("-run=TestAnswers")
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            said = f"round {number}: killed after {moment:.1f} s"
            commands = [["-run=TestAnswers", "-clear=ALL"]] * finish + [["-teardown"]]
            for flags in commands:
                code, text = world.run(*flags)
                if code:
                    failures += 1
                    print(f"{said}; then {' '.join(flags)} ends with {code}:\n{text}", flush=True)
            wrong = difference(before, world)
            failures += bool(wrong)
            print(f"{said}, {'run to its end, ' if finish else ''}deleted: {'no difference' if not wrong else 'differs' + chr(10) + wrong}", flush=True)
    print(f"{args.rounds} rounds, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
