# The shipped example with its own programs. They build, and make a cluster of their own, which no pod can: Tekton's pods have them run on this machine, as steps do that log in to one. Sourced by cluster.sh.

# make_shipped : $scratch/clone has the example as it is, for the harness; $scratch/shipped the same flow and programs, for Tekton.
make_shipped() {
  local pods=$scratch/shipped gateway port
  git clone --quiet --shared "$root" "$scratch/clone"
  DOCKER_BUILDKIT=0 docker build --quiet --tag "$registry/emit-machine" "$here/machine" >"$scratch/machine.log" 2>&1 || { cat "$scratch/machine.log"; exit 1; }
  docker push --quiet "$registry/emit-machine" >/dev/null

  gateway=$(docker network inspect kind --format '{{range .IPAM.Config}}{{println .Gateway}}{{end}}' | grep --max-count=1 -F .)
  port=$(python3 -c "import socket; s = socket.socket(); s.bind(('$gateway', 0)); print(s.getsockname()[1])")
  docker rm --force emit-machine >/dev/null 2>&1 || true  # of a run that was killed
  docker run --detach --rm --name emit-machine --privileged --network host --pid host --volume /:/machine "$registry/emit-machine" serve "$gateway" "$port" >/dev/null
  until (exec 3<>"/dev/tcp/$gateway/$port") 2>/dev/null; do docker inspect emit-machine >/dev/null; sleep 0.1; done
  (umask 077 && unset KUBECONFIG && { export -p; echo "cd $scratch/clone"; } >"$scratch/setting")

  mkdir -p "$pods/tests/testdefs"
  {
    sed "s|^  generateName: .*|  generateName: shipped-|; $annotate" "$root/tests/testruns/pipeline.yaml"
    printf '  config:\n  - {type: env, name: MACHINE, value: "%s:%s"}\n  - {type: env, name: MACHINE_SETTING, value: %s}\n' "$gateway" "$port" "$scratch/setting"
    printf '  - {type: file, name: MACHINE_KEY, path: machine-key, private: true, value: %s}\n' "$(docker exec emit-machine cat /root/key | base64 --wrap=0)"
  } >"$pods/shipped.yaml"
  for file in "$root"/tests/testdefs/*.yaml; do
    sed "s|^  command: \[|  image: $registry/emit-machine\n  command: [on-machine, |" "$file" >"$pods/tests/testdefs/$(basename "$file")"
  done
}

# run_shipped : by the harness, which leaves the run where those of other Testruns are.
run_shipped() {
  (cd "$scratch/clone" && env -u KUBECONFIG "$program" testrun tests/testruns/pipeline.yaml -name=pipeline) || true
  mkdir -p "$scratch/shipped/.harness/runs"
  mv "$scratch"/clone/.harness/runs/pipeline-* "$scratch/shipped/.harness/runs/shipped-by-harness"
}

# clean_shipped : whatever there is of it.
clean_shipped() {
  docker rm --force emit-machine >/dev/null 2>&1 || true
  if [[ -d $scratch/clone ]]; then (cd "$scratch/clone" && env -u KUBECONFIG HARNESS_INSTANCE=pipeline tests/testdefs/pipeline/tear-down.sh); fi
}
