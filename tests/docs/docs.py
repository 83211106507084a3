#!/usr/bin/env python3
"""Tries what README.md and docs/*.md show: commands run and print what is shown, files and examples are accepted.

Usage: tests/docs/docs.py BIN [--cluster] [--only=PAGE,...]

BIN is the folder of harness and the fakes. Without --cluster it takes under a minute and needs neither Docker nor a network; with it, also
what needs a cluster is tried, in a clone of HEAD in build/docs (an hour where nothing is compiled yet). tables.py has what cannot run
and why: a command that is neither run nor there is a fault, and so is an entry that no page has.
"""
import glob
import os
import shutil
import sys
import tempfile

import checks
import pages
import scenes
import tables


def command_of(table, page, text):
    return table.get(page, {}).get(text)


class Try:
    """One page, tried from its beginning to its end."""

    def __init__(self, page, scene, with_cluster):
        self.page, self.scene, self.with_cluster = page, scene, with_cluster
        self.faults, self.ran, self.left = [], 0, 0
        self.before = list(tables.BEFORE.get(page, []))
        self.used = set()

    def fault(self, line, what):
        self.faults.append(f"{self.page}:{line}: {what}")

    def run(self):
        for block in pages.read(self.page):
            try:
                if isinstance(block, pages.Command):
                    self.command(block)
                elif isinstance(block, pages.File):
                    self.file(block)
                else:
                    self.text(block)
            except checks.Wrong as wrong:
                self.fault(block.line, str(wrong))
        for line, call in pages.flags_in_text(self.page):
            for flag in self.scene.unknown_flags(call):
                self.fault(line, f"harness {call}: help knows no {flag}")
        self.find_stale()

    def find_stale(self):
        for name in ("NOT_RUN", "INSTEAD", "TEXTS", "SAME_AS"):
            for key in getattr(tables, name).get(self.page, {}):
                if key not in self.used:
                    self.faults.append(f"tests/docs/tables.py: {name}: {self.page} has no {key!r} any more")
        for key in tables.ON_A_CLUSTER.get(self.page, []):
            if key not in self.used:
                self.faults.append(f"tests/docs/tables.py: ON_A_CLUSTER: {self.page} has no {key!r} any more")
        if self.with_cluster or self.page not in tables.IN_A_CLONE:
            self.faults += [f"tests/docs/tables.py: BEFORE: {self.page} has no {key!r} any more" for key, _ in self.before if self.is_here(key)]

    def is_here(self, key):
        return self.with_cluster or not any(one.startswith(key) for one in tables.ON_A_CLUSTER.get(self.page, []))

    def command(self, block):
        if command_of(tables.NOT_RUN, self.page, block.text):
            self.used.add(block.text)
            self.left += 1
            return
        needs_cluster = self.page in tables.IN_A_CLONE or block.text in tables.ON_A_CLUSTER.get(self.page, [])
        if block.text in tables.ON_A_CLUSTER.get(self.page, []):
            self.used.add(block.text)
        if needs_cluster and not self.with_cluster:
            self.left += 1
            return
        at = next((i for i, (key, _) in enumerate(self.before) if block.text.startswith(key)), None)
        if at is not None:
            for line in self.before.pop(at)[1]:
                self.scene.prepare(line)
        text = block.text
        if command_of(tables.INSTEAD, self.page, text):
            self.used.add(text)
            text = tables.INSTEAD[self.page][text][0]
        self.ran += 1
        wrong = self.scene.try_command(text, block.output, needs_cluster)
        if wrong:
            self.fault(block.line, f"{block.text}\n  {wrong}")

    def file(self, block):
        same = tables.SAME_AS.get(self.page, {}).get(block.path)
        if same:
            self.used.add(block.path)
            checks.same_as(same, block.text)
        else:
            self.scene.write(block)

    def text(self, block):
        entries = tables.TEXTS.get(self.page, {})
        key = next((one for one in entries if block.lines[0].startswith(one)), None)
        if key is None:
            return self.fault(block.line, f"nobody says in tests/docs/tables.py how this block is checked: {block.lines[0]}")
        self.used.add(key)
        self.scene.check_text(block, *entries[key])


def main():
    arguments = [one for one in sys.argv[1:] if not one.startswith("--")]
    flags = [one for one in sys.argv[1:] if one.startswith("--")]
    if len(arguments) != 1 or any(one != "--cluster" and not one.startswith("--only=") for one in flags):
        sys.exit(__doc__)
    found = ["README.md", *sorted(glob.glob("docs/*.md"))]
    only = [name for one in flags if one.startswith("--only=") for name in one[len("--only="):].split(",")]
    if set(only) - set(found):
        sys.exit(f"error: there is no page {', '.join(set(only) - set(found))}")
    cache = os.environ.get("HARNESS_CACHE", os.path.expanduser("~/.cache/harness"))
    os.environ["PATH"] += f":{cache}/go/bin:/usr/local/go/bin"
    faults = [f"tests/docs/tables.py: there is no page {page} any more" for page in tables.pages() if page not in found]
    for page in only or found:
        folder = tempfile.mkdtemp(prefix="docs-")
        scene = scenes.Scene(page, folder, os.path.abspath(arguments[0]), "--cluster" in flags)
        one = Try(page, scene, "--cluster" in flags)
        try:
            one.run()
            one.faults += [f"{page}: {what}" for what in scene.finish()]
        finally:
            scene.close()
            shutil.rmtree(folder, ignore_errors=True)
        print(f"{page}: {one.ran} commands run, {one.left} left out, {len(one.faults) or 'no'} faults", flush=True)
        faults += one.faults
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    sys.exit(main())
