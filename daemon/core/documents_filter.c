/* SPDX-License-Identifier: ISC */
/* The filter words, each with what it looks at and the values it knows. */
#include "daemon/core/documents_filter.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/core/labels.h"
#include "daemon/core/open.h"
#include "daemon/core/progress.h"
#include "daemon/core/publish.h"
#include "daemon/core/states.h"
#include "daemon/core/tally.h"

bool documents_contains(struct slice text, struct slice word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (slice_eq_nocase(slice_sub(text, i, i + word.len), word))
            return true;
    return false;
}

/* As people type it: "no_results" is "no results". */
static bool same_word(struct slice typed, const char *name)
{
    if (typed.len != strlen(name))
        return false;
    for (size_t i = 0; i < typed.len; i++)
        if (typed.ptr[i] != name[i] && !(typed.ptr[i] == '_' && name[i] == ' '))
            return false;
    return true;
}

/* By code, or by name: Pennsylvania, New_York. */
static const struct state *find_state(struct slice typed)
{
    char room[40]; /* longer than any of them */
    struct buf name;

    buf_init_over(&name, room, sizeof room);
    for (size_t i = 0; i < typed.len; i++)
        buf_addc(&name, typed.ptr[i] == '_' ? ' ' : typed.ptr[i]);
    return name.failed ? NULL : states_find(buf_slice(&name));
}

static bool fits_state(const struct model *m, const struct race *r, struct slice value)
{
    const struct state *s = find_state(value);

    (void)m;
    return s && slice_eq_nocase(r->state, slice_of(s->code));
}

/* A race's own status, or that of any of ours in it. */
static bool fits_status(const struct model *m, const struct race *r, struct slice value)
{
    if (same_word(value, labels_race_status(r->status)))
        return true;
    for (uint32_t i = 0; i < r->endorsement_count; i++)
        if (same_word(value, labels_state(m, r->endorsements[i])) ||
            same_word(value, outcome_name(m->standings[r->endorsements[i]].outcome)))
            return true;
    return false;
}

static bool fits_office(const struct model *m, const struct race *r, struct slice value)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++)
        if (slice_is(value, endorsement_levels[m->endorsed->list[r->endorsements[i]].level]))
            return true;
    return documents_contains(r->office, value);
}

static bool fits_flip(const struct model *m, const struct race *r, struct slice value)
{
    struct tally t = {0};

    tally_race(&t, m, r, 1, NULL);
    return slice_is(value, "yes") == (t.n[TALLY_FLIPS] > 0);
}

static bool fits_tag(const struct model *m, const struct race *r, struct slice value)
{
    struct tally t = {0};
    struct tally_part part = {TALLY_BY_TAG, value};

    tally_race(&t, m, r, 1, &part);
    return t.n[TALLY_LISTED] > 0;
}

static bool fits_flag(const struct model *m, const struct race *r, struct slice value)
{
    (void)m;
    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if ((r->flags & flag) && slice_is(value, labels_race_flag(flag)))
            return true;
    return false;
}

static bool fits_word(const struct model *m, const struct race *r, struct slice word)
{
    const struct slice texts[] = {r->id, r->office, r->jurisdiction, r->district, r->seat};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (documents_contains(texts[i], word))
            return true;
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct endorsement *e = &m->endorsed->list[r->endorsements[i]];
        if (documents_contains(e->name, word) || documents_contains(e->id, word))
            return true;
    }
    return false;
}

/* ---- the values that a filter knows: the i-th, NULL behind the last ---- */

static const char *nth_state(size_t i)
{
    return i < states_count ? states[i].code : NULL;
}

static const char *nth_status(size_t i)
{
    if (i <= RACE_CALLED)
        return labels_race_status((enum race_status)i);
    i -= RACE_CALLED + 1;
    if (i < OUTCOMES)
        return outcome_name((enum outcome)i);
    i -= OUTCOMES;
    if (i <= PROGRESS_NO_RESULTS)
        return progress_name((enum progress)i);
    i -= PROGRESS_NO_RESULTS + 1;
    return i < ENDORSE_STATUSES - ENDORSE_WITHDRAWN ? endorsement_statuses[ENDORSE_WITHDRAWN + i]
                                                    : NULL;
}

static const char *nth_flip(size_t i)
{
    return i == 0 ? "yes" : i == 1 ? "no" : NULL;
}

static const char *nth_flag(size_t i)
{
    return labels_race_flag(UINT32_C(1) << i);
}

/* Every race fits; documents_choose does the rest. */
static bool fits_closest(const struct model *m, const struct race *r, struct slice value)
{
    (void)m, (void)r, (void)value;
    return true;
}

#define CLOSEST_MAX 1000

static const struct filter {
    const char *name;
    bool (*fits)(const struct model *m, const struct race *r, struct slice value);
    const char *(*nth)(size_t i); /* the values it knows; NULL: any */
} filters_known[] = {
    {"state", fits_state, nth_state}, {"status", fits_status, nth_status},
    {"office", fits_office, NULL},    {"flip", fits_flip, nth_flip},
    {"tag", fits_tag, NULL},          {"flag", fits_flag, nth_flag},
    {"closest", fits_closest, NULL},
};
#define FILTERS (sizeof filters_known / sizeof filters_known[0])

