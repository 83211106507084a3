# Docker: installed where it is missing, started where it does not run. Sourced by setup.sh.

ensure_engine() {
  engine_answers && return
  command -v dockerd >/dev/null || install_packages docker.io iptables
  engine_answers && return
  is_root || fail "the Docker engine does not answer" "sudo systemctl start docker; and to use it without root: sudo usermod -aG docker $(id -un)"
  if [[ $(cat /proc/1/comm) == systemd ]]; then
    say "starting the Docker engine"
    systemctl start docker || fail "the Docker engine does not start" "journalctl -u docker"
  else
    start_dockerd
  fi
}

# Without systemd nobody starts the engine: it runs in a session of its own and outlives this script.
start_dockerd() {
  local log=/var/log/harness-dockerd.log flags=() tries
  if ! has_capability 24; then # CAP_SYS_RESOURCE, linux/capability.h
    # Docker gives privileged containers every capability and lowers its own OOM score: both are refused without this one.
    install -m 755 "$setup/runc-without-missing-caps" "$cache/bin/"
    flags=(--oom-score-adjust 0 --add-runtime "limited=$cache/bin/runc-without-missing-caps" --default-runtime limited)
  fi
  forget_dead_pid /var/run/docker.pid dockerd
  forget_dead_pid /var/run/docker/containerd/containerd.pid containerd
  say "starting the Docker engine (log: $log)"
  setsid dockerd "${flags[@]}" >"$log" 2>&1 </dev/null 9>&- &
  local dockerd=$!
  for ((tries = 0; tries < 300; ++tries)); do
    engine_answers && return
    kill -0 $dockerd 2>/dev/null || break
    sleep 0.1
  done
  tail -n 15 "$log" >&2
  fail "the Docker engine does not start" "all of its output: $log"
}

has_capability() { (( 0x$(awk '/^CapBnd/{print $2}' /proc/self/status) >> $1 & 1 )); }

# After a restart of the machine another process may have the number in the file, and the engine would refuse to start.
forget_dead_pid() {
  [[ -f $1 && $(cat "/proc/$(cat "$1")/comm" 2>/dev/null) != "$2" ]] || return 0
  rm -f "$1"
}
