/* SPDX-License-Identifier: ISC */
/* People's names as ballots, feeds and lists write them, and whether two of them can be one
 * person's. */
#ifndef TALLYD_CORE_NAME_H
#define TALLYD_CORE_NAME_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

#define NAME_WORDS 12
#define NAME_NICKS 3
#define NAME_PEOPLE 3

enum name_fit {
    NAME_NO,
    NAME_MAYBE, /* surname only, or a part of it, a letter or two apart, an initial for a first
                   name, the surname first without a comma: for people to judge */
    NAME_SAME,
};

struct name {
    struct slice
        words[NAME_WORDS]; /* folded, in order First ... Last, without suffix, titles and marks */
    size_t count;
    size_t family; /* words[family..] are the surname, as far as the text shows it */
    struct slice nicks[NAME_NICKS]; /* given in quotes or brackets */
    size_t nick_count;
    struct slice suffix; /* "jr", "sr", "ii", ... or empty */
    bool cut;            /* its end may be missing: whoever knows the field it stood in sets this */
    struct slice joined; /* words run together: "jdvance" */
    struct slice last;   /* the last word: what tables are keyed by; empty: no name */
};

/* Take one person's name apart. False only when the arena is full. */
bool name_read(struct slice text, struct arena *a, struct name *out) MUST_USE;

/* The people of a ballot line: "A / B" and "A and B" are running mates. Returns how many, 1 to
 * NAME_PEOPLE. */
size_t name_split(struct slice text, struct slice people[NAME_PEOPLE]);

/* A name of theirs that may be cut is ours when ours, cut at the same letter, is the same: within a
 * word of the surname, of which three letters at least are there. Cut between two words it may be a
 * whole name: NAME_MAYBE. */
enum name_fit name_compare(const struct name *ours, const struct name *theirs);

/* "Write-in", "Other Write-Ins", "Scattering", "Over Votes", "Yes": a line that is nobody's.
 * "Write-in: Ann Archer" is hers. */
bool name_is_nobody(struct slice text);
/* "Yes", "Against": of those, the side of a measure. */
bool name_is_side(struct slice text);

#endif
