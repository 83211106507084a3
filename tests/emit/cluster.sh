#!/usr/bin/env bash
# cluster.sh HARNESS [NAME..] : runs the shipped example by the harness and by Tekton, its flow with programs that a pod can run, and cases/ (or those of them that are named), as plain Jobs as well, on a
# cluster of its own, and compares the phases of all nodes. Tekton is built from its Go module, whose version tekton/go.mod says. KEEP=1 keeps the cluster.
set -euo pipefail
program=$(readlink -f "$1")
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/tests/conformance/tools.sh"
. "$here/shipped.sh"
PATH=$cache/bin:$PATH
registry=localhost:5001
say() { printf '%4ds %s\n' "$SECONDS" "$*"; }

# The cluster is that of a project with one test, which does nothing. Pods log in to this machine.
project=$scratch/project
mkdir -p "$project"
printf 'registry: %s\nhermetic: false\ntests:\n- {name: TestNothing, command: "true"}\n' $registry >"$project/components.yaml"
harness() { (cd "$project" && "$program" -name=emit "$@"); }
finish() {
  if [[ -z ${KEEP:-} ]]; then clean_shipped; harness -teardown >"$scratch/teardown" 2>&1 || cat "$scratch/teardown"; rm -rf "$scratch"; else echo "kept: KUBECONFIG=$KUBECONFIG, project $project, and the container emit-machine where there is one"; fi
}
trap finish EXIT
export KUBECONFIG=$project/.harness/emit/kubeconfig

# image NAME FILE PATH [BASE] : an image with one program.
image() {
  local folder=$scratch/image-$1
  mkdir -p "$folder"
  cp "$2" "$folder/program"
  printf 'FROM %s\nCOPY program %s\nENTRYPOINT ["%s"]\n' "${4:-scratch}" "$3" "$3" >"$folder/Dockerfile"
  DOCKER_BUILDKIT=0 docker build --quiet --tag "$registry/$1" "$folder" >/dev/null 2>&1
  docker push --quiet "$registry/$1" >/dev/null
}

say "building Tekton"
version=$(cd "$here/tekton" && go list -m -f '{{.Version}}' github.com/tektoncd/pipeline)
programs=$cache/emit/tekton-$version
mkdir -p "$programs"
for name in controller webhook entrypoint nop workingdirinit; do
  (cd "$here/tekton" && CGO_ENABLED=0 go build -ldflags=-s -o "$programs/$name" "github.com/tektoncd/pipeline/cmd/$name")
done

say "making the cluster"
harness -run=TestNothing >"$scratch/cluster.log" 2>&1 || { cat "$scratch/cluster.log"; exit 1; }
for name in controller webhook entrypoint nop workingdirinit; do image "tekton-$name" "$programs/$name" "/ko-app/$name"; done
image emit-kubectl "$cache/bin/kubectl" /usr/bin/kubectl debian:bookworm-slim

say "installing Tekton $version"
config=$(cd "$here/tekton" && go list -m -f '{{.Dir}}' github.com/tektoncd/pipeline)/config
# What is not built here is never run: no step has results or a script.
for file in "$config"/100-namespace/*.yaml "$config"/2*.yaml "$config"/300-crds/*.yaml "$config"/500-webhooks.yaml "$config"/config-*.yaml "$config"/controller.yaml "$config"/webhook.yaml; do
  sed "s|ko://github.com/tektoncd/pipeline/cmd/sidecarlogresults|$registry/tekton-nop|; s|ko://github.com/tektoncd/pipeline/cmd/|$registry/tekton-|" "$file"
  echo ---
done >"$scratch/tekton.yaml"
kubectl apply --server-side --filename "$scratch/tekton.yaml" >"$scratch/apply.log" || { cat "$scratch/apply.log"; exit 1; }
for deployment in tekton-pipelines-controller tekton-pipelines-webhook; do kubectl rollout status --namespace tekton-pipelines --timeout=3m "deployment/$deployment"; done

# The shipped example: its flow, with programs that succeed, and one that does not.
annotate="s|^  generateName: .*|&\\n  annotations: {testrun.harness/helper-image: \"\${image}\"}|"
for example in pipeline pipeline-fails; do
  mkdir -p "$scratch/$example/tests/testdefs"
  sed "s|^  generateName: .*|  generateName: $example-|; $annotate" "$root/tests/testruns/pipeline.yaml" >"$scratch/$example/$example.yaml"
  for file in "$root"/tests/testdefs/*.yaml; do sed 's|^  command: .*|  command: [sh, -c, "true"]|' "$file" >"$scratch/$example/tests/testdefs/$(basename "$file")"; done
done
sed -i 's|"true"|"exit 1"|' "$scratch/pipeline-fails/tests/testdefs/deploy-new.yaml"

cp -r "$here/cases" "$scratch/cases"

# The tokens of new namespaces, and the webhook's certificate, come a moment later.
until kubectl apply --dry-run=server --filename - <<<'{apiVersion: tekton.dev/v1, kind: Pipeline, metadata: {name: a, namespace: default}, spec: {tasks: [{name: a, taskRef: {name: a}}]}}' >/dev/null 2>&1; do sleep 1; done

# in_its_folder FILE WORD.. : harness testrun WORD.. FILE.
in_its_folder() { (cd "$(dirname "$1")" && "$program" testrun "${@:2}" "$1" -set=image=$registry/emit-kubectl); }
(($#)) || set -- shipped pipeline pipeline-fails folders fails goes-on too-slow texts
status=0
for name in "$@"; do
  engines="tekton kubernetes" testrun=$scratch/cases/$name.yaml run=$scratch/run-$name
  [[ $name != shipped ]] || make_shipped
  [[ ! -d $scratch/$name ]] || testrun=$scratch/$name/$name.yaml
  say "$name: by the harness"
  if [[ $name == shipped ]]; then
    engines=tekton  # the deadline of a Job counts what it waits for, which is minutes here
    run_shipped
  else
    in_its_folder "$testrun" -name=emit || true
  fi >"$scratch/$name.log" 2>&1
  mv "$(dirname "$testrun")/.harness/runs/$name"-* "$run"
  for engine in $engines; do
    say "$name: $engine"
    in_its_folder "$testrun" emit $engine 2>/dev/null | sed "s|alpine/k8s:.*|$registry/emit-kubectl|" >"$scratch/$name-$engine.yaml"
    kubectl replace --force --filename "$scratch/$name-$engine.yaml" >"$scratch/replace.log" 2>&1 || { cat "$scratch/replace.log"; exit 1; }
    "$here/compare.py" "$engine" "$name" "$run/status.json" || { status=1; kubectl logs --selector="testrun.harness/run=$name" --all-containers --prefix --tail=20 || true; }
    kubectl delete --wait=false --filename "$scratch/$name-$engine.yaml" >/dev/null
  done
done
exit $status
