#!/bin/sh
# In a node: writes what comes in to the file $0, with its folder.
set -e
mkdir -p "$(dirname "$0")"
cat >"$0"
