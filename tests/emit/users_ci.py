#!/usr/bin/env python3
"""users_ci.py BIN HARNESS : the files of examples/ci/, for users to copy. BIN has the programs check-*, actionlint and check-jsonschema.

Each file is valid by its engine's own code or schema, and is not after each edit of BROKEN. Then its scripts run as they stand, three parts and
the report, in place of whose `harness -all` a stub has the driver list its tests and writes what a run of one test records: the report passes,
fails where a test failed, and fails where a part is missing.
"""
import functools
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

import yaml

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "examples" / "ci"
ACTION, WORKFLOW = "github/.github/actions/harness/action.yml", "github/.github/workflows/integration.yml"
GITLAB, PROW, TEKTON, ARGO = "gitlab/.gitlab-ci.yml", "prow/presubmits.yaml", "tekton/pipeline.yaml", "argo/workflow.yaml"

CHECKS = {
    ACTION: [["check-jsonschema", "--builtin-schema", "vendor.github-actions"]],
    WORKFLOW: [["check-jsonschema", "--builtin-schema", "vendor.github-workflows"], ["actionlint", "-pyflakes="]],
    GITLAB: [["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]],
    PROW: [["check-prow", "-jobs=4", HERE / "prow" / "config.yaml"]],
    TEKTON: [["check-tekton", "-by-hand"], ["check-kubernetes"]],
    ARGO: [["check-argo", "-by-hand"], ["check-kubernetes"]],
}

# File, what is replaced, by what: each must be refused. The workflow is checked with its action.
BROKEN = [
    (ACTION, "using: composite", "using: compost"),
    (ACTION, "      shell: bash\n", ""),
    (WORKFLOW, "runs-on:", "run-on:"),
    (WORKFLOW, "needs: timings", "needs: timing"),
    (WORKFLOW, "matrix.shard", "matrix.part"),
    (WORKFLOW, "artifact: out", "artefact: out"),
    (GITLAB, "parallel: 3", "parallel: three"),
    (GITLAB, "when: always", "when: allways"),
    (GITLAB, "policy: pull", "policy: fetch"),
    (PROW, "always_run: true", "always_run: maybe"),
    (PROW, "decoration_config:", "decoration_conf:"),
    (PROW, "integration-2", "integration-1"),
    (PROW, 'preset-dind-enabled: "true"', "preset-dind-enabled: true"),
    (TEKTON, "runAfter: [timings]", "runAfter: [timing]"),
    (TEKTON, "matrix:", "matrices:"),
    (TEKTON, "  workspaces: [{name: results}]\n  tasks:", "  tasks:"),
    (TEKTON, "volumeMounts:", "mounts:"),
    (TEKTON, "accessModes: [ReadWriteMany]", "accessMode: ReadWriteMany"),
    (ARGO, "onExit: report", "onExit: reports"),
    (ARGO, "inputs.parameters.shard}}", "inputs.parameters.part}}"),
    (ARGO, "withSequence:", "withSequences:"),
]

STUB = r"""#!/usr/bin/env python3
import json, os, re, subprocess, sys
if sys.argv[1] == "merge":
    os.execv(os.environ["DRIVER"], sys.argv)
subprocess.run([os.environ["DRIVER"], "-list", "-config=" + os.environ["PROJECT"], *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
flags = dict(word[1:].split("=", 1) for word in sys.argv[2:])
index, count = map(int, flags["shard"].split("/"))
with open(os.environ["TIMED"], "a") as file:
    file.write(f"{os.path.exists(flags['timings'])}\n")
failed = os.environ["FAILED"] == str(index)
test = {"name": f"T/{index}", "suite": "T", "test": str(index), "subtests": "", "entry": "program", "whole_entry": False, "status": "failed" if failed else "passed",
        "seconds": 1.5, "reason": "", "attempts": 1, "failures": int(failed), "log": "", "seen": [], "labels": [], "owner": "", "file": "", "line": 0, "properties": {}}
run = {"project": "p", "command": "harness", "program": "harness", "begin": 0.0, "end": 0.0, "exit_code": int(failed), "counts": {}, "remarks": [], "outside": [], "fake_gaps": [],
       "shard": {"index": index, "count": count, "tests": 1, "of": count, "cut": "cut"}, "tests": [test]}
os.makedirs(flags["artifacts"], exist_ok=True)
with open(flags["artifacts"] + "/results.json", "w") as file:
    json.dump(run, file)
sys.exit(int(failed))
"""


def valid(tools, root, name):
    """Whether each check takes the file, and what they say."""
    said, good = "", True
    for program, *words in CHECKS[name]:
        # actionlint finds the action by the repository around the workflow.
        done = subprocess.run([tools / program, *words, root / name], cwd=(root / name).parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said, good = said + done.stdout, good and done.returncode == 0
    return good, said


def copied(scratch):
    root = scratch / "ci"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(EXAMPLES, root)
    subprocess.run(["git", "init", "--quiet", root / "github"], check=True)
    return root


def check_files(tools, scratch):
    for name in CHECKS:
        good, said = valid(tools, copied(scratch), name)
        if not good:
            yield f"examples/ci/{name} is not valid:\n{said}"
    for name, old, new in BROKEN:
        root = copied(scratch)
        text = (root / name).read_text(encoding="utf-8")
        (root / name).write_text(text.replace(old, new), encoding="utf-8")
        if text.replace(old, new) == text:
            yield f"examples/ci/{name} has no {old!r}"
        elif valid(tools, root, name)[0]:
            yield f"examples/ci/{name} is taken with {new!r} in place of {old!r}"


def strings_in(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for one in value for text in strings_in(one)]
    return [value] if isinstance(value, str) else []


def scripts_of(name, word):
    texts = []
    for path in [ACTION, WORKFLOW] if name == WORKFLOW else [name]:
        with open(EXAMPLES / path, encoding="utf-8") as file:
            texts += [text for document in yaml.safe_load_all(file) for text in strings_in(document)]
    return [text for text in texts if word in text]


class Engine:
    """Runs the scripts of one file in a folder, as far as they are shell."""

    def __init__(self, name, folder, harness):
        self.name, self.folder = name, folder
        self.results = folder / "results"
        bin_ = folder / "bin"
        for made in [bin_, self.results, folder / "project", folder / "work" / "last"]:
            made.mkdir(parents=True)
        self.put(bin_ / "harness", STUB)
        self.put(bin_ / "docker", "#!/bin/sh\n")
        (folder / "project" / "components.yaml").write_text("tests: [{name: TestA, command: 'true'}]\n", encoding="utf-8")
        git = ["git", "-C", folder / "project"]
        subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=first"], check=True)
        self.env = {**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "DRIVER": harness, "TIMED": str(folder / "timed"), "FAILED": "", "OF": "3",
                    "REPOSITORY": str(folder / "project"), "REVISION": "main", "PROJECT": str(folder / "project" / "components.yaml"),
                    "CI_NODE_TOTAL": "3", "REPO_OWNER": "org", "REPO_NAME": "repo", "PULL_NUMBER": "7", "PULL_REFS": "main:aa,7:bb", "TESTS": "success"}

    @staticmethod
    def put(path, text):
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def bash(self, script, folder, **env):
        folder.mkdir(parents=True, exist_ok=True)
        if self.name == ARGO:
            script = script.replace("/results/", f"{self.results}/")
        return subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, env={**self.env, **env},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)

    def begin(self, run):
        for script in scripts_of(self.name, "timings.json ]]"):
            self.bash(script, self.folder / "begin", RESULTS=str(self.results), RUN=run).check_returncode()

    def shard(self, run, index, failed):
        scripts = scripts_of(self.name, "harness -all")
        script = scripts[index - 1] if self.name == PROW else scripts[0]
        folder = self.folder / "work"
        env = {"CI_NODE_INDEX": str(index), "FAILED": failed, "SHARD": str(index)}
        if self.name == PROW:
            folder, env["ARTIFACTS"] = self.folder / "project", str(self.build(index) / "artifacts")
        elif self.name == WORKFLOW:
            env["SHARD"] = f"{index}/3"
        elif self.name in (TEKTON, ARGO):
            folder, env["RESULTS"] = self.folder / f"{run}-{index}", str(self.results / run)
        done = self.bash(script, folder, **env)
        if self.name == WORKFLOW:  # what uploading and downloading do
            (folder / "out").rename(folder / f"out-{index}")
        if self.name == PROW:
            self.record(index, done.returncode)
        return done

    def build(self, index):
        return self.folder / f"bucket/pr-logs/pull/org_repo/7/pull-repo-integration-{index}/12"

    def record(self, index, code):
        """What Prow uploads."""
        build = self.build(index)
        (build.parent / "latest-build.txt").write_text("12", encoding="utf-8")
        (build / "started.json").write_text(json.dumps({"repos": {"org/repo": "main:aa,7:bb"}}), encoding="utf-8")
        (build / "finished.json").write_text(json.dumps({"passed": code == 0}), encoding="utf-8")

    def lose(self, run, index):
        places = {PROW: self.build(index) / "artifacts", TEKTON: self.results / run / f"out-{index}", ARGO: self.results / run / f"out-{index}"}
        shutil.rmtree(places.get(self.name, self.folder / "work" / f"out-{index}"))

    def report(self, run, bucket):
        script = scripts_of(self.name, "harness merge")[-1]
        return self.bash(script, self.folder / "work", RESULTS=str(self.results), RUN=run, BUCKET=bucket, ARTIFACTS=str(self.folder / "artifacts"))


def served(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    folder.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def check_scripts(name, folder, harness):
    for case, failed, lost, want in [("all pass", "", 0, True), ("a test fails", "2", 0, False), ("a part is missing", "", 2, False)]:
        engine = Engine(name, folder / case.replace(" ", "-"), harness)
        engine.begin("one")
        for index in (1, 2, 3):
            done = engine.shard("one", index, failed)
            if (done.returncode == 0) == (failed == str(index)):
                yield f"examples/ci/{name}: {case}: part {index} ended with {done.returncode}:\n{done.stdout}"
        if lost:
            engine.lose("one", lost)
        done = engine.report("one", served(engine.folder / "bucket"))
        if (done.returncode == 0) != want:
            yield f"examples/ci/{name}: {case}: the report ended with {done.returncode}:\n{done.stdout}"
        if want and name in (TEKTON, ARGO):  # the next run has its times
            engine.begin("two")
            engine.shard("two", 1, "")
            if (engine.folder / "timed").read_text(encoding="utf-8").split() != ["False"] * 3 + ["True"]:
                yield f"examples/ci/{name}: the second run has no timings"


def main(tools, harness):
    with tempfile.TemporaryDirectory() as scratch:
        faults = list(check_files(pathlib.Path(tools).resolve(), pathlib.Path(scratch)))
        for name in (WORKFLOW, GITLAB, PROW, TEKTON, ARGO):
            faults += check_scripts(name, pathlib.Path(scratch) / "runs" / name.split("/")[0], os.path.abspath(harness))
    print("\n".join(faults) or f"users' CI: {len(CHECKS)} files of examples/ci are valid, {len(BROKEN)} broken ones are refused, the scripts of 5 engines give one report")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
