#!/usr/bin/env python3
"""From nothing to the first test with 20 components: harness, and a script that does the same one after another with docker, kind and kubectl.

  bench/cold.py HARNESS [--rounds=N]

Run it in the project's root: kind's configuration is the project's. Two peers are what nobody can do without: `kind create cluster` and a first pod
that is ready; as KIND sets Kubernetes up, and with the project's settings (kubeadmConfigPatches). The last row is what the controllers' kube-api-qps alone
is worth to that (bench/settings.py has the settings that a cluster can change while it runs). Each round has another version of the program, so that
nothing is in the registry, and no cluster. Prints a Markdown table of medians.
"""

import argparse
import os
import subprocess
import tempfile
import time

from system import BUILD, MAIN, make_system, manifest, prefer_cached_tools, remove_images, run, write
from table import header, median, row

REGISTRY = "harness-registry"
POD = """apiVersion: v1
kind: Pod
metadata: {name: first}
spec: {containers: [{name: web, image: IMAGE}]}
"""


class Bench:
    def __init__(self, dir, harness):
        self.dir, self.harness = dir, harness
        self.kubeconfig = os.path.join(dir, "out/kubeconfig")
        with open("cluster-config/kind.yaml") as text:
            config = text.read().replace("hostPort: 80", "hostPort: 18080")
        write(dir, "out/kind.yaml", config)
        write(dir, "out/kind-default.yaml", config[:config.index("kubeadmConfigPatches:")])
        write(dir, "out/kind-slow-controllers.yaml", config[:config.index("  - |\n    kind: ClusterConfiguration")])
        self.names = make_system(dir, 20, 2000, "  - {name: TestNothing, command: date +%s%N > out/stamp}\n")

    def kubectl(self, *args, input=None):
        return run(["kubectl", "--kubeconfig", self.kubeconfig, *args], self.dir, input=input)

    def create(self, config="kind.yaml"):
        run(["kind", "create", "cluster", "--name=bench-cold", "--config=out/" + config, "--kubeconfig=" + self.kubeconfig], self.dir)
        hosts = f'[host."http://{REGISTRY}:5000"]\n'
        run(["docker", "exec", "--interactive", "bench-cold-control-plane", "sh", "-c",
             "mkdir -p /etc/containerd/certs.d/localhost:5001 && cat > /etc/containerd/certs.d/localhost:5001/hosts.toml"], self.dir, input=hosts)

    def script(self, version):
        run(["sh", "-c", BUILD], self.dir)
        for name in self.names:
            write(self.dir, "out/Dockerfile", f'FROM scratch\nCOPY web /web\nENV NAME={name}\nENTRYPOINT ["/web"]\n')
            run(["docker", "build", "--quiet", f"--tag=localhost:5001/bench-{name}:{version}", "out"], self.dir)
            run(["docker", "push", "--quiet", f"localhost:5001/bench-{name}:{version}"], self.dir)
        self.create()
        for name in self.names:
            self.kubectl("apply", "-f", "-", input=manifest(name, f"localhost:5001/bench-{name}:{version}"))
        for name in self.names:
            self.kubectl("rollout", "status", "deployment/" + name, "--timeout=120s")
        run(["sh", "-c", "date +%s%N > out/stamp"], self.dir)

    def first_pod(self, config):
        self.create(config)
        image = subprocess.run(["docker", "images", "--format={{.Repository}}:{{.Tag}}", "localhost:5001/bench-s00"], stdout=subprocess.PIPE, text=True).stdout.split()[0]
        self.kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=60s")  # no pod can be made before
        self.kubectl("apply", "-f", "-", input=POD.replace("IMAGE", image))
        self.kubectl("wait", "--for=condition=Ready", "pod/first", "--timeout=120s")
        run(["sh", "-c", "date +%s%N > out/stamp"], self.dir)

    def with_harness(self, version):
        run([self.harness, "-name=bench-cold", "-run=TestNothing"], self.dir)

    def seconds(self, work, version):
        write(self.dir, "main.go", MAIN.replace('os.Getenv("NAME")', f'os.Getenv("NAME")+"{version}"'))
        begin = time.time_ns()
        try:
            work(version)
            with open(os.path.join(self.dir, "out/stamp")) as text:
                return (int(text.read()) - begin) / 1e9
        finally:
            self.clean()

    def clean(self):
        for command in ([self.harness, "-name=bench-cold", "-teardown"], ["kind", "delete", "cluster", "--name=bench-cold", "--kubeconfig=" + self.kubeconfig]):
            subprocess.run(command, cwd=self.dir, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    prefer_cached_tools()
    with tempfile.TemporaryDirectory() as dir:
        bench = Bench(dir, os.path.abspath(options.harness))
        # All but the first two have an image that the first leaves.
        pods = [lambda _, config=config: bench.first_pod(config) for config in ("kind-default.yaml", "kind.yaml", "kind-slow-controllers.yaml")]
        ways = [bench.script, bench.with_harness, *pods]
        times = [[] for _ in ways]
        try:
            for round in range(options.rounds):
                for i, way in enumerate(ways):
                    times[i].append(bench.seconds(way, f"r{round}-{i}"))
        finally:
            remove_images("localhost:5001/bench-s*")
        script, ours, least, least_with_ours, slow_controllers = (median(all) for all in times)
        header()
        row("from nothing to the first test, 20 components", ours, ("docker, kind, kubectl one after another", script), "s", digits=1)
        row("the same", ours, ("kind create cluster, a first ready pod", least), "s", "at most 5 s more", ours <= least + 5, digits=1)
        row("the same", ours, ("the same with the project's settings", least_with_ours), "s", "at most 5 s more", ours <= least_with_ours + 5, digits=1)
        row("a first ready pod with the project's settings", least_with_ours, ("kube-api-qps: 20 (its default)", slow_controllers), "s", digits=1)


if __name__ == "__main__":
    main()
