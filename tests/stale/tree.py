"""A project whose pods say what they are made of, what a developer does to it, and what its pods are to say."""

import json
import os
import re
import shutil
import subprocess

MAIN = """package main

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
)

//go:embed all:src
var sources embed.FS

func file(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	text, _ := os.ReadFile(path)
	if info.Mode().Perm()&0o100 != 0 {
		return "program " + string(text)
	}
	return "file " + string(text)
}

func main() {
	says := map[string]any{"conf": file("/etc/app.conf"), "base": file("/etc/base.conf"), "image": os.Getenv("IMAGE"), "below": os.Getenv("BELOW"), "manifest": os.Getenv("MANIFEST"), "config": os.Getenv("CONFIG")}
	names := map[string]string{}
	fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, _ error) error {
		if !entry.IsDir() {
			text, _ := sources.ReadFile(path)
			names[path] = string(text)
		}
		return nil
	})
	says["sources"] = names
	answer, _ := json.Marshal(says)
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.Write(answer) })
	http.ListenAndServe(":8080", nil)
}
"""

PROJECT = """builders:
  go: for name in {targets}; do case $name in base) ;; *) (cd $name && CGO_ENABLED=0 go build -o ../out/$name .) || exit ;; esac; done
images:
  base: {builder: go, files: {conf/base.conf: /etc/base.conf}, env: {BELOW: x0}, inputs: [conf/base.conf]}
  app: {builder: go, files: {out/app: /main, conf/app.conf: /etc/app.conf}, base: base, entrypoint: [/main], env: {IMAGE: x0}, inputs: [app]}
  web: {builder: go, files: {out/web: /main}, base: base, entrypoint: [/main], env: {IMAGE: x0}}
components:
  one: {manifest: manifests/one.yaml}
  two: {manifest: manifests/two.yaml}
  three: {manifest: manifests/three.yaml, after: [one]}
tests: [{name: TestNothing, command: 'true'}]
"""
OPTIONAL = "  three: {manifest: manifests/three.yaml, after: [one]}\n"

CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {text: x0}
---
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: localhost:5001/IMAGE
          env:
            - {name: MANIFEST, value: x0}
            - {name: CONFIG, valueFrom: {configMapKeyRef: {name: settings, key: text}}}
          readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
