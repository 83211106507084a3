#!/usr/bin/env python3
"""Suites as the harness runs them, and as their own runners do, in one run: pytest, Go, Ginkgo, GoogleTest; reports of many tests; a control plane.

  bench/suites.py HARNESS [--only=RE] [--rounds=N]

No cluster: the instance is a file, its API one that has nothing. pytest and its plugin for processes come from PyPI, ginkgo and gotestsum from
their Go modules; g++ and GoogleTest are those of this machine. Prints a Markdown table: medians of rounds that alternate.
"""

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from system import make_instance, prefer_cached_tools, run, serve_empty_api, write
from table import header, median, row

GINKGO = "github.com/onsi/ginkgo/v2@v2.25.3"
GOTESTSUM = "gotest.tools/gotestsum@v1.12.3"

GTEST = """#include <gtest/gtest.h>
class Many : public testing::TestWithParam<int> {};
TEST_P(Many, Is) { EXPECT_GE(GetParam(), 0); }
INSTANTIATE_TEST_SUITE_P(All, Many, testing::Range(0, COUNT));
"""


def seconds(command, cwd, env):
    begin = time.monotonic()
    end = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if end.returncode:
        sys.exit(f"{command}: exit code {end.returncode}\n{end.stdout[-3000:]}")
    return time.monotonic() - begin


