#!/bin/sh
# FOLDER LIST COMMAND..: gives the command the folder, or what the file LIST names of it, as a tar archive. The exit code is the command's.
folder=$0 list=$1
shift
if [ -n "$list" ]; then
  tar -C "$folder" --null --no-recursion -T "$list" -cf - | "$@"
else
  tar -C "$folder" -cf - . | "$@"
fi
