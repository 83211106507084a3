#!/usr/bin/env bash
# run.sh PROGRAM : clients of Gerrit's API that nobody here wrote (pygerrit2, go-gerrit) against fakegerritserver.
set -euo pipefail
program=$(readlink -f "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../tools.sh
python=$(python_with requirements.txt)
start_server "$program" -git-server=http://git.test
status=0
FAKEGERRITSERVER=$url "$python" -m unittest --verbose pygerrit2_test || status=1
(cd go && FAKEGERRITSERVER=$url go test -count=1 -v ./...) || status=1
exit $status