def cpu(command, cwd, env):
    """Seconds of processor that it and all that it waited for took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds(command, cwd, env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Bench:
    def __init__(self, harness, dir, rounds):
        self.harness, self.dir, self.rounds = harness, dir, rounds
        self.api, self.env = serve_empty_api(), {}

    def project(self, name, tests):
        folder = os.path.join(self.dir, name)
        os.makedirs(folder, exist_ok=True)
        write(folder, "components.yaml", f"hermetic: false\ntests:\n{tests}")
        self.env = make_instance(folder, self.harness, self.api)
        return folder

    def all(self, *more):
        return [self.harness, "-no-setup", "-all", "-no-dump", *more]

    def medians(self, commands, measure=seconds):
        """Of {name: (command, folder, environment)}, a round after the other."""
        times = {name: [] for name in commands}
        for number in range(self.rounds + 1):
            for name, (command, folder, env) in commands.items():
                took = measure(command, folder, env)
                if number > 0:  # the first one warms up
                    times[name].append(took)
        return {name: median(all) for name, all in times.items()}

    def pytest(self):
        folder = self.project("pytest", f"  - {{pytest: tests, python: {self.dir}/venv/bin/python}}\n")
        run([sys.executable, "-m", "venv", f"{self.dir}/venv"], self.dir)
        run([f"{self.dir}/venv/bin/pip", "install", "--quiet", "pytest==8.4.2", "pytest-xdist==3.8.0"], self.dir)
        write(folder, "tests/test_many.py", "import time\n\nimport pytest\n\n\n@pytest.mark.parametrize('n', range(1000))\ndef test_one(n):\n    time.sleep(0.001)\n")
        own = [f"{self.dir}/venv/bin/python", "-m", "pytest", "-q", "-n", "2", "tests"]
        took = self.medians({"ours": (self.all("-j=2"), folder, self.env), "own": (own, folder, os.environ)})
        self.compare("pytest, 1,000 tests of 1 ms, -j=2", took["ours"], ("pytest -n 2", took["own"]), 1.1)

    def go(self):
        folder = self.project("go", "  - {go: ./...}\n")
        write(folder, "go.mod", "module example.com/many\n\ngo 1.21\n")
        for package in range(10):
            tests = "".join(f"func TestN{n}(t *testing.T) {{ if n() != {package} {{ t.Fatal() }} }}\n" for n in range(50))
            write(folder, f"p{package}/p.go", f"package p\n\nfunc n() int {{ return {package} }}\n")
            write(folder, f"p{package}/p_test.go", f"package p\n\nimport \"testing\"\n\n{tests}")
        tool = self.tool(GOTESTSUM)
        took = self.medians({"ours": (self.all(), folder, self.env),
                             "go": (["go", "test", "-count=1", "./..."], folder, os.environ),
                             "gotestsum": ([tool, "--", "-count=1", "./..."], folder, os.environ)})
        self.compare("Go, 500 tests in 10 packages", took["ours"], ("go test ./...", took["go"]), 1.05)
        self.compare("the same", took["ours"], ("gotestsum", took["gotestsum"]), 1.05)

    def ginkgo(self):
        folder = self.project("ginkgo", "  - {ginkgo: .}\n")
        write(folder, "go.mod", "module example.com/specs\n\ngo 1.23\n")
        specs = "".join(f'\tIt("does {n}", func() {{ time.Sleep(time.Millisecond) }})\n' for n in range(300))
        write(folder, "specs_test.go", 'package specs\n\nimport (\n\t"testing"\n\t"time"\n\n\t. "github.com/onsi/ginkgo/v2"\n\t. "github.com/onsi/gomega"\n)\n\n'
              'func TestSpecs(t *testing.T) { RegisterFailHandler(Fail); RunSpecs(t, "Specs") }\n\nvar _ = Describe("It", func() {\n' + specs + "})\n")
        run(["go", "get", GINKGO], folder)
        run(["go", "mod", "tidy"], folder)
        tool = self.tool(GINKGO.replace("@", "/ginkgo@"))
        took = self.medians({"ours": (self.all("-j=2"), folder, self.env), "own": ([tool, "-p", "-procs=2"], folder, os.environ)})
        self.compare("Ginkgo, 300 specs of 1 ms", took["ours"], ("ginkgo -p -procs=2", took["own"]), 1.05)

    def gtest_program(self, folder, count):
        write(folder, "many.cc", GTEST.replace("COUNT", str(count)))
        run(["g++", "-O1", "-o", "many", "many.cc", "-lgtest_main", "-lgtest", "-pthread"], folder)
        return os.path.join(folder, "many")

    def gtest(self):
        shared = self.project("gtest-shared", "  - {gtest: many, process: shared}\n")
        alone = self.gtest_program(shared, 3000)
        took = self.medians({"ours": (self.all("-j=2"), shared, self.env), "own": ([alone], shared, os.environ)})
        over = took["ours"] - took["own"]
        row("GoogleTest, 3,000 tests in shared processes", took["ours"], ("the program alone", took["own"]), "s", "0.3 s over it", over <= 0.3, digits=2)
        each = self.project("gtest-each", "  - {gtest: many}\n")
        shutil.copy(alone, os.path.join(each, "many"))
        loop = ["sh", "-c", "i=0; while [ $i -lt 3000 ]; do ./many --gtest_filter=All/Many.Is/$i >log 2>&1 || exit; i=$((i+1)); done"]
        commands = {"ours": (self.all(), each, self.env), "own": (loop, each, os.environ)}
        took = self.medians(commands, cpu)
        over = (took["ours"] - took["own"]) / 3000 * 1000
        row("GoogleTest, 3,000 processes: CPU", took["ours"], ("a shell loop", took["own"]), "s", f"1 ms a test over it ({over:.2f} ms)", over <= 1, digits=2)

    def many(self):
        folder = self.project("many", "  - {gtest: many, process: shared}\n")
        alone = self.gtest_program(folder, 10000)
        took = self.medians({"ours": (self.all("-j=2"), folder, self.env), "own": ([alone], folder, os.environ)})
        over = took["ours"] - took["own"]
        row("10,000 tests listed, chosen, run, reported", took["ours"], ("the program alone", took["own"]), "s", "1.5 s over it", over <= 1.5, digits=2)
        peak = int(run(["sh", "-c", f"exec python3 -c 'import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=2); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' {' '.join(self.all('-j=2'))} 2>&1 | tail -1"],
                        folder, env=self.env)) / 1024
        row("the same: memory", peak, None, "MB", "100 MB", peak <= 100)

    def tool(self, module):
        folder = os.path.join(self.dir, "bin")
        run(["go", "install", module], self.dir, env={**os.environ, "GOBIN": folder, "GOFLAGS": "-mod=mod"})
        return os.path.join(folder, module.split("@")[0].rsplit("/", 1)[1])

    @staticmethod
    def compare(what, ours, peer, goal):
        row(what, ours, peer, "s", f"at most {goal}", ours <= goal * peer[1], digits=2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("harness")
    parser.add_argument("--only", default="", metavar="RE")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    prefer_cached_tools()
    with tempfile.TemporaryDirectory() as dir:
        bench = Bench(os.path.abspath(options.harness), dir, options.rounds)
        header()
        for name in ("pytest", "go", "ginkgo", "gtest", "many"):
            if re.search(options.only, name):
                getattr(bench, name)()


if __name__ == "__main__":
    main()
