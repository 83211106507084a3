#!/bin/sh
set -eu
run=/tm/run
own=$run/$OWN
for folder in shared export kubeconfig; do
  mkdir -p "$own/$folder"
  find "$own/$folder" -mindepth 1 -delete
done

# The step whose folders this one begins with; "" stands for what the run begins with.
source=${SOURCE-}
if [ -n "${IN_ON_EXIT-}" ]; then
  if [ -e /tm/phase ]; then read -r TM_PHASE </tm/phase; fi
  case $TM_PHASE in
    Succeeded | Completed) ;;
    *)
      source=
      if [ -e $run/newest ]; then read -r source <$run/newest; fi
      ;;
  esac
  for candidate in ${CANDIDATES-}; do
    if [ -d "$run/$candidate/shared" ]; then source=$candidate; fi
  done
fi
if [ -n "${NEWEST-}" ]; then echo "$NEWEST" >$run/newest; fi

from=/tm/begin
if [ -n "$source" ]; then from=$run/$source; fi
if [ -z "${UNTRUSTED-}" ] && [ -d "$from/shared" ]; then cp -a "$from/shared/." "$own/shared/"; fi
for file in "$from"/kubeconfig/*; do
  if [ -n "${UNTRUSTED-}" ] && [ "${file##*/}" != shoot.config ]; then continue; fi
  if [ -e "$file" ]; then cp -RL "$file" "$own/kubeconfig/"; fi
done
chmod -R a+rwX "$own"

mkdir -p /tm/repo
if [ -z "${HARNESS_REPOSITORY-}" ]; then exit 0; fi
cd /tm/repo
git init --quiet
git fetch --quiet --depth 1 -- "$HARNESS_REPOSITORY" "$COMMIT" || git fetch --quiet -- "$HARNESS_REPOSITORY" '+refs/*:refs/fetched/*'
git checkout --quiet --detach "$COMMIT"
if [ -e .gitmodules ]; then
  git config remote.origin.url "$HARNESS_REPOSITORY"
  git submodule --quiet update --init --recursive
fi
chmod -R a+rwX /tm/repo
