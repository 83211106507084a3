#!/usr/bin/env python3
"""What each setting of cluster-config/kind.yaml and of a manifest is worth: from `kubectl set image` until the Service gives the new version, the image being in the registry;
or until the last of several Services does, all being changed at once.

  bench/settings.py HARNESS [--rounds=N] [--services=N] [--only=RE]

Needs Docker, kind, kubectl and Go. One cluster as it is shipped; each round turns one setting after the other to another value, measures, and turns it back.
Makes an instance "bench-settings" in a temporary project and deletes it at the end. Prints a Markdown table of medians.
"""

import argparse
import os
import random
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
    def __init__(self, project, services):
        self.project, self.versions, self.names = project, 0, [f"web-{i}" for i in range(services)]
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

    def deploy(self, change):
        for name, image in zip(self.names, self.push(self.names)):
            self.kubectl("apply", "-f", "-", input=change(manifest(name, image, self.port(name))))
        for name in self.names:
            self.kubectl("rollout", "status", "deployment/" + name, "--timeout=90s")

    def port(self, name):
        return PORT + self.names.index(name)

    def push(self, names):
        """An image for each, with a layer of its own."""
        self.versions += 1
        write(self.project, "main.go", MAIN.replace("VERSION", f"v{self.versions}"))
        run(["sh", "-c", BUILD], self.project)
        images = []
        for name in names:
            images.append(f"localhost:5001/bench-settings:{name}-{self.versions}")
            run(["sh", "-c", f"cp out/web out/{name} && echo {name} >> out/{name}"], self.project)
            write(self.project, "Dockerfile", f'FROM scratch\nCOPY out/{name} /web\nENTRYPOINT ["/web"]\n')
            run(["docker", "build", "--quiet", "--tag", images[-1], "."], self.project)
            run(["docker", "push", "--quiet", images[-1]], self.project)
        return images

    def measure(self, names):
        """Seconds until the Services give the new version. Ends when the roll-outs have."""
        images = self.push(names)
        time.sleep(random.uniform(0, 1))  # kubelet and probes look once a second: no row is to meet them always at the same moment
        begin = time.monotonic()
        for name, image in zip(names, images):
            self.kubectl("set", "image", "deployment/" + name, "web=" + image)
        for name in names:
            while answer(f"http://{self.address}:{self.port(name)}/") != f"v{self.versions}":
                assert time.monotonic() < begin + 120, "the new version did not come"
                time.sleep(0.005)
        there = time.monotonic() - begin
        for name in names:
            self.kubectl("rollout", "status", "deployment/" + name, "--timeout=60s")
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
        "manifest: periodSeconds: 10 (its default)": (lambda: cluster.deploy(slow_probe), lambda: cluster.deploy(same)),
        "manifest: terminationGracePeriodSeconds: 30 (its default)": (lambda: cluster.deploy(long_grace), lambda: cluster.deploy(same)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--services", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    prefer_cached_tools()
    program = os.path.abspath(options.harness)
    with tempfile.TemporaryDirectory() as project:
        write(project, "components.yaml", COMPONENTS)
        write(project, "go.mod", "module bench.example/web\n\ngo 1.23\n")
        write(project, "main.go", MAIN)
        write(project, "web.yaml", manifest("web", "localhost:5001/first"))
        try:
            run([program, "-name=bench-settings", "-run=TestNothing"], project)
            cluster = Cluster(project, options.services)
            cluster.deploy(same)
            every = settings(cluster)
            chosen = [name for name in every if name == "as shipped" or re.search(options.only, name)]
            times = {name: [] for name in chosen}
            for round in range(options.rounds):
                for name in chosen[round % len(chosen):] + chosen[:round % len(chosen)]:
                    turn, back = every[name]
                    turn()
                    cluster.measure(cluster.names[:1])  # the first one after a restart of the kubelet is another matter
                    times[name].append(cluster.measure(cluster.names))
                    back()
            header()
            for name in chosen[1:]:
                row("as shipped; " + name, median(times["as shipped"]), (name.split(":")[0], median(times[name])), "s", digits=2)
        finally:
            subprocess.run([program, "-name=bench-settings", "-teardown"], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            remove_images("localhost:5001/bench-settings")


if __name__ == "__main__":
    main()
