/* SPDX-License-Identifier: ISC */
/* Lines for the desk. */
#include "daemon/core/decide_said.h"

#include "daemon/base/counted.h"
#include "daemon/core/decide.h"
#include "daemon/core/documents.h"
#include "daemon/core/filled.h"
#include "daemon/core/labels.h"
#include "daemon/core/local_time.h"
#include "daemon/core/match_index.h"
#include "daemon/core/off_air.h"
#include "daemon/core/report.h"
#include "daemon/core/statement.h"

enum { NEWS = 40, MOVES = 10, OURS_MAX = 4096, JOINT_MAX = 16 << 20 };

struct decide_before *decide_said_before(const struct model *m, const struct tally *all,
                                         struct arena *a)
{
    struct decide_before *b = arena_alloc(a, sizeof *b);
    struct buf text;

    if (!b)
        return NULL;
    b->all = *all;
    b->races = arena_array(a, m->race_count + 1, sizeof *b->races);
    b->ours = arena_array(a, m->endorsed->count + 1, sizeof *b->ours);
    if (!b->races || !b->ours)
        return NULL;
    for (uint32_t i = 0; i < m->race_count; i++) {
        const struct race *r = &m->races[i];
        b->races[i] =
            (struct decide_before_race){r->polls_close_ms, r->flags, r->status == RACE_CALLED};
    }
    buf_init(&text, OURS_MAX);
    for (uint32_t i = 0; i < m->endorsed->count && b; i++) {
        buf_clear(&text);
        documents_ours(m, i, &text);
        b->ours[i] = arena_copy(a, buf_slice(&text));
        if (!b->ours[i].ptr)
            b = NULL;
    }
    buf_done(&text);
    return b;
}

static bool same_close(const struct model *m, const struct decide_before *was, uint32_t a,
                       uint32_t b)
{
    return was->races[a].polls_close_ms == was->races[b].polls_close_ms &&
           m->races[a].polls_close_ms == m->races[b].polls_close_ms;
}

/* Races whose polls close at another time, those that move alike in one line. */
static void write_closes(const struct model *m, const struct decide_before *was, struct buf *out)
{
    uint32_t lines = 0;

    for (uint32_t i = 0; i < m->race_count; i++) {
        uint32_t alike = 0, before = 0;
        if (m->races[i].polls_close_ms == was->races[i].polls_close_ms)
            continue;
        for (uint32_t k = 0; k < m->race_count; k++) {
            bool same = same_close(m, was, i, k);
            alike += same;
            before += same && k < i;
        }
        if (before > 0 || lines++ >= MOVES)
            continue;
        buf_addf(out, "polls    close in " COUNTED " at ", COUNT_OF(alike, "race", "races"));
        local_time_write(m->settings, m->races[i].polls_close_ms, out);
        buf_addz(out, ", was ");
        local_time_write(m->settings, was->races[i].polls_close_ms, out);
        buf_addc(out, '\n');
    }
    if (lines > MOVES)
        buf_addz(out, "polls    and at other times in others\n");
}

/* Whose race is called by it, and who is not lost by that. */
static void write_stays(const struct model *m, const struct decide_before *was, uint32_t most,
                        struct buf *out)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        uint32_t race = m->standings[i].race;
        if (was->races[race].called || !filled_elsewhere(m, &m->races[race], i) || n++ >= most)
            continue;
        buf_addf(out, "stays    %.*s: ", SLICE_FMT(m->endorsed->list[i].name));
        documents_ours(m, i, out);
        buf_addf(out,
                 "; what is called has no line of it: tallyctl call %.*s lost, if it has lost\n",
                 SLICE_FMT(m->endorsed->list[i].id));
    }
    if (n > most)
        buf_addf(out, "stays    and " COUNTED "\n", COUNT_OF(n - most, "other", "others"));
}

/* Candidacies that `races` shows otherwise than before. */
static void write_moves(const struct model *m, const struct decide_before *was, uint32_t most,
                        struct buf *out)
{
    uint32_t n = 0;
    struct buf is;

    buf_init(&is, OURS_MAX);
    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        buf_clear(&is);
        documents_ours(m, i, &is);
        if (!slice_eq(buf_slice(&is), was->ours[i]) && n++ < most)
            buf_addf(out, "moves    %.*s: %.*s -> %.*s\n", SLICE_FMT(m->endorsed->list[i].name),
                     SLICE_FMT(was->ours[i]), SLICE_FMT(buf_slice(&is)));
    }
    buf_done(&is);
    if (n > most)
        buf_addf(out, "moves    and " COUNTED "\n", COUNT_OF(n - most, "other", "others"));
}

