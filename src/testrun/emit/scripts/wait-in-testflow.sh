#!/bin/sh
while :; do
  look
  if failed '[^ ]* stops'; then skip 'another step failed'; fi
  if all_ended "$BEFORE"; then exit 0; fi
  sleep 2
done
