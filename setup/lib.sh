# What the set-up scripts share. Sourced by setup.sh.

cache=${HARNESS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/harness}
mkdir -p "$cache/bin"
export PATH=$cache/bin:$PATH

say() { printf 'setup: %s\n' "$*" >&2; }

# fail MESSAGE [NEXT STEP]
fail() {
  printf 'error: %s\n' "$1" >&2
  [[ -z ${2:-} ]] || printf '  hint: %s\n' "$2" >&2
  exit 1
}

is_root() { [[ $(id -u) == 0 ]]; }

engine_answers() { docker version >/dev/null 2>&1; }

# install_packages PACKAGE... : those that are missing, by apt-get.
install_packages() {
  local missing
  missing=$(comm -23 <(printf '%s\n' "$@" | sort) <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' | awk '$2 == "installed" {print $1}' | sort) | xargs)
  [[ -n $missing ]] || return 0
  is_root || fail "packages are missing: $missing" "sudo apt-get install $missing"
  say "installing $missing"
  local log=$cache/apt-get.log
  apt-get update >"$log" 2>&1 || say "apt-get update failed; trying with the lists that are there"
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >>"$log" 2>&1 ||
    { tail -n 15 "$log" >&2; fail "apt-get cannot install $missing" "all of its output: $log"; }
}