static void write_flags(const struct model *m, const struct decide_before *was, uint32_t most,
                        struct buf *out)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < m->race_count; i++) {
        uint32_t now = m->races[i].flags, differ = now ^ was->races[i].flags;
        const char *before = ":";
        if (differ == 0 || n++ >= most)
            continue;
        buf_addf(out, "flags    %.*s", SLICE_FMT(m->races[i].id));
        for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
            if (differ & flag) {
                buf_addf(out, "%s %s%s", before, now & flag ? "" : "no longer ",
                         labels_race_flag(flag));
                before = ",";
            }
        buf_addc(out, '\n');
    }
    if (n > most)
        buf_addf(out, "flags    and of " COUNTED "\n",
                 COUNT_OF(n - most, "other race", "other races"));
}

/* Is it the first time that the report has this contest? */
static bool is_first(const struct feed_report *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (r->changes[k].contest == r->changes[i].contest)
            return false;
    return true;
}

/* Figures that are ruled on, and are not those that the race has: nothing on air is corrected. */
static void write_off_air(const struct model *m, const struct feed_report *r, int64_t now_ms,
                          struct buf *out)
{
    uint32_t n = 0;
    char room[256];
    struct buf why;

    for (size_t i = 0; i < r->change_count && n < MOVES; i++) {
        const struct feed_contest *c = r->changes[i].contest;
        buf_init_over(&why, room, sizeof room);
        if (!is_first(r, i) || c->race == NONE ||
            !off_air_why(m, &m->races[c->race], c, now_ms, &why))
            continue;
        buf_addf(out, "off air  %.*s of %.*s; what is on air of %.*s stays: %.*s\n",
                 SLICE_FMT(report_contest(c)), SLICE_FMT(m->settings->sources[c->source].name),
                 SLICE_FMT(m->races[c->race].id), SLICE_FMT(buf_slice(&why)));
        n++;
    }
}

static void write_held(const struct model *m, const struct decide_done *done, int64_t now_ms,
                       struct buf *out)
{
    for (size_t i = 0; i < done->report_count; i++) {
        buf_add(out, done->reports[i].ruled);
        write_off_air(m, &done->reports[i], now_ms, out);
    }
}

static void write_news(const struct message *messages, size_t count, size_t most, struct buf *out)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        const struct message *g = &messages[i];
        if (g->type != MESSAGE_CALL && g->type != MESSAGE_RETRACTION)
            continue;
        if (n++ < most)
            buf_addf(out, "news     %.*s\n", SLICE_FMT(g->line));
    }
    if (n > most)
        buf_addf(out, "news     and %zu more\n", n - most);
}

/* Ids say little: who that is. */
static void write_about(const struct model *m, uint32_t endorsement, struct buf *out)
{
    if (endorsement == NONE)
        return;
    buf_addz(out, "about    ");
    documents_who(m, endorsement, out);
    buf_addc(out, '\n');
}

/* A call of the desk's is of the candidacy, also where that stands in several primaries. */
static void write_meaning(const struct model *m, const struct decision *d, uint32_t about,
                          struct buf *out)
{
    static const struct {
        const char *outcome, *means;
    } meanings[] = {
        {"won", "it has won one of its primaries at least; of which, the call does not say"},
        {"advanced",
         "it goes on in one of its primaries at least; in which, the call does not say"},
        {"lost", "it has lost all of its primaries"},
    };

    if (!slice_is(d->verb, "call") || !m->match->people[about].race.cross)
        return;
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (slice_is(d->argument, meanings[i].outcome))
            buf_addf(out, "means    %s\n", meanings[i].means);
}

/* A release hands the race back to the feeds, and is not the end of a freeze alone. */
static void write_dropped(const struct decide_said *s, struct buf *out)
{
    if (s->done->drops)
        buf_addz(out, "means    the race is the feeds' again: all of the desk's calls in it are "
                      "dropped, each a correction with this reason\n");
}

static void write_counts(const char *when, const struct tally *t, struct buf *out)
{
    buf_addf(out, "%-8s ", when);
    documents_totals_words(t, out);
    buf_addc(out, '\n');
}

