/* SPDX-License-Identifier: ISC */
/* A join puts one name in the place of another before lines are compared: all else that keeps lines
 * apart (two parties, written in or not, two lines of one contest) still does. */
#include "daemon/core/joins.h"

#include <inttypes.h>

#include "daemon/base/text.h"
#include "daemon/core/name.h"
#include "daemon/core/primaries.h"

#define SCRATCH ((size_t)64 << 20)
#define EQUALS SLICE(" = ")

static bool full(struct err *e)
{
    return err_set(e, ERR_BUG, "joins: the memory for this election's decisions is used up");
}

bool joins_split(struct slice said, struct slice *name, struct slice *other)
{
    size_t at = slice_find(said, EQUALS);

    if (at == SIZE_MAX)
        return false;
    *name = slice_trim(slice_sub(said, 0, at));
    *other = slice_trim(slice_sub(said, at + EQUALS.len, said.len));
    return name->len > 0 && other->len > 0;
}

/* ---- lines of a race ---- */

struct line {
    const struct feed_contest *contest;
    const struct feed_choice *choice;
    uint32_t ours; /* whose it is; NONE */
    struct who who;
};

static uint32_t whose(const struct link *links, uint32_t n, const struct feed_contest *c,
                      uint32_t choice)
{
    for (uint32_t i = 0; i < n; i++)
        if (links[i].contest == c && links[i].choice == choice)
            return links[i].endorsement;
    return NONE;
}

/* All lines with a name, contest by contest. NULL: scratch is full. */
static struct line *lines_of(const struct race *r, struct arena *scratch, uint32_t *count)
{
    size_t room = 1;

    for (uint32_t i = 0; i < r->contest_count; i++)
        room += r->contests[i]->choice_count;
    struct line *list = arena_array(scratch, room, sizeof *list);
    *count = 0;
    for (uint32_t i = 0; list && i < r->contest_count; i++)
        for (uint32_t k = 0; k < r->contests[i]->choice_count; k++) {
            const struct feed_contest *c = r->contests[i];
            struct line *l = &list[*count];
            if (c->choices[k].name.len == 0)
                continue;
            *l = (struct line){c, &c->choices[k], .ours = whose(r->links, r->link_count, c, k)};
            if (!who_read(l->choice->name, scratch, &l->who))
                return NULL;
            (*count)++;
        }
    return list;
}

/* One person on two party lines of a contest. */
static bool is_fusion(const struct race *r, const struct line *a, const struct line *b)
{
    return who_may_fuse(r->state) && a->choice->party.len && b->choice->party.len &&
           !slice_eq_nocase(a->choice->party, b->choice->party);
}

/* Lines of one contest, this one and one before it, that are no one person. */
static bool is_twice(const struct race *r, const struct line *lines, uint32_t at)
{
    for (uint32_t i = at; i-- > 0 && lines[i].contest == lines[at].contest;)
        if (who_same(&lines[i].who, &lines[at].who) && !is_fusion(r, &lines[i], &lines[at]))
            return true;
    return false;
}

/* The contest that has two lines of whom the join makes one, or one that is ours. The lines are put
 * in the names that they are joined to. */
static const struct feed_contest *against(const struct race *r, const struct join *j,
                                          const struct line *lines, uint32_t n)
{
    struct who one = j->other;

    joins_apply(r, &one);
    for (uint32_t i = 0; i < n; i++)
        if (who_same(&lines[i].who, &one) && (lines[i].ours != NONE || is_twice(r, lines, i)))
            return lines[i].contest;
    return NULL;
}

bool joins_settle(struct race *r, struct arena *scratch)
{
    uint32_t n;

    if (r->join_count == 0)
        return true;
    struct line *lines = lines_of(r, scratch, &n);
    const struct feed_contest **found = arena_array(scratch, r->join_count, sizeof *found);
    if (!lines || !found)
        return false;
    for (uint32_t i = 0; i < r->join_count; i++)
        r->joins[i].against = NULL; /* each is looked at as if all held: they may lead on */
    for (uint32_t i = 0; i < n; i++)
        joins_apply(r, &lines[i].who);
    for (uint32_t i = 0; i < r->join_count; i++)
        found[i] = against(r, &r->joins[i], lines, n);
    for (uint32_t i = 0; i < r->join_count; i++)
        r->joins[i].against = found[i];
    return true;
}

