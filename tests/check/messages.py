#!/usr/bin/env python3
"""The words of the driver: every text of src/ that a user may read, in one file, so that words are reviewed in one place.

Usage: tests/check/messages.py           compares src/ with tests/check/messages.txt
       tests/check/messages.py --write   writes that file

A text is a string of C++ of two words or more. Strings beside each other, or joined by +, are one text; what is filled in
stands in {}. Not there: comments, raw strings, what is compared or looked for (patterns of RE2 and std::regex, find, has).
"""
import os
import re
import subprocess
import sys

FILE = "tests/check/messages.txt"
HEAD = ("# What the driver may say, by source file. Written by tests/check/messages.py --write; read it by the rule of\n"
        "# CONTRIBUTING.md: a subject in each sentence, one idea a sentence, the usual word.\n")

TOKEN = re.compile(r"""
    (?P<comment>//[^\n]*|/\*.*?\*/|^[ \t]*\#[^\n]*(?:\\\n[^\n]*)*)
  | (?P<raw>\b(?:u8|[uUL])?R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)")
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<char>'(?:\\.|[^'\\\n])+')
  | (?P<word>[A-Za-z_]\w*(?:::~?\w+)*|\d[\w.']*)
  | (?P<op><<|>>|->|::|[=!<>+\-*/&|^%]=|&&|\|\||\+\+|--|\S)
""", re.X | re.S | re.M)
OPEN, CLOSE = "([{", ")]}"
ENDS = {",", ";", "?", ":", "<<", "=", "+=", "==", "!=", "&&", "||", "<", ">", "return", "throw", "case", "else"}
# Calls whose strings are patterns or what others say, not what the driver says.
SILENT = re.compile(r"^(RE2(::\w+)?|std::regex|find|rfind|starts_with|ends_with|contains|has|static_assert|nft|PartialMatch|FullMatch)$")


def tokens_of(text):
    for found in TOKEN.finditer(text):
        kind = found.lastgroup if found.lastgroup != "mark" else "raw"
        if kind != "comment":
            yield kind, found.group()


def trees_of(tokens):
    """The list of tokens with each pair of brackets as one item: ("(", the list within)."""
    stack = [[]]
    for kind, text in tokens:
        if kind == "op" and text in OPEN:
            inside = []
            stack[-1].append((text, inside))
            stack.append(inside)
        elif kind == "op" and text in CLOSE:
            if len(stack) > 1:
                stack.pop()
        else:
            stack[-1].append((kind, text))
    return stack[0]


def segments_of(items):
    segment = []
    for item in items:
        if item[0] in ("op", "word") and item[1] in ENDS or item[0] == "{" and not (segment and segment[-1][0] == "word"):
            yield segment
            segment = [item] if item[0] == "{" else []
        else:
            segment.append(item)
    yield segment


def operands_of(segment):
    operand = []
    for item in segment:
        if item == ("op", "+"):
            yield operand
            operand = []
        else:
            operand.append(item)
    yield operand


def is_literal(operand):
    return bool(operand) and all(kind == "string" for kind, _ in operand)


def joined(segment):
    """The text of `segment` with its values as {}; None where it has no string."""
    parts = []
    for operand in operands_of(segment):
        if is_literal(operand):
            parts.append("".join(text[1:-1] for _, text in operand))
        elif len(operand) > 1 and all(kind == "string" for kind, _ in operand[1:]):  # a macro, or a word before it
            parts.append("".join(text[1:-1] for _, text in operand[1:]))
        else:
            parts.append(None)
    if all(part is None for part in parts):
        return None
    return "".join("{}" if part is None else part for part in parts)


def texts_of(items, silent=False):
    for segment in segments_of(items):
        text = None if silent else joined(segment)
        if text is not None:
            yield text
        before = None
        for item in segment:
            if item[0] in OPEN:
                name = before[1] if before and before[0] == "word" else ""
                yield from texts_of(item[1], silent or bool(SILENT.match(name)))
            before = item


def is_message(text):
    plain = re.sub(r"\\[nt]", " ", text)
    return bool(re.search(r"[A-Za-z]{2,}[,;:.)\"'\\]* +[(\"'\\{]*[A-Za-z{]", plain) and re.search(r"[a-z]{2,}", plain))


def collect():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "src/*.cc", "src/*.h"],
                            check=True, capture_output=True, text=True).stdout
    lines = [HEAD]
    for path in sorted(one for one in listed.split("\0") if one and os.path.isfile(one)):
        with open(path, encoding="utf-8") as file:
            found = [text for text in texts_of(trees_of(tokens_of(file.read()))) if is_message(text)]
        if found:
            lines.append(f"\n{path}\n" + "".join(f"  {text}\n" for text in dict.fromkeys(found)))
    return "".join(lines)


def main():
    now = collect()
    if sys.argv[1:] == ["--write"]:
        with open(FILE, "w", encoding="utf-8") as file:
            file.write(now)
        return 0
    if sys.argv[1:]:
        sys.exit(__doc__)
    with open(FILE, encoding="utf-8") as file:
        kept = file.read()
    if kept != now:
        print(f"{FILE}: is not what src/ says; rewrite it, and read what changed: tests/check/messages.py --write && git diff {FILE}")
    return int(kept != now)


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    sys.exit(main())
