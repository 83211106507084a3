#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/terminal.h"

namespace harness {

/// Prints what running tests write to their logs, as they write it: "TestDeck/Shows | a line". Tests write to
/// files in any case, so that they behave the same whether they are watched or not.
class Follower {
 public:
  explicit Follower(Terminal& terminal);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// The log of a test that is about to begin.
  void begin(const std::filesystem::path& log, const std::string& name);
  /// The test has ended: prints the rest.
  void end(const std::filesystem::path& log);

 private:
  struct Followed;
  void print_new(Followed& followed);

  Terminal& terminal_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Followed>> followed_;
  std::jthread thread_;
};

/// Does `work`, which runs a test that writes to `log`, followed by `follower` where there is one.
template <typename Work>
auto followed(Follower* follower, const std::filesystem::path& log, const std::string& name, Work work) {
  struct End {
    Follower* follower;
    const std::filesystem::path& log;
    ~End() {
      if (follower) follower->end(log);
    }
  };
  if (follower) follower->begin(log, name);
  const End end{follower, log};
  return work();
}

}  // namespace harness
