#!/usr/bin/env bash
# deploy.sh COMMIT : puts the images and manifests of a commit (HEAD, HEAD~1) in the place of what is deployed.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
check_out "$1"
seconds_of harness -no-setup-kind-cluster
