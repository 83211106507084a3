# The commands and images of the cluster itself, from Go modules.

kubernetes_commands() {
  local replaces stamp="" package command commands=()
  logged go-mod-kubernetes go mod download "k8s.io/kubernetes@$K8S"
  # Its go.mod replaces the modules of staging/ by folders of its repository; as modules they have versions of their own.
  replaces=$(awk -v version="$STAGING" '/^replace \(/{on=1} on && /staging/{print "replace " $1 " => " $1 " " version}' \
    "$(go env GOMODCACHE)/k8s.io/kubernetes@$K8S/go.mod")
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    stamp+=" -X $package.gitVersion=$K8S -X $package.gitMajor=1 -X $package.gitMinor=34 -X $package.gitTreeState=clean"
  done
  for command in kubeadm kubelet kubectl kube-apiserver kube-controller-manager kube-scheduler kube-proxy; do
    commands+=("$command=k8s.io/kubernetes/cmd/$command")
  done
  go_commands k8s.io/kubernetes $K8S "$replaces" "$stamp" "" "${commands[@]}"
}

other_commands() {
  local containerd=github.com/containerd/containerd/v2
  go_commands go.etcd.io/etcd/server/v3 $ETCD "" "" "" etcd=go.etcd.io/etcd/server/v3
  go_commands github.com/coredns/coredns $COREDNS "" "" "" coredns=github.com/coredns/coredns
  go_commands github.com/rancher/local-path-provisioner $LOCAL_PATH "" "" "" \
    local-path-provisioner=github.com/rancher/local-path-provisioner
  go_commands $containerd $CONTAINERD "" "-X $containerd/version.Version=${CONTAINERD#v}" "no_aufs no_zfs no_btrfs no_devmapper" \
    containerd=$containerd/cmd/containerd ctr=$containerd/cmd/ctr containerd-shim-runc-v2=$containerd/cmd/containerd-shim-runc-v2
  go_commands sigs.k8s.io/cri-tools $CRICTL "" "-X sigs.k8s.io/cri-tools/pkg/version.Version=$CRICTL" "" crictl=sigs.k8s.io/cri-tools/cmd/crictl
  gcc -Os -static -s -o "$work/bin/pause" "$here/pause.c"
}

# scratch_image NAME COMMAND [ENTRYPOINT] : a static command alone.
scratch_image() {
  image "$1" "$(command_path "$2")" <<DOCKERFILE
FROM scratch
COPY $2 /usr/local/bin/$2
ENV PATH=/usr/local/bin
ENTRYPOINT ["${3:-/usr/local/bin/$2}"]
DOCKERFILE
}

cluster_images() {
  local name
  for name in kube-apiserver kube-controller-manager kube-scheduler; do scratch_image "registry.k8s.io/$name-amd64:$K8S" $name; done
  scratch_image $ETCD_IMAGE etcd
  scratch_image $COREDNS_IMAGE coredns
  image airgap/network <<'DOCKERFILE'
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends iptables nftables conntrack iproute2 kmod && rm -rf /var/lib/apt/lists/*
DOCKERFILE
  image "registry.k8s.io/kube-proxy-amd64:$K8S" "$(command_path kube-proxy)" <<'DOCKERFILE'
FROM airgap/network
COPY kube-proxy /usr/local/bin/
CMD ["/usr/local/bin/kube-proxy"]
DOCKERFILE
  image $KINDNETD_IMAGE "$(command_path kubectl)" "$here/kindnetd.sh" <<'DOCKERFILE'
FROM airgap/network
COPY kubectl kindnetd.sh /usr/local/bin/
CMD ["/bin/bash", "/usr/local/bin/kindnetd.sh"]
DOCKERFILE
  image $PAUSE_IMAGE "$work/bin/pause" <<'DOCKERFILE'
FROM scratch
COPY pause /
USER 65535:65535
ENTRYPOINT ["/pause"]
DOCKERFILE
  image $LOCAL_PATH_IMAGE "$(command_path local-path-provisioner)" <<'DOCKERFILE'
FROM scratch
COPY local-path-provisioner /usr/bin/
ENV PATH=/usr/bin
CMD ["local-path-provisioner"]
DOCKERFILE
  docker tag debian:bookworm-slim $LOCAL_PATH_HELPER_IMAGE
}
