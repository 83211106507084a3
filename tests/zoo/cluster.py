"""What runs in the instance's cluster, by kubectl."""

import json
import os
import subprocess
import time

from model import parse

JOB_SECONDS = 120  # for what a schedule starts
GENERATED = "load-"  # the only generateName of the tree

# What somebody with kubectl may do.
MEDDLES = {
    "deployment": ("delete", "deployment", "web"),
    "pod": ("delete", "pod", "always"),
    "configmap": ("delete", "configmap", "settings"),
    "job": ("delete", "job", "migrate"),
    "env": ("set", "env", "deployment/web", "ZOO_ENV=meddled"),
    "env-of-daemonset": ("set", "env", "daemonset/agent", "ZOO_ENV=meddled"),
    "scale": ("scale", "deployment/solo", "--replicas=2"),
    "scale-to-none": ("scale", "statefulset/db", "--replicas=0"),
    "secret": ("patch", "secret", "keys", "--patch", '{"stringData": {"text": "meddled", "stray": "meddled"}}'),
    "schedule": ("patch", "cronjob", "tick", "--patch", '{"spec": {"schedule": "0 0 1 1 *"}}'),
    "image": ("set", "image", "pod/always", "main=localhost:5001/app:latest"),
    "label": ("label", "pod", "always", "stray=yes"),
    "priorityclass": ("delete", "priorityclass", "zoo"),
}


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
        """The object at the top of a chain of controllers; None where a Job of it is gone since the pod was listed."""
        name = (reference["kind"], namespace, written_name(reference["name"]))
        if name[0] not in ("ReplicaSet", "Job"):
            return name
        found = self.call("get", reference["kind"], reference["name"], "--namespace", namespace, "--output=json", "--ignore-not-found", check=False)
        if not found and name[0] == "Job":
            return None  # of a CronJob, whose controller keeps the last two
        metadata = json.loads(found)["metadata"] if found else {}
        above = [one for one in metadata.get("ownerReferences", []) if one.get("controller")]
        return self.owner(namespace, above[0]) if above else name

    def pods(self):
        """(kind, namespace, name) of what made them -> pods, each as name, labels and container -> what it said first."""
        found = {}
        for pod, owner in self.owned_pods():
            metadata = pod["metadata"]
            namespace = metadata["namespace"]
            containers = pod["spec"].get("initContainers", []) + pod["spec"]["containers"]
            logs = {one["name"]: parse(self.call("logs", metadata["name"], "--namespace", namespace, "--container", one["name"], check=False)) for one in containers}
            if owner[0] == "CronJob" and not self.call("get", "pod", metadata["name"], "--namespace", namespace, "--ignore-not-found", check=False):
                continue  # the controller keeps the last two
            found.setdefault(owner, []).append((metadata["name"], metadata.get("labels", {}), logs))
        return found

    def owned_pods(self):
        """Each pod with what made it. A pod that a schedule has just started says nothing until it has ended."""
        latest = time.monotonic() + JOB_SECONDS
        while True:
            owned = []
            for pod in self.get("pods", "--all-namespaces"):
                metadata = pod["metadata"]
                if metadata["namespace"] not in ("default", "zoo-inner"):
                    continue
                above = [one for one in metadata.get("ownerReferences", []) if one.get("controller")]
                owned.append((pod, self.owner(metadata["namespace"], above[0]) if above else ("Pod", metadata["namespace"], metadata["name"])))
            if all(owner and (owner[0] != "CronJob" or pod["status"]["phase"] in ("Succeeded", "Failed")) for pod, owner in owned):
                return owned
            if time.monotonic() > latest:
                raise RuntimeError(f"Jobs have started or gone for {JOB_SECONDS} s: {[(pod['metadata']['name'], pod['status']['phase'], owner) for pod, owner in owned]}")
            time.sleep(0.5)

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

    def meddle(self, name):
        self.call(*MEDDLES[name], check=False)
        return "kubectl " + " ".join(MEDDLES[name])

    def wait_for_scheduled_job(self):
        latest = time.monotonic() + JOB_SECONDS
        while not any(owner[0] == "CronJob" for _, owner in self.owned_pods()):
            if time.monotonic() > latest:
                raise RuntimeError(f"no CronJob has started a Job within {JOB_SECONDS} s")
            time.sleep(0.5)
        return "a CronJob has started a Job"
