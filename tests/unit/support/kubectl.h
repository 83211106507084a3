#pragma once

#include "support/environment.h"
#include "support/files.h"

/// A fixture's base whose `kubectl` is all that KubeApi needs of the real one: a proxy at a unix socket,
/// where an HttpServer of the test listens.
class FakeKubectl {
 protected:
  FakeKubectl() {
    files_.write("bin/kubectl", "#!/bin/sh\nln -sf " + socket() + " \"$5\"; exec sleep 600\n", 0755);
  }
  std::string socket() const { return (files_ / "socket").string(); }

  const TempProject files_;
  const ScopedVariable path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
};
