#!/usr/bin/env bash
# suite.sh SUITE : runs one suite of the integration tests on the cluster that is there, beside others. Its result is exported.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cluster
mkdir -p "$TM_EXPORT_PATH"
scratch=$(mktemp -d)
kubectl proxy --unix-socket="$scratch/api" >"$scratch/proxy.log" &
proxy=$!
trap 'kill $proxy; rm -rf "$scratch"' EXIT
until [[ -S $scratch/api ]]; do kill -0 $proxy; sleep 0.05; done
export HARNESS_API=$scratch/api HARNESS_IMAGES=$state/images.json HARNESS_RUN_ID=${TM_TESTRUN_ID:-pipeline}-$$
HARNESS_URL=$(sed -n 's/.*"url": *"\([^"]*\)".*/\1/p' "$state/instance.json")
export HARNESS_URL
cd "$checkout" || exit
build/bin/integration_tests --gtest_filter="$1.*" --gtest_output="json:$TM_EXPORT_PATH/$1.json"