static bool check_value(const struct filter *f, struct slice value, struct err *e)
{
    char room[512];
    struct buf known;
    const char *name;

    buf_init_over(&known, room, sizeof room);
    for (size_t i = 0; (name = f->nth(i)); i++) {
        if (same_word(value, name) || (f->nth == nth_state && find_state(value)))
            return true;
        buf_addz(&known, i ? ", " : "");
        for (; *name; name++)
            buf_addc(&known, *name == ' ' ? '_' : *name);
    }
    return err_set(e, ERR_USAGE, "%s:%.*s: '%.*s' is not one of %.*s", f->name, SLICE_FMT(value),
                   SLICE_FMT(value), SLICE_FMT(buf_slice(&known)));
}

/* The filter a word names, and its value. A word without ':' (*out NULL) is looked for
 * everywhere. */
static bool read_filter(struct slice word, const struct filter **out, struct slice *value)
{
    size_t colon = slice_find(word, SLICE(":"));

    *out = NULL;
    *value = word;
    if (colon == SIZE_MAX)
        return true;
    *value = slice_sub(word, colon + 1, word.len);
    for (size_t i = 0; i < FILTERS && !*out; i++)
        if (slice_is(slice_sub(word, 0, colon), filters_known[i].name))
            *out = &filters_known[i];
    return *out != NULL;
}

bool documents_filter_check(const struct settings *outside, struct slice word, struct err *e)
{
    const char *names[FILTERS];
    const struct filter *f;
    struct slice value;

    if (read_filter(word, &f, &value)) {
        int64_t count;
        if (f && f->fits == fits_closest && !num_parse(value, 1, CLOSEST_MAX, &count))
            return err_set(e, ERR_USAGE, "closest:%.*s: write a number from 1 to %d",
                           SLICE_FMT(value), CLOSEST_MAX);
        return !f || !f->nth || check_value(f, value, e);
    }
    char room[256];
    struct buf known;
    size_t n = 0;
    buf_init_over(&known, room, sizeof room);
    for (size_t i = 0; i < FILTERS; i++)
        if (!outside || publish_filter_named(outside, slice_of(filters_known[i].name))) {
            names[n++] = filters_known[i].name;
            buf_addf(&known, "%s%s:", n > 1 ? ", " : "", filters_known[i].name);
        }
    const char *near =
        text_did_you_mean(slice_sub(word, 0, slice_find(word, SLICE(":"))), names, n);
    return err_set(e, ERR_USAGE, "'%.*s' is no filter%s%s%s: %.*s or a bare word", SLICE_FMT(word),
                   near ? "; did you mean '" : "", near ? near : "", near ? ":'" : "",
                   SLICE_FMT(buf_slice(&known)));
}

bool documents_filter_fits(const struct model *m, const struct race *r, struct slice word)
{
    const struct filter *f;
    struct slice value;

    if (!read_filter(word, &f, &value))
        return false;
    return f ? f->fits(m, r, value) : fits_word(m, r, value);
}

/* ---- all of them ---- */

/* The narrowest margin of ours in each race, in basis points; -1: nobody to be called, or none. */
static int64_t *margins(const struct model *m, struct arena *a)
{
    int64_t *list = arena_array(a, m->race_count + 1, sizeof *list);
    size_t n;
    const struct open_candidacy *open = list ? open_list(m, 0, a, &n) : NULL;

    for (uint32_t i = 0; open && i < m->race_count; i++)
        list[i] = -1;
    for (size_t i = 0; open && i < n; i++) {
        int64_t *of = &list[m->standings[open[i].endorsement].race];
        if (open[i].has_margin && (*of < 0 || open[i].share_bp < *of))
            *of = open[i].share_bp;
    }
    return open ? list : NULL;
}

struct near {
    const struct race *race;
    int64_t margin;
};

static int by_margin(const void *left, const void *right)
{
    const struct near *a = left, *b = right;

    if (a->margin != b->margin)
        return a->margin < b->margin ? -1 : 1;
    return a->race < b->race ? -1 : a->race > b->race;
}

static bool keep_closest(const struct model *m, int64_t limit, struct arena *a,
                         struct documents_chosen *c)
{
    struct near *list = arena_array(a, c->count + 1, sizeof *list);
    const int64_t *margin = list ? margins(m, a) : NULL;
    size_t n = 0;

    for (size_t i = 0; margin && i < c->count; i++) {
        int64_t of = margin[c->races[i] - m->races];
        if (of >= 0)
            list[n++] = (struct near){c->races[i], of};
    }
    if (!margin)
        return false;
    qsort(list, n, sizeof *list, by_margin);
    c->count = n < (size_t)limit ? n : (size_t)limit;
    for (size_t i = 0; i < c->count; i++)
        c->races[i] = list[i].race;
    return true;
}

bool documents_choose(const struct model *m, const struct slice *words, size_t n, struct arena *a,
                      struct documents_chosen *out, struct err *e)
{
    const struct filter *f;
    struct slice value;
    int64_t closest = 0;

    out->count = 0;
    out->races = arena_array(a, m->race_count + 1, sizeof(struct race *));
    for (size_t i = 0; i < n; i++) {
        if (!documents_filter_check(NULL, words[i], e))
            return false;
        if (read_filter(words[i], &f, &value) && f && f->fits == fits_closest &&
            !num_parse(value, 1, CLOSEST_MAX, &closest))
            return false;
    }
    for (uint32_t i = 0; out->races && i < m->race_count; i++) {
        size_t k = 0;
        while (k < n && documents_filter_fits(m, &m->races[i], words[k]))
            k++;
        if (k == n)
            out->races[out->count++] = &m->races[i];
    }
    if (!out->races || (closest > 0 && !keep_closest(m, closest, a, out)))
        return err_set(e, ERR_BUG, "out of memory for a list of races");
    return true;
}
