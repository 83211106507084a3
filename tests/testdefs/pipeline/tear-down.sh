#!/usr/bin/env bash
# Deletes the cluster and the clone, whatever there is of them.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# Where there is no state the clone's harness never ran.
if [[ -e $state ]]; then harness -teardown; fi
rm -rf "$checkout"
