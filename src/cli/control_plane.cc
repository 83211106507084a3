#include "cli/control_plane.h"

#include "base/deadline.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/control_planes.h"
#include "cluster/control_plane/programs.h"

namespace harness {

namespace {

void wait_for_end(const ControlPlane& control_plane, std::stop_token stop) {
  const Deadline deadline(Deadline::Clock::duration::max(), stop);
  while (deadline.pause(std::chrono::milliseconds(200)))
    if (const auto why = control_plane.failure(); !why.empty())
      throw Error("the control plane is gone: " + why, {.exit_code = kCluster});
}

}  // namespace

void hold_control_plane(const Project& project, Terminal& terminal, std::stop_token stop) {
  try {
    const TempDir folder;
    auto task = terminal.start("cluster", "control plane");
    const auto image = control_plane_image(project);
    const ControlPlane control_plane(control_plane_programs(image, stop), folder.path() / "data",
                                     folder.path(), stop);
    task.done(image);
    for (const auto& [name, value] : control_plane.environment())
      terminal.document("export " + shell_quoted({name + "=" + value}));
    terminal.info("Ctrl-C ends it");
    wait_for_end(control_plane, stop);
  } catch (const Cancelled&) {  // as it is meant to end
  }
}

}  // namespace harness
