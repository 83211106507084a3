#!/bin/sh
# A credential helper (https://git-scm.com/docs/gitcredentials): says who asks, and stores nothing.
if [ "$1" = get ]; then printf 'username=%s\npassword=%s\n' "$HARNESS_GIT_USER" "$HARNESS_GIT_PASSWORD"; fi
