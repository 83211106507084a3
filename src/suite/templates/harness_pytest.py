"""Tells the harness what pytest collects and how the tests end: a JSON object a line in $HARNESS_PYTEST_RECORD.

It is loaded by -p and changes no test. With $HARNESS_PYTEST_ONLY, a node id in hexadecimal digits, only that test
is selected: node ids on a command line cannot say every name. Text is written as its bytes, a code point each.
"""
import json
import linecache
import os
import re

import pytest

_DEFINITION = re.compile(r"\s*(async\s+)?(def|class)\b")


def _bytes(text):
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _writer():
    # Tests replace modules, functions and file systems: what is needed is kept where they do not look.
    path = os.environ["HARNESS_PYTEST_RECORD"]
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    open_, write, close, getpid, dumps = os.open, os.write, os.close, os.getpid, json.JSONEncoder().encode

    def record(*events):
        data = "".join(dumps(dict(event, pid=getpid())) + "\n" for event in events).encode("ascii")
        descriptor = open_(path, flags, 0o600)
        try:
            while data:
                data = data[write(descriptor, data):]
        finally:
            close(descriptor)

    return record


def _text(value):
    return _bytes(value).decode("latin-1")


def _line(item):
    """Where the function stands, not its first decorator."""
    try:
        function = item.obj
        while hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        code = function.__code__
        lines = linecache.getlines(code.co_filename)
        for number in range(code.co_firstlineno, min(code.co_firstlineno + 200, len(lines) + 1)):
            if _DEFINITION.match(lines[number - 1]):
                return number
    except Exception:
        pass
    return (item.location[1] if item.location[1] is not None else -1) + 1


def _describe(item):
    suite = item.nodeid[: -len(item.name) - 2] if item.nodeid.endswith("::" + item.name) else ""
    path = str(getattr(item, "path", None) or item.fspath)
    return {
        "event": "item",
        "id": _text(item.nodeid),
        "suite": _text(suite),
        "name": _text(item.name if suite else item.nodeid),
        "file": _text(path),
        "line": _line(item),
    }


def _reason(report):
    if getattr(report, "wasxfail", None):
        return "xfail: " + report.wasxfail
    longrepr = getattr(report, "longrepr", None)
    if isinstance(longrepr, tuple) and len(longrepr) == 3:
        reason = str(longrepr[2])
        return reason[len("Skipped: "):] if reason.startswith("Skipped: ") else reason
    return ""


_record = _writer()
_only = os.environ.get("HARNESS_PYTEST_ONLY")
_only = None if _only is None else bytes.fromhex(_only)
_file = os.environ.get("HARNESS_PYTEST_FILE")


@pytest.hookimpl(hookwrapper=True)
def pytest_cmdline_main(config):
    # One test in one process: xdist has nothing to distribute, and would run it elsewhere.
    for option, value in (("numprocesses", None), ("dist", "no"), ("tx", []), ("distload", False)):
        if hasattr(config.option, option):
            setattr(config.option, option, value)
    _record({"event": "begin"})
    yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if _only is None:
        return
    others = [item for item in items if _bytes(item.nodeid) != _only]
    _record({"event": "collected", "others": len(others)})
    if others:
        items[:] = [item for item in items if _bytes(item.nodeid) == _only]
        config.hook.pytest_deselected(items=others)


def pytest_collection_finish(session):
    if _only is None:
        _record(*[_describe(item) for item in session.items])


def pytest_runtest_logreport(report):
    _record(
        {
            "event": "report",
            "id": _text(report.nodeid),
            "when": str(report.when),
            "outcome": str(report.outcome),
            "xfail": hasattr(report, "wasxfail"),
            "reason": _text(_reason(report)),
        }
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_sessionfinish(exitstatus):
    yield
    _record({"event": "end", "status": int(exitstatus)})


if _file and int(pytest.__version__.split(".")[0]) >= 7:

    def pytest_ignore_collect(collection_path):
        """What does not lead to the file that is wanted, where the command line could not name it."""
        path = str(collection_path)
        return None if path == _file or _file.startswith(path + os.sep) else True
