#!/bin/sh
# FILE COMMAND..: runs the command with the file as its input.
exec "$@" <"$0"
