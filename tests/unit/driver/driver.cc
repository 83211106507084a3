#include "driver/driver.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/hash.h"
#include "cluster/instance.h"
#include "support/kubeconfig.h"
#include "support/processes.h"
#include "unit_tests_paths.h"

namespace fs = std::filesystem;

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Each of them an index, which is there only for those who take one; files of builders are layers.
void has_every_image(const HttpServer::Request& request, HttpServer::Answer& answer) {
  const bool is_layer = request.target.find("/manifests/files-") != std::string::npos;
  const std::string type =
      is_layer ? "application/vnd.oci.image.manifest.v1+json" : "application/vnd.oci.image.index.v1+json";
  const std::string body = is_layer ? R"({"layers":[{"digest":"sha256:01","size":1}]})"
                                    : R"({"manifests":[{"digest":"sha256:01","size":1}]})";
  const auto accept = request.headers.find("accept");
  const bool is_manifest = request.target.find("/manifests/") != std::string::npos;
  if (is_manifest && (accept == request.headers.end() || accept->second.find(type) == std::string::npos))
    return answer.reply(404, "MANIFEST_UNKNOWN");
  answer.reply(200, body,
               {{"Docker-Content-Digest", "sha256:" + harness::sha256_hex(body)}, {"Content-Type", type}});
}

}  // namespace

DriverTest::DriverTest() : registry_(has_every_image) {
  fs::create_directories(scratch_ / "tmp");
  env_ = {{"PATH", std::string(TEST_SOURCE_DIR) + "/fake_tools:/usr/bin:/bin"},
          {"HOME", (scratch_ / "home").string()},
          {"HARNESS_CACHE", (scratch_ / "cache").string()},
          {"TMPDIR", (scratch_ / "tmp").string()},
          {"FAKE_API", (scratch_ / "api").string()},
          {"FAKE_API_HOST", api_server_.host()},
          {"FAKE_LOG", (scratch_ / "calls").string()}};
}

void DriverTest::answer_as_api(const HttpServer::Request& request, HttpServer::Answer& answer) {
  const std::lock_guard lock(api_mutex_);
  if (request.method == "DELETE") {
    api_.erase("GET " + request.target.substr(0, request.target.find('?')));
    return answer.reply(200, "{}");
  }
  const auto found = api_.find(request.method + " " + request.target);
  found == api_.end() ? answer.reply(404, "{}") : answer.reply(200, found->second);
}

DriverTest::~DriverTest() {
  for (const auto& [who, pid] : pids_) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  std::string left;
  for (const auto& entry : fs::recursive_directory_iterator(scratch_ / "tmp"))
    left += " " + entry.path().string();
  EXPECT_EQ(left, "") << "the driver left temporary files";
}

void DriverTest::write_project(const std::string& yaml) {
  project_.write("components.yaml", "registry: " + registry() + "\n" + yaml);
}

void DriverTest::write_instance() {
  harness::Project project;
  project.root = project_.root();
  harness::Instance(project, "default").save({"http://localhost:8123"});
  project_.write(".harness/default/kubeconfig", kubeconfig());
}

std::string DriverTest::kubeconfig() const { return kubeconfig_of(env_.at("FAKE_API_HOST")); }

std::string DriverTest::cluster() const {
  harness::Project project;
  project.root = project_.root();
  return harness::Instance(project, "default").cluster();
}

void DriverTest::start(const std::vector<std::string>& args, const std::string& who) {
  std::vector<std::string> argv{"harness"}, environment;
  argv.insert(argv.end(), args.begin(), args.end());
  for (const auto& [name, value] : env_) environment.push_back(name + "=" + value);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, project_.root().c_str());
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, (scratch_ / ("out" + who)).c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, (scratch_ / ("err" + who)).c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int failed = posix_spawn(&pids_[who], DRIVER_PROGRAM, &actions, nullptr, pointers(argv).data(),
                                 pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  ASSERT_EQ(failed, 0);
}

void DriverTest::interrupt(int signal, const std::string& who) const { kill(pids_.at(who), signal); }

std::string DriverTest::said(const std::string& who) const { return text_of(scratch_ / ("err" + who)); }

DriverEnd DriverTest::wait(const std::string& who) {
  int status = 0;
  const bool ended = eventually([&] { return waitpid(pids_.at(who), &status, WNOHANG) == pids_.at(who); },
                                std::chrono::seconds(60));
  DriverEnd end{.out = text_of(scratch_ / ("out" + who)), .err = said(who)};
  EXPECT_TRUE(ended) << "the driver still runs\n" << end.out << end.err;
  if (!ended) return end;
  pids_.erase(who);
  if (WIFEXITED(status)) end.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  return end;
}

DriverEnd DriverTest::run(const std::vector<std::string>& args) {
  start(args);
  return wait();
}

std::string DriverTest::calls() const { return text_of(scratch_ / "calls"); }

std::string DriverTest::file(const std::string& path) const { return text_of(project_ / path); }

void DriverTest::expect_gone(const std::string& pid_file, size_t count) const {
  for (const auto pid : pids_in(scratch_ / pid_file, count))
    EXPECT_TRUE(eventually([&] { return !is_running(pid); })) << pid;
}
