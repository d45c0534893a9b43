/* SPDX-License-Identifier: ISC */
/* The endorsements as match.c needs them, read once, and ways to find the few that a contest can
 * concern. */
#ifndef TALLYD_CORE_MATCH_INDEX_H
#define TALLYD_CORE_MATCH_INDEX_H

#include "daemon/core/match_decision.h"
#include "daemon/core/model.h"
#include "daemon/core/name.h"
#include "daemon/core/race_fit.h"

struct match_person { /* an endorsement */
    struct race_ours race;
    struct name *names; /* of the name, ballot_name and aliases; behind them what a person added */
    size_t name_count, listed_names;
    uint32_t names_room;
    struct slice *hints;        /* the contests of the endorsement's, folded */
    struct slice title, office; /* of a measure: name and office, folded */
    uint32_t race_index;
    struct feed_contest **seen; /* contests with a fit of it */
    uint32_t seen_count, seen_room;
};

struct match_key {
    uint64_t hash;
    uint32_t endorsement;
};

struct match_keys { /* sorted by hash, then endorsement */
    struct match_key *list;
    size_t count;
};

/* What a person decided, found and folded once. */
struct match_rule {
    struct match_decision d;
    uint32_t endorsement, source; /* NONE: no longer in the list, or the configuration */
    struct slice text, choice;    /* folded */
    bool stands;
};

struct match {
    struct match_person *people; /* endorsed->count */
    struct match_keys by_name;   /* what their names may be found by */
    struct match_keys by_ap;     /* ap_candidate_id */
    struct match_keys
        by_hint; /* source and contest of hints: as written, and folded; races of AP */
    struct match_keys by_office; /* state, class, each part, and a word the contest has to have */
    struct match_keys by_title;  /* of measures: name, office, and the surname of who is retained */
    struct match_keys by_alias;  /* as by_name, of names that people added */
    struct match_rule *rules;    /* in the order they were taken */
    uint32_t rule_count, rule_room, alias_room;
    uint32_t *stamps, serial; /* to collect each endorsement once */
    uint32_t *concerned;      /* room for as many as there are */
    /* match.c: whom the contests speak of that were judged, until they are settled */
    uint32_t *touched, touched_count;
    bool *is_touched;
    bool *whole;    /* ... each race of which somebody was, or is, found in full */
    uint8_t *found; /* fits.c: by what each of them was collected */
    uint32_t *race_links_room, *race_contests_room, review_room;
};

/* Everything but the rooms of races. False only when m->strings is full. */
bool match_index_init(struct model *m, struct match **out) MUST_USE;

/* One more key, in its place. False only when m->strings is full. */
bool match_index_add(struct model *m, struct match_keys *keys, uint32_t *room, uint64_t hash,
                     uint32_t endorsement) MUST_USE;

/* An array of m->strings with room for n elements of `size`; what it held is kept. NULL: full. */
void *match_grow(struct model *m, void *list, uint32_t *room, size_t n, size_t size);

/* The keys of one hash: *from to the result. */
size_t match_index_find(const struct match_keys *keys, uint64_t hash, size_t *from);

/* Two names that are NAME_SAME, or of one last word, have a key in common, whatever the gaps ("De
 * La Cruz", "Delacruz") and where theirs is cut: one of ours is one of theirs. Of one name, into
 * `keys`; returns how many. */
enum { MATCH_NAME_KEYS = 2 * NAME_WORDS };
size_t match_index_ours(const struct name *n, uint64_t keys[MATCH_NAME_KEYS]);
size_t match_index_theirs(const struct name *n, uint64_t keys[MATCH_NAME_KEYS]);

uint64_t match_index_word(struct slice word);
uint64_t match_index_title(struct slice folded);
uint64_t match_index_hint(struct slice source, struct slice contest);
/* `part`: its value; empty: the text has none. `word`: as race_fit_word has it. */
uint64_t match_index_office(const struct state *state, const struct office_class *class,
                            struct slice part, struct slice word);

#endif
