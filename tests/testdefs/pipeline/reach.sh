#!/usr/bin/env bash
# Asks components for their health: in a pod by their names in the cluster, on this machine through the gateway. Needs nothing but bash.
set -euo pipefail

# status HOST PORT PATH : the first line of the answer
status() {
  exec 3<>"/dev/tcp/$1/$2"
  printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$3" "$1" >&3
  head -n 1 <&3
  exec 3>&-
}

for component in deck fakegitserver fakeghserver; do
  if [[ -n ${KUBERNETES_SERVICE_HOST:-} ]]; then
    line=$(status "$component.${HARNESS_NAMESPACE:-default}.svc" 80 /healthz)
  else
    . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
    url=$(sed -n 's|.*"url": *"http://\([^"]*\)".*|\1|p' "$state/instance.json")
    port=80
    if [[ $url == *:* ]]; then port=${url##*:}; fi
    line=$(status "${url%:*}" "$port" "/$component/healthz")
  fi
  echo "$component: $line"
  [[ $line == *" 200 "* ]]
done
