#!/usr/bin/env bash
# stand-in.sh IMAGE NAME..: has the registry serve IMAGE, which docker has, as $IMAGE and under each NAME, for pods whose image nothing of
# components.yaml can change. A node looks there where its containerd is told to.
set -euo pipefail
registry=${IMAGE%%/*} image=$1
shift
for name in "$IMAGE" "${@/#/$registry/}"; do
  docker tag "$image" "$name"
  docker push --quiet "$name"
done
