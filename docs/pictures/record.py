#!/usr/bin/env python3
"""Records commands as an animated SVG: what they printed, when, as text.

Usage: docs/pictures/record.py SCRIPT FOLDER > recording.svg

SCRIPT is a file with a command a line, which runs in FOLDER by a shell; standard output is a terminal for it, so that it has its colours. A
pause of more than a second is shown as one second: the times that are printed are the real ones. Needs nothing but Python.
"""
import html
import os
import pty
import re
import select
import subprocess
import sys
import time

WIDTH, ROWS, COLUMNS = 8.43, 26, 104  # of a character in pixels; lines and characters of the window
LINE, MARGIN = 18, 14
LONGEST_PAUSE, TYPED, LAST = 1.0, 0.8, 6.0  # seconds
COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "1": "#ffffff", "2": "#8b949e"}


def record(command, folder):
    """Yields (seconds since the start, line)."""
    ours, its = pty.openpty()
    errors, its_errors = os.pipe()
    began = time.monotonic()
    process = subprocess.Popen(["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, stdout=its, stderr=its_errors,
                               env={**os.environ, "TERM": "xterm", "COLUMNS": str(COLUMNS)})
    os.close(its)
    os.close(its_errors)
    rest = {ours: "", errors: ""}
    while rest:
        for one in select.select(list(rest), [], [])[0]:
            try:
                piece = os.read(one, 65536).decode(errors="replace")
            except OSError:  # the terminal's other side was closed
                piece = ""
            lines = (rest[one] + piece).replace("\r\n", "\n").split("\n")
            for line in lines[:-1] if piece else [last for last in lines if last]:
                yield time.monotonic() - began, line
            rest[one] = lines[-1]
            if not piece:
                del rest[one]
                os.close(one)
    process.wait()


def timeline(commands, folder):
    """(second of the picture, line) of all of it."""
    now, shown = 0.0, []
    for command in commands:
        shown.append((now, f"\x1b[1m$ {command}\x1b[0m"))
        now, before = now + TYPED, 0.0
        for at, line in record(command, folder):
            now, before = now + min(at - before, LONGEST_PAUSE), at
            shown += [(now, part) for part in folded(line.replace(os.path.abspath(folder), "~/" + os.path.basename(os.path.abspath(folder))))]
        shown.append((now, ""))
        now += LONGEST_PAUSE
    return shown[:-1], now + LAST


def folded(line):
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)
    return [line] if len(plain) <= COLUMNS else [plain[at:at + COLUMNS] for at in range(0, len(plain), COLUMNS)]


def spans(line):
    """The line as SVG: each run of one colour is a tspan."""
    colour, made = "", ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            colour = next((COLOURS[one] for one in part[2:-1].split(";") if one in COLOURS), "")
        elif part:
            text = html.escape(re.sub(r"[\x00-\x1f]", "", part), quote=False)
            made += f'<tspan fill="{colour}">{text}</tspan>' if colour else text
    return made


def picture(shown, seconds):
    times = sorted({at for at, _ in shown})
    rows = [sum(1 for at, _ in shown if at <= moment) for moment in times]
    moments = ";".join(f"{min(moment / seconds, 1):.4f}" for moment in times)
    heights = ";".join(str(row * LINE) for row in rows)
    scrolls = ";".join(f"0 {-max(0, row - ROWS) * LINE}" for row in rows)
    animation = f'calcMode="discrete" dur="{seconds:.1f}s" repeatCount="indefinite" keyTimes="{moments}"'
    width, height = round(COLUMNS * WIDTH + 2 * MARGIN), ROWS * LINE + 2 * MARGIN
    lines = "\n".join(f'<text y="{number * LINE + 13}">{spans(line)}</text>' for number, (_, line) in enumerate(shown) if line)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<style>text {{ font: 14px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #e6edf3; white-space: pre }}</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<clipPath id="c"><rect width="{width}" height="{rows[-1] * LINE}"><animate attributeName="height" {animation} values="{heights}"/></rect></clipPath>
<svg x="{MARGIN}" y="{MARGIN}" width="{width - MARGIN}" height="{ROWS * LINE}">
<g transform="translate(0 {-max(0, rows[-1] - ROWS) * LINE})"><animateTransform attributeName="transform" type="translate" {animation} values="{scrolls}"/>
<g clip-path="url(#c)">
{lines}
</g></g></svg></svg>
"""


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        commands = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    print(picture(*timeline(commands, sys.argv[2])), end="")


if __name__ == "__main__":
    main()
