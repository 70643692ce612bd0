#!/bin/sh
# check_words.sh [ROOT] - hold what we write to the glossary, and the sources to their size
#
# Refuses: renderings that the glossary forbids, marks of unfinished work, paths of one machine, talk of how the project is
# planned; and in daemon, clients and proto functions above 80 lines and files above 600.
set -eu

root=${1:-$(dirname "$0")/..}
cd "$root"

everything() {
    find daemon clients proto config tests cmake docs debian .ci -type f \
        ! -path '*/__pycache__/*' ! -name '*.pdf' ! -name '*.png' ! -path tests/check_words.sh \
        ! -path tests/check_selftest.sh 2>/dev/null || : # not every folder need be there
    find . -maxdepth 1 -type f \( -name '*.md' -o -name '*.txt' -o -name '*.json' -o -name run -o -name FLOORS \
        -o -name NEWS \) | sed 's|^\./||'
}

# words PATTERN TEXT [GREP OPTION]: complain of every line that matches
words() {
    everything | sort | tr '\n' '\0' | xargs -0 grep -nHIE ${3:+"$3"} -e "$1" 2>/dev/null |
        awk -v text="$2" '{ match($0, /^[^:]*:[0-9]*/); print substr($0, 1, RLENGTH) ": " text }'
}

sizes() {
    find daemon clients proto -name '*.[ch]' 2>/dev/null | sort | tr '\n' '\0' | xargs -0 -r awk '
        FNR == 1 { begin = 0; told = 0 }
        FNR > 600 && !told { print FILENAME ":" FNR ": a file has at most 600 lines: divide it"; told = 1 }
        /^{/ { begin = FNR }
        /^}/ {
            if (begin && FNR - begin - 1 > 80)
                print FILENAME ":" begin ": a function has at most 80 lines, this one has " FNR - begin - 1
            begin = 0
        }'
}

found=$(
    words 'stay(s|ed|ing)?( of)?( the)? accountability|accountability stay' 'the glossary says: suspend accountability' -i
    words 'fil(e|es|ed|ing) (a|an|the|another) (case|application)' 'the glossary says: to open a case, to apply' -i
    words 'preliminary verification' 'the glossary says: scope check, or verification' -i
    words 'fault[- ]toleran' 'the glossary says: error tolerance; a fault is a machine'"'"'s' -i
    words '(^|[^A-Za-z0-9_])(TODO|FIXME|XXX)([^A-Za-z0-9_]|$)' 'unfinished work is done or written into NEWS'
    words '(^|[^A-Za-z0-9_.$}/-])/(work|home|root)/' 'a path of one machine'
    words '(^|[^a-z])(design\.md|issue [0-9]+)' 'the project speaks of itself alone' -i
    sizes
)
if [ -n "$found" ]; then
    echo "$found"
    exit 1
fi
[ -n "$(everything)" ] || {
    echo "no sources here"
    exit 1
}
echo "the words are the glossary's"
