// suite/programs/pytest.cc with tests that do what they should not.
#include <gmock/gmock.h>

#include <list>

#include "base/error.h"
#include "suite/programs/listed_program.h"
#include "support/environment.h"
#include "support/errors.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class PytestTest : public ListedProgram {
 protected:
  void list_folder(const std::string& path = "tests", std::map<std::string, std::string> env = {}) {
    list({.kind = TestProgram::Kind::pytest,
          .path = path,
          .name = "tests",
          .python = PYTHON_WITH_PYTEST,
          .env = std::move(env)});
  }
};

TEST_F(PytestTest, ATestEndsByItself) {
  project_.write("tests/test_a.py", R"(
import os, sys, threading, unittest
import pytest

def test_passes(): pass
def test_fails(): assert 1 == 2
def test_exits(): sys.exit(0)
def test_exits_for_sure(): os._exit(0)
def test_pytest_exit(): pytest.exit("enough", returncode=0)
def test_thread_exits():
    thread = threading.Thread(target=lambda: os._exit(0)); thread.start(); thread.join()
def test_says_so():
    print("== 1 passed in 0.00s =="); sys.stdout.flush(); os._exit(0)
def test_skips(): pytest.skip("no <such> thing")
@pytest.mark.skip(reason="never")
def test_is_skipped(): assert False
@pytest.mark.xfail(reason="known")
def test_xfail(): assert False
@pytest.mark.xfail(run=False, reason="crashes")
def test_xfail_not_run(): assert False
@pytest.mark.xfail(strict=True)
def test_xpass_strict(): pass
@pytest.fixture
def bad_end():
    yield
    assert False
def test_fails_in_the_end(bad_end): pass
@pytest.fixture
def exit_in_the_end():
    yield
    pytest.exit("enough", returncode=0)
def test_exits_in_the_end(exit_in_the_end): pass
def test_replaces_everything(monkeypatch):
    monkeypatch.setattr(os, "open", None); monkeypatch.setattr(os, "write", None); monkeypatch.setattr(os, "getpid", lambda: 1)
class TestUnit(unittest.TestCase):
    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
)");
  list_folder();
  const auto at = [&](const std::string& name) { return result("tests/test_a.py/" + name); };
  EXPECT_EQ(at("test_passes"), "passed");
  EXPECT_EQ(at("test_fails"), "FAIL exit code 1");
  EXPECT_EQ(at("test_exits"), "FAIL exit code 1");
  const std::string unproved = "FAIL exit code 0, but no proof that it passed: ";
  EXPECT_EQ(at("test_exits_for_sure"), unproved + "the process ended before pytest did");
  EXPECT_EQ(at("test_pytest_exit"), unproved + "pytest ended in the test");
  EXPECT_EQ(at("test_thread_exits"), unproved + "the process ended before pytest did");
  EXPECT_EQ(at("test_says_so"), unproved + "the process ended before pytest did");
  EXPECT_EQ(at("test_skips"), "SKIP no <such> thing");
  EXPECT_EQ(at("test_is_skipped"), "SKIP never");
  EXPECT_EQ(at("test_xfail"), "passed");
  EXPECT_THAT(at("test_xfail_not_run"), HasSubstr("SKIP xfail: "));
  EXPECT_EQ(at("test_xpass_strict"), "FAIL exit code 1");
  EXPECT_EQ(at("test_fails_in_the_end"), "FAIL exit code 1");
  EXPECT_EQ(at("test_exits_in_the_end"), unproved + "pytest ended in the test");
  EXPECT_EQ(at("test_replaces_everything"), "passed") << log();
  EXPECT_EQ(result("tests/test_a.py::TestUnit/test_sub"), "FAIL exit code 1");
}

TEST_F(PytestTest, AForkThatGoesOnInItsPlace) {
  project_.write("pytest.ini", "[pytest]\naddopts = -p no:faulthandler\n");  // it would hang in the child
  project_.write("tests/test_a.py", R"(
import os
def test_forks():
    if os.fork() != 0:
        os.wait(); os._exit(0)
def test_leaves_a_child():
    if os.fork() == 0: os._exit(1)
)");
  list_folder();
  EXPECT_EQ(result("tests/test_a.py/test_forks"),
            "FAIL exit code 0, but no proof that it passed: the process ended before pytest did, while one "
            "that it had forked went on in its place");
  EXPECT_EQ(result("tests/test_a.py/test_leaves_a_child"), "passed");
}

TEST_F(PytestTest, AForkBeforeTheFirstTest) {
  project_.write("tests/conftest.py", "import os\nif os.fork() != 0:\n    os.wait(); os._exit(0)\n");
  project_.write("tests/test_a.py", "def test_it(): pass\n");
  EXPECT_THAT(error_of([&] { list_folder(); }).what(),
              HasSubstr("pytest ended before it had listed its tests"));
  project_.write("tests/conftest.py", "");
  list_folder();
  project_.write("tests/conftest.py", "import os\nif os.fork() != 0:\n    os.wait(); os._exit(0)\n");
  EXPECT_THAT(result("tests/test_a.py/test_it"), HasSubstr("one that it had forked went on in its place"));
}

