# fish completion for harness: harness completion fish | source
function __harness_words
  set -l line (commandline -cp | string collect)
  set -l words (commandline -opc)
  $words[1] completion words "$line" 2>/dev/null
end
complete -c harness -a '(__harness_words)'
