#!/usr/bin/env python3
"""From an edit of a component's source until its Service gives the new version: harness, docker with kubectl, and ko, in one run on one cluster; and a pod
whose image is in the registry already, which nobody can be faster than. The program has 10 MB.

  bench/redeploy.py HARNESS [--rounds=N] [--ko=PROGRAM]

Needs Docker, kind, kubectl and Go. Makes an instance "bench-redeploy" in a temporary project and deletes it at the end. The three are measured one after the
other in each round; each has a Deployment and a Service of its own of the same kind. Prints a Markdown table of medians. Without --ko its row is left out
(go install github.com/google/ko@v0.18.0).
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

from system import BUILD, manifest, prefer_cached_tools, remove_images, run, write
from table import header, median, row

POOL = concurrent.futures.ThreadPoolExecutor(1)

MAIN = """package main

import (
	"fmt"
	"net/http"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "VERSION") })
	http.ListenAndServe(":8080", nil)
}
"""

# What makes it as large as programs are: another program.
PADDING = """package main

import (
	_ "embed"
	"net/http"
)

//go:embed padding
var padding []byte

func init() {
	http.HandleFunc("/padding", func(w http.ResponseWriter, _ *http.Request) { w.Write(padding) })
}
"""
SIZE = 10_000_000

COMPONENTS = """builders:
  go: for name in {targets}; do (cd $name && CGO_ENABLED=0 go build -o ../out/$name .) || exit; done
images:
  web: {builder: go, files: {out/web: /web}, entrypoint: [/web], inputs: [web]}
  synced: {builder: go, files: {out/synced: /web}, entrypoint: [/web], inputs: [synced]}
components:
  web: {manifest: web.yaml}
  synced: {manifest: synced.yaml, sync: true}
tests:
  - {name: TestNothing, command: 'true'}
