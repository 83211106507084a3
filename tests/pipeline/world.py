"""A clone of this repository in which the shipped pipeline runs, and what of a run may be left on the machine."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "bench"))
sys.dont_write_bytecode = True
from chaos import digest, output

INSTANCE = "pipeline"
TESTRUN = "tests/testruns/pipeline.yaml"


def cluster_of(root):
    return f"harness-{INSTANCE}-" + hashlib.sha256(root.encode()).hexdigest()[:6]


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


class Run:
    """One run of the pipeline, which goes on by itself."""

    def __init__(self, world, executor):
        self.world, self.begin = world, time.monotonic()
        self.others, self.known = set(world.runs()), ""
        self.out = os.path.join(world.scratch, "out")
        with open(self.out, "w") as out:
            self.process = subprocess.Popen([world.harness, "testrun", TESTRUN, "-name=" + INSTANCE, "-executor=" + executor], cwd=world.root, env=world.env, stdout=out, stderr=out)

    def folder(self):
        if not self.known:
            self.known = next((os.path.join(self.world.root, ".harness/runs", run) for run in self.world.runs() if run not in self.others), "")
        return self.known

    def status(self):
        return json.loads(read(os.path.join(self.folder(), "status.json")) or "{}")

    def nodes(self, step=None):
        return [node for node in self.status().get("steps", []) if step in (None, node["position"]["step"])]

    def wait_for(self, step, holds=lambda: True):
        """Until a node of the step runs, and something holds."""
        while not (any(node["phase"] == "Running" for node in self.nodes(step)) and holds()):
            if self.process.poll() is not None:
                raise AssertionError(f"the run ended before {step}\n{read(self.out)}")
            time.sleep(0.01)

    def log(self, step):
        return read(os.path.join(self.folder(), "testflow", step, "log.txt"))

    def programs(self, step):
        """Of the step's nodes, which run: the processes that are leaders of a group."""
        folder = os.path.join(self.folder(), "testflow", step)
        mine = [pid for pid in self.world.processes() if f"TM_EXPORT_PATH={folder}/" in read(f"/proc/{pid}/environ")]
        return [pid for pid in mine if os.getpgid(pid) == pid and read(f"/proc/{pid}/stat").split()[3] == str(self.process.pid)]

    def end(self):
        self.process.wait()
        self.seconds = time.monotonic() - self.begin
        return self.process.returncode


class World:
    def __init__(self, harness, scratch):
        self.harness, self.scratch = os.path.abspath(harness), scratch
        self.root, temporary = os.path.join(scratch, "p"), os.path.join(scratch, "t")
        os.mkdir(temporary)
        subprocess.run(["git", "clone", "--quiet", ROOT, self.root], check=True)
        self.env = {**os.environ, "TMPDIR": temporary}
        self.node = cluster_of(os.path.join(self.root, ".harness/checkouts", INSTANCE)) + "-control-plane"
        self.before = self.state()

    def runs(self):
        folder = os.path.join(self.root, ".harness/runs")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def call(self, *command):
        end = subprocess.run(command, cwd=self.root, env={**self.env, "HARNESS_INSTANCE": INSTANCE}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return end.returncode, end.stdout

    def containers(self):
        return [name for name in output("docker", "ps", "--all", "--format", "{{.Names}}").split() if name.startswith(self.node) or cluster_of(self.root) in name]

    def processes(self):
        """Those that have a path of the scratch folder in their arguments or in their environment."""
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [pid for pid in pids if self.scratch + "/" in read(f"/proc/{pid}/cmdline") + read(f"/proc/{pid}/environ")]

    def state(self):
        secrets = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(self.root, ".harness")) for name in names if re.search(r"\.config$|kubeconfig", name)]
        checkouts = os.path.join(self.root, ".harness/checkouts")
        return {
            "containers": self.containers(),
            "networks": output("docker", "network", "ls", "--format", "{{.Name}}").split(),
            "volumes of no container": output("docker", "volume", "ls", "--quiet", "--filter", "dangling=true").split(),
            "processes": [read(f"/proc/{pid}/cmdline").replace("\0", " ") for pid in self.processes()],
            "temporary files": os.listdir(self.env["TMPDIR"]),
            "kubeconfigs": secrets,
            "checkouts": os.listdir(checkouts) if os.path.isdir(checkouts) else [],
            "git": [output("git", "-C", self.root, *command.split()) for command in ("status --porcelain", "worktree list", "branch --all")],
            "user's files": [str(digest("~/.kube/config")), str(digest("~/.docker/config.json"))],
        }

    def left(self):
        """What is there more than before, for longer than others on this machine have theirs for a moment."""
        end = time.monotonic() + 10
        while True:
            after = self.state()
            more = {key: sorted(set(after[key]) - set(self.before[key])) for key in after}
            if not any(more.values()) or time.monotonic() > end:
                return {key: names for key, names in more.items() if names}
            time.sleep(0.5)
