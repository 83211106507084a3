#include "cli/doctor/facts.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/proxies.h"
#include "base/text.h"
#include "cluster/known_instances.h"
#include "cluster/ports.h"
#include "cluster/registry_container.h"
#include "deploy/manifest.h"
#include "deploy/trouble/quantity.h"
#include "image/registry.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kRegistry{2};

std::string file_or_nothing(const fs::path& path) {
  try {
    return read_file(path);
  } catch (const std::runtime_error&) {
    return "";
  }
}

/// The number after "NAME:" in files such as /proc/meminfo.
uint64_t number_after(const std::string& text, const std::string& name, int base) {
  const auto at = text.find(name + ":");
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + name.size() + 1, nullptr, base);
}

uint64_t free_at(const fs::path& path) {
  struct statvfs status {};
  return statvfs(path.c_str(), &status) == 0 ? status.f_bavail * status.f_frsize : 0;
}

/// Adds up what the containers of a manifest's workloads ask for.
void add_asked(const Object& object, Facts& facts) {
  using Json = nlohmann::json;
  const auto at = [](const Json& value, const char* pointer) {
    const Json::json_pointer where(pointer);
    return value.contains(where) ? value.at(where) : Json();
  };
  const Json count = at(object.body, "/spec/replicas"),
             containers = at(object.body, "/spec/template/spec/containers");
  const double replicas = count.is_number() ? count.get<double>() : 1;
  for (const auto& container : containers) {
    // `cpu: 2` is as good as `cpu: "2"`.
    const auto asked = [&](const char* pointer) {
      const Json amount = at(container, pointer);
      return amount.is_null()
                 ? 0
                 : replicas * quantity(amount.is_string() ? amount.get<std::string>() : amount.dump());
    };
    facts.memory_asked += static_cast<uint64_t>(asked("/resources/requests/memory"));
    facts.cpu_asked += asked("/resources/requests/cpu");
  }
}

Answer ask(const std::vector<std::string>& args, std::chrono::milliseconds patience, std::stop_token stop) {
  try {
    const auto result =
        run({.args = args, .timeout = patience, .grace = std::chrono::milliseconds(50)}, stop);
    return {
        .in_time = !result.timed_out, .ok = result.ok(), .out = trim(result.out), .err = trim(result.err)};
  } catch (const Error&) {  // it cannot be started
    return {.there = false};
  }
}

void look_for_registry(const std::string& registry, Facts& facts, std::chrono::milliseconds patience,
                       std::stop_token stop) {
  if (is_local_registry(registry)) {
    facts.registry_answers = why_no_registry(registry, Deadline(kRegistry, stop)).empty();
    facts.registry_port_free = is_free_port(std::atoi(registry.substr(registry.rfind(':') + 1).c_str()));
    return;
  }
  try {
    RegistryClient(registry, {.limit = patience}, stop).require();
    facts.registry_answers = true;
  } catch (const Error& e) {
    facts.registry_trouble = e.what();
    facts.registry_hint = e.details.hint;
  }
}

}  // namespace

Facts local_facts(const Project& project, const ObjectsOf& objects_of) {
  Facts facts;
  facts.has_project = !project.file.empty();
  facts.disk_free = free_at(project.root);
  facts.memory_available = number_after(file_or_nothing("/proc/meminfo"), "MemAvailable", 10) * 1024;
  for (const auto& component : project.components)
    for (const auto& object : objects_of(component)) add_asked(object, facts);
  facts.cores = std::max(1u, std::thread::hardware_concurrency());
  facts.inotify_instances =
      std::strtoull(file_or_nothing("/proc/sys/fs/inotify/max_user_instances").c_str(), nullptr, 10);
  facts.inotify_watches =
      std::strtoull(file_or_nothing("/proc/sys/fs/inotify/max_user_watches").c_str(), nullptr, 10);
  facts.exact_gateway_port = project.gateway_port;
  facts.gateway_port_free = is_free_port(project.gateway_port > 0 ? project.gateway_port : 80);
  facts.proxies = proxy_variables();
  facts.overlay = file_or_nothing("/proc/filesystems").find("overlay") != std::string::npos;
  facts.conntrack = fs::exists("/proc/sys/net/netfilter");
  facts.root = geteuid() == 0;
  facts.capabilities = number_after(file_or_nothing("/proc/self/status"), "CapBnd", 16);
  utsname name{};
  uname(&name);
  facts.machine = name.machine;
  facts.now = std::chrono::system_clock::now();
  return facts;
}

Facts all_facts(const Project& project, const ObjectsOf& objects_of, const std::string& node_image,
                std::chrono::milliseconds patience, std::stop_token stop) {
  const auto begin = [&](std::vector<std::string> args) {
    return std::async(std::launch::async, [args, patience, stop] { return ask(args, patience, stop); });
  };
  auto docker = begin({"docker", "info", "--format", "{{json .}}"});
  auto nodes = begin({"docker", "ps", "--all", "--filter", "label=io.x-k8s.kind.cluster", "--format",
                      "{{.Label \"io.x-k8s.kind.cluster\"}} {{.Names}} {{.State}}"});
  auto registries =
      begin({"docker", "ps", "--all", "--filter", "label=harness.registry", "--format", "{{.Names}}"});
  auto image = begin({"docker", "image", "inspect", "--format", "{{.Architecture}}", node_image});
  auto kind = begin({"kind", "version"});
  auto kubectl = begin({"kubectl", "version", "--client", "--output=json"});
  Facts facts = local_facts(project, objects_of);
  look_for_registry(project.registry, facts, patience, stop);
  for (const auto& [cluster, dir] : known_instances()) {
    std::error_code unseen;
    facts.homes[cluster] = {dir, fs::exists(dir, unseen) || unseen};
  }
  facts.docker = docker.get();
  facts.nodes = nodes.get();
  facts.registries = registries.get();
  facts.node_image = image.get();
  facts.kind = kind.get();
  facts.kubectl = kubectl.get();
  const auto info = nlohmann::json::parse(facts.docker.out, nullptr, false);
  if (const auto root = info.is_object() ? info.value("DockerRootDir", "") : "";
      !root.empty() && fs::exists(root))
    facts.docker_disk_free = free_at(root);
  return facts;
}

}  // namespace harness
