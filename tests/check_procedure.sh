#!/bin/sh
# check_procedure.sh LEEWAY - the verbs procedure check, show and draw of the program LEEWAY, without a daemon
#
# Shipped files are fine; a bad one ends with 1 and tells each mistake on standard error; several files are told
# together; what is not there ends with 3; a name and its file show the same; dot takes the graph.
set -eu

leeway=$1
cd "$(dirname "$0")/.."
golden=tests/golden/procedures
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

fail() {
    echo "$1"
    head -n 20 "$out/out" "$out/err" 2>/dev/null || :
    exit 1
}

# run CODE ARG... : the verb ends with this code; its words are in $out/out and $out/err
run() {
    code=$1
    shift
    got=0
    "$leeway" --lang en procedure "$@" >"$out/out" 2>"$out/err" </dev/null || got=$?
    [ "$got" -eq "$code" ] || fail "procedure $*: ended with $got, expected $code"
}

run 0 check config/procedures/*.yaml docs/examples/*.yaml
grep -q '^config/procedures/yinchuan.yaml: fine: yinchuan, version' "$out/out" || fail "yinchuan is not said to be fine"
[ ! -s "$out/err" ] || fail "something is said of files that are fine"

bad=$golden/69-several-in-one-file.bad.yaml
run 1 check "$bad" config/procedures/yinchuan.yaml
sed "s|^69-|$golden/69-|" "$golden/69-several-in-one-file.err" | cmp -s - "$out/err" || fail "the mistakes differ from the golden ones"
grep -q 'yinchuan.yaml: fine' "$out/out" || fail "a bad file hides a good one"

run 1 check -o ndjson "$bad"
[ "$(wc -l <"$out/out")" -ge 5 ] || fail "fewer lines of JSON than mistakes"
grep -q '"column":36' "$out/out" || fail "no column in the JSON"

run 3 check "$golden/no-such-file.yaml"
run 2 check
run 1 show "$bad"

run 0 show yinchuan
cp "$out/out" "$out/by-name"
run 0 show config/procedures/yinchuan.yaml
cmp -s "$out/by-name" "$out/out" || fail "a name and its file show different things"
grep -q '^容错情形$' "$out/out" || fail "the text has no circumstances"
run 0 draw yinchuan
grep -q '^digraph "yinchuan" {$' "$out/out" || fail "no graph is drawn"
if command -v dot >/dev/null; then
    dot -Tsvg "$out/out" >"$out/svg" 2>"$out/err" || fail "dot refuses the graph"
    grep -q '</svg>' "$out/svg" || fail "dot made no picture"
fi
echo "procedures are checked, shown and drawn"
