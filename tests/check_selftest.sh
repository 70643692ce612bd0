#!/bin/sh
# check_selftest.sh floors|words - the checks of the house refuse what they say they refuse
#
# Each case is one file in a temporary folder; the check must fail there and name the file, and must pass without it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
check=$here/check_$1.sh
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
failed=0

good() {
    mkdir -p "$house/$(dirname "$1")"
    printf '%b' "$2" >"$house/$1"
    if ! said=$("$check" "$house" 2>&1); then
        echo "refused without a reason: $1: $2"
        echo "$said"
        failed=1
    fi
}

bad() {
    mkdir -p "$house/$(dirname "$1")"
    printf '%b' "$2" >"$house/$1"
    if said=$("$check" "$house" 2>&1); then
        echo "not refused: $1: $2"
        failed=1
    elif ! echo "$said" | grep -q "^$1:$3"; then
        echo "not named as $1:$3: $said"
        failed=1
    fi
    rm "$house/$1"
}

floors() {
    cp "$here/../FLOORS" "$house/FLOORS"
    good daemon/base/ok.c '#include "daemon/base/check.h"\n#include <string.h>\n#include <sodium.h>\n'
    good proto/ok.c '#include "daemon/base/buf.h"\n#include <msgpack.h>\n/* time(0)\n printf("x") */ // rand()\n'
    good proto/quoted.c 'const char *s = "\\"time(0) /*"; int c = \047"\047; void f(void) { buf_printf(s); snprintf(s); }\n'
    good proto/table.c 'static const int n[] = {1};\nstatic int f(int x)\n{\n    return x;\n}\n'
    good daemon/store/ok.c '#include "daemon/law/calendar.h"\n#include <lmdb.h>\n#include <unistd.h>\n'
    good daemon/loop.c '#include "daemon/engine/engine.h"\n#include <uv.h>\n'
    good clients/leeway/ok.c '#include "clients/lib/leeway.h"\n#include "proto/wire.h"\n#include "daemon/law/calendar.h"\n'
    good tests/unit/ok.c '#include <cmocka.h>\n#include "daemon/store/key.h"\nvoid f(void) { assert(1); time(0); }\n'

    bad proto/bad.c '#include <string.h>\n#include "daemon/law/calendar.h"\n' 2
    bad proto/bad.c '#include "daemon/yaml/tree.h"\n' 1
    bad daemon/store/bad.c '#include "daemon/bus/bus.h"\n' 1
    bad daemon/core/bad.c '#  include "daemon/store/store.h"\n' 1
    bad daemon/engine/bad.h '#include "daemon/loop.h"\n' 1
    bad daemon/engine/bad.c '#include "tests/lib/clock.h"\n' 1
    bad daemon/base/bad.c '#include "proto/value.h"\n' 1
    bad daemon/loop2.c '#include "clients/lib/leeway.h"\n' 1
    bad clients/agent/bad.c '#include "daemon/store/store.h"\n' 1
    bad clients/agent/bad.c '#include "daemon/law/calendar.h"\n' 1
    bad clients/agent/bad.c '#include "clients/monitor/board.h"\n' 1
    bad clients/lib/bad.c '#include "clients/agent/agent.h"\n' 1
    bad daemon/attic/bad.c 'int x;\n' 1
    bad daemon/store/bad.c '#include "key.h"\n' 1
    bad daemon/store/bad.c '#include "../law/calendar.h"\n' 1
    bad tests/unit/bad.c '#include "../../daemon/law/calendar.h"\n' 1
    bad daemon/engine/bad.c '#include <lmdb.h>\n' 1
    bad daemon/store/bad.c '#include <msgpack/pack.h>\n' 1
    bad daemon/store/bad.c '#include <curl/curl.h>\n' 1
    bad daemon/law/bad.c '#include <unistd.h>\n' 1
    bad daemon/law/bad.c '#include <sys/stat.h>\n' 1
    bad daemon/store/bad.c 'void f(void)\n{\n    assert(1);\n}\n' 3
    for call in 'time(0)' 'clock_gettime (0, 0)' 'rand()' 'getenv("HOME")' 'printf("x")' 'fopen("x", "r")'; do
        bad daemon/core/bad.c "void f(void)\n{\n    /* here: */ $call;\n}\n" 3
    done
    bad daemon/sched/bad.c 'static int count;\n' 1
    bad daemon/sched/bad.c 'int f(void)\n{\n    static int count = 0;\n    return count++;\n}\n' 3
}

lines() {
    awk -v n="$1" 'BEGIN { while (n-- > 0) printf "%s", "    x++;\\n" }'
}

words() {
    good README.md 'A case is opened; the notice asks to suspend accountability. mkdtemp("leeway-XXXXXX") opens a file.\n'
    good daemon/ok.c "void f(void)\n{\n$(lines 80)}\n"
    good daemon/long.c "$(lines 600)"

    bad README.md 'one\nA department may stay accountability.\n' 2
    bad docs/bad.md 'the Stay of Accountability\n' 1
    bad daemon/bad.c '/* to file a case */\n' 1
    bad clients/lib/bad.h '/* who filed the application */\n' 1
    bad config/bad.yaml 'title: fault tolerance\n' 1
    bad proto/bad.c 'int x; /* TODO later */\n' 1
    bad proto/bad.c '// FIXME\n' 1
    bad tests/unit/bad.c 'int XXX;\n' 1
    bad tests/system/bad.sh "cd /$(printf wo)rk/main\n" 1
    bad daemon/bad.c 'const char *s = "/home/me";\n' 1
    bad daemon/bad.c "void f(void)\n{\n$(lines 81)}\n" 2
    bad daemon/bad.c "$(lines 601)" 601
}

case $1 in
floors) floors ;;
words) words ;;
esac
[ "$failed" = 0 ] && echo "the check of $1 refuses what it says"
exit "$failed"
