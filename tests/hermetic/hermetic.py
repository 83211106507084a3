#!/usr/bin/env python3
"""A hermetic cluster: pods reach nothing outside, one with `egress:` reaches just that, and the report says who tried.

  tests/hermetic/hermetic.py HARNESS

Needs Docker, kind and kubectl. Makes an instance "hermetic" in a temporary project and deletes it at the end. What is outside: the registry's container,
which lies in the nodes' network, and an address that nobody has (RFC 5737).
"""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench"))
sys.dont_write_bytecode = True
from system import write

POD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: main, image: localhost:5001/shell, command: [sleep, infinity]}]
"""

# A test is a shell line in a pod; "!" means that it must fail.
TESTS = {
    "ReachesTheCluster": ("plain", "exec 3<>/dev/tcp/kubernetes.default/443"),
    "DoesNotReachAnAddress": ("plain", "! timeout 5 bash -c 'exec 3<>/dev/tcp/192.0.2.1/443'"),
    "IsRefusedAtOnce": ("plain", "timeout 1 bash -c 'exec 3<>/dev/tcp/192.0.2.1/80'; test $? = 1"),
    "KnowsNoOutsideName": ("plain", "! getent hosts example.com"),
    "DoesNotReachTheRegistry": ("plain", "! timeout 5 bash -c 'exec 3<>/dev/tcp/$REGISTRY/5000'"),
    "EgressReachesTheRegistry": ("open", "timeout 5 bash -c 'exec 3<>/dev/tcp/harness-registry/5000'"),
    "EgressIsForItsPortOnly": ("open", "! timeout 5 bash -c 'exec 3<>/dev/tcp/harness-registry/5001'"),
    "EgressIsForItsHostOnly": ("open", "! getent hosts example.org"),
}

# Its address in the nodes' network, which it has once a run has joined them.
REGISTRY = ["inspect", "--format={{.NetworkSettings.Networks.kind.IPAddress}}", "harness-registry"]
EXPECTED = {("plain", "192.0.2.1:443/tcp"), ("plain", "192.0.2.1:80/tcp"), ("plain", "example.com"), ("plain", "REGISTRY:5000/tcp"), ("open", "REGISTRY:5001/tcp"), ("open", "example.org")}


def run(harness, dir, *flags):
    end = subprocess.run([harness, "-name=hermetic", *flags], cwd=dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(end.stdout, flush=True)
    return end


def check(condition, what, end):
    if not condition:
        sys.exit(f"FAILED: {what}\n{end.stdout}")


def outside(dir):
    with open(os.path.join(dir, ".harness/hermetic/artifacts/results.json")) as file:
        return {(one["who"], one["destination"]) for one in json.load(file)["outside"]}


def docker(*arguments):
    return subprocess.check_output(["docker", *arguments], text=True).strip()


def make_project(dir):
    text = "images:\n  shell: {pull: 'nginx:1.26'}\ncomponents:\n  plain: {manifest: plain.yaml}\n  open: {manifest: open.yaml, egress: ['harness-registry:5000']}\ntests:\n"
    for name in ("plain", "open"):
        write(dir, name + ".yaml", POD.replace("NAME", name))
    for name, (pod, line) in TESTS.items():
        write(dir, name + ".sh", f"address=$(docker {' '.join(REGISTRY)})\nkubectl exec -i deploy/{pod} -- env REGISTRY=$address bash <<'end'\n{line}\nend\n")
        text += f"  - {{command: sh {name}.sh, name: {name}}}\n"
    write(dir, "components.yaml", text)


def main():
    harness = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as dir:
        make_project(dir)
        try:
            end = run(harness, dir, "-all", "-keep")
            check(end.returncode == 0 and "were refused" in end.stdout, "every test passes, and who tried is said", end)
            wanted = {(who, what.replace("REGISTRY", docker(*REGISTRY))) for who, what in EXPECTED}
            check(outside(dir) == wanted, f"the report has {wanted}, not {outside(dir)}", end)
            end = run(harness, dir, "-no-setup", "-run=KnowsNoOutsideName", "-strict")
            check(end.returncode == 1 and "example.com" in end.stdout, "with -strict the run fails", end)
            end = run(harness, dir, "-run=ReachesTheCluster", "-strict")
            check(end.returncode == 0 and outside(dir) == set(), "nobody tried: it passes", end)
            docker("restart", docker("ps", "--filter", "name=harness-hermetic-", "--format", "{{.Names}}"))
            end = run(harness, dir, "-run=.")
            check(end.returncode == 0 and outside(dir) == wanted, "a node that somebody else started again has its firewall, and its pods, again", end)
        finally:
            run(harness, dir, "-teardown")


if __name__ == "__main__":
    main()
