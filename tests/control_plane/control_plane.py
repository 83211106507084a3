#!/usr/bin/env python3
"""The control plane without nodes: tests get one of their own and no cluster, several at once, and nothing of it stays.

  tests/control_plane/control_plane.py HARNESS

Needs Docker, the node image and kubectl; makes no cluster.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench"))
sys.dont_write_bytecode = True
from system import prefer_cached_tools, write

PROJECT = """images:
  web: {command: "false"}
components:
  web: {image: web, manifest: web.yaml}
tests:
  - name: TestWrites
    command: kubectl create namespace of-the-test && test -z "$HARNESS_URL$HARNESS_API"
    cluster: control-plane
  - name: TestHasItsOwn
    command: "! kubectl get namespace of-the-test"
    cluster: control-plane
  - name: TestHasThePrograms
    command: $KUBEBUILDER_ASSETS/etcd --version && $TEST_ASSET_KUBE_APISERVER --version
    cluster: control-plane
  - name: TestFails
    command: kubectl create -f web.yaml && exit 1
    cluster: control-plane
    labels: [failing]
  - name: TestOfPods
    command: "true"
"""
MANIFEST = "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {}}\n"
HINT = "Ctrl-C ends it"


def fail(what, output=""):
    sys.exit(f"FAILED: {what}\n{output}")


def processes():
    """Of all control planes on this machine."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            exe = os.readlink(f"/proc/{pid}/exe")
        except OSError:
            continue
        if "/control-plane/" in exe and os.path.basename(exe) in ("etcd", "kube-apiserver"):
            found.add(pid)
    return found


def wait_until_gone(before):
    end = time.monotonic() + 10
    while left := processes() - before:
        if time.monotonic() > end:
            fail(f"processes are left: {left}")
        time.sleep(0.05)


class Held:
    """`harness control-plane`, from when it is ready."""

    def __init__(self, harness, dir):
        begin = time.monotonic()
        self.process = subprocess.Popen([harness, "control-plane"], cwd=dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.environment, lines = dict(os.environ), []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("export "):
                name, _, value = line[len("export "):].strip().strip("'").partition("=")
                self.environment[name] = value
            if HINT in line:
                break
        else:
            fail("it does not start", "".join(lines))
        print(f"ready after {time.monotonic() - begin:.1f} s")

    def kubectl(self, *args):
        return subprocess.run(["kubectl", *args], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end(self, how):
        self.process.send_signal(how)
        self.process.stdout.read()
        return self.process.wait()


def check_command(harness, dir):
    before = processes()
    one, other = Held(harness, dir), Held(harness, dir)
    if (made := one.kubectl("create", "namespace", "mine")).returncode:
        fail("the API takes nothing", made.stdout)
    if other.kubectl("get", "namespace", "mine").returncode == 0:
        fail("two share their objects")
    if code := one.end(signal.SIGINT):
        fail(f"Ctrl-C ends it with {code}")
    if other.kubectl("get", "namespaces").returncode:
        fail("the end of one ended the other")
    other.end(signal.SIGKILL)
    wait_until_gone(before)


def check_run(harness, dir):
    before = processes()
    end = subprocess.run([harness, "-name=control-plane", "-run=TestWrites|TestHas|TestFails"], cwd=dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(end.stdout)
    artifacts = os.path.join(dir, ".harness/control-plane/artifacts")
    with open(os.path.join(artifacts, "results.json")) as file:
        status = {test["name"]: test["status"] for test in json.load(file)["tests"]}
    expected = {"TestWrites": "passed", "TestHasItsOwn": "passed", "TestHasThePrograms": "passed", "TestFails": "failed"}
    if status != expected or end.returncode != 1:
        fail(f"{status}, exit code {end.returncode}", end.stdout)
    if not os.path.getsize(os.path.join(artifacts, "control-plane/TestFails/kube-apiserver.log")):
        fail("the log of a control plane is missing")
    if subprocess.run(["docker", "ps", "--quiet", "--filter", "name=harness-control-plane-"], stdout=subprocess.PIPE, check=True).stdout:
        fail("a cluster was made")
    wait_until_gone(before)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    harness = os.path.abspath(sys.argv[1])
    prefer_cached_tools()
    with tempfile.TemporaryDirectory() as dir:
        write(dir, "components.yaml", PROJECT)
        write(dir, "web.yaml", MANIFEST)
        check_command(harness, dir)
        check_run(harness, dir)
    print("control planes without nodes: all as they should be")


if __name__ == "__main__":
    main()
