#!/usr/bin/env bash
# Deletes the cluster and the clone, whatever there is of them.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
if [[ ! -e $checkout ]]; then exit 0; fi
if [[ -e $state ]]; then
  "$root/harness" -name="$instance" -config="$checkout/components.yaml" -teardown
fi
rm -rf "$checkout"
