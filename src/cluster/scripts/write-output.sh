#!/bin/sh
# FILE COMMAND..: what the command prints goes to the file, what it says of errors does not.
file=$0
exec "$@" >"$file"