TEST_F(PytestTest, ANameIsAnIdentity) {
  project_.write("tests/with [brackets]/test_a.py", R"(
import pytest
NAMES = ["a::b", "a/b", "a.b", " ", "[", "]", "a]", "é", "-k x", "a b", "two\nlines", "", "::", "A::b"]
@pytest.mark.parametrize("name", NAMES, ids=[n if n else "empty" for n in NAMES])
def test_named(name, request):
    assert name in ("a::b", "[", "é", "-k x", " ", "two\nlines")
)");
  project_.write("tests/with [brackets]/test_b.py", "raise Exception('never collected for another one')\n");
  project_.write("tests/-dash/test_c.py", "def test_it(): pass\n");
  project_.write("tests/double::colon/test_d.py", "def test_it(): pass\ndef test_bad(): assert False\n");
  std::filesystem::remove(project_ / "tests/with [brackets]/test_b.py");
  list_folder();
  project_.write("tests/with [brackets]/test_b.py", "raise Exception('never collected for another one')\n");
  ASSERT_EQ(tests_.size(), 17u);
  size_t passed = 0;
  for (const auto& one : tests_) passed += result(one) == "passed";
  EXPECT_EQ(passed, 8u);
  EXPECT_EQ(result("tests/with [brackets]/test_a.py/test_named[a::b]"), "passed");
}

TEST_F(PytestTest, ItsConfigurationMayBeAnything) {
  project_.write("tests/test_a.py", "def test_a(): pass\ndef test_b(): assert False\n");
  for (const char* addopts :
       {"--ff", "--lf -x", "--nf --maxfail=1", "-ra -q", "-vv -s", "--cache-clear", "-p no:cacheprovider",
        "--sw", "-p no:faulthandler", "--color=yes -rA", "--tb=no --no-header"}) {
    project_.write("pytest.ini",
                   std::string("[pytest]\ncache_dir = /nowhere/at/all\naddopts = ") + addopts + "\n");
    list_folder();
    EXPECT_THAT(names(), ElementsAre("tests/test_a.py/test_a", "tests/test_a.py/test_b")) << addopts;
    EXPECT_THAT(result("tests/test_a.py/test_b"), HasSubstr("FAIL exit code")) << addopts;
    EXPECT_EQ(result("tests/test_a.py/test_a"), "passed") << addopts << log();
  }
  project_.write("pytest.ini", "[pytest]\naddopts = -k test_b\n");
  list_folder();
  EXPECT_THAT(names(), ElementsAre("tests/test_a.py/test_b")) << "what the project itself leaves out";
  EXPECT_FALSE(std::filesystem::exists(project_ / ".pytest_cache"));
}

TEST_F(PytestTest, TheEnvironmentDoesNotChoose) {
  project_.write("tests/test_a.py",
                 "from helper import check\ndef test_a(): pass\ndef test_b(): check(False)\n");
  project_.write("lib/helper.py", "def check(what): assert what\n");
  std::list<ScopedVariable> variables;
  for (const auto& [name, value] : {std::pair{"PYTEST_ADDOPTS", "-k test_a --co"},
                                    {"PYTEST_PLUGINS", "no_such_plugin"},
                                    {"PYTHONOPTIMIZE", "2"},
                                    {"PYTEST_CURRENT_TEST", "x"}})
    variables.emplace_back(name, value);
  variables.emplace_back("PYTHONPATH", (project_ / "lib").string());
  list_folder();
  EXPECT_THAT(names(), ElementsAre("tests/test_a.py/test_a", "tests/test_a.py/test_b"));
  EXPECT_EQ(result("tests/test_a.py/test_a"), "passed") << log();
  EXPECT_EQ(result("tests/test_a.py/test_b"), "FAIL exit code 1");
  EXPECT_THAT(left_out_of_tests({program_}),
              ElementsAre("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONOPTIMIZE"));
  list_folder("tests", {{"PYTEST_ADDOPTS", "-k test_b"}});
  EXPECT_THAT(names(), ElementsAre("tests/test_a.py/test_b")) << "the entry's env: does";
}

TEST_F(PytestTest, WhatCannotBeCollected) {
  project_.write("tests/test_a.py", "def test_a(): pass\n");
  project_.write(
      "tests/conftest.py",
      "import os, pytest\nif 'HARNESS_URL' not in os.environ: raise Exception('needs a cluster')\n");
  const auto error = error_of([&] { list_folder(); });
  EXPECT_THAT(error.what(), HasSubstr("cannot list the tests of tests"));
  EXPECT_THAT(error.details.output_tail, HasSubstr("needs a cluster"));
  EXPECT_THAT(error.details.hint, HasSubstr("list: deployed"));
  project_.write("tests/conftest.py", "import os\nos._exit(0)\n");
  EXPECT_THAT(error_of([&] { list_folder(); }).what(),
              HasSubstr("pytest ended before it had listed its tests"));
}

TEST_F(PytestTest, OneThatIsGoneHasNotPassed) {
  project_.write("tests/test_a.py", "def test_a(): pass\ndef test_b(): pass\n");
  list_folder();
  project_.write("tests/test_a.py", "def test_b(): pass\n");
  EXPECT_EQ(result("tests/test_a.py/test_a"),
            "FAIL exit code 5 (no test ran: pytest collected 1 others in tests/test_a.py, and not this one)");
}

}  // namespace
}  // namespace harness
