#!/usr/bin/env python3
"""Testruns whose steps run in pods, on a real cluster: flow.yaml, and one that is interrupted. Compares phases and messages, what was exported and what is left in the cluster.

  tests/pods/pods.py HARNESS

Needs Docker, kind and kubectl. Makes an instance "pods" in a temporary project and deletes it at the end.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../bench"))
sys.dont_write_bytecode = True
from system import prefer_cached_tools, write

# A shell program each, and what else its definition has.
DEFINITIONS = {
    "finds": ('test "$PASSWORD $COLOUR" = "secret blue" -a "$LITERAL" = \'$(HOME) $$\' -a $HARNESS_NAMESPACE:$TM_PHASE = default:Running; test "$(cat /etc/greeting/text) $GREETING" = "hello /etc/greeting/text"; '
              'test $PWD:$TM_REPO_PATH = /tm/repo:/tm/repo -a -f tests/testdefs/finds.yaml -a ! -e .harness; grep -q https://kubernetes.default.svc $TM_KUBECONFIG_PATH/shoot.config', ""),
    "gives": ('echo $WORD >$TM_SHARED_PATH/word; echo {} >$TM_EXPORT_PATH/result.json; echo of $WORD >$TM_KUBECONFIG_PATH/more.config', "behavior: [serial]"),
    "takes": ('test "$(cat $TM_SHARED_PATH/word)" = $WORD; test "$(cat $TM_KUBECONFIG_PATH/more.config)" = "of $WORD"', ""),
    "untrusted": ('test -z "$TM_SHARED_PATH$PASSWORD" -a $COLOUR = blue; test "$(ls $TM_KUBECONFIG_PATH)" = shoot.config; test ! -e /var/run/secrets/kubernetes.io', ""),
    "fails": ("echo half >$TM_EXPORT_PATH/half; echo because; exit 3", ""),
    "too-slow": ("echo half >$TM_EXPORT_PATH/half; sleep 600", "activeDeadlineSeconds: 3"),
    "no-image": ("true", "image: localhost:5001/no-such-image"),
    "phase": ("test $TM_PHASE = Failed", ""),
    "slow": ("echo begun; sleep 600", ""),
}
SLOW = "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nspec:\n  testflow: [{name: a, definition: {name: slow}}, {name: b, dependsOn: [a], definition: {name: gives}}]\n  onExit: [{name: c, definition: {name: takes, config: [{name: F, type: file, path: /f, value: YQ==}]}}]\n"
OBJECTS = "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {password: secret}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: paint}\ndata: {colour: blue}\n"

# A phase and a part of the message, of each node.
FLOW = {
    "finds": "Succeeded ", "gives": "Succeeded ", "takes-here": "Succeeded ", "gives-here": "Succeeded ", "takes": "Succeeded ", "takes-older": "Succeeded ", "untrusted": "Succeeded ",
    "fails": "Failed exit code 3", "too-slow": "Timeout took longer than 3 s", "no-image": "Error .*no-such-image", "no-key": "Error .*none", "stops": "Failed exit code 3", "never": "Skipped stops failed",
    "onExit/on-success": "Skipped ", "onExit/on-error": "Succeeded ",
}
EXPORTED = {"gives": "result.json", "gives-here": "result.json", "fails": "half", "too-slow": "half", "stops": "half"}
INTERRUPTED = {"a": "Error interrupted", "b": "Skipped interrupted", "onExit/c": "Failed exit code"}


class Project:
    def __init__(self, harness, dir):
        self.harness, self.dir = harness, dir
        write(dir, "components.yaml", "tests:\n- {name: TestNothing, command: 'true'}\n")
        write(dir, "slow.yaml", SLOW)
        shutil.copy(os.path.join(HERE, "flow.yaml"), dir)
        for name, (program, more) in DEFINITIONS.items():
            lines = ["kind: TestDefinition", f"metadata: {{name: {name}}}", "spec:", "  owner: maintainers@example.com", f"  command: {json.dumps(['sh', '-ec', program])}", "  " + more, ""]
            write(dir, f"tests/testdefs/{name}.yaml", "\n".join(lines))

    def start(self, *words):
        return subprocess.Popen([self.harness, *words, "-name=pods"], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self, process):
        self.out = process.communicate()[0]
        print(self.out, flush=True)
        return process.returncode

    def run(self, *words):
        return self.finish(self.start(*words))

    def kubectl(self, *arguments, **more):
        return subprocess.check_output(["kubectl", "--kubeconfig", os.path.join(self.dir, ".harness/pods/kubeconfig"), *arguments], text=True, **more)

    def check(self, condition, what):
        if not condition:
            sys.exit(f"FAILED: {what}")

    def run_folder(self, name):
        runs = os.path.join(self.dir, ".harness/runs")
        return os.path.join(runs, next(run for run in os.listdir(runs) if run.startswith(name + "-")))

    def check_phases(self, name, expected):
        with open(os.path.join(self.run_folder(name), "status.json")) as file:
            nodes = {node["name"]: node["phase"] + " " + node.get("message", "") for node in json.load(file)["steps"]}
        self.check(set(nodes) == set(expected), f"the nodes of {name} are {list(nodes)}")
        for node, text in nodes.items():
            self.check(re.match(expected[node], text), f"{node} is \"{expected[node]}\", not \"{text}\"")

    def check_nothing_is_left(self):
        end = time.monotonic() + 30  # a pod of a Job that was deleted has its grace
        while left := self.kubectl("get", "jobs,pods,secrets", "--selector=testrun.harness/node", "--output=name").split():
            self.check(time.monotonic() < end, f"{left} are left")
            time.sleep(0.2)


def check_flow(project):
    project.kubectl("apply", "--filename=-", input=OBJECTS)
    project.check(project.run("testrun", "flow.yaml") == 1, "a run with failures ends with 1")
    project.check_phases("flow", FLOW)
    exported = {node: os.path.join(project.run_folder("flow"), "testflow", node, "export") for node in FLOW if not node.startswith("onExit/")}
    found = {node: " ".join(os.listdir(folder)) for node, folder in exported.items() if os.path.isdir(folder)}
    project.check(found == EXPORTED, f"{EXPORTED} were exported, not {found}")
    with open(os.path.join(project.run_folder("flow"), "testflow/fails/log.txt")) as log:
        project.check(log.read() == "because\n", "the log is what the program said")
    project.check_nothing_is_left()


def check_interrupted(project):
    process = project.start("testrun", "slow.yaml", "-executor=pod")
    while "begun" not in project.kubectl("logs", "--selector=testrun.harness/node", "--container=main", "--ignore-errors", stderr=subprocess.DEVNULL):
        project.check(process.poll() is None, "the run waits for its step")
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    project.check(project.finish(process) == 130, "an interrupted run ends with 130")
    project.check_phases("slow", INTERRUPTED)
    project.check_nothing_is_left()


def main():
    prefer_cached_tools()
    with tempfile.TemporaryDirectory() as dir:
        project = Project(os.path.abspath(sys.argv[1]), dir)
        try:
            project.check(project.run("-run=TestNothing") == 0, "a cluster is made")
            check_flow(project)
            check_interrupted(project)
        finally:
            project.run("-teardown")


if __name__ == "__main__":
    main()
