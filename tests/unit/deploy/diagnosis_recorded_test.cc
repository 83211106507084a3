// deploy/diagnosis.cc against what a real cluster showed of planted faults: testdata/trouble/*.json, written
// by bench/trouble/trouble.py --record.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/files.h"
#include "deploy/diagnosis.h"
#include "deploy/namespace_end.h"
#include "deploy/trouble/services.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::vector<std::string> recorded() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(TEST_SOURCE_DIR) / "testdata/trouble"))
    names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

/// What the rules see of a recording.
Scene scene_of(const Json& seen) {
  Scene scene{.workload = seen["workload"], .pods = seen["pods"], .events = seen["events"]};
  scene.get = [lookups = seen["lookups"]](const std::string& path) {
    return lookups.contains(path) ? lookups[path] : Json();
  };
  scene.ask = [](auto, auto) { return Json{{"status", {{"allowed", false}}}}; };
  scene.text = [texts = seen.value("texts", Json::object())](const std::string& path) {
    return texts.value(path, "");
  };
  scene.log = [logs = seen["logs"]](const std::string& pod, const std::string& container) {
    return logs.value(pod + "/" + container, "");
  };
  return scene;
}

std::vector<Diagnosis> found_in(const Json& seen, const std::string& name) {
  const std::string here = "/api/v1/namespaces/trouble-" + name;
  auto found = diagnose(scene_of(seen));
  if (seen["lookups"].contains(here + "/services/web"))
    if (auto one = unreachable_service(seen["lookups"][here + "/services/web"], seen["pods"], {}))
      found.insert(found.begin(), *one);
  if (seen["lookups"].contains(here))
    if (auto one = stuck_namespace(seen["lookups"][here])) found.insert(found.begin(), *one);
  return found;
}

class RecordedTroubleTest : public testing::TestWithParam<std::string> {};

TEST_P(RecordedTroubleTest, IsNamed) {
  const Json seen =
      Json::parse(read_file(fs::path(TEST_SOURCE_DIR) / "testdata/trouble" / (GetParam() + ".json")));
  const auto found = found_in(seen, GetParam());
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(RE2::PartialMatch(found[0].cause, seen["says"].get<std::string>())) << found[0].cause << "\n"
                                                                                  << found[0].evidence;
  EXPECT_EQ(found[0].may_pass, seen["may_pass"].get<bool>());
  EXPECT_NE(found[0].hint, "");
  EXPECT_LE(found[0].must_last, std::chrono::seconds(4)) << "it has to be said within 5 s";
}

INSTANTIATE_TEST_SUITE_P(Faults, RecordedTroubleTest, testing::ValuesIn(recorded()), [](const auto& one) {
  std::string name = one.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(RecordedTroubleSetTest, HasEveryGroupOfCauses) { EXPECT_GE(recorded().size(), 25u); }

}  // namespace
}  // namespace harness
