"""A Docker engine that may be killed: with a network, a disk of its own (in memory, of a given size) and no container of the machine's engine."""

import os
import shutil
import signal
import subprocess
import time

IMAGES = ["kindest/node:v1.34.0", "registry:2", "nginx:1.26"]


def enter_namespaces(script, arguments):
    """Runs this program again where it sees no network and no mounts but its own."""
    if os.environ.get("RECOVERY_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    os.environ["RECOVERY_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", "python3", script, *arguments])


class Engine:
    def __init__(self, dir, size):
        self.machine = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
        self.disk, self.state, self.log = os.path.join(dir, "disk"), os.path.join(dir, "state"), os.path.join(dir, "dockerd.log")
        os.makedirs(self.disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.disk], check=True)
        os.environ["DOCKER_HOST"] = f"unix://{dir}/docker.sock"
        self.pids = os.path.join(dir, "dockerd.pid")
        self.start()
        self.load()

    def flags(self):
        runtime = os.path.join(os.environ.get("HARNESS_CACHE", os.path.expanduser("~/.cache/harness")), "bin/runc-without-missing-caps")
        limited = ["--oom-score-adjust=0", "--add-runtime=limited=" + runtime, "--default-runtime=limited"] if os.path.exists(runtime) else []
        return ["--data-root", self.disk, "--exec-root", self.state, "--pidfile", self.pids, "--host", os.environ["DOCKER_HOST"], *limited]

    def start(self):
        self.process = subprocess.Popen(["dockerd", *self.flags()], stdin=subprocess.DEVNULL, stdout=open(self.log, "a"), stderr=subprocess.STDOUT, start_new_session=True)
        end = time.time() + 30
        while subprocess.run(["docker", "version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            if time.time() > end or self.process.poll() is not None:
                raise SystemExit(f"the engine does not start: {self.log}\n" + open(self.log).read()[-2000:])
            time.sleep(0.1)

    def load(self):
        save = subprocess.Popen(["docker", "--host", self.machine, "save", *IMAGES], stdout=subprocess.PIPE)
        subprocess.run(["docker", "load", "--quiet"], stdin=save.stdout, check=True, stdout=subprocess.DEVNULL)
        if save.wait():
            raise SystemExit("the machine's engine has not all of " + ", ".join(IMAGES))

    def descendants(self):
        """Of the engine: its containerd and all containers, by the folder that each is told of, and the proxies of ports, by their network."""
        found = []
        network = os.readlink("/proc/self/ns/net")
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline") as text:
                    command = text.read()
                if self.state in command or command.split("\0")[0].endswith("docker-proxy") and os.readlink(f"/proc/{pid}/ns/net") == network:
                    found.append(int(pid))
            except OSError:
                pass
        return found

    def kill(self):
        """The engine and its containerd; containers go on."""
        for pid in self.descendants():
            with open(f"/proc/{pid}/comm") as name:
                if name.read().strip() in ("dockerd", "containerd", "docker-proxy"):
                    os.kill(pid, signal.SIGKILL)
        self.process.wait()
        for file in (self.pids, os.path.join(self.state, "containerd/containerd.pid")):  # another process may have the number by now
            if os.path.exists(file):
                os.remove(file)

    def power_off(self):
        """All at once, as a machine does; what lies in /run is gone."""
        containers = subprocess.run(["docker", "ps", "--quiet"], stdout=subprocess.PIPE, text=True).stdout.split()
        inits = [int(subprocess.check_output(["docker", "inspect", "--format", "{{.State.Pid}}", one], text=True)) for one in containers]
        self.kill()
        for pid in self.descendants() + inits:  # with its init a container's processes end
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        end = time.time() + 20
        while any(os.path.exists(f"/proc/{pid}") for pid in inits) and time.time() < end:
            time.sleep(0.1)
        for path in subprocess.run(["findmnt", "--raw", "--noheadings", "--output", "TARGET"], stdout=subprocess.PIPE, text=True).stdout.split():
            if path.startswith((self.state, self.disk + "/")):
                subprocess.run(["umount", "--lazy", path], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.state, ignore_errors=True)

    def end(self):
        subprocess.run("docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes", shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.process.terminate()
        self.process.wait()
        subprocess.run(["umount", "--lazy", self.disk])
