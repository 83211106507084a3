#!/bin/sh
# run.sh PROGRAM_FILE: client libraries that others wrote, against fakegerritserver on a free port.
# pygerrit2 lives in a venv below $HARNESS_CACHE, made again when requirements.txt changes. go-gerrit comes with Go, where there is one.
set -eu
program=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
cache=${HARNESS_CACHE:-$HOME/.cache/harness}
venv=$cache/venv-gerrit
dir=$(mktemp -d)
server=
trap 'status=$?; [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$dir"; exit "$status"' EXIT
trap 'exit 130' INT TERM

mkdir -p "$cache"
exec 9> "$venv.lock"
flock 9
wanted=$(sha256sum < "$here/requirements.txt")
if [ "$(cat "$venv/requirements.sha256" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  echo "$wanted" > "$venv/requirements.sha256"
fi
exec 9>&-

mkfifo "$dir/out"
"$program" -port=0 -address=127.0.0.1 -git-server=http://git.test > "$dir/out" 2> "$dir/log" &
server=$!
# What it prints first is where it listens; a server that ends before says nothing.
read -r line < "$dir/out" || { cat "$dir/log" >&2; exit 1; }
GERRIT_URL=${line#listening on }
export GERRIT_URL

result=0
"$venv/bin/python" "$here/pygerrit2_test.py" -v || result=1
if command -v go > /dev/null; then
  (cd "$here/go" && go test -count=1 ./...) || result=1
else
  echo "go-gerrit: left out, there is no go"
fi

kill "$server"
wait "$server" || { echo "the server ended with $?" >&2; result=1; }
server=
if grep -E 'Sanitizer|runtime error' "$dir/log" >&2; then result=1; fi
exit "$result"
