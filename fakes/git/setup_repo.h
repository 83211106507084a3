#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "git/child.h"
#include "git/repositories.h"
#include "http/message.h"

namespace fakes::git {

/// The body of `POST /setup-repo`: {"name": "org1/repo4", "overwrite": false, "script": "..."}; `overwrite`
/// may be left out, and `object_format` ("sha1", "sha256") is there for those who want it.
struct SetupOrder {
  std::string name;
  bool overwrite = false;
  std::string script;
  std::string object_format = "sha1";
};

/// Throws HttpError: 400 where it is no JSON object of just these fields and types or the name is no
/// repository's name, 413 where the script is longer than an argument of a program may be.
SetupOrder parse_setup_order(const std::string& body);

/// Makes repositories from scripts.
///
/// The script runs as `sh -c` with `set -eu` in the work tree of an empty repository on branch master.
/// Afterwards the repository is made bare: only what was committed is served, and every branch can be pushed
/// to. With the fixed identity and date of `script_environment` the same script gives the same commit ids
/// everywhere.
class SetupRepo {
 public:
  SetupRepo(Repositories& repositories, Children& children, std::filesystem::path git,
            std::chrono::milliseconds script_limit)
      : repositories_(repositories), children_(children), git_(std::move(git)), script_limit_(script_limit) {}

  /// 200 with `git log` of all refs; 422 with the script's output and exit status; else an HttpError as the
  /// classes above say. Throws ClientGone, and leaves nothing, when the client did not wait. Blocks.
  http::Response operator()(const http::Request& request) const;

 private:
  ProgramResult git(const Draft& draft, std::vector<std::string> args, const http::Request& request) const;
  void make_bare(const Draft& draft) const;

  Repositories& repositories_;
  Children& children_;
  const std::filesystem::path git_;
  const std::chrono::milliseconds script_limit_;
};

}  // namespace fakes::git
