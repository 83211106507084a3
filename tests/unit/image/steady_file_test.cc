#include "image/steady_file.h"

#include <gmock/gmock.h>

#include "base/files.h"
#include "image/layer.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::HasSubstr;

class SteadyFileTest : public testing::Test {
 protected:
  /// What was read in the end, when `on_read` is called as contents arrive.
  std::string read(const std::function<void()>& on_read) {
    std::string content;
    read_steadily(
        file_,
        [&](const struct stat&) {
          content.clear();
          ++tries_;
        },
        [&](std::string_view piece) {
          content += piece;
          on_read();
        });
    return content;
  }
  TempProject project_;
  const std::filesystem::path file_ = project_.write("file", "first");
  int tries_ = 0;
};

TEST_F(SteadyFileTest, IsReadOnceWhereNothingHappens) {
  EXPECT_EQ(read([] {}), "first");
  EXPECT_EQ(tries_, 1);
}

TEST_F(SteadyFileTest, IsReadAgainWhenItChanged) {
  EXPECT_EQ(read([&] {
              if (tries_ == 1) project_.write("file", "second time");
            }),
            "second time");
  EXPECT_EQ(tries_, 2);
}

TEST_F(SteadyFileTest, IsReadAgainWhenItWasReplaced) {
  EXPECT_EQ(read([&] {
              if (tries_ == 1) write_file_atomically(file_, "other");
            }),
            "other");
}

TEST_F(SteadyFileTest, IsGivenUpWhenItDoesNotStopChanging) {
  const auto error =
      error_of([&] { read([&] { project_.write("file", std::string(static_cast<size_t>(tries_), 'x')); }); });
  EXPECT_EQ(error.what(), file_.string() + " changes while it is read");
  EXPECT_EQ(error.details.exit_code, kBuild);
  EXPECT_EQ(tries_, 4);
}

TEST_F(SteadyFileTest, AFileThatCannotBeReadIsNamed) {
  EXPECT_THAT(error_of([&] {
                tar_layer({{"/x", project_ / "none"}});
              }).what(),
              HasSubstr("none: No such file or directory"));
}

}  // namespace
}  // namespace harness
