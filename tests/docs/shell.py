"""One shell for all commands of a page, so that `cd` and variables last; and servers beside it."""
import os
import select
import signal
import subprocess
import time

END = "-- end of the command --"
# On a terminal curl shows no progress of so little. A CI's own $ARTIFACTS would move what a page shows.
PRELUDE = """
unset ARTIFACTS
curl() { command curl -sS --max-time 30 "$@"; }
"""


class Shell:
    def __init__(self, folder, environment):
        self.environment = {**os.environ, **environment}
        self.process = subprocess.Popen(["bash", "--noprofile", "--norc"], cwd=folder, env=self.environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.servers = []
        self.run(PRELUDE)

    def run(self, command, seconds=60):
        """(lines printed, exit code). A command that takes longer is ended, and the shell with it: (lines, None)."""
        if self.process.poll() is not None:
            return ["the shell has ended with a command before"], None
        self.process.stdin.write(f"{{ {command.strip()}\n}} </dev/null\necho; echo \"{END} $?\"\n".encode())
        self.process.stdin.flush()
        text, until = b"", time.monotonic() + seconds
        while END.encode() + b" " not in text or not text.endswith(b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.close()
                return text.decode(errors="replace").split("\n"), None
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return text.decode(errors="replace").split("\n"), None
            text += piece
        printed, _, code = text.decode(errors="replace").rpartition(END)
        lines = printed.split("\n")[:-1]
        if lines and lines[-1] == "":
            lines.pop()  # of the echo; a command's last line that has no end is a line
        return lines, int(code.split()[0])

    def serve(self, arguments, folder, lines):
        """Starts a server and waits for its first `lines` lines, which are given back."""
        self.stop_servers()
        server = subprocess.Popen(arguments, cwd=folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, start_new_session=True)
        self.servers.append(server)
        first = [server.stdout.readline().decode().rstrip("\n") for _ in range(lines)]
        return first

    def stop_servers(self):
        for server in self.servers:
            end(server)
        self.servers = []

    def close(self):
        self.stop_servers()
        end(self.process)


def end(process):
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)
    except ProcessLookupError:
        pass
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
