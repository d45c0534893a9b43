/* SPDX-License-Identifier: ISC */
/* Offices and their many names: what a free text says of an office, its district, seat, term and
 * party. */
#ifndef TALLYD_CORE_OFFICE_H
#define TALLYD_CORE_OFFICE_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/core/office_table.h"

#define OFFICE_PARTS 6
#define OFFICE_WORDS 24
#define OFFICE_OF_CITY 1U /* office_text.kinds when a city is all that is named */
#define OFFICE_OF_TOWN 2U
#define OFFICE_OF_TOWNSHIP 4U
#define OFFICE_OF_BOROUGH 16U
#define OFFICE_OF_COUNTY 32U /* ... or a county */

enum office_part_mask { PART_DISTRICT = 1, PART_SEAT = 2 };

struct office_part {    /* "District 12", "Place B", "3rd Ward" */
    unsigned mask;      /* which of the two it may be */
    const char *kind;   /* "ward"; NULL where the text gives a value only */
    struct slice value; /* "12", "b", "3", "at large": folded, without zeros in front */
};

enum office_flag {
    OFFICE_UNEXPIRED = 1,
    OFFICE_SPECIAL = 2,
    OFFICE_RUNOFF = 4,
    OFFICE_PRIMARY = 8,
    OFFICE_GENERAL = 16,
    OFFICE_FULL_TERM = 32,
    OFFICE_INCUMBENT = 64, /* the incumbent's seat, as Michigan's courts have two contests ... */
    OFFICE_NON_INCUMBENT = 128, /* ... or one that no incumbent stands for */
};

struct office_text {
    const struct office_class *class; /* NULL: none of the table */
    struct office_part parts[OFFICE_PARTS];
    size_t part_count;
    const char *party;  /* "dem", "rep", "lib", "grn"; NULL: none named */
    unsigned flags;     /* enum office_flag */
    struct slice years; /* of the term: "4"; empty: not said */
    struct slice
        words[OFFICE_WORDS]; /* folded words that nothing above accounts for, without duplicates */
    size_t word_count;
    unsigned kinds; /* sorts of place named ("city", "county"): a set for comparison only */
    bool crowded;   /* more parts or words than fit: judge nothing by this */
};

/* Read a text such as "DEM State Senate Dist. 12 - Unexpired". The bilingual half behind '/' is
 * dropped. False only when the arena is full. */
bool office_read(struct slice text, struct arena *a, struct office_text *out) MUST_USE;

/* Go on into *out with a field of its own: a bare value ("12", "3rd", "B") is a part of that sort.
 */
bool office_read_part(struct slice text, unsigned mask, struct arena *a,
                      struct office_text *out) MUST_USE;
/* An office with its district and seat: each is such a part, or a role, which is a word of the
 * office
 * ("Chair" of "County Commission"). */
bool office_read_whole(struct slice office, struct slice district, struct slice seat,
                       struct arena *a, struct office_text *out) MUST_USE;
/* ... a field of the office beside the text: they complete each other, or leave it crowded. */
bool office_add(struct slice field, struct slice district, struct arena *a,
                struct office_text *o) MUST_USE;
/* The same part in text and field is one part. */
void office_merge_parts(struct office_text *o);
/* ... a place ("City of Springfield"): its words and sorts are added. */
bool office_read_place(struct slice text, struct arena *a, struct office_text *out) MUST_USE;
/* ... a sort of election ("General Runoff"): its flags are added. */
bool office_read_type(struct slice text, struct arena *a, struct office_text *out) MUST_USE;

/* The party code of "Democratic", "(D)", "REP" ...; NULL: not one of the table. */
const char *office_party(struct slice text);

/* Is it a word of one of the names of the class? NULL: of none. */
bool office_class_word(const struct office_class *class, struct slice w);

/* "Auditor" is the county's where the place is one, whose kinds are given; elsewhere it may be
 * anybody's. Changes nothing that has a class. */
void office_of_place(struct office_text *o, unsigned kinds);

/* The sort of place a word is: a bit of office_text.kinds, or 0. */
unsigned office_place_kind(struct slice word);
/* Is it a word of places that some write and others do not ("Public", "Schools")? */
bool office_place_says_nothing(struct slice word);
/* The sorts of place that an office of the class is of, if always: "city" of a city council. */
unsigned office_implied_kinds(const struct office_class *class);

bool office_has_word(const struct office_text *o, struct slice word);

/* Append s as lower-case words joined by '-', with '-' in front when `out` is not empty; nothing
 * for no words. */
void office_slug(struct slice s, struct buf *out);

#endif
