#!/bin/sh
until look && all_ended "$TESTFLOW"; do sleep 2; done
phase=Succeeded
if failed '[^ ]* (stops|continues)'; then phase=Failed; fi
echo "$phase" >/tm/phase
case $CONDITION-$phase in
  success-Failed | error-Succeeded) skip "the testflow: $phase" ;;
esac
while :; do
  look
  for job in ${NEEDED-}; do
    if failed "$job"; then skip "$job failed"; fi
  done
  if all_ended "${BEFORE-}"; then exit 0; fi
  sleep 2
done
