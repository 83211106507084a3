#!/usr/bin/env bash
# check.sh : the shell programs that are embedded in the driver, by shellcheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
find src -path '*/scripts/*.sh' -print0 | xargs --null shellcheck
