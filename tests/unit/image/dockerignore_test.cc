// What image/dockerignore.cc leaves out. testdata/dockerignore.json has what the walks of docker's classic
// builder and of BuildKit leave out of a tree.
#include "image/dockerignore.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/errors.h"
#include "support/processes.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class Walk {
 public:
  Walk(const Json& tree, const Dockerignore& ignore, bool buildkit)
      : tree_(tree), ignore_(ignore), buildkit_(buildkit) {}

  Json left_out() {
    visit("", {});
    Json left_out = Json::array();
    for (const auto& path : tree_)
      if (!sent_.contains(path.get<std::string>())) left_out.push_back(path);
    return left_out;
  }

 private:
  bool is_folder(const std::string& path) const {
    return std::any_of(tree_.begin(), tree_.end(),
                       [&](const Json& other) { return other.get<std::string>().starts_with(path + "/"); });
  }
  /// Whether anything was sent.
  bool visit(const std::string& folder, const Dockerignore::Matched& matched) {
    const auto before = sent_.size();
    for (const std::string path : tree_) {
      const auto slash = path.rfind('/');
      if ((slash == std::string::npos ? "" : path.substr(0, slash)) != folder) continue;
      Dockerignore::Matched own;
      const bool excluded = ignore_.excludes(path, matched, own);
      if (!excluded) sent_.insert(path);
      if (!is_folder(path) ||
          (excluded && !(buildkit_ ? ignore_.buildkit_enters(path) : ignore_.classic_enters(path))))
        continue;
      if (visit(path, own) && excluded && buildkit_) sent_.insert(path);
    }
    return sent_.size() > before;
  }

  const Json& tree_;
  const Dockerignore& ignore_;
  const bool buildkit_;
  std::set<std::string> sent_;
};

TEST(DockerignoreTest, LeavesOutWhatDockerLeavesOut) {
  const auto data = Json::parse(text_of(std::string(TEST_SOURCE_DIR) + "/testdata/dockerignore.json"));
  for (const auto& entry : data["cases"]) {
    const std::string text = entry["text"], name = entry["name"];
    for (const bool buildkit : {false, true}) {
      Json found = "error";
      try {
        found = Walk(data["tree"], Dockerignore(text, ".dockerignore"), buildkit).left_out();
      } catch (const Error&) {
      }
      EXPECT_EQ(found, entry[buildkit ? "buildkit" : "classic"])
          << name << (buildkit ? " (BuildKit)" : "") << "\n"
          << text;
    }
  }
}

TEST(DockerignoreTest, AProblemNamesFileAndPattern) {
  const auto error = error_of([] { Dockerignore("ok\n[a\n", "web/.dockerignore"); });
  EXPECT_STREQ(error.what(), "web/.dockerignore: docker does not take the pattern \"[a\"");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST(DockerignoreTest, NamesNeedNotBeUtf8) {
  Dockerignore::Matched own;
  EXPECT_TRUE(Dockerignore("a?c\n", "f")
                  .excludes("a\xff"
                            "c",
                            {}, own));
  EXPECT_TRUE(Dockerignore("a?c\n", "f")
                  .excludes("a\xc3\xa9"
                            "c",
                            {}, own));
  EXPECT_FALSE(Dockerignore("a?c\n", "f")
                   .excludes("a\xff\xff"
                             "c",
                             {}, own));
}

}  // namespace
}  // namespace harness
