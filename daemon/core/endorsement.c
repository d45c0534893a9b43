/* SPDX-License-Identifier: ISC */
/* The words for what an endorsement's row may say, and what of it is kept with a call. */
#include "daemon/core/endorsement.h"

#include <inttypes.h>

#include "daemon/base/buf.h"
#include "daemon/base/text.h"

const char *const endorsement_statuses[ENDORSE_STATUSES] = {
    [ENDORSE_ACTIVE] = "active",
    [ENDORSE_WRITE_IN] = "write_in",
    [ENDORSE_UNOPPOSED] = "unopposed",
    [ENDORSE_ELECTED_UNOPPOSED] = "elected_unopposed",
    [ENDORSE_WITHDRAWN] = "withdrawn",
    [ENDORSE_DISQUALIFIED] = "disqualified",
    [ENDORSE_NOT_ON_BALLOT] = "not_on_ballot",
    [ENDORSE_POSTPONED] = "postponed",
};
const char *const endorsement_levels[LEVELS] = {
    [LEVEL_UNKNOWN] = "unknown",   [LEVEL_FEDERAL] = "federal", [LEVEL_STATE] = "state",
    [LEVEL_COUNTY] = "county",     [LEVEL_LOCAL] = "local",     [LEVEL_SCHOOL] = "school",
    [LEVEL_JUDICIAL] = "judicial",
};

#define FOLD_ROOM ((size_t)65536)

struct slice endorsement_row(const struct endorsement *e, struct arena *a)
{
    static const char *const words[] = {[TRI_UNSAID] = "", [TRI_NO] = "no", [TRI_YES] = "yes"};
    static const char *const wins[] = {
        [WINS_SEAT] = "seat", [WINS_NOMINATION] = "nomination", [WINS_MEASURE] = "measure"};
    static const char *const choices[] = {
        [CHOICE_CANDIDATE] = "", [CHOICE_YES] = "yes", [CHOICE_NO] = "no"};
    const struct {
        const char *name;
        struct slice value;
    } texts[] = {{"party", e->party},
                 {"held_by", e->held_by},
                 {"incumbent", slice_of(words[e->incumbent])},
                 {"opponent_incumbent", slice_of(words[e->opponent_incumbent])},
                 {"flip", slice_of(words[e->flip])},
                 {"wins", slice_of(wins[e->wins])},
                 {"choice", slice_of(choices[e->choice])}};
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"seats_to_fill", e->seats},
                   {"advance_to", e->places},
                   {"seats_held_by_others", e->seats_held_by_others}};
    struct buf out;

    buf_init(&out, FOLD_ROOM);
    buf_add(&out, e->name);
    buf_addc(&out, '\n');
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].value.len)
            buf_addf(&out, "%s %.*s, ", texts[i].name, SLICE_FMT(texts[i].value));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].value >= 0)
            buf_addf(&out, "%s %" PRId64 ", ", numbers[i].name, numbers[i].value);
    struct slice row =
        out.failed ? (struct slice){0} : arena_copy(a, slice_sub(buf_slice(&out), 0, out.len - 2));
    buf_done(&out);
    return row;
}

static bool same_name(struct slice a, struct slice b)
{
    struct buf left, right;

    if (slice_eq(a, b))
        return true;
    buf_init(&left, FOLD_ROOM);
    buf_init(&right, FOLD_ROOM);
    text_fold(a, &left);
    text_fold(b, &right);
    bool same = !left.failed && !right.failed && slice_eq(buf_slice(&left), buf_slice(&right));
    buf_done(&left);
    buf_done(&right);
    return same;
}

bool endorsement_is_named(const struct endorsement *e, struct slice name)
{
    bool same = same_name(name, e->name);

    for (size_t i = 0; i < e->alias_count && !same; i++)
        same = same_name(name, e->aliases[i]);
    return same;
}
