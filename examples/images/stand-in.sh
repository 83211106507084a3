#!/usr/bin/env bash
# stand-in.sh FOLDER NAME..: builds the image of FOLDER and has the registry serve it, as $IMAGE and under each NAME, for pods whose image
# nothing of components.yaml can change. A node looks there where its containerd is told to.
set -euo pipefail
docker build --quiet --tag "$IMAGE" "$1"
docker push --quiet "$IMAGE"
for name in "${@:2}"; do
  docker tag "$IMAGE" "${IMAGE%%/*}/$name"
  docker push --quiet "${IMAGE%%/*}/$name"
done
