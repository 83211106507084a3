#include "gerrit/git_fetch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "gerrit/ids.h"
#include "gerrit/projects.h"
#include "git/backend.h"
#include "git/cgi_head.h"
#include "http/not_implemented.h"
#include "http/query.h"

namespace fakes::gerrit {

namespace fs = std::filesystem;
using http::HttpError;
using http::Request;
using http::Response;

namespace {

constexpr std::string_view kAdvertise = "/info/refs", kUpload = "/git-upload-pack";

/// A folder that is gone at the end.
class Scratch {
 public:
  Scratch() {
    std::string path = (fs::temp_directory_path() / "fakegerritserver-fetch-XXXXXX").string();
    if (!mkdtemp(path.data()))
      throw std::system_error(errno, std::generic_category(), "cannot make a folder at " + path);
    path_ = path;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs git http-backend with a file as its input. Gives back what it printed.
std::string run_git(std::vector<std::string> env, const fs::path& input, const fs::path& output) {
  std::string git = "git", backend = "http-backend";
  char* argv[] = {git.data(), backend.data(), nullptr};
  std::vector<char*> envp;
  for (auto& one : env) envp.push_back(one.data());
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, git.c_str(), &actions, nullptr, argv, envp.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot run git");
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return read(output);
}

}  // namespace

GitFetch::GitFetch(const State& state, const Request& request, const std::string& path)
    : request_(request), store_(state.store) {
  advertise_ = path.ends_with(kAdvertise);
  const auto service = http::Query(request.query).get("service");
  if (path.ends_with("/git-receive-pack") || service == "git-receive-pack")
    throw http::NotImplemented("git push");
  if (advertise_ && service != "git-upload-pack") throw HttpError(404, "Not Found");
  const auto end = advertise_ ? kAdvertise.size() : kUpload.size();
  const auto project =
      state.projects.find(project_name(http::percent_decoded(path.substr(1, path.size() - 1 - end))));
  if (project == state.projects.end()) throw HttpError(404, "Not Found");
  head_ = project->second.head;
  std::set<std::string> lines;
  for (const auto& [ref, sha] : project->second.branches)
    if (store_->has(sha)) lines.insert(fmt::format("{} {}\n", ref, sha));
  for (const auto& [number, change] : state.changes)
    for (const auto& revision : change.revisions)
      if (change.project == project->first && store_->has(revision.sha))
        lines.insert(fmt::format("{} {}\n", change_ref(number, revision.number), revision.sha));
  for (const auto& line : lines) {
    const auto space = line.find(' ');
    refs_ += line.substr(space + 1, line.size() - space - 2) + " " + line.substr(0, space) + "\n";
  }
}

Response GitFetch::answer() const {
  const Scratch scratch;
  const auto dir = scratch.path() / "git";
  write(dir / "HEAD", "ref: " + head_ + "\n");
  write(dir / "config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
  write(dir / "packed-refs", "# pack-refs with: sorted \n" + refs_);
  write(dir / "objects/info/alternates", store_->objects().string() + "\n");
  fs::create_directories(dir / "refs");
  write(scratch.path() / "in", request_.body);
  auto env = git::cgi_environment("/usr/bin/git", dir, std::string(advertise_ ? kAdvertise : kUpload),
                                  request_, request_.body.size());
  const auto printed = run_git(env, scratch.path() / "in", scratch.path() / "out");
  auto head = git::parse_cgi_head(printed);
  if (!head) throw HttpError(502, "git http-backend gave no answer; its errors are in this server's log");
  head->response.body = printed.substr(head->size);
  return head->response;
}

}  // namespace fakes::gerrit
