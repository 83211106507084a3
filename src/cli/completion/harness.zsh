#compdef harness ./harness
# zsh completion for harness: source <(harness completion zsh), after compinit
# shellcheck disable=all
_harness_complete() {
  local found
  local -a flags others
  for found in "${(@f)$(${words[1]} completion words "${(j: :)words[1,CURRENT]}" 2>/dev/null)}"; do
    case $found in
      '') ;;
      *=) flags+=("$found") ;;
      *) others+=("$found") ;;
    esac
  done
  if (( ${#flags} + ${#others} == 0 )); then
    compset -P '*='
    _files
    return
  fi
  (( ${#flags} )) && compadd -S '' -- "${flags[@]}"
  (( ${#others} )) && compadd -- "${others[@]}"
}
compdef _harness_complete harness ./harness
