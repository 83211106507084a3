# What airgap/ builds. K8S is the node image of cluster-config/kind.yaml; the other versions are those that kind $KIND
# and kubeadm $K8S expect (kubeadm: cmd/kubeadm/app/constants; kind: pkg/build/nodeimage and images/base).
K8S=v1.34.0
STAGING=v0.34.0  # of the modules k8s.io/api, k8s.io/client-go, ... that belong to $K8S
KIND=v0.30.0
ETCD=v3.6.4
COREDNS=v1.12.1
CONTAINERD=v2.1.4
CRICTL=v1.34.0
LOCAL_PATH=v0.0.30

NODE_IMAGE=kindest/node:$K8S
ETCD_IMAGE=registry.k8s.io/etcd:3.6.4-0
COREDNS_IMAGE=registry.k8s.io/coredns/coredns:v1.12.1
PAUSE_IMAGE=registry.k8s.io/pause:3.10
KINDNETD_IMAGE=docker.io/kindest/kindnetd:v20250512-df8de77b
LOCAL_PATH_IMAGE=docker.io/kindest/local-path-provisioner:v20250214-acbabc1a
LOCAL_PATH_HELPER_IMAGE=docker.io/kindest/local-path-helper:v20241212-8ac705d0
