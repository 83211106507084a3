#!/usr/bin/python3
"""One of each kind of object, changed one thing at a time: after each run that ends well, everything that runs is what the tree says.

  tests/zoo/zoo.py HARNESS [--sequences=40] [--edits=4] [--seed=N] [--only=KEY,..]

A sequence writes the project anew (tree.py) and makes some edits in it; after each `harness -run` all pods, whatever made them, are asked what they are made of
(program.go), and all objects for what they hold; the model (model.py) says what that should be. --only names the edits, in their order, instead of random ones.
Needs Docker, kind, kubectl, git and Go. Makes an instance "zoo" in a temporary project and deletes it at the end. A failure names the seed, which --seed repeats.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench"))
sys.dont_write_bytecode = True
from cluster import MEDDLES, Cluster
from model import expected, objects
from system import prefer_cached_tools
from tree import Tree, certificate

NAME = "zoo"
# Maps that must be equal as a whole: a key that the manifest lost is to leave the cluster.
WHOLE = {"labels", "data", "matchLabels"}


def differences_of_pods(tree, cluster):
    wanted, found = expected(tree), cluster.pods()
    wrong = [f"{owner}: runs {[name for name, _, _ in found[owner]]}, and the tree has no such object" for owner in found if owner not in wanted]
    for owner, (fewest, most, labels, containers) in wanted.items():
        pods = found.get(owner, [])
        if fewest is not None and not fewest <= len(pods) <= most:
            wrong.append(f"{owner}: {[name for name, _, _ in pods]}, wanted {fewest} to {most} pods")
        for name, has, logs in pods:
            wrong += [f"{owner}: pod {name} has {has}, wanted {labels}"] if not labels.items() <= has.items() else []
            for container, says in containers.items():
                if logs.get(container) != says:
                    wrong.append(f"{owner}: pod {name}, container {container} says {logs.get(container)}, wanted {says}")
    return wrong


def beside(wanted, has, path=""):
    """Where `has` lacks something of `wanted`. Lists are compared item by item."""
    if isinstance(wanted, dict) and isinstance(has, dict):
        wrong = [line for key, value in wanted.items() for line in beside(value, has.get(key), f"{path}.{key}")]
        more = [key for key in has if key not in wanted and "kubernetes.io/" not in key and "harness" not in key]
        if path.rpartition(".")[2] in WHOLE and more:
            wrong.append(f"{path} has {sorted(more)}, too")
        return wrong
    named = isinstance(wanted, list) and isinstance(has, list) and all(isinstance(one, dict) and "name" in one for one in wanted)
    if named:  # the API adds some of its own, as it does volumes
        by_name = {one.get("name"): one for one in has}
        return [line for one in wanted for line in beside(one, by_name.get(one["name"]), f"{path}[{one['name']}]")]
    if isinstance(wanted, list) and isinstance(has, list) and len(wanted) == len(has):
        return [line for i, (one, other) in enumerate(zip(wanted, has)) for line in beside(one, other, f"{path}[{i}]")]
    return [] if wanted == has else [f"{path} is {has!r}, wanted {wanted!r}"]


def is_settled_elsewhere(line):
    """What controllers and the harness itself write in place of what stands in the manifest."""
    return any(part in line for part in (".image is", ".stringData", "caBundle", "apiVersion"))


def differences_of_objects(tree, cluster, kinds):
    wanted = {one.key: one for one in objects(tree) if "zoo" in one["metadata"].get("labels", {})}
    found = cluster.objects(kinds & cluster_kinds(cluster) | {(one["apiVersion"], one["kind"]) for one in wanted.values()})
    wrong = [f"{key} is in the cluster, and the tree does not have it" for key in sorted(set(found) - set(wanted))]
    for key, one in wanted.items():
        if key not in found:
            wrong.append(f"{key} is not in the cluster")
            continue
        if one["kind"] == "Secret":
            keys = set(one.get("data", {})) | set(one.get("stringData", {}))
            wrong += [f"{key}: keys {sorted(found[key]['data'])}, wanted {sorted(keys)}"] if set(found[key].get("data", {})) != keys else []
        wrong += [f"{key}: {line}" for line in beside(one, found[key]) if not is_settled_elsewhere(line) and ".generateName" not in line]
    return wrong


def cluster_kinds(cluster):
    """(apiVersion, kind) of what the API lists: a definition that left takes its kind with it."""
    kinds = set()
    for line in cluster.call("api-resources", "--no-headers", "--output=wide").splitlines():
        words = line.split()
        at = next(i for i, word in enumerate(words) if word in ("true", "false"))
        kinds.add((words[at - 1], words[at + 1]))
    return kinds


class World:
    """The project in a folder, and what runs of it in the instance's cluster."""

    def __init__(self, dir, seed, fixed):
        self.dir, self.chance, self.kinds = dir, random.Random(seed), set()
        self.tree, self.cluster = Tree(dir, self.chance, fixed), Cluster(dir, NAME)

    def edit(self, key=None):
        """Of the project, or with kubectl, and says what. Without a key it is any."""
        if key == "wait.job":
            return self.cluster.wait_for_scheduled_job()
        if not key and self.chance.randrange(8) == 0:
            key = "meddle." + self.chance.choice(sorted(MEDDLES))
        if key and key.startswith("meddle."):
            return self.cluster.meddle(key.split(".", 1)[1])
        return self.tree.edit(key)

    def deploy(self, harness):
        """What harness prints, and what is wrong then."""
        self.kinds.update((one["apiVersion"], one["kind"]) for one in objects(self.tree))
        end = subprocess.run([harness, f"-name={NAME}", "-run=TestNothing"], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if end.returncode:
            return end.stdout, [f"harness ended with {end.returncode}"]
        return end.stdout, differences_of_pods(self.tree, self.cluster) + differences_of_objects(self.tree, self.cluster, self.kinds)


def tear_down(harness, dir):
    subprocess.run([harness, f"-name={NAME}", "-teardown"], cwd=dir, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_sequence(harness, dir, seed, edits, fixed, only):
    world, story = World(dir, seed, fixed), [f"seed {seed}"]

    def deploy():
        begin = time.monotonic()
        output, wrong = world.deploy(harness)
        story.append(f"  harness -run=TestNothing ({time.monotonic() - begin:.1f} s)")
        if wrong:
            sys.exit("\n".join([*story, output, *wrong]))

    deploy()
    for i in range(edits):
        story.append("  " + world.edit(only[i] if only else None))
        if only or i + 1 == edits or world.chance.randrange(2):
            deploy()
    return story


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--sequences", type=int)
    parser.add_argument("--edits", type=int, default=4)
    parser.add_argument("--seed", type=int, help="the first one; alone where --sequences is not given")
    parser.add_argument("--only", default="", help="keys of tree.py (or KEY=VALUE), component.NAME, meddle.NAME of cluster.py, or wait.job")
    parser.add_argument("--new-clusters", action="store_true", help="each sequence begins with a cluster of its own")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    prefer_cached_tools()
    harness = os.path.abspath(options.harness)
    only = [key for key in options.only.split(",") if key]
    first, count = (0, options.sequences or (1 if only else 40)) if options.seed is None else (options.seed, options.sequences or 1)
    with tempfile.TemporaryDirectory() as dir, tempfile.TemporaryDirectory() as secrets:
        fixed = certificate(secrets)
        try:
            for seed in range(first, first + count):
                begin = time.monotonic()
                if options.new_clusters:
                    tear_down(harness, dir)
                story = run_sequence(harness, dir, seed, len(only) or options.edits, fixed, only)
                print("\n".join(story[1:]) if options.verbose else "", end="\n" if options.verbose else "")
                print(f"sequence {seed}: everything that runs is what the tree says ({time.monotonic() - begin:.1f} s)", flush=True)
        finally:
            tear_down(harness, dir)


if __name__ == "__main__":
    main()
