#!/usr/bin/env bash
# Builds, from Debian packages and Go modules alone, every image that the harness needs and cannot pull: Debian, the
# registry, the gateway's nginx and KIND's node image. About 15 minutes on 2 cores; what an earlier run finished is kept
# in $HARNESS_CACHE/airgap. `make setup` calls it when a pull fails; kind, go and a Docker engine must be there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=${HARNESS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/harness}/airgap
export CGO_ENABLED=0
mkdir -p "$work/bin"
. "$here/versions.sh"
. "$here/lib.sh"
. "$here/base-images.sh"
. "$here/kubernetes.sh"
. "$here/node-image.sh"

steps=(debian registry nginx)
has_image "$NODE_IMAGE" || steps+=(kubernetes_commands other_commands cluster_images node_base node)
for i in "${!steps[@]}"; do
  printf '  [%d/%d] %-20s %s\n' $((i + 1)) ${#steps[@]} "${steps[$i]//_/ }" "after $((SECONDS / 60))m$((SECONDS % 60))s"
  "${steps[$i]}"
done
