#include "git.h"

#include <unistd.h>

#include <iostream>

#include "failure.h"

namespace clonerefs {

Library::Library() {
  check(git_libgit2_init(), "cannot start libgit2");
  for (const auto level :
       {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA})
    check(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, ""), "cannot set up libgit2");
  if (geteuid() == 0) check(git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0), "cannot set up libgit2");
}

Library::~Library() { git_libgit2_shutdown(); }

std::string last_error() {
  const git_error* error = git_error_last();
  return error && error->message ? error->message : "unknown error";
}

int check(int result, const std::string& doing, const std::string& next) {
  if (result < 0) throw Failure(doing + ": " + last_error(), next);
  return result;
}

std::string hex(const git_oid& id) {
  char text[GIT_OID_HEXSZ + 1];
  return git_oid_tostr(text, sizeof text, &id);
}

git_oid parse_id(const std::string& sha) {
  git_oid id;
  check(git_oid_fromstr(&id, sha.c_str()), "\"" + sha + "\" is not a commit id");
  return id;
}

std::string shown(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto host_end = url.find('/', scheme + 3);
  const auto at = url.rfind('@', host_end);
  if (at == std::string::npos || at < scheme) return url;
  return url.substr(0, scheme + 3) + url.substr(at + 1);
}

void say(const std::string& line) { std::cout << line << std::endl; }

}  // namespace clonerefs
