#include "cluster/firewall.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "cluster/docker.h"
#include "wait_for_port_sh.h"

namespace harness {

namespace {

using Json = nlohmann::json;

std::string nft(const std::string& node, const std::vector<std::string>& args, const std::string& doing,
                std::stop_token stop, const std::string& input = "") {
  std::vector<std::string> all{"exec", "--interactive", node, "nft"};
  all.insert(all.end(), args.begin(), args.end());
  try {
    return docker(all, doing, std::move(stop), input);
  } catch (Error& e) {
    if (e.details.output_tail.find("executable file not found") != std::string::npos)
      e.details.hint = "kindest/node has nft since v1.31: use such an image in cluster-config/kind.yaml";
    throw;
  }
}

void load(const std::string& node, const std::string& commands, const std::string& doing,
          std::stop_token stop) {
  nft(node, {"-f", "-"}, doing, std::move(stop), commands);
}

std::string elements(const std::string& set, const std::vector<std::string>& all) {
  return fmt::format("flush set inet harness {}\n", set) +
         (all.empty() ? "" : fmt::format("add element inet harness {} {{ {} }}\n", set, join(all, ", ")));
}

}  // namespace

std::string Firewall::rules() const {
  auto inside = nodes;
  inside.push_back(pods);
  // kube-proxy gives a known Service another destination before these chains see the packet.
  const std::string to_services = "ip daddr " + services + " reject\n";
  std::string text =
      "table inet harness\ndelete table inet harness\ntable inet harness {\n"
      "set known { type ipv4_addr; }\n"
      "set openings { type ipv4_addr . ipv4_addr . inet_service; }\n"
      "set reserved { type ipv4_addr . inet_service; }\n"
      "set refused { type ipv4_addr . ipv4_addr . inet_proto . inet_service; flags dynamic; counter; size "
      "65535; }\n"
      "chain output { type filter hook output priority -10;\n" +
      to_services +
      "}\n"
      "chain forward { type filter hook forward priority -10;\nct state established,related accept\n" +
      to_services;
  if (hermetic)
    text += "ip saddr != " + pods +
            " accept\n"
            "ip daddr { " +
            join(inside, ", ") +
            " } accept\n"
            "ip saddr . ip daddr . th dport @openings accept\n"
            "ip daddr . th dport @reserved ip saddr != @known drop\n"  // TCP tries again within a second
            "meta l4proto { tcp, udp } update @refused { ip saddr . ip daddr . meta l4proto . th dport }\n"
            "meta l4proto tcp reject with tcp reset\nreject with icmpx admin-prohibited\n";
  return text + "}\n}\n";
}

Firewall firewall_of(const std::string& kind_config, bool hermetic) {
  Firewall firewall{.hermetic = hermetic, .pods = "10.244.0.0/16", .services = "10.96.0.0/16"};
  try {
    const YAML::Node networking = YAML::Load(kind_config)["networking"];
    if (networking && networking["podSubnet"]) firewall.pods = networking["podSubnet"].as<std::string>();
    if (networking && networking["serviceSubnet"])
      firewall.services = networking["serviceSubnet"].as<std::string>();
  } catch (const YAML::Exception& e) {
    throw Error(std::string("cluster-config/kind.yaml: ") + e.what(), {.exit_code = kUsage});
  }
  return firewall;
}

void raise(const Firewall& firewall, const std::string& node, std::stop_token stop) {
  load(node, firewall.rules(), "cannot set the firewall of " + node, stop);
}

void renew(const Firewall& firewall, const std::string& node, std::stop_token stop) {
  try {
    nft(node, {"flush", "set", "inet", "harness", "refused"}, "", stop);
  } catch (const Error&) {  // it has none
    raise(firewall, node, stop);
  }
}

void open_ways(const std::string& node, const std::vector<std::string>& known,
               const std::vector<Opening>& openings, const std::vector<Opening>& reserved,
               std::stop_token stop) {
  std::vector<std::string> open;
  std::set<std::string> kept;
  for (const auto& way : openings)
    open.push_back(fmt::format("{} . {} . {}", way.pod, way.address, way.port));
  for (const auto& way : reserved) kept.insert(fmt::format("{} . {}", way.address, way.port));
  load(node,
       elements("openings", open) + elements("reserved", {kept.begin(), kept.end()}) +
           elements("known", known),
       "cannot open the firewall of " + node + " for egress:", stop);
}

std::vector<Refused> take_refused(const std::string& node, std::stop_token stop) {
  const auto doing = "cannot read the firewall of " + node;
  const auto listed =
      nft(node, {"--numeric", "--json", "list", "set", "inet", "harness", "refused"}, doing, stop);
  auto refused = parse_refused(listed);
  if (!refused.empty()) nft(node, {"flush", "set", "inet", "harness", "refused"}, doing, stop);
  return refused;
}

std::vector<Refused> parse_refused(const std::string& text) {
  std::vector<Refused> all;
  const auto json = Json::parse(text, nullptr, false);
  const auto listed = json.is_object() ? json.value("nftables", Json::array()) : Json::array();
  for (const auto& entry : listed) {
    if (!entry.contains("set")) continue;
    const auto elements = entry["set"].value("elem", Json::array());
    for (const auto& one : elements) {
      const auto& element = one.at("elem");
      const auto& key = element.at("val").at("concat");
      const auto protocol =
          key.at(2).is_number() ? (key.at(2) == 6 ? "tcp" : "udp") : key.at(2).get<std::string>();
      all.push_back({key.at(0), key.at(1), protocol, key.at(3), element.at("counter").at("packets")});
    }
  }
  return all;
}

void wait_for_service(const std::string& node, const std::string& address, int port, std::stop_token stop) {
  docker({"exec", node, "bash", "-c", std::string(kWaitForPortSh), address, std::to_string(port)},
         fmt::format("{} does not reach {}:{}", node, address, port), std::move(stop));
}

std::vector<std::string> addresses_of(const std::string& host, const std::string& node) {
  std::set<std::string> found;
  for (const auto& line : split(docker_query({"exec", node, "getent", "ahostsv4", host}), '\n'))
    if (const auto end = line.find(' '); end != std::string::npos) found.insert(line.substr(0, end));
  return {found.begin(), found.end()};
}

}  // namespace harness
