#!/usr/bin/env bash
# check.sh HARNESS : what testrun emit writes, checked by Tekton's, Argo's, Prow's and Kubernetes' own code, each of a version that its go.mod names. Of the shipped example, of cases/, of what lies in
# tests/testdata/testruns/ without a mistake, and of Testruns made at random. At the end the files of examples/ci/, which people copy. `setup.sh emit` comes before it.
set -euo pipefail
program=$(readlink -f "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/tests/conformance/tools.sh"
RANDOM_TESTRUNS=${RANDOM_TESTRUNS:-20}

bin=$cache/emit
export PATH=$cache/bin:$PATH
mkdir -p "$bin"
for engine in tekton argo prow kubernetes; do (cd "$here/$engine" && go build -o "$bin/check-$engine" .); done

mkdir -p "$scratch"/{random,tekton,argo,prowjob,kubernetes,arrived}
"$here/generate.py" 1 "$RANDOM_TESTRUNS" "$scratch/random"
# For Prow there is a repository, whatever this checkout's is.
checkout=$scratch/checkout
mkdir "$checkout"
(cd "$root" && cp -r --parents components.yaml tests/testruns tests/testdefs tests/emit/cases "$checkout")
git -C "$checkout" init --quiet
git -C "$checkout" add --all
git -C "$checkout" -c user.name=harness -c user.email=harness@example.com commit --quiet --message=checkout
git -C "$checkout" remote add origin https://github.com/org/repo.git
testruns=("$checkout"/tests/testruns/*.yaml "$checkout"/tests/emit/cases/*.yaml "$scratch"/random/*.yaml)

# emit ENGINE FILE OUTPUT [FLAG..]
emit() {
  local flags=()
  if grep -q '\${image}' "$2"; then flags+=(-set image=localhost:5001/debian-git); fi
  (cd "$checkout" && "$program" testrun emit "$1" "$2" "${flags[@]}" "${@:4}") >"$3" 2>"$scratch/err" || { cat "$scratch/err" >&2; return 1; }
}

count=0
for file in "${testruns[@]}"; do
  for engine in tekton argo kubernetes; do
    emit "$engine" "$file" "$scratch/$engine/$count-$(basename "$file")"
    emit "$engine" "$file" "$scratch/$engine/$count-again-$(basename "$file")" -attempts=3 -j=2
  done
  for kind in presubmit postsubmit periodic; do emit "prowjob:$kind" "$file" "$scratch/prowjob/$count-$kind.yaml" -attempts=3 -j=2; done
  count=$((count + 1))
done

"$here/texts.py" "$scratch/texts"
for engine in tekton argo kubernetes; do
  emit "$engine" "$scratch/texts/run.yaml" "$scratch/arrived/$engine.yaml"
  cp "$scratch/arrived/$engine.yaml" "$scratch/$engine/texts.yaml"
done

status=0
"$bin/check-kubernetes" -texts "$scratch/texts/texts.json" "$scratch"/arrived/*.yaml || status=1
"$bin/check-tekton" "$scratch"/tekton/*.yaml || status=1
"$bin/check-argo" "$scratch"/argo/*.yaml || status=1
"$bin/check-prow" "$here/prow/config.yaml" "$scratch"/prowjob/*.yaml || status=1
"$bin/check-kubernetes" "$scratch"/{tekton,argo,kubernetes}/*.yaml || status=1
[[ $status == 0 ]] || exit 1
for engine in tekton argo prowjob kubernetes; do echo "$engine: $(ls "$scratch/$engine" | wc -l) outputs of $count Testruns are valid"; done
echo "texts: all arrive"

python=$(python_with "$here/users_ci.txt")
ln -sf "$(dirname "$python")/check-jsonschema" "$(command -v actionlint)" "$bin"
"$here/users_ci.py" "$bin" "$program"
