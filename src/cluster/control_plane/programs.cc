#include "cluster/control_plane/programs.h"

#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "cluster/docker.h"
#include "cluster/known_instances.h"
#include "control_plane_programs_sh.h"
#include "write_output_sh.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

std::string id_of(const std::string& image, std::stop_token stop) {
  const std::vector<std::string> inspect{"image", "inspect", "--format", "{{.Id}}", image};
  if (const auto id = docker_query(inspect); !id.empty()) return id;
  docker({"pull", "--quiet", image}, "cannot get the node image " + image, stop);
  return docker(inspect, "cannot inspect the node image " + image, stop);
}

/// Into `folder`, which is there.
void extract(const std::string& image, const fs::path& folder, std::stop_token stop) {
  const TempDir scratch;
  const auto archive = (scratch.path() / "programs.tar").string();
  const std::string doing = "cannot take the control plane out of " + image;
  run_checked({.args = {"sh", "-c", std::string(kWriteOutputSh), archive, "docker", "run", "--rm", "--init",
                        "--network", "none", "--entrypoint", "sh", image, "-c",
                        std::string(kControlPlaneProgramsSh)}},
              doing, kCluster, stop);
  run_checked({.args = {"tar", "--no-same-owner", "-xf", archive, "-C", folder.string()}}, doing, kCluster,
              stop);
}

}  // namespace

fs::path control_plane_programs(const std::string& node_image, std::stop_token stop) {
  const auto id = id_of(node_image, stop);
  const auto all = cache_dir() / "control-plane", folder = all / id.substr(id.rfind(':') + 1);
  if (fs::exists(folder)) return folder;
  create_folders(all);
  const TempDir made(all / (folder.filename().string() + "." + std::to_string(getpid())));
  extract(node_image, made.path(), stop);
  std::error_code error;
  fs::rename(made.path(), folder, error);
  if (error && !fs::exists(folder))  // else another run was sooner
    throw Error("cannot write " + folder.string() + ": " + error.message(), {.exit_code = kCluster});
  return folder;
}

}  // namespace harness
