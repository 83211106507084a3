#!/usr/bin/env python3
"""The hash of an image's inputs against `git status` and reading what changed, in one run.

  bench/hash.py PROGRAM [--rounds=N] [--files=N] [--bytes=N] [--changed=N]

PROGRAM is hash_inputs (cmake --build build --target hash_inputs). Makes a repository of 100,000 files and 1 GB in a temporary folder ($TMPDIR) and
prints a Markdown table of medians. The two alternate, and so does who is first. `git status` may note what it found in the index; it gets to do so once
before each row.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time

from table import header, median, row

ENV = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def git(tree, *args):
    return subprocess.run(["git", "-c", "gc.auto=0", "-c", "core.compression=0", *args], cwd=tree, env=ENV, check=True, stdout=subprocess.PIPE).stdout


def path_of(tree, number):
    return os.path.join(tree, f"d{number // 5000}", f"e{number // 50 % 100}", f"file{number}.txt")


def make_tree(tree, files, size):
    for number in range(files):
        path = path_of(tree, number)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(random.randbytes(size))
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-q", "-m", "first")
    git(tree, "-c", "pack.window=0", "repack", "-a", "-d", "-q")  # as a clone has it


def status_and_read(tree):
    for line in git(tree, "status", "--porcelain", "-z").split(b"\0"):
        if line:
            with open(os.path.join(tree.encode(), line[3:]), "rb") as changed:
                changed.read()


def seconds(work):
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


def measure(what, tree, program, rounds):
    def hash_it():
        hashes.add(subprocess.run([program, tree], check=True, stdout=subprocess.PIPE).stdout)

    hashes = set()
    contenders = [hash_it, lambda: status_and_read(tree)]
    for one in contenders:
        one()
    times = [[], []]
    for round in range(rounds):
        for i in (0, 1) if round % 2 == 0 else (1, 0):
            times[i].append(seconds(contenders[i]))
    assert len(hashes) == 1, "the same tree has one hash"
    ours, peer = median(times[0]) * 1000, median(times[1]) * 1000
    row(what, ours, ("git status and reading", peer), "ms", "at most 2", ours <= 2 * peer)
    return hashes.pop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=1_000_000_000)
    parser.add_argument("--changed", type=int, default=1000)
    options = parser.parse_args()
    if options.changed > options.files:
        sys.exit("--changed is more than --files")
    program = os.path.abspath(options.program)
    size = options.bytes // options.files
    with tempfile.TemporaryDirectory() as tree:
        make_tree(tree, options.files, size)
        header()
        clean = measure("clean", tree, program, options.rounds)
        for number in range(0, options.files, options.files // options.changed):
            with open(path_of(tree, number), "wb") as out:
                out.write(random.randbytes(size))
        changed = measure(f"{options.changed} files changed", tree, program, options.rounds)
        assert clean != changed
        git(tree, "add", ".")
        git(tree, "commit", "-q", "-m", "second")
        assert measure("the same, committed", tree, program, options.rounds) == changed
        with open(os.path.join(tree, ".gitattributes"), "w") as out:
            out.write("* text=auto\n")
        measure("the same, with .gitattributes", tree, program, options.rounds)


if __name__ == "__main__":
    main()
