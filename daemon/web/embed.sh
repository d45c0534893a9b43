#!/bin/sh
# SPDX-License-Identifier: ISC
# The files of the board as C arrays, on standard output; head.html is put where pages name it.
set -eu
cd "$(dirname "$0")"
echo '#include "daemon/web.h"'
for file in board.html embed.html board.css board.js; do
    printf 'const char web_%s[] = {' "$(echo "$file" | tr . _)"
    sed -e '/^{{head.html}}$/{r head.html' -e 'd;}' "$file" | od -An -v -tx1 | sed 's/ \(..\)/0x\1,/g'
    echo '0};'
done
