#!/usr/bin/env bash
# What tells why something failed.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cluster
if [[ ! -s $KUBECONFIG ]]; then echo "there is no cluster"; exit 0; fi
mkdir -p "$TM_EXPORT_PATH"
kubectl get pods --all-namespaces --output wide >"$TM_EXPORT_PATH/pods.txt"
kubectl get events --all-namespaces --sort-by=.lastTimestamp >"$TM_EXPORT_PATH/events.txt"
tail -n 5 "$TM_EXPORT_PATH/events.txt"