void decide_said_write(const struct model *m, const struct decide_said *s, int64_t now_ms,
                       struct buf *out)
{
    if (s->would)
        buf_addz(out, "would    ");
    documents_decision_line(m, s->decision, out);
    buf_addc(out, '\n');
    write_about(m, s->done->endorsement, out);
    write_meaning(m, s->decision, s->done->endorsement, out);
    write_dropped(s, out);
    write_counts(s->would ? "now" : "was", &s->before->all, out);
    write_counts(s->would ? "would be" : "is", s->after, out);
    buf_addz(out, "total    ");
    statement_write(m, s->after, STATEMENT_SHORT, now_ms, out);
    buf_addc(out, '\n');
    if (s->done->was.len > 0)
        buf_addf(out, "%-8.*s was %.*s, is %.*s\n", SLICE_FMT(s->decision->verb),
                 SLICE_FMT(s->done->was), SLICE_FMT(s->decision->argument));
    write_closes(m, s->before, out);
    write_held(m, s->done, now_ms, out);
    write_moves(m, s->before, MOVES, out);
    write_stays(m, s->before, MOVES, out);
    write_flags(m, s->before, MOVES, out);
    write_news(s->messages, s->message_count, NEWS, out);
    if (s->would)
        buf_addz(out, "nothing is done yet\n");
}

/* Numbers, times and counts, which move by themselves. */
static bool moves_by_itself(struct slice line)
{
    static const char *const words[] = {"would ", "now ",   "was ",   "is ",
                                        "total ", "moves ", "stays ", "off air "};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_starts(line, slice_of(words[i])))
            return true;
    return false;
}

struct digest decide_said_meant(const struct decision *d, struct slice said)
{
    struct slice line;
    struct buf meant;
    struct digest digest;

    buf_init(&meant, JOINT_MAX);
    buf_addf(&meant, "%.*s\n", SLICE_FMT(d->target));
    while (slice_next(&said, '\n', &line))
        if (!moves_by_itself(line))
            buf_addf(&meant, "%.*s\n",
                     SLICE_FMT(slice_sub(line, 0, slice_find(line, SLICE("  [")))));
    digest = digest_of(buf_slice(&meant));
    buf_done(&meant);
    return digest;
}

/* ---- several as one ---- */

bool decide_joint_init(struct decide_joint *j, const struct model *m, const struct tally *all,
                       bool would, struct arena *a)
{
    j->would = would;
    j->before = decide_said_before(m, all, a);
    buf_init(&j->rows, JOINT_MAX);
    buf_init(&j->news, JOINT_MAX);
    buf_init(&j->meant, JOINT_MAX);
    return j->before != NULL;
}

void decide_joint_done(struct decide_joint *j)
{
    buf_done(&j->rows);
    buf_done(&j->news);
    buf_done(&j->meant);
}

/* What is the same whenever it is done: not its number, the time, or the counts beside it. */
static void add_meant(const struct decision *d, struct slice news, struct buf *out)
{
    struct slice line;

    buf_addf(out, "%.*s\x1f%.*s\x1f%.*s\x1f%.*s\x1f%.*s\n", SLICE_FMT(d->target),
             SLICE_FMT(d->argument), SLICE_FMT(d->reason), SLICE_FMT(d->basis), SLICE_FMT(d->url));
    while (slice_next(&news, '\n', &line))
        buf_addf(out, "%.*s\n", SLICE_FMT(slice_sub(line, 0, slice_find(line, SLICE("  [")))));
}

void decide_joint_add(struct decide_joint *j, const struct model *m, const struct decision *d,
                      const struct message *messages, size_t message_count)
{
    const struct endorsement *e = map_get(m->endorsed_by_id, d->target);
    uint32_t about = e ? (uint32_t)(e - m->endorsed->list) : NONE;
    size_t from = j->news.len;

    if (j->would)
        buf_addz(&j->rows, "would    ");
    documents_decision_line(m, d, &j->rows);
    buf_addc(&j->rows, '\n');
    write_about(m, about, &j->rows);
    if (e)
        write_meaning(m, d, about, &j->rows);
    write_news(messages, message_count, SIZE_MAX, &j->news);
    add_meant(d, slice_sub(buf_slice(&j->news), from, j->news.len), &j->meant);
}

struct digest decide_joint_write(struct decide_joint *j, const struct model *m,
                                 const struct tally *after, int64_t now_ms, struct buf *out)
{
    size_t from;

    buf_add(out, buf_slice(&j->rows));
    write_counts(j->would ? "now" : "was", &j->before->all, out);
    write_counts(j->would ? "would be" : "is", after, out);
    buf_addz(out, "total    ");
    statement_write(m, after, STATEMENT_SHORT, now_ms, out);
    buf_addc(out, '\n');
    write_moves(m, j->before, UINT32_MAX, out);
    write_stays(m, j->before, UINT32_MAX, out);
    from = out->len;
    write_flags(m, j->before, UINT32_MAX, out);
    buf_add(&j->meant, slice_sub(buf_slice(out), from, out->len));
    buf_add(out, buf_slice(&j->news));
    out->failed |= j->rows.failed || j->news.failed || j->meant.failed;
    return digest_of(buf_slice(&j->meant));
}
