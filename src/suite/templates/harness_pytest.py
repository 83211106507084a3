"""Tells the harness what pytest collects and how the tests end: a JSON object a line in $HARNESS_PYTEST_RECORD.

It is loaded by -p and changes no test. $HARNESS_PYTEST_ONLY is a file of JSON that says which tests are selected: node ids
on a command line cannot say every name. Text is written as its bytes, a code point each.

Where several tests share the process ("log" is there), it says besides when each begins and ends, with the size that the log
has then, writes into the log how they failed, and gives each its own $HARNESS_ARTIFACTS.
"""
import json
import linecache
import os
import re
import sys
import time

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


def _wanted():
    path = os.environ.get("HARNESS_PYTEST_ONLY")
    if path is None:
        return None
    with open(path, encoding="ascii") as file:
        return json.load(file)


_record = _writer()
_record({"event": "begin"})  # before anything of the project's: what it forks is another process
_only = _wanted()


@pytest.hookimpl(hookwrapper=True)
def pytest_cmdline_main(config):
    # One test in one process: xdist has nothing to distribute, and would run it elsewhere.
    for option, value in (("numprocesses", None), ("dist", "no"), ("tx", []), ("distload", False)):
        if hasattr(config.option, option):
            setattr(config.option, option, value)
    yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if _only is None:
        return
    others = [item for item in items if _text(item.nodeid) not in _only["tests"]]
    _record({"event": "collected", "others": len(others)})
    if others:
        items[:] = [item for item in items if _text(item.nodeid) in _only["tests"]]
        config.hook.pytest_deselected(items=others)


def pytest_collection_finish(session):
    if _only is None:
        _record(*[_describe(item) for item in session.items])


def _report(report):
    return {
        "event": "report",
        "id": _text(report.nodeid),
        "when": str(report.when),
        "outcome": str(report.outcome),
        "xfail": hasattr(report, "wasxfail"),
        "reason": _text(_reason(report)),
    }


if _only is None or "log" not in _only:

    def pytest_runtest_logreport(report):
        _record(_report(report))

else:
    _log = _only["log"].encode("latin-1")
    _stat, _open, _write, _close, _clock = os.stat, os.open, os.write, os.close, time.perf_counter
    _mkdir, _rename, _listdir, _isdir = os.mkdir, os.rename, os.listdir, os.path.isdir
    _getpid, _main = os.getpid, os.getpid()
    _reports = []
    _spare = _log + b".spare"  # an empty folder: to rename one is a hundred times as fast as to make and remove it

    def _at():
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        return _stat(_log).st_size

    def _say(text):
        descriptor = _open(_log, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        try:
            _write(descriptor, text.encode("utf-8", "backslashreplace"))
        finally:
            _close(descriptor)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(item):
        if _getpid() != _main:  # one that a test has forked, and that runs on
            yield
            return
        node = _text(item.nodeid)
        artifacts = _only["tests"][node].encode("latin-1")
        if not _isdir(artifacts):
            if not _isdir(_spare):
                _mkdir(_spare)
            _rename(_spare, artifacts)
        os.environ["HARNESS_ARTIFACTS"] = os.fsdecode(artifacts)
        _reports.clear()
        _record({"event": "start", "id": node, "at": _at()})
        begin = _clock()
        yield
        seconds = _clock() - begin
        try:
            if not _listdir(artifacts):
                _rename(artifacts, _spare)
        except OSError:
            pass  # the test has removed it
        _record(*_reports, {"event": "finish", "id": node, "at": _at(), "seconds": seconds})

    def pytest_runtest_logreport(report):
        _reports.append(_report(report))
        if report.outcome == "failed":
            parts = [report.nodeid + " (" + str(report.when) + ")", report.longreprtext]
            parts += ["--- " + name + " ---\n" + text.rstrip("\n") for name, text in report.sections]
            _say("\n".join(parts) + "\n")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_report_teststatus():
        outcome = yield
        category = outcome.get_result()
        if category:
            outcome.force_result((category[0], "", ""))  # a log for each test: no letters between


@pytest.hookimpl(hookwrapper=True)
def pytest_sessionfinish(exitstatus):
    yield
    _record({"event": "end", "status": int(exitstatus)})


if _only and _only.get("files") and int(pytest.__version__.split(".")[0]) >= 7:
    _files = {file.encode("latin-1") for file in _only["files"]}

    def pytest_ignore_collect(collection_path):
        """What does not lead to a file that is wanted, where the command line could not name it."""
        path = os.fsencode(str(collection_path))
        return None if path in _files or any(f.startswith(path + os.sep.encode()) for f in _files) else True
