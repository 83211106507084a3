#!/usr/bin/env bash
# Makes the cluster, deploys everything and runs one test. The kubeconfig is for the steps that come after.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
seconds_of harness -run=TestFakeGitServer/PushedCommits
if [[ -n ${TM_KUBECONFIG_PATH:-} ]]; then cp "$state/kubeconfig" "$TM_KUBECONFIG_PATH/shoot.config"; fi
