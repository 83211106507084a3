#include "cluster/instance.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/hash.h"
#include "cluster/state_files.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMaking = "making";

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

Instance::Instance(const Project& project, const std::string& name)
    : cluster_("harness-" + name + "-" + sha256_hex(project.root.string()).substr(0, 6)),
      name_space_("harness-" + name + "-" +
                  sha256_hex(host_name() + "\n" + project.root.string()).substr(0, 10)),
      dir_(project.root / ".harness" / name) {}

std::optional<Instance::State> Instance::state() const {
  const auto file = dir_ / "instance.json";
  std::error_code unseen;
  const bool there = fs::exists(file, unseen);
  if (unseen) read_file(file);  // says whose the folder is
  if (!there || !fs::exists(kubeconfig())) return std::nullopt;
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  if (!json.is_object() || !knows_version(json) || json.value("cluster", "") != cluster_ ||
      !json.contains("url") || !json["url"].is_string())
    return std::nullopt;
  return State{.url = json["url"],
               .registry = json.value("registry", ""),
               .given = json.value("given", ""),
               .hermetic = json.value("hermetic", false),
               .config = json.value("config", ""),
               .gateway = json.value("gateway", ""),
               .starts = json.value("starts", std::map<std::string, std::string>{})};
}

void Instance::save(const State& state) const {
  create_folders(dir_);
  const nlohmann::json json = {
      {"version", kStateVersion},   {"cluster", cluster_},      {"url", state.url},
      {"registry", state.registry}, {"given", state.given},     {"hermetic", state.hermetic},
      {"config", state.config},     {"gateway", state.gateway}, {"starts", state.starts}};
  write_file_atomically(dir_ / "instance.json", json.dump(2) + "\n");
}

void Instance::forget() const {
  for (const auto& file : {dir_ / "instance.json", kubeconfig(), images_file(), sources_file(), synced_file(),
                           run_file(), dir_ / kMaking})
    fs::remove(file);
  fs::remove_all(renders_dir());
}

void Instance::begin_making() const {
  create_folders(dir_);
  write_file_atomically(dir_ / kMaking, "");
}

void Instance::end_making() const { fs::remove(dir_ / kMaking); }

bool Instance::is_half_made() const { return fs::exists(dir_ / kMaking); }

}  // namespace harness