void joins_apply(const struct race *r, struct who *who)
{
    for (uint32_t turn = 0; turn < r->join_count; turn++) /* one may lead on to the next */
        for (uint32_t i = 0; i < r->join_count; i++)
            if (!r->joins[i].against && who_same(&r->joins[i].name, who))
                *who = r->joins[i].other;
}

bool joins_same_text(const struct race *r, struct slice a, struct slice b)
{
    struct arena *scratch = r->join_count ? arena_new(SCRATCH) : NULL;
    struct who x, y;

    if (!scratch)
        return who_same_text(a, b);
    bool same = who_read(a, scratch, &x) && who_read(b, scratch, &y);
    if (same) {
        joins_apply(r, &x);
        joins_apply(r, &y);
        same = who_same(&x, &y);
    }
    arena_free(scratch);
    return same;
}

/* ---- may it be said? ---- */

struct question {
    const struct model *m;
    const struct race *r;
    struct slice name, other;
    struct join join;
    struct line *lines;
    uint32_t count;
};

static struct slice source_of(const struct question *q, const struct feed_contest *c)
{
    return q->m->settings->sources[c->source].name;
}

/* The names of the race that are nobody's of ours, each once. */
static bool refuse_unknown(const struct question *q, struct slice name, struct err *e)
{
    char room[400];
    struct buf list;

    buf_init_over(&list, room, sizeof room);
    for (uint32_t i = 0; i < q->count; i++) {
        bool known = q->lines[i].ours != NONE || name_is_nobody(q->lines[i].choice->name);
        for (uint32_t k = 0; k < i && !known; k++)
            known = who_same(&q->lines[k].who, &q->lines[i].who);
        if (!known)
            buf_addf(&list, "%s %.*s", list.len ? "," : ":", SLICE_FMT(q->lines[i].choice->name));
    }
    return err_set(e, ERR_NO, "no feed has a line '%.*s' in the race %.*s; %s%.*s", SLICE_FMT(name),
                   SLICE_FMT(q->r->id),
                   list.len ? "of those that are not ours it has" : "it has none but ours",
                   SLICE_FMT(buf_slice(&list)));
}

/* A line of the name is there, and none of it is ours. */
static bool may_name(const struct question *q, struct slice name, const struct who *who,
                     struct err *e)
{
    bool there = false;

    for (uint32_t i = 0; i < q->count; i++) {
        const struct line *l = &q->lines[i];
        uint32_t choice = (uint32_t)(l->choice - l->contest->choices);
        uint32_t waits = whose(q->m->review, q->m->review_count, l->contest, choice);
        if (!who_same(&l->who, who))
            continue;
        there = true;
        if (l->ours == NONE && waits == NONE)
            continue;
        struct slice id = q->m->endorsed->list[l->ours != NONE ? l->ours : waits].id;
        if (l->ours != NONE)
            return err_set(e, ERR_NO,
                           "'%.*s' of %.*s is %.*s, one of ours: which lines are theirs too says "
                           "tallyctl match accept %.*s",
                           SLICE_FMT(name), SLICE_FMT(source_of(q, l->contest)), SLICE_FMT(id),
                           SLICE_FMT(id));
        return err_set(e, ERR_NO,
                       "'%.*s' of %.*s may be %.*s, one of ours: say first whether it is, with "
                       "tallyctl match accept %.*s or match reject %.*s",
                       SLICE_FMT(name), SLICE_FMT(source_of(q, l->contest)), SLICE_FMT(id),
                       SLICE_FMT(id), SLICE_FMT(id));
    }
    return there || refuse_unknown(q, name, e);
}

