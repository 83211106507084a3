#!/usr/bin/env python3
"""Has clang-tidy (.clang-tidy says what it looks for) read the driver, the fakes and the components.

Usage: tests/check/tidy.py [--at-most=SECONDS] [FILE...]

It takes the commands of the release build: cmake --preset release. Prints each fault as FILE:LINE: what is wrong, and
ends with 1 if there is one. A file that was found without fault is kept as a hash of all that it is compiled from, in
$HARNESS_CACHE/tidy (default ~/.cache/harness/tidy), and is not read again; from nothing it takes half an hour on 2
cores. After SECONDS it begins no further file, and says how many it has not read.
"""
import argparse
import functools
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

PROGRAM = "clang-tidy-16"
DATABASE = "build/compile_commands.json"
CACHE = os.path.join(os.environ.get("HARNESS_CACHE") or os.path.expanduser("~/.cache/harness"), "tidy")


@functools.cache
def commands():
    with open(DATABASE) as file:
        here = os.getcwd() + "/"
        return {one["file"].removeprefix(here): one["command"] for one in json.load(file)}


@functools.cache
def read(path):
    with open(path, "rb") as file:
        return file.read()


@functools.cache
def included_by(path, folders):
    """The files of the project, and those that CMake made of it, that this one names."""
    found = set()
    for name in re.findall(rb'^\s*#\s*include\s*"([^"]+)"', read(path), re.M):
        for folder in (os.path.dirname(path), *folders):
            full = os.path.normpath(os.path.join(folder, name.decode()))
            if os.path.isfile(full):
                found.add(full)
                break
    return found


def all_of(path, folders):
    reached, left = set(), {path}
    while left:
        one = left.pop()
        reached.add(one)
        left |= included_by(one, folders) - reached
    return sorted(reached)


@functools.cache
def tool():
    return subprocess.run([PROGRAM, "--version"], check=True, capture_output=True).stdout + read(".clang-tidy")


def key_of(path):
    """Paths of this checkout do not count."""
    here = os.getcwd() + "/"
    flags = re.findall(r" (-(?:I|isystem ?|D|std=|f)\S*)", commands()[path].replace(here, ""))
    folders = tuple(flag[2:] for flag in flags if flag.startswith("-I"))
    digest = hashlib.sha256(tool() + " ".join(flags).encode())
    for one in all_of(path, folders):
        digest.update(one.encode() + b"\0" + hashlib.sha256(read(one)).digest())
    return digest.hexdigest()


def faults_of(path, until):
    """None: not read, since the time is over."""
    mark = os.path.join(CACHE, key_of(path))
    if os.path.exists(mark):
        os.utime(mark)
        return []
    if time.monotonic() > until:
        return None
    result = subprocess.run([PROGRAM, "--quiet", "-p", os.path.dirname(DATABASE), path], capture_output=True, text=True)
    here = os.getcwd() + "/"
    faults = [f"{place.removeprefix(here)}: {what}"
              for place, what in re.findall(r"^(\S+:\d+):\d+: (?:warning|error|fatal error): (.*)$", result.stdout + result.stderr, re.M)]
    if not faults and result.returncode:
        faults = [f"{path}: {result.stderr.strip()}"]
    if not faults:
        open(mark, "w").close()
    return faults


def main():
    os.chdir(subprocess.run(["git", "rev-parse", "--show-toplevel"], check=True, capture_output=True, text=True).stdout.strip())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-most", type=float, default=float("inf"), metavar="SECONDS")
    parser.add_argument("files", nargs="*", metavar="FILE")
    options = parser.parse_args()
    os.makedirs(CACHE, exist_ok=True)
    paths = options.files or sorted(one for one in commands() if one.startswith(("src/", "fakes/", "components/")))
    until, faults, unread = time.monotonic() + options.at_most, [], 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, found in enumerate(pool.map(lambda path: faults_of(path, until), paths), 1):
            unread += found is None
            faults += [one for one in found or [] if one not in faults]
            if sys.stderr.isatty():
                print(f"\rclang-tidy: {done}/{len(paths)}", end="\n" if done == len(paths) else "", file=sys.stderr)
    print("\n".join(faults) if faults else f"clang-tidy: no faults in {len(paths) - unread} files")
    if unread:
        print(f"clang-tidy: {unread} of {len(paths)} files were not read in {options.at_most:.0f} s; make tidy reads them all")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
