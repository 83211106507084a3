#!/bin/bash
# In a node: waits half a minute for the port $1 of the address $0.
set -e
n=0
until (exec 3<>"/dev/tcp/$0/$1") 2>/dev/null; do
  n=$((n + 1))
  test $n -lt 300
  sleep 0.1
done
