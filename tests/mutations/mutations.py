#!/usr/bin/python3
"""Turns off one part at a time of what keeps tests from meeting something else than the tree, and checks that a test notices.

  tests/mutations/mutations.py [--zoo] [NAME..]

parts.py lists the parts. Each is turned off in a copy of the tree below build/mutations, and then a unit test of those that parts.py names must fail; with --zoo the harness without it
deploys to a real cluster, and the zoo must find something after the edits that parts.py names. A part that cannot be turned off as it says there is a mistake, too.
"""

import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "../.."))
sys.path[:0] = [os.path.join(ROOT, "tests/zoo"), os.path.join(ROOT, "bench")]
sys.dont_write_bytecode = True
from parts import PARTS
from system import prefer_cached_tools
import zoo

# One for the unit tests and one for the zoo, which may run side by side.
COPY = os.path.join(ROOT, "build/mutations" + ("-zoo" if "--zoo" in sys.argv else ""))
BUILD = os.path.join(COPY, "build")
LOG = os.path.join(COPY, "log")
FLAGS = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g0", "-DHARNESS_WERROR=ON"]
UNIT_SECONDS = 600


class Mistake(Exception):
    pass


def call(*command, **more):
    with open(LOG, "a") as log:
        return subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False, **more).returncode


def copy_tree():
    """What git knows of this tree and what is new in it, as it is on disk. What is the same there stays, and is not built again."""
    names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    wanted = {name for name in names.split("\0") if name and os.path.isfile(os.path.join(ROOT, name))}
    for name in wanted:
        source, copy = os.path.join(ROOT, name), os.path.join(COPY, name)
        if not os.path.isfile(copy) or not filecmp.cmp(source, copy, shallow=False):
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copy(source, copy)
    for folder in ("src", "tests"):
        for parent, _, files in os.walk(os.path.join(COPY, folder)):
            for file in files:
                if os.path.relpath(os.path.join(parent, file), COPY) not in wanted:
                    os.remove(os.path.join(parent, file))


def build(*targets):
    return call("cmake", "--build", BUILD, "--target", *targets) == 0


def turned_off(text, part):
    """Lines may break elsewhere than in parts.py."""
    pieces = re.findall(r"\w+|[^\w\s]", part.old)
    found = list(re.finditer(r"\s*".join(map(re.escape, pieces)), text))
    if len(found) != 1:
        raise Mistake(f"the text that parts.py replaces is {len(found)} times in src/{part.file}")
    return text[:found[0].start()] + part.new + text[found[0].end():]


class Without:
    """The copy without some parts, built, for as long as the context lasts."""

    def __init__(self, parts):
        self.parts, self.texts = parts, {}

    def __enter__(self):
        for part in self.parts:
            path = os.path.join(COPY, "src", part.file)
            with open(path) as file:
                text = file.read()
            self.texts.setdefault(path, text)
            changed = turned_off(text, part)
            with open(path, "w") as file:
                file.write(changed)

    def __exit__(self, *_):
        for path, text in self.texts.items():
            with open(path, "w") as file:
                file.write(text)


def unit_notices(part):
    """The test that fails; "" where none does."""
    with Without([part]):
        if not build("harness", "unit_tests"):
            raise Mistake(f"does not compile: {LOG}")
        command = [os.path.join(BUILD, "bin/unit_tests"), "--gtest_filter=" + part.unit, "--gtest_fail_fast", "--gtest_brief=1"]
        try:
            end = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=UNIT_SECONDS)
        except subprocess.TimeoutExpired:
            return "a test that does not end"
    if "] 0 tests from " in end.stdout:
        raise Mistake("no test has the name " + part.unit)
    failed = [line for line in end.stdout.splitlines() if line.startswith("[  FAILED  ]")]
    return failed[0].split()[3].rstrip(",") if failed else "the end of the tests" if end.returncode else ""


def harness_without(part, path):
    with Without([part] + [one for one in PARTS if one.name in part.without]):
        if not build("harness"):
            raise Mistake(f"does not compile: {LOG}")
        subprocess.run(["cp", os.path.join(BUILD, "bin/harness"), path], check=True)


class Zoo:
    """An instance on which one harness after another deploys the same project."""

    def __init__(self, dir, beside):
        self.dir, self.fixed = dir, zoo.certificate(beside)
        self.whole, self.without = os.path.join(beside, "harness"), os.path.join(beside, "harness-without")
        subprocess.run(["cp", os.path.join(BUILD, "bin/harness"), self.whole], check=True)

    def notices(self, part):
        """What is found; "" where nothing is."""
        harness_without(part, self.without)
        world = self.new_world()
        for key in ["", *part.zoo.split(",")]:  # hashes of another harness are others: it deploys all of it once
            if key:
                world.edit(key)
            _, wrong = world.deploy(self.without)
            if wrong:
                return wrong[0]
        return ""

    def new_world(self):
        """The harness as it is deploys all of it; what it cannot put right after another one was there is made anew."""
        for again in (False, True):
            world = zoo.World(self.dir, 1, self.fixed)
            output, wrong = world.deploy(self.whole)
            if not wrong:
                return world
            if again:
                raise Mistake("the zoo finds something in the harness as it is: " + wrong[0] + "\n" + output)
            self.end()

    def end(self):
        zoo.tear_down(self.whole, self.dir)


def check(part, notices):
    """Whether it is noticed."""
    begin = time.monotonic()
    try:
        found = notices(part)
    except Mistake as e:
        print(f"{part.name}: {e}", flush=True)
        return False
    print(f"{part.name}: {'noticed: ' + found if found else 'NOT noticed'} ({time.monotonic() - begin:.0f} s)", flush=True)
    return bool(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zoo", action="store_true", help="by the zoo instead of the unit tests")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if unknown := set(options.names) - {part.name for part in PARTS}:
        sys.exit("no such part: " + ", ".join(sorted(unknown)))
    parts = [part for part in PARTS if (part.name in options.names or not options.names) and (part.zoo or not options.zoo)]
    prefer_cached_tools()
    copy_tree()
    if call("cmake", "-S", COPY, "-B", BUILD, *FLAGS) or not build("harness", *([] if options.zoo else ["unit_tests"])):
        sys.exit("the tree as it is cannot be built: " + LOG)
    with tempfile.TemporaryDirectory() as dir, tempfile.TemporaryDirectory() as beside:
        if options.zoo:
            cluster = Zoo(dir, beside)
            try:
                missed = [part.name for part in parts if not check(part, cluster.notices)]
            finally:
                cluster.end()
        else:
            missed = [part.name for part in parts if not check(part, unit_notices)]
    if missed:
        sys.exit("not noticed: " + ", ".join(missed))
    print(f"{len(parts)} of {len(parts)} parts are noticed when they are turned off")


if __name__ == "__main__":
    main()
