#include "framework/port_forward.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <stdexcept>

#include "framework/environment.h"

namespace test {

namespace {

/// kubectl prints a line for each connection: someone has to take them.
constexpr const char* kFirstLine = R"("$@" | { read -r line; echo "$line"; exec cat > /dev/null; })";
constexpr std::string_view kForwarding = "Forwarding from ";

std::string resource(const Ref& target) {
  std::string kind = target.kind;
  std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return std::tolower(c); });
  return kind + "/" + target.name;
}

}  // namespace

PortForward::PortForward(const Ref& target, int port)
    : kubectl_({.args = {"sh", "-c", kFirstLine, "sh", "kubectl", "--kubeconfig", required_env("KUBECONFIG"),
                         "port-forward", "--address=127.0.0.1", "--namespace=" + target.name_space,
                         resource(target), fmt::format(":{}", port)},
                .until = [this](std::string_view line) {
                  if (!line.starts_with(kForwarding)) return false;
                  line.remove_prefix(kForwarding.size());
                  url_ = "http://" + std::string(line.substr(0, line.find(' ')));
                  return true;
                }}) {
  if (!kubectl_.wait())
    throw std::runtime_error(
        fmt::format("kubectl port-forward {} :{}: {}", resource(target), port, kubectl_.end(SIGTERM).text()));
}

}  // namespace test
