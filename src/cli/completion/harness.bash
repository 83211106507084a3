# bash completion for harness: . <(harness completion bash)
# shellcheck shell=bash
_harness_complete() {
  local line=${COMP_LINE:0:COMP_POINT} current=${COMP_WORDS[COMP_CWORD]}
  local word=${line##*[[:space:]]} before found
  # bash takes "-run", "=" and "X" for three words: what it completes is the last of them alone.
  case $current in
    =) before=$word ;;
    *) before=${word%"$current"} ;;
  esac
  COMPREPLY=()
  while IFS= read -r found; do
    [[ $found == *= ]] && compopt -o nospace
    printf -v found %q "${found#"$before"}"
    COMPREPLY+=("${found//\\=/=}")
  done < <("${COMP_WORDS[0]}" completion words "$line" 2>/dev/null)
}
complete -o bashdefault -o default -F _harness_complete harness ./harness
