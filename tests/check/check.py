#!/usr/bin/env python3
"""Looks at what no compiler looks at: format, who includes whom, shell scripts, links and names in the documents, the words of messages.

Usage: tests/check/check.py [--only=format,includes,shell,docs,messages]

Prints each fault as FILE:LINE: what is wrong, and ends with 1 if there is one.
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

# Each folder of src/ may include those before it, and itself.
ROOMS = ["base", "config", "cluster", "image", "deploy", "suite", "testrun", "cli"]
# What is tested, and what tests it on the cluster, share no code with the driver.
APART = ("fakes/", "components/", "tests/integration/", "tests/framework/")


def files(*patterns):
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
                            check=True, capture_output=True, text=True).stdout
    return [one for one in listed.split("\0") if one and os.path.isfile(one)]


def lines_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return list(enumerate(file.read().splitlines(), 1))


def check_format():
    sources = files("*.cc", "*.h")
    parts = [sources[at:at + 25] for at in range(0, len(sources), 25)]

    def faults(part):
        result = subprocess.run(["clang-format", "--dry-run", *part], capture_output=True, text=True)
        places = re.findall(r"^(\S+?):(\d+):\d+: (?:warning|error)", result.stderr, re.M)
        if result.returncode and not places:
            return [result.stderr.strip()]
        return [f"{path}:{line}: is not as clang-format writes it; fix it: clang-format -i {path}" for path, line in dict(reversed(places)).items()]

    with ThreadPoolExecutor() as pool:
        return [one for part in pool.map(faults, parts) for one in part]


def check_includes():
    faults = []
    for path in files("src/*.cc", "src/*.h"):
        room = path.split("/")[1]
        for number, line in lines_of(path):
            found = re.match(r'#include "(\w+)/', line)
            if found and room in ROOMS and found[1] in ROOMS and ROOMS.index(found[1]) > ROOMS.index(room):
                faults.append(f"{path}:{number}: src/{room} includes {found[1]}/, which is built on it")
    for path in files("*.cc", "*.h"):
        if not path.startswith(APART):
            continue
        for number, line in lines_of(path):
            found = re.match(r'#include "([\w./]+)"', line)
            if found and os.path.isfile("src/" + found[1]) and not os.path.isfile(found[1]) and not is_own(path, found[1]):
                faults.append(f"{path}:{number}: includes {found[1]} of the driver, which it is apart from")
    return faults


def is_own(path, included):
    """Whether a folder above `path` has the file, below the top level."""
    folder = os.path.dirname(path)
    while folder:
        if os.path.isfile(os.path.join(folder, included)):
            return True
        folder = os.path.dirname(folder)
    return False


def check_shell():
    """What has no first line of its own is read by a script of bash, or (a template) run by sh."""
    of_kind = {"": [], "--shell=bash": [], "--shell=sh": []}
    for path in files():
        with open(path, "rb") as file:
            first = file.readline()
        if re.match(rb"#!.*\b(ba)?sh\b", first):
            of_kind[""].append(path)
        elif path.endswith((".sh", ".bash")):
            of_kind["--shell=sh" if path.startswith("src/") and path.endswith(".sh") else "--shell=bash"].append(path)
    faults = []
    for kind, scripts in of_kind.items():
        # 2034, 2154: a variable is set in one file and used in another one, which reads it.
        command = ["shellcheck", "--severity=warning", "--format=gcc", "--exclude=SC2034,SC2154", *([kind] if kind else []), *scripts]
        result = subprocess.run(command, capture_output=True, text=True) if scripts else None
        faults += result.stdout.splitlines() + result.stderr.splitlines() if result else []
    return faults


def anchor(heading):
    """As GitHub makes it of a heading."""
    text = re.sub(r"[`*]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def check_docs():
    faults = []
    targets = {line.split(":")[0] for _, line in lines_of("Makefile") if re.match(r"[a-z-]+:", line)}
    for path in files("*.md"):
        is_code = False
        for number, line in lines_of(path):
            if line.lstrip().startswith("```"):
                is_code = not is_code
            for name in re.findall(r"(?:^\s*(?:\$ )?|`)make ([a-z-]+)\b", line):
                if name not in targets and (is_code or f"`make {name}" in line):
                    faults.append(f"{path}:{number}: make has no target {name}")
            if is_code:
                continue
            for link in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
                faults += [f"{path}:{number}: {what}" for what in faults_of_link(path, link)]
            if path == "ARCHITECTURE.md" or path.startswith("src/"):
                faults += [f"{path}:{number}: {what}" for what in faults_of_names(line)]
    return faults


def faults_of_link(path, link):
    if re.match(r"[a-z]+:", link):
        return []
    target, _, name = link.partition("#")
    full = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
    if not os.path.exists(full):
        return [f"{link} leads nowhere"]
    if name and name not in {anchor(line.lstrip("#")) for _, line in lines_of(full) if line.startswith("#")}:
        return [f"{full} has no heading for #{name}"]
    return []


def faults_of_names(line):
    """`room/name` in a text stands for src/room/name, its .h and .cc."""
    return [f"there is no src/{name}" for name in re.findall(r"`((?:%s)/[\w/]+)\*?`" % "|".join(ROOMS), line)
            if not any(os.path.exists(f"src/{name}{end}") for end in ("", ".h", ".cc"))
            and not any(one.startswith(f"src/{name}") for one in files("src"))]


def check_messages():
    result = subprocess.run(["tests/check/messages.py"], capture_output=True, text=True)
    return (result.stdout + result.stderr).splitlines()


CHECKS = {"format": check_format, "includes": check_includes, "shell": check_shell, "docs": check_docs, "messages": check_messages}


def main():
    chosen = list(CHECKS)
    for argument in sys.argv[1:]:
        if not argument.startswith("--only="):
            sys.exit(__doc__)
        chosen = argument[len("--only="):].split(",")
    unknown = [one for one in chosen if one not in CHECKS]
    if unknown:
        sys.exit(f"error: no check is called {unknown[0]}; there are: {', '.join(CHECKS)}")
    faults = []
    for name in chosen:
        found = CHECKS[name]()
        print(f"{name}: {len(found) or 'no'} faults", file=sys.stderr)
        faults += found
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    sys.exit(main())
