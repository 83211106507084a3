#!/bin/sh
# $states has a line for each Job of the run: its name, the label of its failure, and its conditions. An API server that does not answer is asked again.
look() {
  states=$(kubectl get jobs --selector "$SELECTOR" --output jsonpath='{range .items[*]}{.metadata.name} {.metadata.labels.testrun\.harness/failure} {.status.conditions[?(@.status=="True")].type}{"\n"}{end}') || states=
}
ended() { printf '%s\n' "$states" | grep -Eq "^$1 .*(Complete|Failed|Suspended)"; }
failed() { printf '%s\n' "$states" | grep -Eq "^$1 .*(Failed|FailureTarget)"; }
all_ended() {
  for job in $1; do
    ended "$job" || return 1
  done
}
# The Job is suspended: its pod is deleted, and it has neither succeeded nor failed.
skip() {
  echo "skipped: $1"
  until kubectl patch job "$JOB" --patch '{"spec":{"suspend":true}}'; do sleep 2; done
  trap 'exit 0' TERM
  sleep 3600 &
  wait
  exit 1
}
