# The images that everything starts from: pulled; where that fails, built from source. Sourced by setup.sh.

ensure_images() {
  local image missing=()
  grep -q "image: $NODE_IMAGE\$" "$root/cluster-config/kind.yaml" ||
    fail "cluster-config/kind.yaml names another node image than $NODE_IMAGE" "make K8S in airgap/versions.sh the same"
  for image in "$NODE_IMAGE" registry:2 nginx:1.26 debian:bookworm-slim; do
    docker image inspect "$image" >/dev/null 2>&1 || missing+=("$image")
  done
  ((${#missing[@]})) || return 0
  for image in "${missing[@]}"; do
    say "pulling $image"
    if ! docker pull --quiet "$image" >"$cache/pull.log" 2>&1; then
      say "cannot be pulled ($(tail -n 1 "$cache/pull.log"))"
      say "building from Debian packages and Go modules instead: about 15 minutes on 2 cores, once"
      install_packages debootstrap gcc libc6-dev
      "$root/airgap/build.sh" >&2
      return
    fi
  done
}
