// framework/test_namespace.h
#include "framework/test_namespace.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "fake_api.h"
#include "framework/eventually.h"
#include "this_program.h"

using namespace std::chrono_literals;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

/// Run by the tests below alone, in a process of its own whose API is the fake of this one.
TEST(InANamespace, DISABLED_Passes) { const test::TestNamespace one; }
TEST(InANamespace, DISABLED_FailsFatally) {
  const test::TestNamespace one;
  FAIL() << "fatal";
}
TEST(InANamespace, DISABLED_Throws) {
  const test::TestNamespace one;
  throw std::runtime_error("thrown");
}

class TestNamespaceTest : public testing::Test {
 protected:
  TestNamespaceTest() { api_.reset(); }

  /// Runs such a test. `on_made` gets the namespace's path once it is made.
  test::Result run(const std::string& name, std::map<std::string, std::string> env,
                   const std::function<void(const std::string& path)>& on_made = {}) {
    env["HARNESS_API"] = api_.socket();
    env["HARNESS_ARTIFACTS"] = dir_.path().string();
    const std::jthread controller([&] {  // what a real cluster does
      test::eventually(30s, [&](std::string&) { return !(path_ = made()).empty(); });
      if (on_made) on_made(path_);
      api_.put(path_ + "/serviceaccounts/default", json::object());
    });
    return run_disabled("InANamespace.DISABLED_" + name, env);
  }
  /// A request is recorded before it is carried out: the namespace must be there as well.
  std::string made() const {
    for (const auto& request : api_.server().requests()) {
      const auto path = request.target.substr(0, request.target.find('?'));
      if (request.method != "PATCH" || before_.contains(request.target)) continue;
      if (!api_.object(path).is_null()) return path;
    }
    return "";
  }

  FakeApi& api_ = FakeApi::get();
  test::TempDir dir_;
  std::string path_;
  std::set<std::string> before_ = [this] {
    std::set<std::string> all;
    for (const auto& request : api_.server().requests()) all.insert(request.target);
    return all;
  }();
};

TEST_F(TestNamespaceTest, IsGoneHoweverTheTestEnds) {
  for (const auto& [name, exit_code] :
       std::map<std::string, int>{{"Passes", 0}, {"FailsFatally", 1}, {"Throws", 1}}) {
    json labels;
    const auto result = run(name, {}, [&](const std::string& path) {
      labels = api_.object(path).at("metadata").at("labels");
      api_.put(path + "/pods/of-" + name, {{"metadata", {{"namespace", path.substr(path.rfind('/') + 1)}}}});
    });
    EXPECT_EQ(result.exit_code, exit_code) << result;
    EXPECT_EQ(labels,
              (json{{"test.harness/run", "run-7"}, {"test.harness/name", "InANamespace.DISABLED_" + name}}));
    EXPECT_TRUE(api_.object(path_).is_null());
    EXPECT_THAT(result.out, HasSubstr(" is deleted took "));
    EXPECT_EQ(std::filesystem::exists(dir_.path() / ("pod-of-" + name + ".txt")), exit_code != 0) << result;
    before_.insert(path_ + "?fieldManager=harness-test&force=true");
  }
}

TEST_F(TestNamespaceTest, IsKeptWhereThatIsWanted) {
  const auto result = run("FailsFatally", {{"HARNESS_KEEP_NAMESPACES", "1"}});
  EXPECT_THAT(result.out, HasSubstr("namespace " + path_.substr(path_.rfind('/') + 1) + " is kept"));
  const auto labels = api_.object(path_).at("metadata").at("labels");
  EXPECT_EQ(labels.at("test.harness/kept"), "true");
  EXPECT_EQ(labels.at("test.harness/run"), "run-7");
}

TEST_F(TestNamespaceTest, OneThatIsStuckFailsTheTestAndSaysWhatHoldsIt) {
  const auto result = run("Passes", {{"HARNESS_TIMEOUT_SCALE", "0.01"}}, [&](const std::string& path) {
    auto object = api_.object(path);
    object["metadata"]["finalizers"] = {"example.com/hold"};
    object["status"]["conditions"] = {
        {{"type", "NamespaceFinalizersRemaining"},
         {"status", "True"},
         {"message", "1 object has a finalizer"}},
        {{"type", "NamespaceContentRemaining"}, {"status", "False"}, {"message", "nothing else"}}};
    api_.put(path, object);
    api_.put(path + "/configmaps/held", {{"metadata", {{"finalizers", {"example.com/mine"}}}}});
    api_.refuse("GET /apis/batch/v1", 503, "the server is down");
  });
  EXPECT_EQ(result.exit_code, 1);
  std::stringstream dump;
  dump << std::ifstream(dir_.path() / ("namespace-" + path_.substr(path_.rfind('/') + 1) + ".txt")).rdbuf();
  for (const auto& text : {dump.str(), result.out}) {
    EXPECT_THAT(text, AllOf(HasSubstr("is not gone within 600 ms; last seen: being deleted"),
                            HasSubstr("NamespaceFinalizersRemaining: 1 object has a finalizer\n"),
                            Not(HasSubstr("nothing else")),
                            HasSubstr("ConfigMap held, finalizers: [\"example.com/mine\"]\n"),
                            HasSubstr("batch/v1: GET /apis/batch/v1: HTTP 503: the server is down\n")));
  }
}

}  // namespace
