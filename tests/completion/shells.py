#!/usr/bin/env python3
"""Types command lines and TAB into real shells, and looks at what they run then.

Usage: tests/completion/shells.py HARNESS

Each of bash, zsh and fish that this machine has is tried; the others are named. `harness` is there a program that shows
its arguments, and calls HARNESS for completion alone.
"""
import os
import pty
import select
import shutil
import sys
import tempfile
import time

PATIENCE = 20  # seconds, for an answer of a shell
READY = "ready-for-more>"

START = {
    "bash": (["bash", "--noprofile", "--norc", "-i"], f"PS1='{READY}'; bind 'set enable-bracketed-paste off'; . <(harness completion bash)"),
    "zsh": (["zsh", "-f", "-i"], f"unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source <(harness completion zsh); PS1='{READY}'"),
    "fish": (["fish", "--no-config", "-i"], f"function fish_prompt; echo -n '{READY}'; end; harness completion fish | source"),
}
# What is typed, TAB being \t, and the arguments that the program gets.
LINES = [
    ("harness -teard\t", "-teardown"),
    ("harness -no-setup -ru\tX", "-no-setup -run=X"),
    ("harness -run=TestDe\t", "-run=TestDeck"),
    ("harness -build=hoo\t", "-build=hook"),
    ("harness restart d\t", "restart deck"),
    ("harness testr\temi\ttek\t", "testrun emit tekton"),
    ("harness testrun run.y\t", "testrun run.yaml"),
    ("harness -config=comp\t", "-config=components.yaml"),
]


class Shell:
    def __init__(self, args, folder, env):
        self.said = ""
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execvpe(args[0], args, env)
        self.pid = pid

    def send(self, text):
        self.said = ""
        os.write(self.terminal, text.encode())

    def wait_for(self, text):
        until = time.monotonic() + PATIENCE
        while text not in self.said:
            if not select.select([self.terminal], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError(f"no {text!r} after {PATIENCE} s, but {self.said!r}")
            self.said += os.read(self.terminal, 65536).decode(errors="replace")

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def faults_of(name, folder, env):
    args, setup = START[name]
    shell = Shell(args, folder, env)
    faults = []
    try:
        shell.send(setup + "\recho set-\"\"up\r")
        shell.wait_for("set-up")
        shell.wait_for(READY)
        for typed, wanted in LINES:
            # Each piece ends with TAB; the shell is through with one once it shows what came of it.
            for piece in typed.replace("\t", "\t\n").split("\n"):
                shell.send(piece)
            shell.send("\r")
            try:
                shell.wait_for(")arguments")
            except TimeoutError as e:
                faults.append(f"{name}: {typed!r}: {e}")
                break
            got = shell.said[shell.said.rindex("arguments(") + 10:shell.said.rindex(")arguments")]
            if got.strip() != wanted:
                faults.append(f"{name}: {typed!r} runs harness {got!r}, and not {wanted!r}")
    except TimeoutError as e:
        faults.append(f"{name}: {e}")
    finally:
        shell.end()
    return faults


def project(folder, harness):
    files = {
        "components.yaml": "images: {deck: {pull: x}, hook: {pull: x}}\ncomponents: {deck: {manifest: m.yaml}}\n"
                           "tests: [{name: TestDeck, command: 'true'}, {name: Other, command: 'true'}]\n",
        "m.yaml": "",
        "run.yaml": "",
        "bin/harness": f'#!/bin/sh\n[ "$1" != completion ] || exec {harness} "$@"\necho "arguments($*)arguments"\n',
    }
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    os.chmod(os.path.join(folder, "bin/harness"), 0o755)


def main():
    harness = os.path.abspath(sys.argv[1])
    faults, tried = [], []
    with tempfile.TemporaryDirectory() as folder:
        project(folder, harness)
        env = dict(os.environ, PATH=f"{folder}/bin:{os.environ['PATH']}", HOME=folder, TERM="xterm", HISTFILE="")
        for name in START:
            if shutil.which(name):
                tried.append(name)
                faults += faults_of(name, folder, env)
            else:
                print(f"completion: this machine has no {name}")
    print("\n".join(faults) if faults else f"completion: right in {', '.join(tried)}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
