#!/usr/bin/env bash
# Deletes every pod of the components at once: all must come back.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cluster
workloads=$(kubectl get deployments --namespace default --output name)
kubectl delete pods --all --namespace default --wait=false
for workload in $workloads; do kubectl rollout status --namespace default --timeout=3m "$workload"; done
