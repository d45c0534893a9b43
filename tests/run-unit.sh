#!/bin/sh
# SPDX-License-Identifier: ISC
# Run every unit test program under BUILD/tests that still has a source, twelve at a time, those of edge first (they mostly wait); print
# what failed, and one summary line.
# With TIMES=1 also how long each took.
set -u
build=$1
export TALLY_PARSE="$build/tally-parse" TALLY_PARSE_HOSTILE="$build/tests/tally-parse-hostile" CMOCKA_MESSAGE_OUTPUT=stdout
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

one='
log=$2/${1##*/}
read began _ </proc/uptime
"$1" >"$log" 2>&1
status=$?
read ended _ </proc/uptime
printf "\nexited with %d %s %s\n" $status $began $ended >>"$log"
'
for program in "$build"/tests/test_edge_* "$build"/tests/test_[!e]*; do
    [ -x "$program" ] && [ -f "tests/unit/${program##*/}.c" ] && printf '%s\n' "$program"
done | xargs -P12 -I{} sh -c "$one" run {} "$logs"

awk -v times="${TIMES:-}" '
    FNR == 1 { bad = over = 0; name = FILENAME; sub(".*/", "", name) }
    { line[FNR] = $0 }
    /^SKIP/ { print }
    /^\[=*\] .* run\.$/ { over = 1 } # what follows lists again
    !over && /^\[       OK \]/ { passed++ }
    !over && /^\[  SKIPPED \]/ { skipped++ }
    !over && /^\[  FAILED  \]/ { bad++ }
    /^exited with / {
        if (times)
            printf "%6.2f s %s\n", $5 - $4, name
        if ($3 != 0) {
            failed += bad ? bad : 1
            print "---- " name " exited with " $3
            for (i = FNR > 60 ? FNR - 60 : 1; i < FNR; i++)
                print line[i]
        }
    }
    END {
        printf "unit: %d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed || !passed
    }' "$logs"/*
