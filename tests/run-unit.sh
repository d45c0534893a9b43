#!/bin/sh
# SPDX-License-Identifier: ISC
# Run every unit test program under BUILD/tests, print what failed, and one summary line.
set -u
build=$1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0
for program in "$build"/tests/test_*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    CMOCKA_MESSAGE_OUTPUT=stdout "$program" >"$log" 2>&1
    status=$?
    ok=$(grep -c '^\[       OK \]' "$log")
    bad=$(grep -c '^\[  FAILED  \] [a-z]' "$log")
    skip=$(grep -c '^\[  SKIPPED \] [a-z]' "$log")
    grep -h '^SKIP' "$log"
    passed=$((passed + ok)) skipped=$((skipped + skip))
    if [ $status -ne 0 ]; then
        [ "$bad" -gt 0 ] || bad=1
        failed=$((failed + bad))
        echo "---- $program exited with $status"
        tail -n 60 "$log"
    fi
done
echo "unit: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
