#!/bin/sh
echo "a step failed" >&2
exit 1