"""
IMAGES = {"one": "app", "two": "web", "three": "app"}
EDITABLE = ["components.yaml", "manifests/one.yaml", "manifests/two.yaml", "manifests/three.yaml"]


class Tree:
    def __init__(self, dir, chance):
        self.dir, self.chance, self.before = dir, chance, []
        for name in os.listdir(dir):  # of the sequence before; its cluster stays
            if name != ".harness":
                path = os.path.join(dir, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        for name in ("app", "web"):
            self.write(f"{name}/go.mod", f"module stale.example/{name}\n\ngo 1.23\n")
            self.write(f"{name}/main.go", MAIN)
            self.write(f"{name}/src/keep", "x0")
            self.write(f"{name}/src/sub/a", "x0 a")
        self.write("conf/app.conf", "x0")
        self.write("conf/base.conf", "x0")
        self.write("components.yaml", PROJECT)
        for name, image in IMAGES.items():
            self.write(f"manifests/{name}.yaml", (CONFIG_MAP if name == "one" else "") + DEPLOYMENT.replace("NAME", name).replace("IMAGE", image))
        self.write(".gitignore", "out\n.harness\n")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()
        self.git("branch", "side")

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as out:
            out.write(text)

    def read(self, name):
        with open(self.path(name)) as text:
            return text.read()

    def git(self, *args):
        command = ["git", "-c", "user.name=stale", "-c", "user.email=stale@example.com", *args]
        return subprocess.run(command, cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True).stdout

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=edit")

    def sources(self, image):
        found = []
        for folder, _, names in os.walk(self.path(f"{image}/src")):
            found += [os.path.relpath(os.path.join(folder, name), self.dir) for name in names]
        return sorted(found)

    def conf(self, name):
        return ("program " if os.access(self.path(name), os.X_OK) and os.stat(self.path(name)).st_mode & 0o100 else "file ") + self.read(name)

    def expected(self):
        """component -> what its pod is to say, read from the files alone."""
        project, expected = self.read("components.yaml"), {}
        value = lambda text, key: re.search(key + r": (x\d)", text).group(1)
        for name, image in IMAGES.items():
            if f"  {name}: {{manifest" not in project:
                continue
            line = next(line for line in project.split("\n") if line.startswith(f"  {image}: "))
            below = next(line for line in project.split("\n") if line.startswith("  base: "))
            says = {"conf": self.conf("conf/app.conf") if image == "app" else "", "base": self.conf("conf/base.conf"), "image": value(line, "IMAGE"), "below": value(below, "BELOW"),
                    "manifest": value(self.read(f"manifests/{name}.yaml"), "value"), "config": value(self.read("manifests/one.yaml"), "text"),
                    "sources": {path.split("/", 1)[1]: self.read(path) for path in self.sources(image)}}
            expected[name] = json.loads(json.dumps(says))
        return expected

    def edit(self):
        return self.chance.choice([self.source, self.source, self.disguised, self.value, self.value, self.mode, self.touch, self.rename, self.create, self.remove, self.undo,
                                   self.component, self.revert, self.branch, self.commit_all, self.conf_value])()

    def pick(self):
        return self.chance.choice([*self.sources("app"), *self.sources("web"), "conf/app.conf", "conf/base.conf"])

    def bump(self, name):
        text = self.read(name)
        self.before.append((name, text))
        places = [match.start() for match in re.finditer(r"x\d", text)]
        at = self.chance.choice(places)
        self.write(name, text[:at] + f"x{self.chance.randrange(4)}" + text[at + 2:])
        return "edit " + name

    def source(self):
        return self.bump(self.chance.choice([*self.sources("app"), *self.sources("web")]))

    def conf_value(self):
        return self.bump(self.chance.choice(["conf/app.conf", "conf/base.conf"]))

    def value(self):
        return self.bump(self.chance.choice(EDITABLE))

    def disguised(self):
        name = self.pick()
        was = os.stat(self.path(name))
        self.bump(name)
        os.utime(self.path(name), ns=(was.st_atime_ns, was.st_mtime_ns))
        return f"edit {name}, its size and mtime stay"

    def mode(self):
        name = self.pick()
        os.chmod(self.path(name), os.stat(self.path(name)).st_mode ^ 0o111)
        return "chmod " + name

    def touch(self):
        name = self.pick()
        os.utime(self.path(name))
        return "touch " + name

    def rename(self):
        names = [name for name in [*self.sources("app"), *self.sources("web")] if not name.endswith("keep")]
        if not names:
            return "nothing"
        name = self.chance.choice(names)
        to = f"{os.path.dirname(name)}/n{self.chance.randrange(4)}"
        os.replace(self.path(name), self.path(to))
        return f"rename {name} to {to}"

    def create(self):
        name = f"{self.chance.choice(['app', 'web'])}/src/n{self.chance.randrange(4)}"
        self.write(name, f"x{self.chance.randrange(4)} new")
        return "write " + name

    def remove(self):
        names = [name for name in [*self.sources("app"), *self.sources("web")] if not name.endswith("keep")]
        if not names:
            return "nothing"
        name = self.chance.choice(names)
        os.remove(self.path(name))
        return "remove " + name

    def undo(self):
        if not self.before:
            return self.source()
        name, text = self.chance.choice(self.before)
        if not os.path.exists(self.path(name)):
            return "nothing"
        self.write(name, text)
        return "undo in " + name

    def component(self):
        text = self.read("components.yaml")
        self.write("components.yaml", text.replace(OPTIONAL, "") if OPTIONAL in text else text.replace("tests:", OPTIONAL + "tests:"))
        return "component three comes or goes"

    def commit_all(self):
        self.commit()
        return "git commit"

    def revert(self):
        self.git("checkout", "--quiet", "--force", "--", ".")
        return "git checkout ."

    def branch(self):
        self.commit()
        other = "side" if self.git("branch", "--show-current").strip() == "main" else "main"
        self.git("checkout", "--quiet", "--force", other)
        return "git checkout " + other
