#include "cli/test_variables.h"

#include <gmock/gmock.h>

#include "support/errors.h"

namespace harness {
namespace {

using testing::HasSubstr;

class OwnVariablesTest : public testing::Test {
 protected:
  OwnVariablesTest() {
    project_.file = "/p/components.yaml";
    project_.images = {{.name = "web", .replaces = {"ghcr.io/acme/web", "acme"}}, {.name = "db"}};
  }
  std::map<std::string, std::string> of(const std::map<std::string, std::string>& env) const {
    return own_variables({.env = env, .at = {7, 5}}, project_, {{"web", "localhost:5001/web@sha256:12"}});
  }

  Project project_;
};

TEST_F(OwnVariablesTest, ImagesAreThoseThatWereMade) {
  EXPECT_EQ(of({{"WEB_IMAGE", "localhost:5001/web:latest"},
                {"FLAGS", "-v --image=ghcr.io/acme/web:v1"},
                {"OTHER_IMAGE", "acme"},
                {"NAME", "acme"},
                {"URL", "http://localhost:5001/v2/"}}),
            (std::map<std::string, std::string>{{"WEB_IMAGE", "localhost:5001/web@sha256:12"},
                                                {"FLAGS", "-v --image=localhost:5001/web@sha256:12"},
                                                {"OTHER_IMAGE", "localhost:5001/web@sha256:12"},
                                                {"NAME", "acme"},
                                                {"URL", "http://localhost:5001/v2/"}}));
}

TEST_F(OwnVariablesTest, OneThatTheRunDidNotLookAt) {
  const auto error = error_of([&] { of({{"DB", "localhost:5001/db"}}); });
  EXPECT_EQ(error.details.exit_code, kUsage);
  EXPECT_THAT(error.what(),
              HasSubstr("components.yaml:7:5: env: names the image db, which this run did not look at"));
}

TEST_F(OwnVariablesTest, OneThatIsNotInTheFile) {
  project_.tests = {{.env = {{"WEB", "localhost:5001/web"}}}};
  check_images_of_tests(project_);
  project_.tests.push_back({.env = {{"WEB", "localhost:5001/wep:v1"}}, .at = {9, 5}});
  EXPECT_THAT(error_of([&] { check_images_of_tests(project_); }).what(),
              HasSubstr("components.yaml:9:5: env: names the image wep, and components.yaml has none"));
}

}  // namespace
}  // namespace harness
