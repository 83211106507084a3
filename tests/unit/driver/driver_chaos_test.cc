// The driver is killed at random moments: whatever it left, the next command finishes, and after -teardown
// all is as before. CHAOS_ROUNDS=300 (make chaos) is more of it, CHAOS_SEED another sequence.
#include <gmock/gmock.h>
#include <signal.h>

#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "base/files.h"
#include "base/text.h"
#include "driver/driver.h"
#include "driver/fake_cluster.h"
#include "driver/sample_tree.h"
#include "image/memory_registry.h"
#include "support/processes.h"

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

int number(const char* variable, int fallback) {
  const char* value = std::getenv(variable);
  return value ? std::atoi(value) : fallback;
}

class DriverChaosTest : public DriverTest {
 protected:
  DriverChaosTest() {
    env_["FAKE_API"] = (folder_ / "api").string();
    env_["FAKE_API_HOST"] = cluster_.host();
    env_["ASAN_OPTIONS"] = "detect_leaks=0";  // which takes longer than all the rest
    images_.store_manifest("harness/gateway", "0123456789abcdef0123456789abcdef", R"({"layers": []})");
  }

  /// Every file below a folder, by its path.
  static std::set<std::string> files_below(const fs::path& folder) {
    std::set<std::string> files;
    if (fs::exists(folder))
      for (const auto& entry : fs::recursive_directory_iterator(folder))
        files.insert(fs::relative(entry.path(), folder));
    return files;
  }
  /// What the instance keeps, but for results and the lock, which stay.
  std::set<std::string> state() const {
    std::set<std::string> kept;
    for (const auto& file : files_below(project_ / ".harness"))
      if (file.find("artifacts") == std::string::npos && file.find("tests") == std::string::npos &&
          !file.ends_with("lock"))
        kept.insert(file);
    return kept;
  }
  /// The processes that were started with this test's environment.
  size_t processes() const {
    size_t count = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      const std::string name = entry.path().filename();
      if (name.find_first_not_of("0123456789") != std::string::npos || !is_running(std::stoi(name))) continue;
      count += text_of(entry.path() / "environ").find("FAKE_LOG=" + (scratch_ / "calls").string()) !=
               std::string::npos;
    }
    return count;
  }

  const TempProject folder_;
  MemoryRegistry images_;
  SampleTree tree_{project_, images_.host()};
  FakeCluster cluster_{(folder_ / "api").string()};
};

TEST_F(DriverChaosTest, KilledAtAnyMomentTheNextCommandFindsWhatWasLeft) {
  const auto began = steady_clock::now();
  const auto first = run({"-run=TestOne"});
  ASSERT_EQ(first.code, 0) << first.err;
  auto whole_run =
      static_cast<int>(std::chrono::duration_cast<milliseconds>(steady_clock::now() - began).count());
  ASSERT_EQ(run({"-teardown"}).code, 0);
  const auto clean = state();
  const auto source = files_below(project_.root() / "src");

  const int rounds = number("CHAOS_ROUNDS", 12);
  std::mt19937 random(static_cast<unsigned>(number("CHAOS_SEED", 1)));
  const auto pick = [&](int to) { return std::uniform_int_distribution<int>(0, to)(random); };
  int killed = 0;
  for (int round = 1; round <= rounds && !HasFailure(); ++round) {
    const std::vector<std::string> flags =
        pick(3) == 0 ? std::vector<std::string>{"-teardown"} : std::vector<std::string>{"-run=TestOne"};
    const auto moment = milliseconds(pick(flags[0] == "-teardown" ? whole_run / 8 : whole_run));
    const std::string story = "round " + std::to_string(round) + ": " + flags[0] + " killed after " +
                              std::to_string(moment.count()) + " ms";
    start(flags);
    std::this_thread::sleep_for(moment);  // the moment is what is tried
    interrupt(SIGKILL);
    if (wait().signal == SIGKILL)
      ++killed;
    else if (flags[0] != "-teardown")
      whole_run = whole_run * 3 / 4;  // the machine is faster than it was
    EXPECT_TRUE(eventually([&] { return processes() == 0; }))
        << story << ": " << processes() << " processes are left";
    if (pick(1) == 0) {
      const auto end = run({"-run=TestOne", "-clear=ALL"});
      ASSERT_EQ(end.code, 0) << story << "\n" << end.out << end.err;
    }
    if (pick(2) > 0) {
      const auto end = run({"-teardown"});
      ASSERT_EQ(end.code, 0) << story << "\n" << end.out << end.err;
      EXPECT_EQ(state(), clean) << story;
      EXPECT_FALSE(fs::exists(scratch_ / "calls.nodes")) << story << ": the cluster is left";
      EXPECT_FALSE(fs::exists(scratch_ / "cache/instances" / cluster()))
          << story << ": the cache remembers the instance";
      EXPECT_TRUE(fs::is_empty(scratch_ / "tmp")) << story << ": temporary files are left";
    }
  }
  EXPECT_GT(killed, rounds / 3) << "most of the moments lie in a run";
  EXPECT_EQ(run({"-teardown"}).code, 0);
  EXPECT_EQ(state(), clean);
  EXPECT_EQ(files_below(project_.root() / "src"), source);
}

}  // namespace
