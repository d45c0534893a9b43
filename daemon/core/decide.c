/* SPDX-License-Identifier: ISC */
/* A table of verbs. What a decision is about is found and read, and judged; only then it is done,
 * so that a refusal leaves no trace. At a start it is done again without being judged. */
#include "daemon/core/decide.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "daemon/core/calls.h"
#include "daemon/core/claims.h"
#include "daemon/core/decide_verbs.h"

bool decide_no_memory(struct err *e)
{
    return err_set(e, ERR_BUG, "decide: the memory for this election's decisions is used up");
}

bool decide_init(struct model *m, struct err *e)
{
    const struct settings *s = m->settings;
    struct settings *settings = arena_alloc(m->strings, sizeof *settings);
    struct endorsements *list = arena_alloc(m->strings, sizeof *list);
    struct endorsement *rows =
        arena_array(m->strings, m->endorsed->count + 1, sizeof *m->endorsed->list);

    if (!settings || !list || !rows)
        return decide_no_memory(e);
    *settings = *s;
    *list = *m->endorsed;
    if (list->count)
        memcpy(rows, list->list, list->count * sizeof *rows);
    list->list = rows;
    m->settings = m->own.settings = settings;
    m->endorsed = list;
    m->own.list = rows;
    return true;
}

/* ---- what a decision is about ---- */

uint32_t decide_find_race(const struct model *m, struct slice id)
{
    for (uint32_t i = 0; i < m->race_count; i++)
        if (slice_eq(m->races[i].id, id))
            return i;
    return NONE;
}

static uint32_t find_endorsement(const struct model *m, struct slice id)
{
    const struct endorsement *e = map_get(m->endorsed_by_id, id);

    return e ? (uint32_t)(e - m->endorsed->list) : NONE;
}

/* What has the words that were said in its id or name: at its beginning, else anywhere. */
enum part { PART_BEGINS, PART_HAS };
struct fits {
    enum part how;
    uint32_t index, count; /* the last, and how many */
    struct slice id;
    struct buf list; /* the first so many, for people */
};

static bool fits(const struct fits *f, struct slice text, struct slice word)
{
    return f->how == PART_BEGINS ? slice_starts(text, word)
                                 : slice_find_nocase(text, word) != SIZE_MAX;
}

static void add_fit(struct fits *f, struct slice id, struct slice name, uint32_t index)
{
    enum { LISTED = 8 };

    if (f->count++ < LISTED)
        buf_addf(&f->list, "\n  %.*s%s%.*s", SLICE_FMT(id), name.len ? "  " : "", SLICE_FMT(name));
    f->index = index;
    f->id = id;
}

/* Nothing has the whole of it as its id. NONE: nor does one fit, or several do. Who reads it may be
 * wrong about which that is: it is enough only where the whole id is shown first. */
static uint32_t complete(struct fits *f, const struct about *a, const char *what, const char *hint,
                         struct err *e)
{
    static const char *const has[] = {[PART_BEGINS] = "begin", [PART_HAS] = "have that in them"};
    struct slice said = a->d->target;
    bool one = a->said && a->done->abbreviated && f->count == 1;

    if (one)
        a->said->target = f->id;
    else if (f->count == 0 || !a->said)
        err_set(e, ERR_NO, "no %s has the id '%.*s'; %s", what, SLICE_FMT(said), hint);
    else if (f->count > 1)
        err_set(e, ERR_NO, "no %s has the id '%.*s'; several %s%s, give the whole id of one:%.*s",
                what, SLICE_FMT(said), has[f->how], f->how == PART_BEGINS ? " so" : "",
                SLICE_FMT(buf_slice(&f->list)));
    else
        err_set(e, ERR_NO,
                "no %s has the id '%.*s'; one %s, give the whole id where nobody is asked:%.*s",
                what, SLICE_FMT(said), f->how == PART_BEGINS ? "begins so" : "has that in it",
                SLICE_FMT(buf_slice(&f->list)));
    buf_done(&f->list);
    return one ? f->index : NONE;
}

static void find_candidacies(struct fits *f, const struct model *m, struct slice word)
{
    for (uint32_t i = 0; word.len && i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        if (fits(f, e->id, word) || (f->how == PART_HAS && fits(f, e->name, word)))
            add_fit(f, e->id, e->name, i);
    }
}

/* ... or those of whom one of ours has it. */
static void find_races(struct fits *f, const struct model *m, struct slice word)
{
    for (uint32_t i = 0; word.len && i < m->race_count; i++) {
        const struct race *r = &m->races[i];
        bool is = fits(f, r->id, word);
        for (uint32_t k = 0; !is && f->how == PART_HAS && k < r->endorsement_count; k++) {
            const struct endorsement *e = &m->endorsed->list[r->endorsements[k]];
            is = fits(f, e->id, word) || fits(f, e->name, word);
        }
        if (is)
            add_fit(f, r->id, SLICE(""), i);
    }
}

static uint32_t find_part(const struct model *m, const struct about *a,
                          void (*find)(struct fits *, const struct model *, struct slice),
                          const char *what, const char *hint, struct err *e)
{
    struct fits f = {.how = PART_BEGINS};

    buf_init(&f.list, 4096);
    find(&f, m, a->d->target);
    if (f.count == 0) {
        f.how = PART_HAS;
        find(&f, m, a->d->target);
    }
    return complete(&f, a, what, hint, e);
}

