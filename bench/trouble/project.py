"""The project that faults are planted in, and its cluster as the API shows it."""

import json
import os
import re
import subprocess
import threading
import time
import urllib.request

IMAGES = """builders:
  sh: sh make.sh
images:
  shell: {pull: "debian:bookworm-slim"}
  web: {pull: "nginx:1.26"}
  kubectl: {builder: sh, files: {out/kubectl: /kubectl}, entrypoint: [/kubectl]}
  foreign: {builder: sh, files: {out/foreign: /foreign}, entrypoint: [/foreign]}
"""
# A program for another architecture: the machine of the ELF header is AArch64's.
MAKE = """set -e
mkdir -p out
cp "$(command -v kubectl)" out/kubectl
cp /bin/true out/foreign
printf '\\267' | dd of=out/foreign bs=1 seek=18 conv=notrunc status=none
"""
TESTS = "tests: [{name: TestNothing, command: 'true'}]\n"
INSTANCE = "trouble"


class Project:
    def __init__(self, root, harness):
        self.root, self.harness = root, harness
        self.write("make.sh", MAKE)
        self.write("components.yaml", IMAGES + TESTS)
        self.env = {**os.environ, "KUBECONFIG": self.kubeconfig()}

    def kubeconfig(self):
        return os.path.join(self.root, ".harness", INSTANCE, "kubeconfig")

    def write(self, name, text):
        with open(os.path.join(self.root, name), "w") as out:
            out.write(text)

    def command(self, *flags):
        return [self.harness, "-name=" + INSTANCE, *flags]

    def run(self, *flags):
        end = subprocess.run(self.command(*flags), cwd=self.root, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if end.returncode:
            raise SystemExit(f"{' '.join(self.command(*flags))} ends with {end.returncode}:\n{end.stdout}")

    def shell(self, script):
        end = subprocess.run(["sh", "-c", script], cwd=self.root, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if end.returncode:
            print(f"warning: {script.splitlines()[0]}: {end.stdout.strip()}", flush=True)
        return end.stdout

    def configure(self, cases):
        """Writes a components.yaml of these cases' own; returns its name."""
        text = IMAGES + "components:\n"
        for case in cases:
            self.write(case.name + ".yaml", case.manifest)
            text += f"  {case.name}: {{manifest: {case.name}.yaml, timeout: 240s{', expose: /' + case.name if case.expose else ''}}}\n"
        name = f"components-{cases[0].name}.yaml"
        self.write(name, text)
        return name


class Api:
    """Watches what facts are told by, and notes when each came."""

    PATHS = {"pods": "/api/v1/pods", "events": "/api/v1/events", "nodes": "/api/v1/nodes", "namespaces": "/api/v1/namespaces", "deployments": "/apis/apps/v1/deployments"}

    def __init__(self, project):
        self.proxy = subprocess.Popen(["kubectl", "proxy", "--port=0"], env=project.env, stdout=subprocess.PIPE, text=True)
        self.url = "http://" + re.search(r"127\.0\.0\.1:\d+", self.proxy.stdout.readline()).group()
        self.lock, self.cases, self.facts = threading.Lock(), [], {}
        for kind, path in self.PATHS.items():
            threading.Thread(target=self.watch, args=(kind, path), daemon=True).start()

    def look_for(self, cases):
        with self.lock:
            self.cases, self.facts = cases, {}

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                text = answer.read().decode()
                return json.loads(text) if "/log?" not in path else text
        except OSError:
            return None

    def watch(self, kind, path):
        while self.proxy.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}{path}?watch=true") as stream:
                    for line in stream:
                        self.note(kind, json.loads(line).get("object", {}))
            except (OSError, ValueError):
                time.sleep(0.1)  # the API is gone for a moment where a node is broken

    def note(self, kind, obj):
        now = time.monotonic()
        meta = obj.get("metadata", {})
        with self.lock:
            for case in self.cases:
                where = meta.get("namespace") or (meta.get("name") if kind == "namespaces" else None)
                if (kind == "nodes" or where == "trouble-" + case.name) and case.name not in self.facts and case.fact(kind, obj):
                    self.facts[case.name] = now

    def close(self):
        self.proxy.terminate()
        self.proxy.wait()
