#!/bin/sh
# SPDX-License-Identifier: ISC
# Run the unit tests of a build with --coverage and print what share of core's branches they take. Fails below 95 % of all of core,
# or 100 % of the files where a wrong number is made.
set -eu
whole=95
exact='guard|judge|verdict|calls|claims|rests|marks|tally|standings|decide|decide_call|decide_list|decide_feed|decide_said|corrections|seats|steps'
find "$BUILD" -name '*.gcda' -delete
EVERY=1 N=300 NIGHTS=300 tests/run-unit.sh "$BUILD"
report=$(mktemp)
trap 'rm -f "$report"' EXIT
/usr/bin/gcovr --root . --object-directory "$BUILD" --filter 'daemon/core/' --branches --csv - "$BUILD/daemon/core" >"$report"
awk -F, -v whole=$whole -v exact="^daemon/core/($exact)[.]c$" '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    {
        n = $at["branch_total"]; took = $at["branch_covered"]; file = $at["filename"]
        if (!n) next
        all += n; taken += took
        bad = file ~ exact && took < n
        failed += bad
        printf "%5.1f %%  %4d of %4d branches  %s%s\n", took * 100 / n, took, n, file, bad ? "  (goal 100 %)" : ""
    }
    END {
        printf "cover: %.1f %% of %d branches of daemon/core (goal %d %%), %d files below their goal\n", taken * 100 / all, all, whole, failed
        exit taken * 100 < all * whole || failed > 0
    }' "$report"
