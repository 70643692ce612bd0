#!/bin/sh
# check_floors.sh [ROOT] - hold the sources to the table FLOORS
#
# Refuses: an include of a folder on a higher floor or of a neighbour, of a folder that FLOORS does not name, of a foreign
# header outside its door or without one, an include with ../ or without its folder, assert() outside tests; on the pure
# floors also system headers of files, sockets and threads, variables that outlive a call, and calls that read a clock,
# chance or the environment or that print.
set -eu

root=${1:-$(dirname "$0")/..}
cd "$root"

find daemon proto clients tests -name '*.[ch]' 2>/dev/null | sort | {
    set -- FLOORS
    while read -r file; do
        set -- "$@" "$file"
    done
    awk '
function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    wrong++
}

function set_of(words, to,    i, n, word) {
    n = split(words, word, " ")
    for (i = 1; i <= n; i++)
        to[word[i]] = 1
}

# The line without comments and without what stands in quotes; in_comment lives from line to line.
function strip(s,    out, c, two, quote) {
    if (!in_comment && s !~ /["\047]|\/[*\/]/)
        return s
    out = ""
    while (s != "") {
        c = substr(s, 1, 1)
        two = substr(s, 1, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                s = substr(s, 2)
            }
        } else if (quote != "") {
            if (c == "\\")
                s = substr(s, 2)
            else if (c == quote)
                quote = ""
        } else if (two == "/*") {
            in_comment = 1
            s = substr(s, 2)
        } else if (two == "//") {
            return out
        } else if (c == "\"" || c == "\047") {
            quote = c
        } else {
            out = out c
        }
        s = substr(s, 2)
    }
    return out
}

# Clients know the words, the ground and each other by floor; the calendar and procedure commands also the law.
function client_may(to) {
    return dir == "clients/bench" || to ~ /^clients\// || to == "proto" || to == "daemon/base" ||
           (dir == "clients/leeway" && (to == "daemon/law" || to == "daemon/yaml"))
}

function own_header(path,    to) {
    if (path ~ /(^|\/)\.\.\//) {
        complain("an include names the folder from the top, not with ../")
        return
    }
    if (in_tests)
        return
    to = path
    if (!sub(/\/[^\/]*$/, "", to)) {
        complain("an include of ours names its folder: \"" path "\"")
        return
    }
    if (to == dir)
        return
    if (!(to in floor))
        complain("FLOORS names no floor of " to)
    else if (floor[to] == floor[dir])
        complain(dir " and " to " are neighbours on floor " floor[dir] " and do not know each other")
    else if (floor[to] > floor[dir])
        complain(dir " (floor " floor[dir] ") includes " to " (floor " floor[to] "): arrows point down only")
    else if (dir ~ /^clients\// && !client_may(to))
        complain(dir " may know the words and the ground, not " to)
}

function foreign_header(name,    stem) {
    if (name ~ /(^|\/)\.\.\//)
        complain("an include names the folder from the top, not with ../")
    if (in_tests)
        return
    stem = name
    sub(/\.h$/, "", stem)
    sub(/\/.*/, "", stem)
    if (stem in door) {
        if (index(door[stem] " ", " " dir " ") == 0)
            complain("<" name "> comes in by its door only:" door[stem])
    } else if (name ~ /^(sys|net|netinet|arpa|linux)\// || stem in unix) {
        if (pure[dir])
            complain("<" name "> on a pure floor")
    } else if (!(stem in libc)) {
        complain("FLOORS names no door of <" name ">")
    }
}

function calls(s,    name, before) {
    while (match(s, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        name = substr(s, RSTART, RLENGTH - 1)
        sub(/[ \t]+$/, "", name)
        before = substr(s, 1, RSTART - 1)
        s = substr(s, RSTART + RLENGTH)
        if (name == "assert")
            complain("assert() outside tests: REQUIRE of daemon/base/check.h is always on")
        else if (pure[dir] && name in impure && before !~ /(\.|->)$/ && !(FILENAME SUBSEP name in excused))
            complain(name "() on a pure floor")
    }
}

BEGIN {
    set_of("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp stdalign stdarg " \
           "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings tgmath time uchar wchar wctype " \
           "endian", libc)
    set_of("dirent dlfcn fcntl fnmatch ftw getopt glob grp ifaddrs langinfo libgen malloc netdb poll pwd regex " \
           "sched semaphore signal spawn sysexits syslog termios threads unistd wordexp", unix)
    set_of("time clock clock_gettime gettimeofday timespec_get localtime localtime_r mktime tzset " \
           "rand rand_r srand random srandom drand48 arc4random getrandom getentropy randombytes_buf " \
           "randombytes_random randombytes_uniform getenv secure_getenv setenv putenv " \
           "printf vprintf fprintf vfprintf puts fputs putchar fputc putc perror fopen freopen fdopen tmpfile remove rename " \
           "system popen thrd_create mtx_lock call_once", impure)
    # the last words of a process that ends
    excused["daemon/base/check.c" SUBSEP "fprintf"] = 1
}

FILENAME == "FLOORS" {
    if ($0 ~ /^#/ || NF == 0)
        next
    if (NF < 4 || $1 !~ /^[0-9]+$/)
        complain("a line of FLOORS is: floor, folder, kind, doors")
    floor[$2] = $1 + 0
    pure[$2] = $3 == "pure"
    for (i = 4; i <= NF; i++) {
        stem = $i
        sub(/\.h$/, "", stem)
        if (stem != "-")
            door[stem] = door[stem] " " $2
    }
    next
}

FNR == 1 {
    files++
    in_comment = 0
    dir = FILENAME
    sub(/\/[^\/]*$/, "", dir)
    in_tests = dir ~ /^tests(\/|$)/
    if (!in_tests && !(dir in floor))
        complain("FLOORS names no floor of " dir)
}

!in_comment && /^[ \t]*#[ \t]*include/ {
    name = $0
    if (match(name, /"[^"]*"/))
        own_header(substr(name, RSTART + 1, RLENGTH - 2))
    else if (match(name, /<[^>]*>/))
        foreign_header(substr(name, RSTART + 1, RLENGTH - 2))
    next
}

{
    code = strip($0)
    if (in_tests)
        next
    calls(code)
    if (pure[dir] && code ~ /^[ \t]*(static|_Thread_local|extern) / && code !~ /\(|const /)
        complain("a variable that outlives a call, on a pure floor")
}

END {
    if (wrong)
        exit 1
    if (!files) {
        print "no sources here"
        exit 1
    }
    printf "%d files keep to FLOORS\n", files
}
' "$@"
}
