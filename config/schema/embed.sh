#!/bin/sh
# SPDX-License-Identifier: ISC
# The schemas as one JSON document (2020-12: a bundle, an envelope is valid against it), in a C file on standard output.
set -eu
cd "$(dirname "$0")"
bundle() {
    printf '{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"schema.json","$ref":"envelope.schema.json","$defs":{'
    comma=
    for file in *.schema.json; do
        printf '%s"%s":' "$comma" "$file"
        cat "$file"
        comma=,
    done
    printf '},"x-asyncapi":'
    cat asyncapi.json
    printf '}'
}
echo '#include "daemon/schema.h"'
printf 'const char schema_json[] = "'
bundle | tr -d '\n' | sed -e 's/  */ /g' -e 's/["\\]/\\&/g'
printf '\\n";\n'
