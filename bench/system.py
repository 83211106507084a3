"""A system of many small components, for benchmarks: one Go program, an image a component with files of its own among its inputs."""

import json
import os
import subprocess
import sys

MAIN = """package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, os.Getenv("NAME")) })
	http.ListenAndServe(":8080", nil)
}
"""

MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: IMAGE
          readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: NAME}
spec: {type: TYPE, selector: {app: NAME}, ports: [{port: 80, targetPort: 8080NODE_PORT}]}
"""

BUILD = "CGO_ENABLED=0 go build -o out/web ."


def manifest(name, image, node_port=None):
    """A Deployment and a Service of a web server; with `node_port` the Service is there at each node, too."""
    service = ("NodePort", f", nodePort: {node_port}") if node_port else ("ClusterIP", "")
    return MANIFEST.replace("NODE_PORT", service[1]).replace("TYPE", service[0]).replace("NAME", name).replace("IMAGE", image)


def write(dir, name, text, mode=0o644):
    path = os.path.join(dir, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write(text)
    os.chmod(path, mode)


def make_instance(dir, harness):
    """Has the project in `dir` seem to have a cluster; there is no kubectl that could be asked anything. Returns the environment for the harness."""
    write(dir, "bin/kubectl", "#!/bin/sh\nexit 1\n", 0o755)
    env = {**os.environ, "PATH": os.path.join(dir, "bin") + ":" + os.environ["PATH"], "HARNESS_CACHE": dir}
    plan = subprocess.check_output([harness, "-teardown", "-dry-run"], cwd=dir, env=env, text=True)
    write(dir, ".harness/default/instance.json", json.dumps({"cluster": plan.split()[-1], "url": "http://localhost:1"}))
    write(dir, ".harness/default/kubeconfig", "{}")
    return env


def run(command, cwd, env=None, input=None):
    end = subprocess.run(command, cwd=cwd, env=env, input=input, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if end.returncode:
        sys.exit(f"{' '.join(command)}: {end.stdout}")
    return end.stdout


def cache_dir():
    """Where the set-up and the harness keep what outlives every project."""
    return os.environ.get("HARNESS_CACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "harness")


def prefer_cached_tools():
    """As the harness does for itself: kind and kubectl of the set-up come before the machine's own."""
    os.environ["PATH"] = os.path.join(cache_dir(), "bin") + ":" + os.environ["PATH"]


def remove_images(pattern):
    """Of docker; the registry's stay."""
    images = subprocess.run(["docker", "images", "--format={{.Repository}}:{{.Tag}}", pattern], stdout=subprocess.PIPE, text=True).stdout.split()
    if images:
        subprocess.run(["docker", "rmi", *images], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_system(dir, components, files, tests):
    """A project with `components` images and components and `files` files in all, committed; `tests` is the YAML of its tests. Returns the components' names."""
    names = [f"s{i:02}" for i in range(components)]
    write(dir, "go.mod", "module bench.example/web\n\ngo 1.23\n")
    write(dir, "main.go", MAIN)
    write(dir, ".gitignore", "out\n.harness\n")
    text = f"builders:\n  go: {BUILD}\nimages:\n"
    for name in names:
        text += f"  {name}: {{builder: go, target: web, files: {{out/web: /web}}, entrypoint: [/web], env: {{NAME: {name}}}, inputs: [go.mod, main.go, data/{name}]}}\n"
        for i in range(files // components):
            write(dir, f"data/{name}/{i % 20}/{i}.txt", f"{name} {i}\n" * 10)
        write(dir, f"{name}.yaml", manifest(name, f"localhost:5001/{name}"))
    text += "components:\n" + "".join(f"  {name}: {{manifest: {name}.yaml}}\n" for name in names)
    write(dir, "components.yaml", text + "tests:\n" + tests)
    commit(dir)
    return names


def commit(dir):
    run(["git", "init", "--quiet"], dir)
    run(["git", "add", "--all"], dir)
    run(["git", "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "--message=bench"], dir)
