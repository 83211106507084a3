"""The project of the zoo: templates filled in from a state, and what a developer changes in it."""

import base64
import json
import os
import re
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TOKEN = re.compile(r"@([a-z]+\.[a-z.]+)@")
# What a token may be, other than any text: its first value is the one of a new tree.
CHOICES = {
    "settings.extra": ["", 'ZOO_MORE: "more"'],
    "secret.extra": ["", 'more: "more"'],
    "pull.auth": ["YTphYWFh", "YTpiYmJi"],
    "role.verb": ["list", "watch"],
    "role.name": ["reader", "writer"],
    "priority.value": ["1000", "2000"],
    "limit.memory": ["1Mi", "2Mi"],
    "network.port": ["80", "81"],
    "service.port": ["80", "81"],
    "ingress.host": ["one", "two"],
    "service.name": ["one", "two"],
    "web.replicas": ["1", "2"],
    "web.image": ["app", "docked"],
    "hpa.version": ["v1", "v2"],
    "hpa.most": ["1", "2"],
    "solo.first": ["app", "docked"],
    "solo.tag": ["", ":latest", ":v1"],
    "db.service": ["headless", "other"],
    "db.replicas": ["1", "2"],
    "db.storage": ["16Mi", "32Mi"],
    "agent.strategy": ["RollingUpdate", "OnDelete"],
    "agent.image": ["pulled", "app"],
    "always.image": ["app", "docked"],
    "hook.timeout": ["5", "6"],
    "never.image": ["app", "docked"],
    "chart.image": ["app", "docked"],
    "chart.replicas": ["1", "2"],
    "docked.form": ["plain", "argument", "stage", "odd"],
}
FILES = ["program.go", "built.txt", "components.yaml"]
# Of the texts that images are made of: the rest stands in manifests.
TEXTS = ["base.text", "app.text", "app.built", "tool.text", "docked.text", "docked.ignored", "pulled.text"]
# The ways of saying the same, each with a base of this project.
DOCKED = {
    "plain": "FROM localhost:5001/app\nCOPY --from=localhost:5001/tool /made/tool /made/tool\n",
    "argument": "ARG NAME=app\nFROM --platform=linux/amd64 localhost:5001/${NAME}:latest\nCOPY --from=localhost:5001/tool /made/tool /made/tool\n",
    "stage": "FROM localhost:5001/tool AS Tool\nFROM localhost:5001/app AS last\nCOPY --from=tool /made/tool /made/tool\n",
    "odd": "# escape=`\n# a comment\nfrom\tlocalhost:5001/app `\n  as one\ncopy --from=localhost:5001/tool `\n# between\n  /made/tool /made/tool\n",
}
# Of these components manifests/ has what is to come of them; what the harness gets are the files that a tool makes it of.
BY_TOOLS = ["chart", "overlay", "printed", "made"]
COMPONENT = re.compile(r"^  ([a-z]+): \{(?:manifest|helm|kustomize|render):")
OPTIONAL = ["web", "solo", "db", "agent", "once", "custom", "list", "gateway", "chart", "overlay", "printed", "made"]  # components that may be missing


def read(*path):
    with open(os.path.join(HERE, *path)) as file:
        return file.read()


def big_definition():
    """3.8 MB of YAML, as generated definitions are: most of it is indentation. kubectl apply refuses it for its annotation."""
    lines = ["apiVersion: apiextensions.k8s.io/v1", "kind: CustomResourceDefinition", "metadata: {name: bigs.zoo.example}", "spec:", "  group: zoo.example",
             "  scope: Namespaced", "  names: {plural: bigs, singular: big, kind: Big}", "  versions:", "  - name: v1", "    served: true", "    storage: true",
             "    schema:", "      openAPIV3Schema:", "        type: object"]
    for level in range(40):
        indent = " " * (8 + 4 * level)
        lines.append(indent + "properties:")
        for i in range(190):
            lines += [f"{indent}  field{i}:", f"{indent}    type: string", f"{indent}    description: >-", f"{indent}      What this field is for, told at such length as generated ones are"]
        lines += [indent + "  deeper:", indent + "    type: object"]
    return "\n".join(lines) + "\n"


def certificate(dir):
    """What a webhook server shows, and who signed it: one for all sequences."""
    key, crt = os.path.join(dir, "key"), os.path.join(dir, "crt")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "10", "-keyout", key, "-out", crt, "-subj", "/CN=zoo",
                    "-addext", "subjectAltName=DNS:admission.default.svc"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    encoded = [base64.b64encode(open(file, "rb").read()).decode() for file in (crt, key)]
    return {"hook.ca": encoded[0], "hook.crt": encoded[0], "hook.key": encoded[1]}


