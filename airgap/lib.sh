# What the build scripts share: progress, logged commands, Go commands and images. Sourced by build.sh, which sets
# `here` (this folder) and `work` (where everything that is kept lies, outside the checkout).

# logged NAME COMMAND... : its output goes to a log; the end of it is shown when the command fails.
logged() {
  local log=$work/log/$1.log; shift
  mkdir -p "$work/log"
  "$@" >"$log" 2>&1 && return
  tail -n 20 "$log" >&2
  echo "error: the command failed: $*" >&2
  echo "  all of its output: $log" >&2
  exit 1
}

part() { printf '         %s\n' "$*"; }

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

# The clients from Docker 23 on build with BuildKit only where the buildx plugin is installed; older ones have it built in.
docker_build() {
  local client
  for client in docker /usr/bin/docker; do
    if [[ $($client version --format '{{.Client.Version}}') =~ ^(19|20)\. ]] || $client buildx version >/dev/null 2>&1; then
      DOCKER_BUILDKIT=1 $client build "$@"
      return
    fi
  done
  echo "no docker client here can build with BuildKit: apt-get install docker.io, or install the buildx plugin" >&2
  return 1
}

# image NAME FILE... : an image from the Dockerfile on standard input and files; made anew only when one of these changed.
image() {
  local name=$1 context file; shift
  context=$(mktemp -d)
  cat >"$context/Dockerfile"
  for file; do ln "$file" "$context/" 2>/dev/null || cp "$file" "$context/"; done
  part "image $name"
  logged "image-${name//[\/:]/-}" docker_build --tag "$name" "$context"
  rm -rf "$context"
}

# go_commands MODULE VERSION REPLACES LDFLAGS TAGS NAME=PACKAGE... : builds commands of a Go module; `command_path` finds them.
go_commands() {
  local module=$1 version=$2 replaces=$3 ldflags=$4 tags=$5 dir name pair; shift 5
  dir=$work/go/${module//\//_}@$version
  mkdir -p "$dir"
  printf 'module airgap\n\ngo 1.24.0\n\nrequire %s %s\n%s\n' "$module" "$version" "$replaces" >"$dir/go.mod"
  { printf '//go:build tools\n\npackage airgap\n\n'; for pair; do printf 'import _ "%s"\n' "${pair#*=}"; done; } >"$dir/tools.go"
  for pair; do
    name=${pair%%=*}
    ln -sfn "$dir/bin/$name" "$work/bin/$name"
    [[ -x $dir/bin/$name ]] && continue
    [[ -f $dir/go.sum ]] || { part "modules of $module $version"; logged "go-mod-$name" go -C "$dir" mod tidy; }
    part "go build $name"
    logged "go-build-$name" go -C "$dir" build -mod=mod -trimpath -tags "$tags" -ldflags "-s -w $ldflags" -o "$dir/bin/$name.new" "${pair#*=}"
    mv "$dir/bin/$name.new" "$dir/bin/$name"
  done
}

# The file that `go_commands` made for a command.
command_path() { readlink -f "$work/bin/$1"; }
