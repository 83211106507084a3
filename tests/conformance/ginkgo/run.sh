#!/usr/bin/env bash
# run.sh HARNESS : what it says of each spec of Ginkgo's own fixtures, beside what Ginkgo's JSON report says of it.
set -euo pipefail
program=$(readlink -f "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
. ../tools.sh

version=v2.27.2
export GOFLAGS=-mod=mod GONOSUMDB="*"
module=$(cd "$scratch" && go mod download -json "github.com/onsi/ginkgo/v2@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p') || true
[[ -n $module ]] || { echo "skipped: github.com/onsi/ginkgo/v2@$version is not to be had here" >&2; exit 77; }

# An instance that seems to be there; no tool that could reach a cluster.
mkdir -p "$scratch"/{bin,project/.harness/default}
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/kubectl"
chmod +x "$scratch/bin/kubectl"
export PATH=$scratch/bin:$PATH
cd "$scratch/project"
fixtures=(abort decorations fail filter flags focused labels ordered passing_ginkgo_tests report_entries reporting serial skip synchronized_setup_tests timeline)
for fixture in "${fixtures[@]}"; do
  cp -r "$module/integration/_fixtures/${fixture}_fixture" .
done
chmod -R u+w .
# What is there to be refused.
rm -rf labels_fixture/labels.go reporting_fixture/malformed_sub_package decorations_fixture/invalid_*
grep -rl _fixtures/ --include='*.go' . | xargs sed -i 's#github.com/onsi/ginkgo/v2/integration/_fixtures/#fixtures/#'
cat >go.mod <<MOD
module fixtures

go 1.23

require (
	github.com/onsi/ginkgo/v2 $version
	github.com/onsi/gomega v1.38.2
)
MOD
go mod tidy 2>/dev/null
echo 'tests: [{ginkgo: ./..., timeout: 30s}]' >components.yaml
cluster=$(HARNESS_CACHE=$scratch "$program" -teardown -dry-run | awk '{print $NF}')
echo '{"cluster": "'"$cluster"'", "url": "http://localhost:1"}' >.harness/default/instance.json
write_kubeconfig .harness/default/kubeconfig
HARNESS_CACHE=$scratch "$program" -no-setup -no-dump -all -j=1 "-artifacts=$scratch/artifacts" >"$scratch/log" 2>&1 || [[ $? == 1 ]] || { cat "$scratch/log" >&2; exit 1; }
python3 "$here/compare.py" "$scratch/artifacts/results.json" .harness/default/tests/go
