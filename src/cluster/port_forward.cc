#include "cluster/port_forward.h"

#include "base/error.h"
#include "base/http.h"
#include "base/pause.h"
#include "base/process.h"
#include "base/threads.h"

namespace harness {

namespace {

constexpr std::chrono::milliseconds kBetweenTries{200};
constexpr std::chrono::seconds kOneTry{2};

}  // namespace

PortForward::PortForward(const std::filesystem::path& kubeconfig, const std::string& name_space,
                         const std::string& target, int target_port, int port)
    : port_(port) {
  const Command forward{.args = {"kubectl", "--kubeconfig", kubeconfig.string(), "--namespace", name_space,
                                 "port-forward", "--address=127.0.0.1", target,
                                 std::to_string(port_) + ":" + std::to_string(target_port)}};
  thread_ = background(
      [forward](std::stop_token stop) {
        do {
          try {
            run(forward, stop);
          } catch (const std::exception&) {  // cancelled; or it cannot be started now
          }
        } while (!pause_for(kBetweenTries, stop));
      },
      [](const std::exception&) {});  // it tries again whatever happens
}

void PortForward::wait(std::chrono::milliseconds patience, std::stop_token stop) const {
  const Deadline deadline(patience, std::move(stop));
  const HttpClient client(url());
  do {
    try {
      client.head_of({}, deadline.within(kOneTry));
      return;
    } catch (const HttpError&) {  // not yet
    }
  } while (deadline.pause(std::chrono::milliseconds(20)));
}

}  // namespace harness
