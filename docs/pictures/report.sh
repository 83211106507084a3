#!/usr/bin/env bash
# report.sh REPORT.html: makes report.png of a run's report, its failures opened; needs Debian's chromium-headless-shell and fonts-dejavu-core.
set -euo pipefail
page=$(mktemp --suffix=.html)
trap 'rm -f "$page"' EXIT
sed 's#<details class="of-failed"#<details open class="of-failed"#' "$1" > "$page"
chromium-headless-shell --no-sandbox --disable-gpu --hide-scrollbars --window-size=900,1000 \
  --screenshot="$(dirname "${BASH_SOURCE[0]}")/report.png" "file://$page"
