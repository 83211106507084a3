#!/usr/bin/env bash
# Every benchmark, one after the other: `make bench` builds what they need. For a machine that does nothing else; takes about three hours.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cache=${HARNESS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/harness}
bin=build/bin

measure() {
  printf '\n%s\n\n' "$1"
  shift
  python3 "$@"
}

measure "Repeating a test" bench/repeat.py $bin/harness $bin/gtest_samples
measure "Suites against their own runners" bench/suites.py $bin/harness
measure "The hash of an image's inputs" bench/hash.py $bin/hash_inputs
measure "Nothing has changed" bench/noop.py $bin/harness $bin/gtest_samples
measure "Charts and overlays" bench/charts.py $bin/harness
measure "From an edit to the new version" bench/redeploy.py $bin/harness --ko="$cache/bin/ko"
measure "What each setting of cluster-config is worth" bench/settings.py $bin/harness --rounds=20
measure "The same, 20 components at once" bench/settings.py $bin/harness --services=20 --only='kube-proxy|registryPull'
measure "From nothing" bench/cold.py $bin/harness
measure "Steps of a Testrun" bench/steps.py $bin/harness
measure "fakegitserver, small repository" bench/gitserver.py $bin/fakegitserver --rows=small
measure "fakegitserver, 100 MB" bench/gitserver.py $bin/fakegitserver --rows='100 MB, 1 |push, 100 MB' --rounds=3 --seconds=1
measure "fakegitserver, 100 MB, many at once" bench/gitserver.py $bin/fakegitserver --rows='clone, 100 MB, 50' --rounds=1 --seconds=1
