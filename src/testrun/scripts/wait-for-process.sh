#!/bin/sh
# Waits until the file $0 names a process, and that process has ended: it is one of the container, and would be killed with it.
trap 'exit 0' TERM
until [ -s "$0" ]; do sleep 0.1; done
while kill -0 "$(cat "$0")" 2>/dev/null; do sleep 0.1; done
