"""What a page of the documentation has to try: commands with the output that it shows, files, and other blocks."""
import re
from dataclasses import dataclass, field

# A block without `$ ` is one of commands if its first line begins so.
COMMAND = re.compile(r"(\./)?(harness|make|cmake|build/bin/\S+|docker|sudo|openssl|curl|kubectl|go|git|gh\(\))\s")


@dataclass
class Command:
    line: int
    text: str
    output: list = field(default_factory=list)  # [] is: not shown


@dataclass
class File:
    line: int
    path: str
    text: str


@dataclass
class Text:
    line: int
    kind: str  # of a fence: "yaml", "cpp"; else ""
    lines: list


def without_comment(text):
    """`make setup   # once` is `make setup`."""
    return re.sub(r"\s{2,}#.*$", "", text).strip()


def blocks_of(text):
    """Each fenced or indented block as (line, kind, path of `<!-- file: -->` or None, its lines)."""
    lines = text.split("\n")
    at, path = 0, None
    while at < len(lines):
        named = re.match(r"<!-- file: (\S+) -->", lines[at])
        fence = re.match(r"( *)```(\w*)", lines[at])
        if named:
            path = named[1]
        elif fence:
            end = next(i for i in range(at + 1, len(lines)) if lines[i].strip() == "```")
            yield at + 1, fence[2], path, lines[at + 1:end]
            path, at = None, end
        elif re.match(r" {4}\s*\S", lines[at]) and (at == 0 or not lines[at - 1].strip()):
            end = at
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            while not lines[end - 1].strip():
                end -= 1
            depth = min(len(one) - len(one.lstrip()) for one in lines[at:end] if one.strip())
            yield at + 1, "", None, [one[depth:] for one in lines[at:end]]
            at = end - 1
        at += 1


def read(path):
    """The Commands, Files and Texts of the page, as it has them."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for line, kind, name, lines in blocks_of(text):
        if name:
            yield File(line, name, "\n".join(lines) + "\n")
        elif any(one.startswith("$ ") for one in lines):
            command = None
            for number, one in enumerate(lines):
                if one.startswith("$ "):
                    if command:
                        yield command
                    command = Command(line + number, without_comment(one[2:]))
                else:
                    command.output.append(one)
            yield command
        elif kind == "" and COMMAND.match(lines[0] + " "):
            for number, one in enumerate(lines):
                yield Command(line + number, without_comment(one))
        else:
            yield Text(line, kind, lines)


def flags_in_text(path):
    """The calls of harness that stand in a sentence: (line, call)."""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            for call in re.findall(r"`(?:\./)?harness ([^`]*)`", line):
                yield number, call
