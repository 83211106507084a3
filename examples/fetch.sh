#!/usr/bin/env bash
# fetch.sh SYSTEM [VERSION]: the sources of examples/SYSTEM, from its Go module at the version that its file `module` names (or at
# VERSION), as a folder examples/SYSTEM/source that may be edited. Sources of another version that are there give way.
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/${1:?SYSTEM is missing: fetch.sh SYSTEM [VERSION]}
[[ -f $folder/module ]] || { echo "error: $folder has no file \`module\`" >&2; exit 2; }
module=$(<"$folder/module")
[[ -z ${2:-} ]] || module=${module%@*}@$2
[[ -d $folder/source && $(cat "$folder/.fetched" 2>/dev/null) == "$module" ]] && exit

echo "fetch     $module"
downloaded=$(cd / && GOFLAGS=-mod=mod go mod download -json "$module") || { echo "$downloaded" >&2; exit 3; }
new=$(mktemp -d "$folder/source.XXXXXX")
trap 'chmod -R u+w "$new" && rm -rf "$new"' EXIT
cp -r "$(sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$downloaded")" "$new/source"
chmod -R u+w "$new/source"
rm -rf "$folder/source" "$folder/.fetched"
mv "$new/source" "$folder/source"
echo "$module" >"$folder/.fetched"
