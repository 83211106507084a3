#!/bin/sh
read -r code <"$EXIT_CODE_FILE"
echo "$code" >"/tm/run/$OWN/ended"
exit "$code"
