#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// In an argument: the pid of the process that gets it, as the name of a folder.
inline constexpr std::string_view kOwnPid = "<pid of the process itself>";

/// What a process begins with.
struct Launch {
  std::filesystem::path program;  ///< a path; PATH is not searched
  std::vector<std::string> args;  ///< args[0] too
  std::vector<std::string> env;   ///< all of it: "NAME=value"
  std::filesystem::path dir;      ///< empty: the current folder
  int in = -1;  ///< file descriptors that become its 0 to 2; -1: /dev/null. They stay the caller's
  int out = -1;
  int err = -1;
};

/// Starts a program in a process group of its own, with default signal handling and nothing open but 0 to 2.
/// It dies with the thread that started it. The caller waits for it. Throws std::system_error.
///
/// Boost's own launchers fork, which copies the page tables of a large process, and tell Asio of it, in the
/// child too, where that allocates memory: an allocator that another thread had locked stays locked there
/// (glibc's is made for it, AddressSanitizer's is not), and the start never ends. This one uses vfork(2):
/// nothing is copied, and the child tells its failure in the shared memory.
pid_t launch(const Launch& what);

}  // namespace harness
