# Client libraries for the conformance tests, from their package registries, kept in $HARNESS_CACHE. Sourced.

cache=${HARNESS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/harness}
export PATH=$PATH:$cache/go/bin:/usr/local/go/bin

# python_with FILE : the path of a Python that has what the requirements file FILE lists. A folder for each content of the file.
python_with() {
  local venv
  venv=$cache/venv/$(sha256sum "$1" | cut -c1-12)
  (
    mkdir -p "$cache/venv"
    flock 9
    if [[ ! -f $venv/complete ]]; then
      rm -rf "$venv"
      python3 -m venv "$venv" >&2
      "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$1" >&2
      touch "$venv/complete"
    fi
  ) 9>"$cache/venv.lock"
  echo "$venv/bin/python"
}

# node_with FOLDER : a folder with node_modules as FOLDER's package-lock.json says, and FOLDER's tests beside them. A folder for each content of the lock file.
node_with() {
  local modules
  modules=$cache/node/$(sha256sum "$1/package-lock.json" | cut -c1-12)
  (
    mkdir -p "$modules"
    flock 9
    if [[ ! -f $modules/complete ]]; then
      cp "$1/package.json" "$1/package-lock.json" "$modules/"
      npm ci --prefix "$modules" --silent --no-audit --no-fund --ignore-scripts >&2
      touch "$modules/complete"
    fi
    cp "$1"/*.test.js "$modules/"
  ) 9>"$cache/node.lock"
  echo "$modules"
}

# For the script's files; goes with it.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# start_server PROGRAM [FLAG...] : starts it on a free port and sets `url`; it ends with this script.
start_server() {
  local out=$scratch/server.out
  "$@" -port=0 -address=127.0.0.1 >"$out" 2>"${SERVER_LOG:-/dev/null}" &
  server=$!
  trap 'kill $server 2>/dev/null; wait $server; rm -rf "$scratch"' EXIT
  until url=$(sed -n 's/^listening on \(http:.*\)/\1/p' "$out") && [[ -n $url ]]; do
    kill -0 $server 2>/dev/null || { echo "$1 did not start" >&2; exit 1; }
    sleep 0.05
  done
  export url
}

# A kubeconfig of a cluster that nobody reaches.
write_kubeconfig() {  # FILE
  cat >"$1" <<'YAML'
{apiVersion: v1, kind: Config, current-context: none, contexts: [{name: none, context: {cluster: none, user: none}}],
 clusters: [{name: none, cluster: {server: "http://127.0.0.1:1"}}], users: [{name: none, user: {}}]}
YAML
}
