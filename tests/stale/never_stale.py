#!/usr/bin/env python3
"""Random sequences of edits on a real cluster: after each run that ends well every pod answers with what the tree says, and there is no other pod.

  tests/stale/never_stale.py HARNESS [--sequences=30] [--edits=4] [--seed=N]

The same property as tests/unit/driver/never_stale_test.cc has with a cluster in memory. Needs Docker, kind, kubectl, git and Go. Makes an instance
"never-stale" in a temporary project and deletes it at the end. A pod says what it is made of: the sources compiled into it, a file of its image and one of the
image below with their modes, its environment and its ConfigMap. A failure names the seed, which --seed repeats.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench"))
sys.dont_write_bytecode = True
from system import prefer_cached_tools
from tree import IMAGES, Tree


class Cluster:
    """The instance's cluster, by kubectl."""

    def __init__(self, dir):
        self.base = ["kubectl", "--kubeconfig", os.path.join(dir, ".harness/never-stale/kubeconfig")]

    def call(self, *args):
        return subprocess.run([*self.base, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True).stdout

    def pods(self):
        """component -> what each of its pods says; a pod that is being deleted counts as long as it answers nothing else."""
        found = {}
        for pod in json.loads(self.call("get", "pods", "--output=json"))["items"]:
            if "deletionTimestamp" in pod["metadata"]:
                continue
            name = pod["metadata"]["name"]
            found.setdefault(pod["metadata"]["labels"]["app"], []).append(json.loads(self.call("get", "--raw", f"/api/v1/namespaces/default/pods/{name}:8080/proxy/")))
        return found

    def meddle(self, chance):
        """What somebody with kubectl may do."""
        name = chance.choice(json.loads(self.call("get", "deployments", "--output=json"))["items"])["metadata"]["name"]
        if chance.randrange(2):
            self.call("delete", "deployment", name)
            return "kubectl delete deployment " + name
        self.call("set", "env", "deployment/" + name, "MANIFEST=meddled")
        return "kubectl set env deployment/" + name


def differences(tree, cluster, but):
    """Of all components without those that run the image `but`. Waits for nothing: a run that ended well has waited."""
    expected, found = tree.expected(), cluster.pods()
    for name, image in IMAGES.items():
        if image == but:
            expected.pop(name, None), found.pop(name, None)
    wrong = [f"components: {sorted(found)}, wanted {sorted(expected)}"] if set(found) != set(expected) else []
    for name, says in expected.items():
        if found.get(name) != [says]:
            wrong.append(f"{name}: runs {found.get(name)}, wanted one pod with {says}")
    return wrong


def run_sequence(harness, dir, seed, edits):
    chance = random.Random(seed)
    tree, cluster, story = Tree(dir, chance), Cluster(dir), [f"seed {seed}"]

    def deploy(complete):
        flag = chance.choice(["-run=TestNothing", "-no-setup-kind-cluster"]) if complete else "-run=TestNothing"
        if complete and chance.randrange(6) == 0:
            flag = "-build=" + chance.choice(["base", "app", "web"])
        story.append("  harness " + flag)
        end = subprocess.run([harness, "-name=never-stale", flag], cwd=dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if flag.startswith("-build") and end.returncode == 5 and "tests would run against something other" in end.stdout:
            return deploy(False)
        unknown = "web" if "not looked at, since they list no inputs: web" in end.stdout else ""
        wrong = [f"harness ended with {end.returncode}"] if end.returncode else differences(tree, cluster, unknown)
        if wrong:
            sys.exit("\n".join([*story, end.stdout, *wrong]))

    deploy(False)
    for i in range(edits):
        story.append("  " + (cluster.meddle(chance) if chance.randrange(12) == 0 else tree.edit()))
        if i + 1 == edits or chance.randrange(2):
            deploy(True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--sequences", type=int)
    parser.add_argument("--edits", type=int, default=4)
    parser.add_argument("--seed", type=int, help="the first one; alone where --sequences is not given")
    options = parser.parse_args()
    prefer_cached_tools()
    harness = os.path.abspath(options.harness)
    first, count = (0, options.sequences or 30) if options.seed is None else (options.seed, options.sequences or 1)
    with tempfile.TemporaryDirectory() as dir:
        try:
            for seed in range(first, first + count):
                begin = time.monotonic()
                run_sequence(harness, dir, seed, options.edits)
                print(f"sequence {seed}: every pod is what the tree says ({time.monotonic() - begin:.1f} s)", flush=True)
        finally:
            subprocess.run([harness, "-name=never-stale", "-teardown"], cwd=dir, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
