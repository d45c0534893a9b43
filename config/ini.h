/* SPDX-License-Identifier: ISC */
/* Strict INI: one file's lines into sections of entries, each knowing its place.
 *
 * "[kind]" or "[kind NAME]"; "key = value", the value verbatim to the end of the line without the
 * blanks round it;
 * "#" or ";" at the start of a line makes it a comment. Nothing else exists: no quotes, no
 * continuation, no escapes.
 */
#ifndef TALLYD_CONFIG_INI_H
#define TALLYD_CONFIG_INI_H

#include "config/problem.h"
#include "daemon/base/arena.h"
#include "daemon/base/err.h"

#define INI_FILE_MAX (4 << 20)
#define INI_LINE_MAX 8192

struct ini_entry {
    struct problem_line line;
    struct slice key, value; /* both point into line.text, so that a problem can point at them */
    const char *where;       /* "FILE:LINE:COLUMN" of the key */
    bool bad;                /* a problem was reported: say nothing more of it */
    struct ini_entry *next;
};

struct ini_section {
    struct problem_line line;
    struct slice kind, name;
    bool bad; /* its header is damaged: reported, and its entries are not to be judged */
    struct ini_entry *entries;
    struct ini_section *next;
};

/* Read one file's text, which the result points into. Damage goes to `problems` and reading goes
 * on; false only when the arena is full. `file` must live as long as the arena. */
bool ini_read(const char *file, struct slice text, struct arena *a, struct problems *problems,
              struct ini_section **out, struct err *e) MUST_USE;

#endif
