# KIND's node image: its base from kind's own Dockerfile, then `kind build node-image` over a Kubernetes server tarball.

node_base() {
  local kind_module
  logged go-mod-kind go mod download "sigs.k8s.io/kind@$KIND"
  kind_module=$(go env GOMODCACHE)/sigs.k8s.io/kind@$KIND
  part "image airgap/kind-base-stage"
  logged image-kind-base-stage docker_build --target base --build-arg BASE_IMAGE=debian:bookworm-slim --tag airgap/kind-base-stage "$kind_module/images/base"
  image airgap/kind-base "$(command_path containerd)" "$(command_path ctr)" "$(command_path containerd-shim-runc-v2)" "$(command_path crictl)" <<'DOCKERFILE'
FROM airgap/kind-base-stage
COPY containerd ctr containerd-shim-runc-v2 crictl /usr/local/bin/
RUN apt-get update && apt-get install -y --no-install-recommends runc containernetworking-plugins && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /opt/cni/bin && cp /usr/lib/cni/* /opt/cni/bin/ && ln -sf /usr/sbin/runc /usr/local/sbin/runc \
 && ctr oci spec | jq '.hooks.createContainer = [{path: "/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' > /etc/containerd/cri-base.json
ENV container=docker
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]
DOCKERFILE
}

# kind takes the names of the images that it need not pull from the first metadata file of each of the tarball's four
# archives: the archive of kube-apiserver lists every other image too, and has `repositories` first.
server_tarball() {
  local root=$work/tarball images=$work/images server name
  server=$root/kubernetes/server/bin
  rm -rf "$root" "$images"
  mkdir -p "$server" "$images"
  echo $K8S >"$root/kubernetes/version"
  for name in kubeadm kubelet kubectl; do cp "$(command_path $name)" "$server/$name"; done
  for name in kube-controller-manager kube-scheduler kube-proxy; do docker save -o "$server/$name.tar" "registry.k8s.io/$name-amd64:$K8S"; done
  docker save "registry.k8s.io/kube-apiserver-amd64:$K8S" $ETCD_IMAGE $COREDNS_IMAGE $PAUSE_IMAGE $KINDNETD_IMAGE $LOCAL_PATH_IMAGE \
    $LOCAL_PATH_HELPER_IMAGE | tar -x -C "$images"
  sed -i 's#"kindest/#"docker.io/kindest/#g' "$images/repositories"
  (cd "$images" && find . -mindepth 1 -maxdepth 1 ! -name repositories ! -name manifest.json -printf '%f\n' |
    tar -cf "$server/kube-apiserver.tar" repositories manifest.json --files-from=-)
  tar -C "$root" -I 'gzip -1' -cf "$work/server.tar.gz" kubernetes
  rm -rf "$root" "$images"
}

node() {
  part "server tarball"
  server_tarball
  part "image $NODE_IMAGE"
  logged node-image kind build node-image --type file "$work/server.tar.gz" --base-image airgap/kind-base --image "$NODE_IMAGE"
  rm -f "$work/server.tar.gz"
}