static bool may_again(const struct question *q, struct err *e)
{
    struct who a = q->join.name, b = q->join.other;

    for (uint32_t i = 0; i < q->r->join_count; i++)
        if (who_same(&q->r->joins[i].name, &a) && who_same(&q->r->joins[i].other, &b))
            return err_set(e, ERR_NO, "decision %" PRId64 " has said so already",
                           q->r->joins[i].number);
    if (who_same(&a, &b))
        return err_set(e, ERR_NO,
                       "'%.*s' and '%.*s' are one name: their lines are one by themselves, but for "
                       "those of two parties, and those that are written in",
                       SLICE_FMT(q->name), SLICE_FMT(q->other));
    joins_apply(q->r, &a);
    joins_apply(q->r, &b);
    return !who_same(&a, &b) ||
           err_set(e, ERR_NO,
                   "'%.*s' and '%.*s' are one by what was said before; tallyctl explain %.*s has "
                   "it",
                   SLICE_FMT(q->name), SLICE_FMT(q->other), SLICE_FMT(q->r->id));
}

/* With it, nobody stands twice in one contest. The last to ask: all lines are named by it. */
static bool may_stand(const struct question *q, struct arena *scratch, struct err *e)
{
    struct race with = *q->r;

    with.joins = arena_array(scratch, with.join_count + 1, sizeof *with.joins);
    if (!with.joins)
        return full(e);
    for (uint32_t i = 0; i < q->r->join_count; i++)
        with.joins[i] = q->r->joins[i];
    with.joins[with.join_count++] = q->join;
    for (uint32_t i = 0; i < q->count; i++)
        joins_apply(&with, &q->lines[i].who);
    const struct feed_contest *c = against(&with, &q->join, q->lines, q->count);
    return !c || err_set(e, ERR_NO,
                         "%.*s has both on lines of their own in '%.*s': they are two people, and "
                         "their votes are not added",
                         SLICE_FMT(source_of(q, c)), SLICE_FMT(c->text));
}

static bool is_written_in(const struct line *l)
{
    return (l->choice->flags & RESULTS_WRITE_IN) != 0;
}

/* Lines that the names alone keep apart: else it would do nothing. */
static bool may_help(const struct question *q, struct err *e)
{
    const struct line *a = NULL, *b = NULL;

    for (uint32_t i = 0; i < q->count; i++)
        for (uint32_t k = 0; k < q->count && who_same(&q->lines[i].who, &q->join.name); k++) {
            if (!who_same(&q->lines[k].who, &q->join.other))
                continue;
            a = &q->lines[i];
            b = &q->lines[k];
            if (!who_parties_differ(q->r->state, a->choice->party, b->choice->party) &&
                is_written_in(a) == is_written_in(b) &&
                primaries_same(primaries_of(q->r, a->contest), primaries_of(q->r, b->contest)))
                return true;
        }
    if (a && who_parties_differ(q->r->state, a->choice->party, b->choice->party))
        return err_set(e, ERR_NO,
                       "'%.*s' stands for %.*s in %.*s, and '%.*s' for %.*s in %.*s: in one race "
                       "these are two people; where a feed has the party wrong, value.party.NAME "
                       "in its source mends it (tallyd.conf(5), MAPPINGS)",
                       SLICE_FMT(q->name), SLICE_FMT(a->choice->party),
                       SLICE_FMT(source_of(q, a->contest)), SLICE_FMT(q->other),
                       SLICE_FMT(b->choice->party), SLICE_FMT(source_of(q, b->contest)));
    return err_set(e, ERR_NO,
                   "'%.*s' and '%.*s' are in different primaries, or one is written in and the "
                   "other on the ballot: such lines are never added",
                   SLICE_FMT(q->name), SLICE_FMT(q->other));
}

bool joins_may(const struct model *m, const struct race *r, struct slice said, struct err *e)
{
    struct question q = {.m = m, .r = r};
    struct arena *scratch = arena_new(SCRATCH);
    bool ok = false;

    if (!joins_split(said, &q.name, &q.other))
        err_set(e, ERR_USAGE,
                "say both names, as the feeds have them: tallyctl match join %.*s 'NAME' = 'OTHER "
                "NAME'",
                SLICE_FMT(r->id));
    else if (!scratch || !(q.lines = lines_of(r, scratch, &q.count)) ||
             !who_read(q.name, scratch, &q.join.name) || !who_read(q.other, scratch, &q.join.other))
        full(e);
    else if (name_is_nobody(q.name) || name_is_nobody(q.other))
        err_set(e, ERR_NO, "'%.*s' is nobody's name",
                SLICE_FMT(name_is_nobody(q.name) ? q.name : q.other));
    else
        ok = may_name(&q, q.name, &q.join.name, e) && may_name(&q, q.other, &q.join.other, e) &&
             may_again(&q, e) && may_help(&q, e) && may_stand(&q, scratch, e);
    arena_free(scratch);
    return ok;
}

