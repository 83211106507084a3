#!/bin/bash
# In a node: how much room its disks have, and whether its API server listens. One that the kubelet starts again and again listens for some seconds each time.
df -Pk /var/lib/etcd /var | awk 'NR > 1 { print "free", $4 }'
n=0
until (exec 3<>/dev/tcp/127.0.0.1/6443) 2>/dev/null; do
  n=$((n + 1))
  if [ $n -ge 40 ]; then
    echo silent
    exit
  fi
  sleep 0.25
done
echo listens