bool decide_candidacy(struct model *m, struct about *a, struct err *e)
{
    a->endorsement = find_endorsement(m, a->d->target);
    if (a->endorsement == NONE)
        a->endorsement = find_part(m, a, find_candidacies, "endorsement",
                                   "tallyctl explain finds one by a part of its name", e);
    if (a->endorsement == NONE)
        return false;
    a->race = &m->races[m->standings[a->endorsement].race];
    return true;
}

bool decide_race(struct model *m, struct about *a, struct err *e)
{
    uint32_t race = decide_find_race(m, a->d->target);

    if (race == NONE)
        race = find_part(m, a, find_races, "race", "tallyctl races lists them", e);
    if (race == NONE)
        return false;
    a->race = &m->races[race];
    return true;
}

bool decide_race_or_all(struct model *m, struct about *a, struct err *e)
{
    return a->d->target.len == 0 || decide_race(m, a, e);
}

bool decide_word(struct slice word, const char *const *list, size_t n, int64_t *out)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] && slice_is(word, list[i])) {
            *out = (int64_t)i;
            return true;
        }
    return false;
}

/* ---- the table ---- */

static const struct decide_verb *const verbs[] = {
    &decide_call,         &decide_uncall,        &decide_freeze,        &decide_release,
    &decide_mark,         &decide_status,        &decide_polls,         &decide_match_accept,
    &decide_match_reject, &decide_match_alias,   &decide_match_join,    &decide_match_undo,
    &decide_source_pin,   &decide_source_unpin,  &decide_source_accept, &decide_source_reject,
    &decide_source_pause, &decide_source_resume,
};

static const struct decide_verb *find_verb(struct slice name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (slice_is(name, verbs[i]->name))
            return verbs[i];
    return NULL;
}

/* A copy of the decision behind the others. */
static const struct decision *keep(struct model *m, const struct decision *d, struct err *e)
{
    struct decision copy = *d;
    struct slice *texts[] = {&copy.verb,  &copy.target, &copy.argument, &copy.reason,
                             &copy.basis, &copy.url,    &copy.by};

    struct decision *all =
        arena_more(m->strings, m->decisions, m->decision_count, &m->decision_room, sizeof *all);

    if (!all) {
        decide_no_memory(e);
        return NULL;
    }
    m->decisions = all;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = arena_copy(m->strings, *texts[i]);
        if (!texts[i]->ptr) {
            decide_no_memory(e);
            return NULL;
        }
    }
    m->decisions[m->decision_count] = copy;
    return &m->decisions[m->decision_count++];
}

static struct decide_done done_of(const struct model *m, const struct decide_verb *v,
                                  const struct about *a, struct decide_done done)
{
    done.race = a->race ? (uint32_t)(a->race - m->races) : NONE;
    done.endorsement = a->endorsement;
    done.all = v->looks || !a->race;
    done.looks = v->looks;
    return done;
}

/* Everything but doing it. */
static const struct decide_verb *judge(struct model *m, struct about *a, struct err *e)
{
    const struct decision *d = a->d;
    const struct decide_verb *v = find_verb(d->verb);

    if (!v)
        err_set(e, ERR_USAGE, "no decision is called '%.*s'", SLICE_FMT(d->verb));
    else if (slice_trim(d->reason).len == 0)
        err_set(e, ERR_USAGE, "%.*s needs a reason that others can read: --reason '...'",
                SLICE_FMT(d->verb));
    else if (v->read(m, a, e) && (!v->judge || v->judge(m, a, e)))
        return v;
    return NULL;
}

bool decide_take(struct model *m, const struct decision *d, int64_t now_ms, struct decide_done *out,
                 struct err *e)
{
    struct decision said = *d;
    struct about a = {.d = &said,
                      .said = &said,
                      .now_ms = now_ms,
                      .endorsement = NONE,
                      .source = NONE,
                      .done = out};
    const struct decide_verb *v = judge(m, &a, e);

    if (!v)
        return false;
    said.number = claims_number(m);
    said.at_ms = now_ms;
    a.d = keep(m, &said, e);
    if (!a.d)
        return false;
    if ((v->lasting && !v->lasting(m, &a, e)) || (v->once && !v->once(m, &a, e))) {
        m->decision_count--;
        return false;
    }
    *out = done_of(m, v, &a, *out);
    return true;
}

bool decide_restore(struct model *m, const struct decision *d, struct decide_done *out,
                    struct err *e)
{
    const struct decide_verb *v = find_verb(d->verb);
    struct about a = {.now_ms = d->at_ms, .endorsement = NONE, .source = NONE, .done = out};
    struct err unfit = {0};

    out->race = out->endorsement = NONE;
    out->all = out->looks = out->drops = false;
    if (m->decision_count > 0 && d->number <= m->decisions[m->decision_count - 1].number)
        return err_set(e, ERR_DATA,
                       "decision %" PRId64 " comes after decision %" PRId64
                       ": the stored decisions are out of order",
                       d->number, m->decisions[m->decision_count - 1].number);
    a.d = keep(m, d, e);
    if (!a.d)
        return false;
    if (d->number > m->last_number)
        m->last_number = d->number;
    if (!v || !v->read(m, &a, &unfit))
        return true;
    *out = done_of(m, v, &a, *out);
    return !v->lasting || v->lasting(m, &a, e);
}

/* ---- looking back ---- */

bool decide_is_about(const struct model *m, const struct decision *d, const struct race *r)
{
    if (slice_eq(d->target, r->id))
        return true;
    uint32_t i = find_endorsement(m, d->target);
    return i != NONE && &m->races[m->standings[i].race] == r;
}
