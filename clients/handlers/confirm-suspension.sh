#!/bin/sh
# confirm-suspension.sh - a handler for leeway-agent: confirm each suspension of accountability, read everything else
#
# What a department would do here: hold up its proceeding in its own system first, and exit with 75 when that is not
# possible at the moment, so that the agent tries again later.
set -eu

case $LEEWAY_TYPE in
suspend-accountability)
    echo '{"act": "confirm-suspension"}'
    ;;
*)
    ;;
esac
