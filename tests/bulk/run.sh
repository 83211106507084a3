#!/usr/bin/env bash
# run.sh HARNESS : -es-url against a real server with the bulk API, OpenSearch, whose parts come from Maven once (Java 17, mvn). Sends the documents of a run and counts what is there.
set -euo pipefail
program=$(readlink -f "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../conformance/tools.sh"
classes=$cache/bulk
mkdir -p "$classes"
mvn --quiet --batch-mode -Dstyle.color=never --file "$here/pom.xml" dependency:build-classpath "-Dmdep.outputFile=$classes/path"
javac -classpath "$(cat "$classes/path")" -d "$classes" "$here/Server.java"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
mkdir -p "$scratch"/home/config "$scratch"/project/tests/testdefs
java -Xmx512m -classpath "$classes:$(cat "$classes/path")" Server "$scratch/home" "$port" >"$scratch/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server || true; rm -rf "$scratch"' EXIT
until curl --silent --fail "$url/_cluster/health?wait_for_status=yellow" >/dev/null; do
  kill -0 $server 2>/dev/null || { tail -n 20 "$scratch/server.log" >&2; exit 1; }
  sleep 0.2
done

cd "$scratch/project"
cat >tests/testdefs/exports.yaml <<'YAML'
kind: TestDefinition
metadata: {name: exports}
spec:
  owner: maintainers@example.com
  command:
  - sh
  - -c
  - |
    for i in $(seq 1200); do printf '{"number": %d, "text": "Ü"}\n' "$i"; done >"$TM_EXPORT_PATH/lines.json"
    printf '{"real": 1.5}' >"$TM_EXPORT_PATH/one.json"
    printf '{"index":{"_index":"own"}}\n{"a":1}\n{"create":{"_index":"own"}}\n{"a":2}\n{"create":{"_index":"own","_id":"one"}}\n{"a":3}\n' >"$TM_EXPORT_PATH/bulk.json"
YAML
cat >t.yaml <<'YAML'
apiVersion: testmachinery.sapcloud.io/v1beta1
kind: Testrun
spec:
  testflow: [{name: a, definition: {name: exports}}, {name: b, definition: {name: exports}}]
YAML
"$program" testrun t.yaml "-es-url=$url" 2>&1 | tee "$scratch/out"
# Both steps create one and the same document: the second time it is there.
grep -q '^sent      2410 of 2411 documents$' "$scratch/out"
grep -q 'index tm-own: status 409: .*version conflict' "$scratch/out"

curl --silent --fail --request POST "$url/_refresh" >/dev/null
status=0
# Two steps of 1200 lines, an object and three documents of a bulk file, of which one has the same id; a summary of each and of the run.
for expected in exports:2402 tm-own:5 testmachinery:3; do
  count=$(curl --silent --fail "$url/${expected%:*}/_count" | python3 -c 'import json, sys; print(json.load(sys.stdin)["count"])')
  echo "${expected%:*}: $count documents"
  [[ $count == "${expected#*:}" ]] || status=1
done
exit $status
