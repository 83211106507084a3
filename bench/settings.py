#!/usr/bin/env python3
"""What each setting of cluster-config/kind.yaml and of a manifest is worth: from `kubectl set image` until the Service gives the new version, the image being in the registry.

  bench/settings.py HARNESS [--rounds=N] [--only=RE]

Needs Docker, kind, kubectl and Go. One cluster as it is shipped; each round turns one setting after the other to another value, measures, and turns it back.
Makes an instance "bench-settings" in a temporary project and deletes it at the end. Prints a Markdown table of medians.
"""

import argparse
import os
import re
import subprocess
import tempfile
import time

from redeploy import MAIN, answer
from system import BUILD, manifest, prefer_cached_tools, remove_images, run, write
from table import header, median, row

COMPONENTS = """images:
  first: {builder: go, files: {out/web: /web}, entrypoint: [/web]}
builders: {go: CGO_ENABLED=0 go build -o out/web .}
components:
  web: {manifest: web.yaml}
tests:
  - {name: TestNothing, command: 'true'}
"""
PORT = 30080


class Cluster:
    def __init__(self, project):
        self.project, self.versions = project, 0
        self.kubeconfig = os.path.join(project, ".harness/bench-settings/kubeconfig")
        self.node, self.address = self.kubectl("get", "node", "-o", "jsonpath={.items[0].metadata.name} {.items[0].status.addresses[0].address}").split()

    def kubectl(self, *args, input=None):
        return run(["kubectl", "--kubeconfig", self.kubeconfig, *args], self.project, input=input)

    def in_node(self, script):
        return run(["docker", "exec", self.node, "sh", "-ec", script], self.project)

    def kube_proxy(self, before, after):
        config = self.kubectl("get", "configmap", "kube-proxy", "--namespace=kube-system", "-o", "yaml")
        assert before in config, before
        self.kubectl("replace", "-f", "-", input=config.replace(before, after))
        self.kubectl("rollout", "restart", "daemonset/kube-proxy", "--namespace=kube-system")
        self.kubectl("rollout", "status", "daemonset/kube-proxy", "--namespace=kube-system", "--timeout=60s")

    def kubelet(self, removed, added):
        """Lines of the kubelet's configuration."""
        lines = [line for line in self.in_node("cat /var/lib/kubelet/config.yaml").splitlines() if line not in removed] + added
        subprocess.run(["docker", "exec", "-i", self.node, "sh", "-c", "cat > /var/lib/kubelet/config.yaml"], input="\n".join(lines) + "\n", text=True, check=True)
        self.in_node("systemctl restart kubelet; until curl --silent --fail localhost:10248/healthz > /dev/null; do sleep 0.1; done")
        self.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=60s")

    def web(self, change):
        text = manifest("web", f"localhost:5001/bench-settings:{self.versions}", PORT)
        self.kubectl("apply", "-f", "-", input=change(text))
        self.kubectl("rollout", "status", "deployment/web", "--timeout=90s")

    def push(self):
        self.versions += 1
        write(self.project, "main.go", MAIN.replace("VERSION", f"v{self.versions}"))
        run(["sh", "-c", BUILD], self.project)
        image = f"localhost:5001/bench-settings:{self.versions}"
        run(["docker", "build", "--quiet", "--tag", image, "."], self.project)
        run(["docker", "push", "--quiet", image], self.project)
        return image

    def measure(self):
        """(seconds until the Service gives the new version, seconds until the roll-out has ended)"""
        image = self.push()
        begin = time.monotonic()
        self.kubectl("set", "image", "deployment/web", "web=" + image)
        while answer(f"http://{self.address}:{PORT}/") != f"v{self.versions}":
            assert time.monotonic() < begin + 60, "the new version did not come"
            time.sleep(0.005)
        there = time.monotonic() - begin
        self.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
        return there


def same(text):
    return text


def settings(cluster):
    """name -> (turn it to the other value, turn it back)"""
    pulls = ["registryPullQPS: 0", "serializeImagePulls: false"]
    pleg = ["featureGates:", "  EventedPLEG: true"]
    slow_probe = lambda text: text.replace("periodSeconds: 1}", "periodSeconds: 10}")
    long_grace = lambda text: text.replace("terminationGracePeriodSeconds: 1", "terminationGracePeriodSeconds: 30")
    return {
        "as shipped": (lambda: None, lambda: None),
        "kube-proxy: minSyncPeriod: 1s (its default)": (lambda: cluster.kube_proxy("minSyncPeriod: 0s", "minSyncPeriod: 1s"), lambda: cluster.kube_proxy("minSyncPeriod: 1s", "minSyncPeriod: 0s")),
        "kubelet: registryPullQPS and serializeImagePulls as by default": (lambda: cluster.kubelet(pulls, []), lambda: cluster.kubelet([], pulls)),
        "kubelet: EventedPLEG: true (not shipped)": (lambda: cluster.kubelet([], pleg), lambda: cluster.kubelet(pleg, [])),
        "manifest: periodSeconds: 10 (its default)": (lambda: cluster.web(slow_probe), lambda: cluster.web(same)),
        "manifest: terminationGracePeriodSeconds: 30 (its default)": (lambda: cluster.web(long_grace), lambda: cluster.web(same)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    prefer_cached_tools()
    program = os.path.abspath(options.harness)
    with tempfile.TemporaryDirectory() as project:
        write(project, "components.yaml", COMPONENTS)
        write(project, "go.mod", "module bench.example/web\n\ngo 1.23\n")
        write(project, "main.go", MAIN)
        write(project, "Dockerfile", 'FROM scratch\nCOPY out/web /web\nENTRYPOINT ["/web"]\n')
        write(project, "web.yaml", manifest("web", "localhost:5001/first", PORT))
        try:
            run([program, "-name=bench-settings", "-run=TestNothing"], project)
            cluster = Cluster(project)
            cluster.push()
            cluster.web(same)
            every = settings(cluster)
            chosen = [name for name in every if name == "as shipped" or re.search(options.only, name)]
            times = {name: [] for name in chosen}
            for round in range(options.rounds + 1):
                for name in chosen[round % len(chosen):] + chosen[:round % len(chosen)]:
                    turn, back = every[name]
                    turn()
                    took = cluster.measure()
                    back()
                    if round > 0:  # the first one warms up
                        times[name].append(took)
            header()
            for name in chosen[1:]:
                row("as shipped; " + name, median(times["as shipped"]), (name.split(":")[0], median(times[name])), "s", digits=2)
        finally:
            subprocess.run([program, "-name=bench-settings", "-teardown"], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            remove_images("localhost:5001/bench-settings")


if __name__ == "__main__":
    main()
