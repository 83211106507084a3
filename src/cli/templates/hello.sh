# The harness gives every test HARNESS_URL, KUBECONFIG, HARNESS_ARTIFACTS, HARNESS_RUN_ID and HARNESS_IMAGES.
set -eu
curl -sSf "$HARNESS_URL/hello/" | grep "Hello from the cluster"
