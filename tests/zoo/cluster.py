"""What runs in the instance's cluster, by kubectl."""

import json
import os
import subprocess

from model import parse

GENERATED = "load-"  # the only generateName of the tree


def written_name(name):
    """The name as it stands in the tree."""
    return GENERATED if name.startswith(GENERATED) else name


class Cluster:
    def __init__(self, dir, name):
        self.base = ["kubectl", "--kubeconfig", os.path.join(dir, f".harness/{name}/kubeconfig")]

    def call(self, *args, check=True):
        return subprocess.run([*self.base, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=check).stdout

    def get(self, *args):
        return json.loads(self.call("get", "--output=json", *args))["items"]

    def owner(self, namespace, reference):
        """The object at the top of a chain of controllers."""
        name = (reference["kind"], namespace, written_name(reference["name"]))
        if name[0] not in ("ReplicaSet", "Job"):
            return name
        found = self.call("get", reference["kind"], reference["name"], "--namespace", namespace, "--output=json", "--ignore-not-found", check=False)
        metadata = json.loads(found)["metadata"] if found else {}
        above = [one for one in metadata.get("ownerReferences", []) if one.get("controller")]
        return self.owner(namespace, above[0]) if above else name

    def pods(self):
        """(kind, namespace, name) of what made them -> pods, each as name, labels and container -> what it said first."""
        found = {}
        for pod in self.get("pods", "--all-namespaces"):
            metadata = pod["metadata"]
            namespace = metadata["namespace"]
            if namespace not in ("default", "zoo-inner"):
                continue
            above = [one for one in metadata.get("ownerReferences", []) if one.get("controller")]
            owner = self.owner(namespace, above[0]) if above else ("Pod", namespace, metadata["name"])
            containers = pod["spec"].get("initContainers", []) + pod["spec"]["containers"]
            logs = {one["name"]: parse(self.call("logs", metadata["name"], "--namespace", namespace, "--container", one["name"], check=False)) for one in containers}
            found.setdefault(owner, []).append((metadata["name"], metadata.get("labels", {}), logs))
        return found

    def objects(self, kinds):
        """Of these kinds, all that the zoo made: key -> the object as the API shows it."""
        found = {}
        for version, kind in sorted(kinds):
            for one in self.get(f"{kind}.{version.rpartition('/')[2]}.{version.rpartition('/')[0]}", "--all-namespaces", "--selector=zoo=yes"):
                metadata = one["metadata"]
                if any(owner.get("controller") for owner in metadata.get("ownerReferences", [])):
                    continue
                found[version.rpartition("/")[0], kind, metadata.get("namespace", "default"), written_name(metadata["name"])] = one
        return found

    def meddle(self, chance):
        """What somebody with kubectl may do."""
        what = chance.choice([
            ("delete", "deployment", "web"), ("delete", "pod", "always"), ("delete", "configmap", "settings"), ("delete", "job", "migrate"),
            ("set", "env", "deployment/web", "ZOO_ENV=meddled"), ("set", "env", "daemonset/agent", "ZOO_ENV=meddled"), ("scale", "statefulset/db", "--replicas=0"),
            ("patch", "secret", "keys", "--patch", '{"stringData": {"text": "meddled", "stray": "meddled"}}'),
            ("patch", "cronjob", "tick", "--patch", '{"spec": {"schedule": "0 0 1 1 *"}}'),
            ("set", "image", "pod/always", "main=localhost:5001/app:latest"), ("label", "pod", "always", "stray=yes"), ("delete", "priorityclass", "zoo")])
        self.call(*what, check=False)
        return "kubectl " + " ".join(what)
