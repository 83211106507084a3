#pragma once

#include <gmock/gmock.h>

#include "framework/environment.h"
#include "framework/fakegitserver.h"
#include "framework/git.h"
#include "framework/temp_dir.h"

/// A repository of this test's own and a folder to clone it into.
class TestFakeGitServer : public testing::Test {
 protected:
  void set_up(const std::string& script) { test::setup_repo(name_, script); }
  /// Clones the repository into work(), with these options.
  void clone(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"clone", "-q"});
    more.insert(more.end(), {url(), "clone"});
    test::git(tmp(), more);
  }
  std::string url() const { return test::repo_url(name_); }
  std::filesystem::path tmp() const { return tmp_.path(); }
  std::filesystem::path work() const { return tmp() / "clone"; }

 private:
  std::string name_ = test::unique_name();
  test::TempDir tmp_;
};
