#!/usr/bin/env python3
"""Two runs at once, with real clusters: two instances of one project, one instance each of two checkouts, and one instance twice.

  bench/two_at_once.py HARNESS [--rounds=1]

Each is a whole run, from nothing to -teardown. Looked at: every run ends well; clusters, URLs and kubeconfigs differ; the second run of an instance waits and names the first; nothing is left;
your own kubeconfig and docker configuration are the same, byte for byte.
Instances are called "trouble-...". Exit code 1 where something is not so.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from chaos import COMPONENTS, MANIFEST

# Each run shows where it ran, and that it reaches its own component.
TEST = COMPONENTS.replace("curl --silent $HARNESS_URL/", "curl --silent $HARNESS_URL/ && echo $HARNESS_URL $KUBECONFIG > $HARNESS_ARTIFACTS/where")


def checkout(root, name):
    folder = os.path.join(root, name)
    os.makedirs(folder)
    for file, text in (("components.yaml", TEST), ("web.yaml", MANIFEST)):
        with open(os.path.join(folder, file), "w") as out:
            out.write(text)
    return folder


def own_files():
    """What belongs to the user and not to the harness: path to content, None where there is no such file."""
    home = os.path.expanduser("~")
    paths = [os.path.join(home, ".kube", "config"), os.path.join(os.environ.get("DOCKER_CONFIG", os.path.join(home, ".docker")), "config.json")]
    paths += [path for path in os.environ.get("KUBECONFIG", "").split(":") if path]
    return {path: open(path, "rb").read() if os.path.exists(path) else None for path in paths}


class Run:
    def __init__(self, harness, folder, name, *flags):
        self.folder, self.name = folder, name
        self.process = subprocess.Popen([harness, "-name=" + name, "-all", *flags], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end(self):
        self.text = self.process.communicate()[0]
        where = os.path.join(self.folder, ".harness", self.name, "artifacts", "tests", "TestAnswers.log.d", "where")
        self.where = open(where).read().split() if os.path.exists(where) else ["", ""]
        return self


def check(what, holds, runs):
    print(f"{'ok' if holds else 'NOT SO'}: {what}", flush=True)
    if not holds:
        for run in runs:
            print(run.text)
    return not holds


def side_by_side(what, first, second):
    runs = [first.end(), second.end()]
    codes = [run.process.returncode for run in runs]
    different = all(one and other and one != other for one, other in zip(runs[0].where, runs[1].where))
    return check(f"{what}: exit codes {codes}, {runs[0].where[0]} and {runs[1].where[0]}", codes == [0, 0] and different, runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    harness = os.path.abspath(args.harness)
    failures = 0
    before = own_files()
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory() as root:
            one, other = checkout(root, "one"), checkout(root, "other")
            failures += side_by_side("two instances of a project", Run(harness, one, "trouble-a"), Run(harness, one, "trouble-b"))
            failures += side_by_side("an instance of each of two checkouts", Run(harness, one, "trouble-c"), Run(harness, other, "trouble-c"))
            first = Run(harness, one, "trouble-d")
            time.sleep(1)
            second = Run(harness, one, "trouble-d")
            refused = Run(harness, one, "trouble-d", "-no-wait").end()
            runs = [first.end(), second.end()]
            failures += check("the same instance twice: the second waits for the first", [run.process.returncode for run in runs] == [0, 0] and re.search(r"in use by process \d+ .* since .*: waiting", second.text), runs)
            failures += check("a third with -no-wait fails at once", refused.process.returncode == 3, [refused])
            left = subprocess.run(["docker", "ps", "--all", "--quiet", "--filter", "name=harness-trouble-[abcd]-"], stdout=subprocess.PIPE, text=True).stdout
            failures += check("no node is left", not left, [])
            failures += check("the user's kubeconfig and docker configuration are the same", own_files() == before, [])
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