"""


class Harness:
    name, image, port = "harness", "web", 30080

    def __init__(self, project, program):
        self.project, self.program, self.dir, self.pushes = project, program, os.path.join(project, self.image), []

    def deploy(self, version):
        run([self.program, "-name=bench-redeploy", "-build=" + self.image], self.project)
        with open(os.path.join(self.project, ".harness/bench-redeploy/artifacts/trace.json")) as trace:
            self.pushes += [event["dur"] / 1e6 for event in json.load(trace)["traceEvents"] if event.get("cat") == "image" and event["name"] == self.image]


class Sync(Harness):
    name, image, port = "sync", "synced", 30084


class Docker:
    name, port = "docker", 30081

    def __init__(self, dir, program, kubectl):
        self.dir, self.kubectl, self.pushes = dir, kubectl, []

    def push(self, version):
        image = f"localhost:5001/bench-{self.name}:{version}"
        run(["sh", "-c", BUILD], self.dir)
        begin = time.monotonic()
        run(["docker", "build", "--quiet", "--tag", image, "."], self.dir)
        run(["docker", "push", "--quiet", image], self.dir)
        self.pushes.append(time.monotonic() - begin)
        return image

    def roll_out(self, image):
        self.kubectl("set", "image", "deployment/" + self.name, "web=" + image)
        self.kubectl("rollout", "status", "deployment/" + self.name, "--timeout=60s")

    def deploy(self, version):
        self.roll_out(self.push(version))


class Bare(Docker):
    """Only the roll-out: the image is there before the clock starts."""

    name, port = "bare", 30083

    def prepare(self, version):
        self.image = self.push(version)

    def deploy(self, version):
        self.roll_out(self.image)


class Ko:
    name, port = "ko", 30082

    def __init__(self, dir, program, kubectl):
        self.dir, self.program, self.kubectl = dir, program, kubectl
        self.env = {**os.environ, "KO_DOCKER_REPO": "localhost:5001/bench-ko", "KO_DEFAULTBASEIMAGE": "localhost:5001/bench-base", "CGO_ENABLED": "0"}

    def deploy(self, version):
        image = run([self.program, "build", "--bare", "--insecure-registry", "--sbom=none", "."], self.dir, env=self.env).split()[-1]
        self.kubectl("set", "image", "deployment/ko", "web=" + image)
        self.kubectl("rollout", "status", "deployment/ko", "--timeout=60s")


def answer(url):
    try:
        return urllib.request.urlopen(url, timeout=1).read().decode()
    except OSError:
        return ""


def measure(tool, node, version):
    """(seconds until the Service gives the version, seconds until the tool has ended)"""
    write(tool.dir, "main.go", MAIN.replace("VERSION", version))
    if isinstance(tool, Bare):
        tool.prepare(version)
    begin = time.monotonic()
    deployment = POOL.submit(lambda: (tool.deploy(version), time.monotonic())[1])
    while answer(f"http://{node}:{tool.port}/") != version:
        if time.monotonic() > begin + 120:
            deployment.result()
            sys.exit(f"{tool.name}: version {version} did not come")
        time.sleep(0.005)
    there = time.monotonic() - begin
    return there, deployment.result() - begin


def pad(program, dirs):
    """Programs that are built in them have SIZE bytes and a few."""
    with open(program, "rb") as other:
        filler = other.read()
    run(["sh", "-c", BUILD], dirs[0])
    missing = SIZE - os.path.getsize(os.path.join(dirs[0], "out/web"))
    for dir in dirs:
        write(dir, "padding.go", PADDING)
        with open(os.path.join(dir, "padding"), "wb") as out:
            out.write(filler[:missing])


def compile_time(dir, version):
    write(dir, "main.go", MAIN.replace("VERSION", version + "-compile"))
    begin = time.monotonic()
    run(["sh", "-c", BUILD], dir)
    return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--ko")
    options = parser.parse_args()
    prefer_cached_tools()
    program = os.path.abspath(options.harness)
    with tempfile.TemporaryDirectory() as root:
        dirs = {}
        for tool in ("harness/web", "harness/synced", "docker", "ko", "bare"):
            dirs[tool] = os.path.join(root, tool)
            os.makedirs(dirs[tool])
            write(dirs[tool], "go.mod", "module bench.example/web\n\ngo 1.23\n")
            write(dirs[tool], "main.go", MAIN.replace("VERSION", "first"))
        pad(program, [dirs[tool] for tool in ("bare", "docker", "ko", "harness/web", "harness/synced")])
        for tool in ("docker", "bare"):
            write(dirs[tool], "Dockerfile", 'FROM scratch\nCOPY out/web /web\nENTRYPOINT ["/web"]\n')
        project = os.path.join(root, "harness")
        write(project, "components.yaml", COMPONENTS)
        for tool in (Harness, Sync):
            write(project, tool.image + ".yaml", manifest(tool.image, "localhost:5001/" + tool.image, tool.port))
        kubeconfig = os.path.join(project, ".harness/bench-redeploy/kubeconfig")

        def kubectl(*args, input=None):
            return run(["kubectl", "--kubeconfig", kubeconfig, *args], root, input=input)

        try:
            run([program, "-name=bench-redeploy", "-run=TestNothing"], project)
            tools = [Harness(project, program), Sync(project, program), Docker(dirs["docker"], program, kubectl), Bare(dirs["bare"], program, kubectl)]
            # An empty base for ko, which takes no scratch.
            write(root, "Dockerfile", "FROM scratch\nCOPY empty /empty\n")
            write(root, "empty", "")
            run(["docker", "build", "--quiet", "--tag", "localhost:5001/bench-base", "."], root)
            run(["docker", "push", "--quiet", "localhost:5001/bench-base"], root)
            if options.ko:
                tools.append(Ko(dirs["ko"], os.path.abspath(options.ko), kubectl))
            for tool in tools[2:]:
                kubectl("apply", "-f", "-", input=manifest(tool.name, "localhost:5001/bench-base", tool.port))
            node = json.loads(kubectl("get", "node", "-o", "json"))["items"][0]["status"]["addresses"][0]["address"]
            for tool in tools:
                measure(tool, node, "warm")
            compiled, times = [], {tool.name: [] for tool in tools}
            for round in range(options.rounds):
                compiled.append(compile_time(dirs["bare"], f"r{round}"))
                for tool in tools[round % len(tools):] + tools[:round % len(tools)]:
                    times[tool.name].append(measure(tool, node, f"v{round}"))
            there = {name: median([one[0] for one in all]) for name, all in times.items()}
            compiling = median(compiled)
            header()
            for name, title in (("docker", "docker build, push, kubectl"), ("ko", "ko build, kubectl"))[:len(tools) - 3]:
                row("from an edit to the new version's answer", there["harness"], (title, there[name]), "s", digits=2)
            row(f"the same without compiling ({compiling:.2f} s)", there["harness"] - compiling, ("a bare pod", there["bare"]), "s", "0.15 s more", there["harness"] - compiling <= there["bare"] + 0.15,
                digits=2)
            row("the same, sync: true", there["sync"] - compiling, ("a bare pod", there["bare"]), "s", "0.7 s", there["sync"] - compiling <= 0.7, digits=2)
            named = {tool.name: tool for tool in tools}
            pushing, docker = (median(named[name].pushes[-options.rounds:]) for name in ("harness", "docker"))
            row(f"writing and pushing the image of {SIZE // 1_000_000} MB", pushing, ("docker build, docker push", docker), "s", "0.15 s", pushing <= 0.15, digits=2)
            row("until harness has ended, without compiling", median([one[1] for one in times["harness"]]) - compiling, None, "s", digits=2)
        finally:
            subprocess.run([program, "-name=bench-redeploy", "-teardown"], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            remove_images("localhost:5001/bench-*")


if __name__ == "__main__":
    main()
