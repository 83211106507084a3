"""Compares what a command printed with what a page shows of it."""
import re

# What differs from run to run. The same is done to both sides.
WILD = [
    (r"\x1b\[[0-9;]*m", ""),
    (r"sha256:[0-9a-f]{6,}", "sha256:*"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "UUID"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?", "TIME"),
    (r"\bharness-[a-z0-9-]+-[0-9a-f]{6}\b", "CLUSTER"),
    (r"\b(\d+h)?(\d+m)?\d+(\.\d+)?s\b", "*s"),
    (r"\b\d+(\.\d+)? runs a second", "* runs a second"),
    (r"localhost:\d+", "localhost:*"),
    (r"(?<=-)[0-9a-f]{8,10}-[a-z0-9]{5}\b", "POD"),
    (r"\bhello-[a-z0-9]{5}\b", "hello-*"),
    (r"\S*/\.harness/", ".../.harness/"),
]
# Ids that are made of the time.
GITHUB = [(r'"(sha|object)":"[0-9a-f]{40}"', r'"\1":"SHA"'), (r"(sha1|sha256)=[0-9a-f]+", r"\1=*"), (r'ETag: W/"[0-9a-f]+"', "ETag: *")]
GERRIT = [(r"\bI[0-9a-f]{40}\b", "CHANGE"), (r"\b[0-9a-f]{40}\b", "SHA"), (r"\b[0-9a-f]{8}_[0-9a-f]{8}\b", "ID")]
OF_SERVER = {"fakeghserver": GITHUB, "fakegerritserver": GERRIT}


def plain(line, more=()):
    for pattern, replacement in [*WILD, *more]:
        line = re.sub(pattern, replacement, line)
    if line.startswith("time: "):  # phases in the order in which they began, which is another one in each run
        phases, _, whole = line[len("time: "):].partition(";")
        line = "time: " + ", ".join(sorted(phases.split(", "))) + ";" + whole
    return line.rstrip()


def matcher(line):
    """A line of a page as an expression: `...` in it stands for anything."""
    return re.compile(".*".join(re.escape(part) for part in line.split("...")) + r"\Z")


def difference(shown, printed, more=(), in_order=True):
    """"" if the lines printed are those shown; a line `...` stands for any lines. Else what is wrong.

    With in_order=False (steps that run at once) each line shown has to be there, wherever it is."""
    shown = [plain(one, more) for one in shown]
    printed = [plain(one, more) for one in printed]
    while printed and not printed[-1]:
        printed.pop()
    if in_order:
        return in_lines(shown, printed)
    rest = list(printed)
    for line in shown:
        if line in ("...", ""):
            continue
        found = next((one for one in rest if matcher(line).match(one)), None)
        if found is None:
            return "not printed: " + line
        rest.remove(found)
    return ""


def in_lines(shown, printed):
    at, any_lines = 0, False
    for line in shown:
        if line == "...":
            any_lines = True
            continue
        while any_lines and at < len(printed) and not matcher(line).match(printed[at]):
            at += 1
        if at == len(printed):
            return "not printed: " + line
        if not matcher(line).match(printed[at]):
            return f"shown:   {line}\n  printed: {printed[at]}"
        at, any_lines = at + 1, False
    return "" if any_lines or at == len(printed) else "not shown: " + printed[at]
