#include "cluster/port_forward.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "support/environment.h"
#include "support/files.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::HasSubstr;

TEST(PortForwardTest, IsOfThisMachineAloneAndBegunAnewUntilItsEnd) {
  const TempProject files;
  // The first one ends at once, as it does while there is no pod.
  files.write(
      "bin/kubectl",
      "#!/bin/sh\ncd " + files.root().string() +
          "\necho \"$*\" >> calls\n[ -e again ] || { touch again; exit 1; }\necho $$ > pid\nexec sleep 600\n",
      0755);
  const ScopedVariable path("PATH", (files / "bin").string() + ":/usr/bin:/bin");
  std::string pid;
  {
    const PortForward forward("/k", "ns", "deployment/gateway", 80, 4711);
    EXPECT_EQ(forward.url(), "http://localhost:4711");
    ASSERT_TRUE(eventually([&] { return !text_of(files / "pid").empty(); }));
    const std::string call =
        "--kubeconfig /k --namespace ns port-forward --address=127.0.0.1 deployment/gateway 4711:80\n";
    EXPECT_EQ(text_of(files / "calls"), call + call);
    pid = text_of(files / "pid");
  }
  EXPECT_TRUE(eventually([&] { return !is_running(std::atoi(pid.c_str())); }));
}

}  // namespace
}  // namespace harness
