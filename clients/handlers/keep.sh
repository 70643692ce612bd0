#!/bin/sh
# keep.sh - a handler for leeway-agent: keep each notice as a file of its own in $LEEWAY_KEEP
#
# A second run of the same notice writes the same file: the name is its stream and position.
set -eu

folder=${LEEWAY_KEEP:?tell the folder by --env LEEWAY_KEEP=FOLDER}
cat >"$folder/.$LEEWAY_STREAM-$LEEWAY_POSITION"
mv "$folder/.$LEEWAY_STREAM-$LEEWAY_POSITION" "$folder/$LEEWAY_STREAM-$LEEWAY_POSITION.json"
