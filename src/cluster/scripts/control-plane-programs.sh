#!/bin/sh
# In a container of a node image, whose entrypoint this is: prints etcd, kube-apiserver and kubectl as a tar archive. The first two are in images of the image,
# whose layers containerd keeps by their digests (https://github.com/containerd/containerd/blob/main/docs/content-flow.md).
set -eu
out=$(mktemp -d)
cp "$(command -v kubectl)" "$out/kubectl"
find /var/lib/containerd -path '*/blobs/*' -type f -size +1000k | while read -r layer; do
  for program in etcd kube-apiserver; do
    [ ! -e "$out/$program" ] || continue
    if tar --wildcards -xOf "$layer" "*usr/local/bin/$program" >"$out/.part" 2>/dev/null; then mv "$out/.part" "$out/$program"; fi
  done
done
rm -f "$out/.part"
for program in etcd kube-apiserver; do
  if [ ! -e "$out/$program" ]; then
    echo "no layer below /var/lib/containerd has usr/local/bin/$program" >&2
    exit 1
  fi
done
chmod 755 "$out"/*
exec tar -cf - -C "$out" etcd kube-apiserver kubectl
