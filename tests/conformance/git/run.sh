#!/usr/bin/env bash
# run.sh PROGRAM : git clients that nobody here wrote (dulwich, go-git) against fakegitserver.
set -euo pipefail
program=$(readlink -f "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../tools.sh
python=$(python_with requirements.txt)
start_server "$program" -git-repos-parent-dir="$scratch/repositories"
status=0
FAKEGITSERVER=$url "$python" -m unittest --verbose dulwich_test || status=1
(cd go && FAKEGITSERVER=$url go test -count=1 -v ./...) || status=1
exit $status
