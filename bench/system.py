"""A system of many small components, for benchmarks: one Go program, an image a component with files of its own among its inputs."""

import http.server
import json
import os
import subprocess
import sys
import threading

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


class EmptyApi(http.server.BaseHTTPRequestHandler):
    """That of a cluster which is ready, and has nothing."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = {"/readyz": b"ok", "/api": b"{}", "/apis": b"{}"}.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"{}")))
        self.end_headers()
        self.wfile.write(body or b"{}")

    def log_message(self, *_):
        pass


def serve_empty_api():
    """Returns its address; it ends with this process."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), EmptyApi)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def make_instance(dir, harness, api):
    """Has the project in `dir` seem to have a cluster, whose API is at that address. `hermetic: false` belongs into its components.yaml. Returns the
    environment for the harness."""
    env = {**os.environ, "HARNESS_CACHE": dir}
    plan = subprocess.check_output([harness, "-teardown", "-dry-run"], cwd=dir, env=env, text=True)
    named = {kind: [{"name": "empty", kind[:-1]: fields}] for kind, fields in
             {"clusters": {"server": api}, "users": {}, "contexts": {"cluster": "empty", "user": "empty"}}.items()}
    write(dir, ".harness/default/kubeconfig", json.dumps({"current-context": "empty", **named}))
    write(dir, ".harness/default/instance.json", json.dumps({"version": 1, "cluster": plan.split()[-1], "url": "http://localhost:1"}))
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
