#include "cluster/registry_container.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/http.h"
#include "base/process.h"
#include "base/text.h"
#include "cluster/docker.h"
#include "write_file_sh.h"

namespace harness {

namespace {

/// For one question: a registry answers this one without a look at its disk.
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::seconds kStart{20};

std::string port_of(const std::string& host) { return host.substr(host.rfind(':') + 1); }

void write_hosts_file(const std::string& node, const std::string& host, const std::string& name,
                      const std::string& text, std::stop_token stop) {
  const Command write{.args = {"docker", "exec", "-i", node, "sh", "-c", std::string(kWriteFileSh),
                               "/etc/containerd/certs.d/" + host + "/" + name},
                      .input = text};
  run_checked(write, "cannot tell " + node + " where the registry is", kCluster, stop);
}

}  // namespace

bool is_local_registry(const std::string& host) { return host.starts_with("localhost:"); }

std::string registry_name(const std::string& host) {
  const std::string name = "harness-registry", port = port_of(host);
  return port == "5001" ? name : name + "-" + port;
}

std::string own_registry_container(const std::string& host) {
  if (!is_local_registry(host)) return "";
  const auto name = registry_name(host);
  const auto publisher = container_at(host);
  if (!publisher.empty() && !publisher.starts_with(name + " ")) return "";
  return docker_query({"ps", "--all", "--filter", "label=harness.registry", "--filter", "name=^" + name + "$",
                       "--format", "{{.Names}}"}) == name
             ? name
             : "";
}

std::string why_no_registry(const std::string& host, const Deadline& deadline) {
  try {
    const auto answer = HttpClient("http://" + host, {.connect = kPatience, .idle = kPatience})
                            .head_of({.path = "/v2/"}, deadline.within(kPatience));
    return answer.status == 200 || answer.status == 401
               ? ""
               : "http://" + host + "/v2/: status " + std::to_string(answer.status);
  } catch (const HttpError& e) {
    return e.what();
  }
}

void ensure_registry(const std::string& host, std::stop_token stop) {
  const auto why = why_no_registry(host, Deadline(kPatience, stop));
  if (why.empty()) return;
  const auto name = registry_name(host);
  if (docker_query({"inspect", "--type", "container", name}).empty()) {
    const Command start{.args = {"docker", "run", "--detach", "--restart=unless-stopped", "--name", name,
                                 "--label", "harness.registry", "--publish",
                                 "127.0.0.1:" + port_of(host) + ":5000", "--volume",
                                 name + ":/var/lib/registry", "registry:2"}};
    const auto result = run(start, stop);
    // Another run may make it at the same moment.
    const bool is_made =
        result.ok() || result.err.find("is already in use by container") != std::string::npos;
    if (!is_made) {
      run({.args = {"docker", "rm", name}, .timeout = kPatience},
          stop);  // one without its port; one that runs is refused
      throw Error("cannot start the registry at " + host,
                  {.command = shell_quoted(start.args),
                   .output_tail = tail(result.err, 20) + "\nwhat is there instead: " + why,
                   .hint = engine_hint(result.err),
                   .exit_code = kCluster});
    }
  }
  docker({"start", name}, "cannot start the registry", stop);
  const Deadline deadline(kStart, stop);
  for (std::string still; !(still = why_no_registry(host, deadline)).empty();)
    if (!deadline.pause(std::chrono::milliseconds(50)))
      throw Error(
          "the registry does not answer at " + host + ": " + still,
          {.command = "docker logs " + name,
           .output_tail = tail(
               run({.args = {"docker", "logs", "--tail", "20", name}, .timeout = kPatience}, stop).err, 20),
           .exit_code = kCluster});
}

std::string container_at(const std::string& host) {
  return is_local_registry(host) ? docker_query({"ps", "--filter", "publish=" + port_of(host), "--format",
                                                 "{{.Names}} {{.Networks}}"})
                                 : "";
}

std::string join_network(const std::string& host, std::stop_token stop, std::string found) {
  if (!is_local_registry(host)) return "";
  if (found.empty()) found = container_at(host);
  const auto container = found.substr(0, found.find(' '));
  if (container.empty())
    throw Error(
        "no container publishes port " + port_of(host) + ", so the cluster cannot reach the registry at " +
            host,
        {.hint = "stop what listens there; the harness then starts its own registry", .exit_code = kCluster});
  const auto networks = split(found.substr(std::min(container.size() + 1, found.size())), ',');
  if (std::find(networks.begin(), networks.end(), "kind") != networks.end()) return container;
  // Another run may connect it at the same moment: what counts is that it is connected afterwards.
  const auto result = run({.args = {"docker", "network", "connect", "kind", container}}, stop);
  if (!result.ok() && result.err.find("already exists") == std::string::npos)
    throw Error("cannot put the registry on KIND's network",
                {.command = "docker network connect kind " + container,
                 .output_tail = result.err,
                 .exit_code = kCluster});
  return container;
}

void tell_node(const std::string& node, const std::string& host, const std::string& container,
               std::stop_token stop) {
  if (container.empty()) return;
  write_hosts_file(node, host, "hosts.toml", "[host.\"http://" + container + ":5000\"]\n", stop);
}

void tell_node_of(const std::string& node, const std::string& host, const std::string& toml,
                  const std::string& authorities, std::stop_token stop) {
  if (toml.empty()) return;
  if (!authorities.empty()) write_hosts_file(node, host, "ca.crt", authorities, stop);
  write_hosts_file(node, host, "hosts.toml", toml, stop);
}

}  // namespace harness
