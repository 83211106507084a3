#!/bin/sh
set -eu
ended=/tm/run/$OWN/ended
mkdir -p "/tm/run/$OWN"
rm -f "$ended"
case $TM_PHASE in
  Succeeded | Completed) good=success ;;
  *) good=error ;;
esac
# A line for each step that comes before: its folder, its condition, for how many seconds it may take at most, and whether this step needs it.
while read -r folder condition seconds needed; do
  case $condition in
    always | "$good") ;;
    *) continue ;;
  esac
  timeout "$seconds" sh -c 'until [ -e "$0" ]; do sleep 1; done' "/tm/run/$folder/ended" || true
  code=1
  if [ -e "/tm/run/$folder/ended" ]; then read -r code <"/tm/run/$folder/ended"; fi
  if [ "$needed" = no ] || [ "$code" = 0 ]; then continue; fi
  echo "skipped: $folder failed"
  echo 1 >"$ended"
  exit 1
done <<end
${BEFORE-}
end
