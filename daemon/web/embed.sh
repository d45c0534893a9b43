#!/bin/sh
# SPDX-License-Identifier: ISC
# The files of the board as C arrays, on standard output.
set -eu
cd "$(dirname "$0")"
echo '#include "daemon/web.h"'
for file in board.html embed.html board.css board.js; do
    printf 'const char web_%s[] = {' "$(echo "$file" | tr . _)"
    od -An -v -tx1 "$file" | sed 's/ \(..\)/0x\1,/g'
    echo '0};'
done
