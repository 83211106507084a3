#include "base/temporary.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/error.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TemporaryTest : public testing::Test {
 protected:
  std::string settled(const std::optional<std::string>& given) {
    const ScopedVariable variable("TMPDIR", given);
    settle_temporary_folder();
    return std::getenv("TMPDIR");
  }
  const TempProject files_;
};

TEST_F(TemporaryTest, WhateverIsAFolder) {
  fs::create_directories(files_ / "a blank/Ünï/'q");
  fs::create_directory_symlink(files_ / "a blank", files_ / "link");
  EXPECT_EQ(settled((files_ / "a blank/Ünï/'q").string()), (files_ / "a blank/Ünï/'q").string());
  EXPECT_EQ(settled((files_ / "link").string()), (files_ / "link").string());
  EXPECT_EQ(settled(""), "/tmp");
  EXPECT_EQ(settled(std::nullopt), "/tmp");
  const auto before = fs::current_path();
  fs::current_path(files_.root());
  EXPECT_EQ(fs::path(settled("link")), fs::current_path() / "link") << "children work in other folders";
  fs::current_path(before);
  EXPECT_TRUE(fs::is_empty(files_ / "link/Ünï/'q")) << "what was tried is gone";
}

TEST_F(TemporaryTest, WhatIsNone) {
  files_.write("file", "");
  for (const auto& given : {files_ / "missing", files_ / "file", fs::path("/proc")}) {
    const auto error = error_of([&] { settled(given.string()); });
    EXPECT_THAT(error.what(), HasSubstr("TMPDIR is " + given.string() + ", where nothing can be written: "));
    EXPECT_EQ(error.details.exit_code, kUsage);
    EXPECT_THAT(error.details.hint, HasSubstr("set TMPDIR"));
  }
}

TEST_F(TemporaryTest, SocketsHaveRoom) {
  auto folder = files_.root();
  while (folder.string().size() < 200) folder /= std::string(40, 'x');
  fs::create_directories(folder);
  const ScopedVariable variable("TMPDIR", folder.string());
  fs::path was;
  {
    const TempDir dir(socket_folder());
    was = dir.path();
    EXPECT_LE((was / "0123456789").string().size(), 107u);
    struct stat status {};
    EXPECT_EQ(stat(was.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
  }
  EXPECT_FALSE(fs::exists(was));
}

TEST_F(TemporaryTest, WhatAKilledOneLeftIsRemoved) {
  auto folder = files_.root();
  while (folder.string().size() < 200) folder /= std::string(40, 'x');
  fs::create_directories(folder);
  fs::create_directories(files_ / "run/harness-api-999999999-abc/api");
  fs::create_directories(files_ / ("run/harness-api-" + std::to_string(getpid()) + "-def"));
  files_.write("run/harness-api-999999999-file", "");
  const ScopedVariable variable("TMPDIR", folder.string()),
      runtime("XDG_RUNTIME_DIR", (files_ / "run").string());
  const TempDir dir(socket_folder());
  EXPECT_EQ(dir.path().parent_path(), files_ / "run");
  EXPECT_FALSE(fs::exists(files_ / "run/harness-api-999999999-abc"));
  EXPECT_TRUE(fs::exists(files_ / ("run/harness-api-" + std::to_string(getpid()) + "-def")))
      << "its process lives";
  EXPECT_TRUE(fs::exists(files_ / "run/harness-api-999999999-file")) << "none of ours";
}

TEST_F(TemporaryTest, WhereTmpdirIsShortItIsThere) {
  const ScopedVariable variable("TMPDIR", files_.root().string());
  EXPECT_EQ(socket_folder().parent_path(), files_.root());
}

}  // namespace
}  // namespace harness
