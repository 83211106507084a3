#!/usr/bin/env python3
"""Charts and overlays: 20 components, of which 5 are charts and 5 overlays, where nothing has changed and after an edit of one values file; and one chart alone,
from nothing and after an edit, by harness, helm, and kubectl with kustomize.

  bench/charts.py HARNESS [--rounds=N]

Needs Docker, kind, kubectl, helm and Go. Makes an instance "bench-charts" in a temporary project and deletes it at the end. The tools take turns in each round, each
with objects of its own in a namespace of its own, on one cluster. Prints a Markdown table of medians.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from system import BUILD, MAIN, commit, manifest, prefer_cached_tools, run, write
from table import header, median, row

CHART = "apiVersion: v2\nname: NAME\nversion: 1.0.0\n"
TEMPLATE = """apiVersion: v1
kind: ConfigMap
metadata: {name: NAME-text}
data: {text: {{ .Values.text | quote }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}, annotations: {text: {{ .Values.text | quote }}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: {{ .Values.image }}
          readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: NAME}
spec: {selector: {app: NAME}, ports: [{port: 80, targetPort: 8080}]}
"""
OVERLAY = "resources: [../../base/NAME]\npatches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: NAME}\n      spec: {template: {metadata: {annotations: {text: TEXT}}}}\n"


def make_chart(dir, name, image, text):
    write(dir, f"charts/{name}/Chart.yaml", CHART.replace("NAME", name))
    write(dir, f"charts/{name}/templates/all.yaml", TEMPLATE.replace("NAME", name))
    write(dir, f"charts/{name}/values.yaml", f"image: {image}\ntext: first\n")
    set_value(dir, name, text)


def set_value(dir, name, text):
    write(dir, f"values/{name}.yaml", f"text: {text}\n")


def make_overlay(dir, name, image, text):
    write(dir, f"base/{name}/kustomization.yaml", "resources: [all.yaml]\n")
    write(dir, f"base/{name}/all.yaml", manifest(name, image))
    set_overlay(dir, name, text)


def set_overlay(dir, name, text):
    write(dir, f"overlays/{name}/kustomization.yaml", OVERLAY.replace("NAME", name).replace("TEXT", text))


def components_yaml(single):
    text = f"builders:\n  go: {BUILD}\nimages:\n  web: {{builder: go, files: {{out/web: /web}}, entrypoint: [/web], env: {{NAME: web}}, inputs: [go.mod, main.go]}}\ncomponents:\n"
    for i in range(5):
        text += f"  chart{i}: {{helm: {{chart: charts/chart{i}, values: values/chart{i}.yaml}}}}\n  overlay{i}: {{kustomize: overlays/overlay{i}}}\n"
        text += f"  plain{i}: {{manifest: plain{i}.yaml}}\n  more{i}: {{manifest: more{i}.yaml}}\n"
    if single:
        text += "  single: {helm: {chart: charts/single, values: values/single.yaml, namespace: by-harness}}\n"
    return text + "tests:\n  - {name: TestNothing, command: 'true'}\n"


def make_project(dir):
    write(dir, "go.mod", "module bench.example/web\n\ngo 1.23\n")
    write(dir, "main.go", MAIN)
    write(dir, ".gitignore", "out\n.harness\n")
    for i in range(5):
        make_chart(dir, f"chart{i}", "localhost:5001/web", "first")
        make_overlay(dir, f"overlay{i}", "localhost:5001/web", "first")
        for name in (f"plain{i}", f"more{i}"):
            write(dir, f"{name}.yaml", manifest(name, "localhost:5001/web"))
    make_chart(dir, "single", "localhost:5001/web", "first")
    write(dir, "components.yaml", components_yaml(False))
    commit(dir)


class Watched:
    """When the API first showed a text in a ConfigMap: one watch, so that asking costs nothing."""

    def __init__(self, kubectl, name):
        self.process = subprocess.Popen([*kubectl, "get", "configmap", name, "--watch", "--output=jsonpath={.data.text}{'\\n'}"], stdout=subprocess.PIPE, text=True)
        self.seen, self.changed = {}, threading.Condition()
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        for line in self.process.stdout:
            with self.changed:
                self.seen[line.strip()] = time.monotonic()
                self.changed.notify_all()

    def time_of(self, text):
        with self.changed:
            if not self.changed.wait_for(lambda: text in self.seen, 60):
                sys.exit(f"the text {text} was not applied")
            return self.seen[text]


class Bench:
    def __init__(self, harness, root):
        self.project, self.peers = os.path.join(root, "harness"), os.path.join(root, "peers")
        make_project(self.project)
        self.harness = [harness, "-name=bench-charts"]
        self.state = os.path.join(self.project, ".harness/bench-charts")
        self.kubectl = ["kubectl", "--kubeconfig", os.path.join(self.state, "kubeconfig")]

    def timed(self, *commands, dir=None):
        begin = time.monotonic()
        for command in commands:
            run(command, dir or self.project)
        return time.monotonic() - begin

    def run_harness(self):
        return self.timed([*self.harness, "-run=TestNothing"])

    def prepare_peers(self):
        with open(os.path.join(self.state, "images.json")) as text:
            image = json.load(text)["web"]
        make_chart(self.peers, "single", image, "first")
        make_overlay(self.peers, "single", image, "first")

    def helm(self):
        kubeconfig = os.path.join(self.state, "kubeconfig")
        return self.timed(["helm", "upgrade", "--install", "single", "charts/single", "--values=values/single.yaml", "--namespace=by-helm", "--create-namespace", "--wait", f"--kubeconfig={kubeconfig}"],
                          [*self.kubectl, "--namespace=by-helm", "rollout", "status", "deployment/single"], dir=self.peers)

    def kustomize(self):
        kubectl = [*self.kubectl, "--namespace=by-kubectl"]
        return self.timed([*kubectl, "apply", "-k", "overlays/single"], [*kubectl, "rollout", "status", "deployment/single"], dir=self.peers)

    def remove_single(self):
        write(self.project, "components.yaml", components_yaml(False))
        self.run_harness()
        for namespace in ("by-helm", "by-kubectl"):
            run([*self.kubectl, "delete", "namespace", namespace, "--ignore-not-found", "--wait"], self.project)
        run([*self.kubectl, "create", "namespace", "by-kubectl"], self.project)

    def from_nothing(self):
        self.remove_single()
        write(self.project, "components.yaml", components_yaml(True))
        return {"harness": self.run_harness(), "helm": self.helm(), "kubectl": self.kustomize()}

    def after_edit(self, text):
        set_value(self.project, "single", text)
        set_value(self.peers, "single", text)
        set_overlay(self.peers, "single", text)
        return {"harness": self.run_harness(), "helm": self.helm(), "kubectl": self.kustomize()}

    def render(self):
        return self.timed(["helm", "template", "chart0", "charts/chart0", "--values=values/chart0.yaml"])

    def applied(self, watched, text):
        """(until the API has the text, until the command has ended)"""
        set_value(self.project, "chart0", text)
        begin = time.monotonic()
        ended = self.run_harness()
        return watched.time_of(text) - begin, ended


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    prefer_cached_tools()
    with tempfile.TemporaryDirectory() as root:
        bench = Bench(os.path.abspath(options.harness), root)
        try:
            bench.run_harness()
            bench.prepare_peers()
            watched = Watched(bench.kubectl, "chart0-text")
            still, applied, rendered, nothing, edited = [], [], [], [], []
            for round in range(options.rounds):
                still.append(bench.run_harness())
                rendered.append(bench.render())
                applied.append(bench.applied(watched, f"text{round}")[0])
            for round in range(options.rounds):
                nothing.append(bench.from_nothing())
                edited.append(bench.after_edit(f"edited{round}"))
            watched.process.terminate()
            header()
            row("20 components, 5 charts and 5 overlays, nothing changed", 1000 * median(still), None, "ms", "300 ms", median(still) <= 0.3)
            over = median(applied) - median(rendered)
            row("one values file edited, until it is applied", 1000 * median(applied), ("helm template", 1000 * median(rendered)), "ms", "500 ms over helm template", over <= 0.5)
            for what, times in (("a chart, from nothing to rolled out", nothing), ("a chart, from an edit to rolled out", edited)):
                each = {name: median([one[name] for one in times]) for name in times[0]}
                for peer, title in (("helm", "helm upgrade --install --wait, rollout status"), ("kubectl", "kubectl apply -k, rollout status")):
                    row(what, each["harness"], (title, each[peer]), "s", "1.0", each["harness"] <= each[peer], digits=2)
        finally:
            subprocess.run([*bench.harness, "-teardown"], cwd=bench.project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
