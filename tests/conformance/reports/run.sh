#!/usr/bin/env bash
# run.sh HARNESS : its JUnit files against the schema that Jenkins checks and the parser that TestGrid and Prow's viewers use; those of a run
# that ended, of one that was interrupted and of one that was killed.
set -euo pipefail
program=$(readlink -f "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../tools.sh
python=$(python_with requirements.txt)

# The schema is part of pytest's source package.
schema=$cache/junit/pytest-7.2.1/testing/example_scripts/junit-10.xsd
(
  flock 9
  [[ ! -f $schema ]] || exit 0
  "$(dirname "$python")/pip" download --quiet --disable-pip-version-check --no-deps --no-binary pytest --dest "$scratch/sdist" pytest==7.2.1 >&2
  echo "d45e0952f3727241918b8fd0f376f5ff6b301cc0777c6f9a556935c92d8a7d42  $scratch/sdist/pytest-7.2.1.tar.gz" | sha256sum --check --quiet >&2
  mkdir -p "$cache/junit"
  tar -xzf "$scratch/sdist/pytest-7.2.1.tar.gz" -C "$cache/junit"
) 9>"$cache/junit.lock"

# An instance that seems to be there; no tool that could reach a cluster.
mkdir -p "$scratch"/{bin,project/.harness/default}
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/kubectl"
chmod +x "$scratch/bin/kubectl"
export PATH=$scratch/bin:$PATH
cd "$scratch/project"
cat >components.yaml <<'YAML'
tests:
  - {name: TestGood, command: 'true', owner: team@example.com, labels: [slow, beta]}
  - {name: TestBad, command: 'printf "<&>\001\377 ]]>"; exit 3'}
  - {name: TestSkipped, command: exit 77}
  - {name: TestFlaky, command: '[ -e flag ] && exit 0; touch flag; exit 1'}
  - {name: TestLong, command: 'echo > began; sleep 600', labels: serial}
  - {name: TestLast, command: 'true', labels: disruptive}
YAML
cluster=$(HARNESS_CACHE=$scratch "$program" -teardown -dry-run | awk '{print $NF}')
echo '{"cluster": "'"$cluster"'", "url": "http://localhost:1"}' >.harness/default/instance.json
write_kubeconfig .harness/default/kubeconfig

harness() {
  rm -f .harness/default/running.json  # no cluster, nothing left behind in it
  HARNESS_CACHE=$scratch "$program" -no-setup -no-dump -all -retry=1 "-artifacts=$scratch/$1" "${@:2}" >"$scratch/$1.log" 2>&1
}
stopped_by() {  # SIGNAL NAME
  rm -f began
  harness "$2" &
  until [[ -e began ]] && grep -q 'exit code 3' "$scratch/$2/junit_01.xml"; do
    kill -0 $! 2>/dev/null || { cat "$scratch/$2.log" >&2; exit 1; }
    sleep 0.05
  done
  pkill "-$1" -P $! -f -- -no-setup
  wait $! || true
}
harness ended -skip=Long || [[ $? == 1 ]]
stopped_by INT interrupted
stopped_by KILL killed
rm -rf "${TMPDIR:-/tmp}/$cluster"

for run in ended interrupted killed; do
  "$python" -c 'import sys, xmlschema; xmlschema.validate(sys.argv[1], sys.argv[2])' "$scratch/$run/junit_01.xml" "$schema"
  echo "$run: valid"
done
cd - >/dev/null
# The parser's module asks for hundreds of others that are not built here: their sums stay out of the repository.
cp -r go "$scratch/go"
(cd "$scratch/go" && RUNS=$scratch GOFLAGS=-mod=mod GONOSUMDB="*" go test -count=1 -v ./...)
