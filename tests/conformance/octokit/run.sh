#!/usr/bin/env bash
# run.sh PROGRAM : Octokit, GitHub's own client in JavaScript, against fakeghserver. Without node and npm it is skipped (77).
set -euo pipefail
program=$(readlink -f "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../tools.sh
for program_name in node npm; do
  command -v $program_name >/dev/null || { echo "skipped: $program_name is missing (Debian: apt-get install npm)"; exit 77; }
done
modules=$(node_with .)
start_server "$program"
cd "$modules"
FAKEGHSERVER=$url node --test octokit.test.js
