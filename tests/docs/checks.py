"""Checks of what a page shows beside commands: files and snippets in several languages."""
import os
import subprocess


class Wrong(Exception):
    """What is wrong with a block."""


def expect_success(arguments, what, folder=None, text=None, environment=None):
    result = subprocess.run(arguments, cwd=folder, input=text, capture_output=True, text=True, timeout=300,
                            env={**os.environ, **(environment or {})})
    if result.returncode:
        raise Wrong(f"{what}\n{(result.stdout + result.stderr).strip()}")


def expect_no_words(arguments, folder):
    """The command ends well and warns of nothing."""
    result = subprocess.run(arguments, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    if result.returncode or "warning" in result.stdout or "note" in result.stdout:
        raise Wrong(f"{' '.join(arguments[1:])}\n{result.stdout.strip()}")


def same_as(path, text):
    with open(path, encoding="utf-8") as file:
        if file.read() != text:
            raise Wrong(f"it is not what {path} has")


def says(folder, words, lines):
    """The block has these words, and some file of `folder` says them."""
    shown = " ".join(" ".join(lines).split())
    for one in words:
        if one not in shown and not one.startswith("/"):
            raise Wrong(f"the block does not say: {one}")
        if not said_in(folder, one):
            raise Wrong(f"{folder}/ does not say any more: {one}")


def said_in(folder, words):
    for where, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(where, name), encoding="utf-8", errors="replace") as file:
                text = file.read()
            # Strings beside each other are one.
            if words in text or words in "".join(text.split('"')[1::2]):
                return True
    return False


def compiles(snippets):
    """Each whole source compiles, as a test does, and all parts of tests within one."""
    parts = "".join(f"TEST(TestOfDocs, Part{number}) {{\n{part}\n}}\n" for number, (part, whole) in enumerate(snippets) if not whole)
    sources = [part for part, whole in snippets if whole]
    if parts:
        headers = ["environment", "fakegitserver", "git", "pod", "temp_dir", "wait"]
        sources.append("#include <gtest/gtest.h>\n" + "".join(f'#include "framework/{one}.h"\n' for one in headers) + parts)
    for source in sources:
        expect_success(["g++", "-std=c++20", "-fsyntax-only", "-Itests", "-I.", "-x", "c++", "-"], "it does not compile", text=source)


def is_python(path):
    with open(path, encoding="utf-8") as file:
        try:
            compile(file.read(), path, "exec")
        except SyntaxError as error:
            raise Wrong(f"it is no Python: {error}") from error


def go_builds(folder):
    """The module and its tests compile, without a network."""
    expect_success(["go", "vet", "./..."], "its Go does not compile", folder=folder, environment={"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local"})