class Tree:
    """A state of texts and choices, written as a project. `state` may be read by who wants to know what is to run."""

    def __init__(self, dir, chance, fixed):
        self.dir, self.chance, self.count = dir, chance, 0
        for name in os.listdir(dir):  # of the sequence before; its cluster stays
            if name != ".harness":
                path = os.path.join(dir, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        self.templates = {"manifests/" + name: read("manifests", name) for name in sorted(os.listdir(os.path.join(HERE, "manifests")))}
        keys = {key for text in self.templates.values() for key in TOKEN.findall(text)} - set(fixed)
        self.state = {key: CHOICES[key][0] if key in CHOICES else "x0" for key in sorted(keys | set(TEXTS) | {"docked.form"})}
        self.editable = sorted(self.state)
        self.state.update(fixed)
        self.missing = set()
        self.run("git", "init", "--quiet")
        self.store()

    def run(self, *command):
        subprocess.run(command, cwd=self.dir, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text)

    def filled(self, name, others={}):
        return TOKEN.sub(lambda token: {**self.state, **others}[token.group(1)], self.templates[name])

    def components(self):
        return {found.group(1) for found in map(COMPONENT.match, read("components.yaml").splitlines()) if found} - self.missing

    def store_sources(self):
        chart = TOKEN.sub(lambda token: f'{{{{ index .Values "{token.group(1)}" }}}}', self.templates["manifests/chart.yaml"])
        values = {key: json.dumps({key: value}) for key, value in self.state.items() if key.startswith("chart.")}
        self.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")
        self.write("chart/templates/all.yaml", chart)
        self.write("chart/values.yaml", values.pop("chart.image"))  # the chart's own; the others are given
        self.write("values.yaml", "{" + ", ".join(value[1:-1] for value in values.values()) + "}\n")
        patch = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "overlay"},
                 "spec": {"template": {"spec": {"containers": [{"name": "main", "env": [{"name": "ZOO_ENV", "value": self.state["overlay.patch"]}]}]}}}}
        self.write("base/all.yaml", self.filled("manifests/overlay.yaml", {"overlay.patch": "none"}))
        self.write("base/kustomization.yaml", "resources: [all.yaml]\n")
        self.write("overlay/kustomization.yaml", json.dumps({"resources": ["../base"], "patches": [{"path": "patch.json"}]}))
        self.write("overlay/patch.json", json.dumps(patch))
        self.write("printed/all.yaml", self.filled("manifests/printed.yaml", {"printed.text": "TEXT"}))
        self.write("printed/text", self.state["printed.text"] + "\n")
        self.write("made/all.yaml", self.filled("manifests/made.yaml").rpartition("---\n")[2])
        self.write("made/text", self.state["made.text"])
        self.write("made/keys.env", f"key={self.state['made.key']}\n")

    def store(self):
        """Writes all of it: what did not change is written with the same contents, as editors and generators do."""
        kept = [line for line in read("components.yaml").splitlines() if not (found := COMPONENT.match(line)) or found.group(1) not in self.missing]
        self.write("components.yaml", "\n".join(kept) + "\n")
        for name in self.templates:
            if name.removeprefix("manifests/").removesuffix(".yaml") not in BY_TOOLS:
                self.write(name, self.filled(name))
        self.store_sources()
        self.write("big.yaml", big_definition())
        self.write("go.mod", "module zoo.example/zoo\n\ngo 1.23\n")
        self.write("program.go", read("program.go"))
        self.write("built.txt", self.state["app.built"])
        self.write("images/base/Dockerfile", "FROM scratch\nCOPY text /made/base\n")
        self.write("images/base/text", self.state["base.text"])
        self.write("images/app/text", self.state["app.text"])
        self.write("images/tool/Dockerfile", "FROM scratch\nCOPY text /made/tool\n")
        self.write("images/tool/text", self.state["tool.text"])
        self.write("images/docked/Dockerfile", DOCKED[self.state["docked.form"]] + "COPY . /made/docked/\n")
        self.write("images/docked/.dockerignore", "Dockerfile\n.dockerignore\n**/ignored-*\n!ignored-not\n")
        self.write("images/docked/ignored-not", self.state["docked.text"])
        self.write("images/docked/deep/ignored-1", self.state["docked.ignored"])
        self.write(".gitignore", "out\n.harness\n")
        self.write("pulled/Dockerfile", "FROM scratch\nCOPY zoo /zoo\nCOPY text /made/pulled\nENTRYPOINT [\"/zoo\"]\n")
        self.write("pulled/text", self.state["pulled.text"])
        self.write("pulled/built.txt", "pulled")
        self.write("pulled/program.go", read("program.go"))
        self.write("pulled/go.mod", "module zoo.example/pulled\n\ngo 1.23\n")
        subprocess.run(["go", "build", "-buildvcs=false", "-o", "zoo", "."], cwd=os.path.join(self.dir, "pulled"), env={**os.environ, "CGO_ENABLED": "0"}, check=True)
        self.run("docker", "build", "--quiet", "--tag", "zoo-pulled:1", "pulled")

    def made(self, image):
        """Files below /made of an image, and the text that its program was built with."""
        app = {"base": self.state["base.text"], "app": self.state["app.text"]}
        if image == "app":
            return app, self.state["app.built"]
        if image == "docked":
            return {**app, "tool": self.state["tool.text"], "docked/ignored-not": self.state["docked.text"]}, self.state["app.built"]
        return {"pulled": self.state["pulled.text"]}, "pulled"

    def edit(self, key=None):
        """Changes one thing, `key` (of these, "KEY=VALUE" says to what) where it is given, and says what."""
        if not key and self.chance.randrange(6) == 0:
            key = "component." + self.chance.choice(OPTIONAL)
        key = key or self.chance.choice(self.editable)
        if key.startswith("component."):
            self.missing ^= {key.split(".", 1)[1]}
            self.store()
            return f"{key} {'leaves' if key.split('.', 1)[1] in self.missing else 'comes'}"
        self.count += 1
        key, is_given, given = key.partition("=")
        values = CHOICES.get(key, [f"x{self.count}"])
        self.state[key] = given if is_given else self.chance.choice([value for value in values if value != self.state[key]])
        self.store()
        return f"{key} becomes {self.state[key]!r}"
