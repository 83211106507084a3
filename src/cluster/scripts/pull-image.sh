#!/bin/sh
# In a node: pulls an image of a registry from its container. containerd finds hosts in a folder (https://github.com/containerd/containerd/blob/main/docs/hosts.md).
set -e
registry=$0 container=$1 reference=$2
hosts=$(mktemp -d)
trap 'rm -r "$hosts"' EXIT
mkdir "$hosts/$registry"
echo "[host.\"http://$container:5000\"]" >"$hosts/$registry/hosts.toml"
ctr --namespace=k8s.io images pull --hosts-dir "$hosts" "$reference"
