#include "cluster/port_holders.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <filesystem>

#include "base/files.h"
#include "base/text.h"
#include "cluster/docker.h"
#include "cluster/ports.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

/// The process that has this socket open; nothing where it is not ours to see.
std::optional<std::string> process_with(const std::string& inode) {
  std::error_code unreadable;
  for (const auto& process : fs::directory_iterator("/proc", unreadable)) {
    const auto id = process.path().filename().string();
    if (id.find_first_not_of("0123456789") != std::string::npos) continue;
    for (const auto& open : fs::directory_iterator(process.path() / "fd", unreadable)) {
      const auto target = fs::read_symlink(open.path(), unreadable);
      if (target.string() != "socket:[" + inode + "]") continue;
      try {
        return fmt::format("{} (process {})", trim(read_file(process.path() / "comm")), id);
      } catch (const std::exception&) {  // it has ended
        return "process " + id;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> port_holder(int port, bool is_udp, const std::string& cluster) {
  const auto published =
      docker_query({"ps", "--filter", fmt::format("publish={}/{}", port, is_udp ? "udp" : "tcp"), "--format",
                    "{{.Names}} {{.Label \"io.x-k8s.kind.cluster\"}} {{.Ports}}"});
  for (const auto& line : split(published, '\n')) {
    // The filter is for ports of the container, too.
    if (line.find(fmt::format(":{}->", port)) == std::string::npos) continue;
    const auto words = split(line, ' ');
    if (words.size() > 1 && words[1] == cluster) return std::nullopt;
    return "container " + words[0];
  }
  const auto inode = socket_at(port, is_udp);
  if (inode.empty()) return std::nullopt;
  return process_with(inode).value_or("a process of another user");
}

}  // namespace harness