/* ---- said, and taken back ---- */

bool joins_add(struct model *m, struct race *r, struct slice said, int64_t number, struct err *e)
{
    struct join j = {.number = number, .said = arena_copy(m->strings, said)};
    struct slice name, other;

    if (!joins_split(j.said, &name, &other))
        return true; /* of another version's words: it joins nothing */
    struct join *all = arena_more(m->strings, r->joins, r->join_count, &r->join_room, sizeof *all);
    if (!j.said.ptr || !all || !who_read(name, m->strings, &j.name) ||
        !who_read(other, m->strings, &j.other))
        return full(e);
    r->joins = all;
    r->joins[r->join_count++] = j;
    return true;
}

void joins_drop(struct race *r, struct slice said)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < r->join_count; i++)
        if (!slice_eq(r->joins[i].said, said))
            r->joins[n++] = r->joins[i];
    r->join_count = n;
}

/* ---- for the desk ---- */

static bool may_be(const struct model *m, const struct race *r, const struct race_choice *alone,
                   const struct race_choice *row, struct arena *scratch)
{
    struct name a, b;
    struct err e;

    return row->endorsement == NONE && row->name.len && !row->alone.len &&
           name_read(alone->name, scratch, &a) && name_read(row->name, scratch, &b) &&
           name_compare(&a, &b) != NAME_NO &&
           joins_may(
               m, r,
               arena_printf(scratch, "%.*s = %.*s", SLICE_FMT(alone->name), SLICE_FMT(row->name)),
               &e);
}

uint32_t joins_offer(const struct model *m, const struct race *r, uint32_t alone)
{
    const struct race_choice *c = &r->choices[alone];
    struct arena *scratch = arena_new(SCRATCH);
    uint32_t found = NONE, n = 0;

    for (uint32_t i = 0; scratch && i < r->choice_count; i++)
        if (i != alone && c->endorsement == NONE && c->name.len &&
            may_be(m, r, c, &r->choices[i], scratch)) {
            found = i;
            n++;
        }
    arena_free(scratch);
    return n == 1 ? found : NONE;
}

void joins_write_command(const struct race *r, struct slice name, struct slice other,
                         struct buf *out)
{
    buf_addf(out, "tallyctl match join %.*s ", SLICE_FMT(r->id));
    text_quote(name, out);
    buf_addz(out, " = ");
    text_quote(other, out);
    buf_addz(out, " --reason '...'");
}

/* "; 300 of elm, 20 of oak" */
static void add_lines(const struct model *m, const struct join *j, const struct line *lines,
                      uint32_t n, struct buf *out)
{
    const char *before = "; it has";

    for (uint32_t i = 0; i < n; i++) {
        const struct feed_contest *c = lines[i].contest;
        if (lines[i].ours != NONE || c->unit_count == 0 || !who_same(&lines[i].who, &j->name))
            continue;
        int64_t votes = c->units[0].votes[lines[i].choice - c->choices];
        if (votes >= 0)
            buf_addf(out, "%s %" PRId64 " in %.*s", before, votes,
                     SLICE_FMT(m->settings->sources[c->source].name));
        before = ",";
    }
}

void joins_explain(const struct model *m, const struct race *r, struct buf *out)
{
    struct arena *scratch = r->join_count ? arena_new(SCRATCH) : NULL;
    uint32_t n = 0;
    const struct line *lines = scratch ? lines_of(r, scratch, &n) : NULL;

    for (uint32_t i = 0; lines && i < r->join_count; i++) {
        const struct join *j = &r->joins[i];
        buf_addf(out, "joined: %.*s, decision %" PRId64, SLICE_FMT(j->said), j->number);
        if (j->against)
            buf_addf(out,
                     "; but nothing is added by it: in %.*s both have lines of their own, as two "
                     "people, or one is ours",
                     SLICE_FMT(m->settings->sources[j->against->source].name));
        else
            add_lines(m, j, lines, n, out);
        buf_addc(out, '\n');
    }
    arena_free(scratch);
}
