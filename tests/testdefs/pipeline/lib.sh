# What the pipeline's steps share. Each also runs by itself from a shell, in the order of tests/testruns/pipeline.yaml. Sourced.
set -euo pipefail
root=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)
instance=${HARNESS_INSTANCE:-pipeline}
# Commits are tested, not the working tree, in a clone whose cluster is its own.
checkout=$root/.harness/checkouts/$instance
state=$checkout/.harness/$instance

export TM_EXPORT_PATH=${TM_EXPORT_PATH:-$checkout/export}

harness() { (cd "$checkout" && ./harness -name="$instance" "$@"); }

# check_out COMMIT : the clone at this commit of the repository.
check_out() {
  [[ -d $checkout/.git ]] || git clone --quiet --shared --no-checkout "$root" "$checkout"
  git -C "$checkout" checkout --quiet --force --detach "$(git -C "$root" rev-parse --verify "$1^{commit}")"
}

# What kubectl and tests are to use: what the step set-up passed on, else the cluster of the clone.
cluster() {
  export PATH=${HARNESS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/harness}/bin:$PATH
  export KUBECONFIG=$state/kubeconfig
  export HARNESS_NAMESPACE=default  # the clone's cluster is its own, wherever HARNESS_INSTANCE has its components
  if [[ -f ${TM_KUBECONFIG_PATH:-}/shoot.config ]]; then KUBECONFIG=$TM_KUBECONFIG_PATH/shoot.config; fi
}

# seconds_of COMMAND.. : runs it, and exports how long it took.
seconds_of() {
  local begin=$SECONDS
  "$@"
  mkdir -p "$TM_EXPORT_PATH"
  printf '{"commit": "%s", "seconds": %d}\n' "$(git -C "$checkout" rev-parse HEAD)" $((SECONDS - begin)) >"$TM_EXPORT_PATH/seconds.json"
}
