#!/usr/bin/env bash
# run.sh TARGET SECONDS : fuzzes one of http, json, cgi, yaml, project, flags and labels, beginning with the inputs in corpus/ and
# what earlier runs found. What breaks it is kept as build/fuzz/crash-... : `build/fuzz/bin/fuzz_http FILE` shows it again. What
# was fixed belongs into corpus/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mkdir -p "build/fuzz/corpus/$1"
setup/run-step "fuzz-$1" "fuzzing: $1" "build/fuzz/bin/fuzz_$1" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 -max_len=16384 \
  -artifact_prefix=build/fuzz/ "build/fuzz/corpus/$1" "tests/fuzz/corpus/$1"
grep -E '^Done ' "build/fuzz-$1.log"
