#!/usr/bin/env bash
# run.sh PROGRAM : clients of GitHub's API that nobody here wrote (PyGithub, go-github) against fakeghserver.
set -euo pipefail
program=$(readlink -f "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../tools.sh
python=$(python_with requirements.txt)
start_server "$program"
status=0
FAKEGHSERVER=$url "$python" -m unittest --verbose pygithub_test || status=1
(cd go && FAKEGHSERVER=$url go test -count=1 -v ./...) || status=1
exit $status
