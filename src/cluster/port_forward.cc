#include "cluster/port_forward.h"

#include "base/error.h"
#include "base/http_client.h"
#include "base/pause.h"
#include "base/process.h"
#include "cluster/ports.h"

namespace harness {

namespace {

constexpr std::chrono::milliseconds kBetweenTries{200};

}  // namespace

PortForward::PortForward(const std::filesystem::path& kubeconfig, const std::string& name_space, const std::string& target, int target_port) : port_(pick_gateway_port(false)) {
  const Command forward{.args = {"kubectl", "--kubeconfig", kubeconfig.string(), "--namespace", name_space, "port-forward", "--address=127.0.0.1", target, std::to_string(port_) + ":" + std::to_string(target_port)}};
  thread_ = std::jthread([forward](std::stop_token stop) {
    do {
      try {
        run(forward, stop);
      } catch (const std::exception&) {  // cancelled; or it cannot be started now
      }
    } while (!pause_for(kBetweenTries, stop));
  });
}

void PortForward::wait(std::chrono::milliseconds patience, std::stop_token stop) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  const HttpClient client(url());
  while (std::chrono::steady_clock::now() < end) {
    try {
      client.request("GET", "/", {}, {}, stop);
      return;
    } catch (const Cancelled&) {
      throw;
    } catch (const std::runtime_error&) {  // not yet
    }
    if (pause_for(std::chrono::milliseconds(20), stop)) throw Cancelled();
  }
}

}  // namespace harness
