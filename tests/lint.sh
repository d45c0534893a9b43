#!/bin/sh
# SPDX-License-Identifier: ISC
# The style rules a machine can check; no list of exceptions. Arguments: the C files.
set -u
failed=0
say() {
    echo "lint: $*"
    failed=1
}

# the formatter is pinned: other versions may disagree on details
case $(clang-format --version 2>/dev/null) in
*"version 14."*)
    unformatted=$(clang-format --dry-run "$@" 2>&1 | grep -o '^[^:]*' | sort | uniq -c)
    [ -z "$unformatted" ] || say "not as make format leaves it:
$unformatted"
    ;;
*) echo "lint: formatting is checked with clang-format 14 only; skipped" ;;
esac

long=$(wc -l "$@" | awk '$1 > 800 && $2 != "total" { print $2 ": " $1 " lines" }')
[ -z "$long" ] || say "files of more than 800 lines:
$long"

# pmccabe: complexity and length of each function (tests may be longer stories)
complex=$(printf '%s\n' "$@" | grep '\.c$' | grep -v '^tests/' | xargs pmccabe 2>/dev/null |
    awk '$2 > 15 || $5 > 80 { print $6 " " $7 ": complexity " $2 ", " $5 " lines" }')
[ -z "$complex" ] || say "functions over complexity 15 or 80 lines:
$complex"

banned=$(printf '%s\n' "$@" | grep -v '^tests/' | xargs grep -nwE '(strcpy|strcat|sprintf|strtok|atoi|alloca|sscanf|fscanf|scanf|system|setlocale|localtime)\(' |
    grep -vE ':[[:space:]]*(/?\*|//)')
[ -z "$banned" ] || say "banned calls:
$banned"

spdx=$(for f; do head -n 1 "$f" | grep -q 'SPDX-License-Identifier: ISC' || echo "$f"; done)
[ -z "$spdx" ] || say "no SPDX line first:
$spdx"

# the analyser finds what reading misses; its checks are named in .clang-tidy
tidy=$(printf '%s\n' "$@" | grep '\.c$' | grep -v '^tests/' | xargs -P2 -n1 sh -c \
    'clang-tidy --quiet "$@" -- -std=gnu11 -I. -D_GNU_SOURCE -DTALLYD_VERSION="\"0\"" -DTALLYD_PREFIX="\"/usr\"" -DTALLYD_SYSCONFDIR="\"/etc\"" -I/usr/include/libxml2 2>/dev/null' tidy |
    grep -E 'warning:|error:')
[ -z "$tidy" ] || say "clang-tidy:
$tidy"

pages=$(mandoc -T lint -W warning daemon/man/*.[158] 2>&1 | grep -v 'referenced manual not found')
[ -z "$pages" ] || say "man pages:
$pages"

[ $failed -eq 0 ] && echo "lint: clean"
exit $failed
