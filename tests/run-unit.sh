#!/bin/sh
# SPDX-License-Identifier: ISC
# Run every unit test program under BUILD/tests that still has a source, six at a time, those of edge first (they mostly wait); print
# what failed, and one summary line.
# With TIMES=1 also how long each took.
set -u
build=$1
export TALLY_PARSE="$build/tally-parse" TALLY_PARSE_HOSTILE="$build/tests/tally-parse-hostile"
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

one='
program=$1 log=$2/$(basename "$1")
start=$(date +%s%N)
CMOCKA_MESSAGE_OUTPUT=stdout "$program" >"$log" 2>&1
echo $? >"$log.status"
echo $((($(date +%s%N) - start) / 1000000)) >"$log.ms"
'
for program in "$build"/tests/test_edge_* "$build"/tests/test_[!e]*; do
    [ -x "$program" ] && [ -f "tests/unit/$(basename "$program").c" ] && printf '%s\n' "$program"
done | xargs -P6 -I{} sh -c "$one" run {} "$logs"

passed=0 failed=0 skipped=0
for status in "$logs"/*.status; do
    log=${status%.status}
    grep -h '^SKIP' "$log"
    [ -z "${TIMES:-}" ] || echo "$(cat "$log.ms") ms $(basename "$log")"
    bad=$(grep -c '^\[  FAILED  \] [a-z]' "$log")
    passed=$((passed + $(grep -c '^\[       OK \]' "$log")))
    skipped=$((skipped + $(grep -c '^\[  SKIPPED \] [a-z]' "$log")))
    if [ "$(cat "$status")" -ne 0 ]; then
        [ "$bad" -gt 0 ] || bad=1
        failed=$((failed + bad))
        echo "---- $(basename "$log") exited with $(cat "$status")"
        tail -n 60 "$log"
    fi
done
echo "unit: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
