/* SPDX-License-Identifier: ISC */
/* The series of November 2025 (tests/nights/rfs2025): 222 candidacies, call by call, with the
 * totals and the sentence right at each milestone, and one call taken back on the way. */
#include "tests/unit/night.h"

#include <stdlib.h>

#include "daemon/base/csv.h"
#include "daemon/core/statement.h"
#include "daemon/core/states.h"

enum { TICKS = 25, FIELDS = 20, STATES = 64 };

static char *read_whole(const char *path, struct arena *a)
{
    FILE *f = fopen(path, "rb");
    char *text = arena_alloc(a, 1 << 20);

    if (!f)
        fail_msg("%s is not there; tests run in the project's directory", path);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    text[n] = '\0';
    return text;
}

struct ballots {
    struct slice *rows[600];
    size_t count;
    struct slice *names;
    size_t fields;
};

static struct slice cell(const struct ballots *b, size_t row, const char *name)
{
    for (size_t i = 0; i < b->fields; i++)
        if (slice_is(b->names[i], name))
            return b->rows[row][i];
    fail_msg("no column %s", name);
    return (struct slice){0};
}

static int64_t number(const struct ballots *b, size_t row, const char *name, int64_t none)
{
    int64_t n = none;
    struct slice text = cell(b, row, name);

    if (text.len > 0 && !num_parse(text, 0, INT64_MAX, &n))
        fail_msg("row %zu: %s", row, name);
    return n;
}

/* What the feed says when so many ticks have passed. */
static const char *payload(const struct ballots *b, int64_t tick, struct arena *a)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    for (size_t i = 0, k; i < b->count; i = k) {
        struct slice race = cell(b, i, "race");
        buf_addf(&out, "contest %.*s|%.*s %.*s|%.*s ; stated seats=%d", SLICE_FMT(race),
                 SLICE_FMT(cell(b, i, "office")), SLICE_FMT(cell(b, i, "seat")),
                 SLICE_FMT(cell(b, i, "state")), (int)number(b, i, "seats", 1));
        if (cell(b, i, "places").len > 0)
            buf_addf(&out, " places=%.*s", SLICE_FMT(cell(b, i, "places")));
        for (k = i; k < b->count && slice_eq(cell(b, k, "race"), race); k++) {
            bool out_now =
                number(b, k, "called", TICKS + 1) <= tick && tick < number(b, k, "gone", TICKS + 1);
            const char *mark = !out_now                            ? ""
                               : slice_is(cell(b, k, "mark"), "R") ? "advanced"
                                                                   : "won";
            buf_addf(&out, "\nchoice %.*s|%.*s %.*s|%.*s ; %s", SLICE_FMT(cell(b, k, "candidate")),
                     SLICE_FMT(cell(b, k, "first")), SLICE_FMT(cell(b, k, "last")),
                     SLICE_FMT(cell(b, k, "party")), mark);
        }
        buf_addz(&out, "\ntotal");
        for (k = i; k < b->count && slice_eq(cell(b, k, "race"), race); k++)
            buf_addf(&out, " %.*s", SLICE_FMT(cell(b, k, "votes")));
        buf_addz(&out, " ; units=9/10\n");
    }
    struct slice text = arena_copy(a, buf_slice(&out));
    buf_done(&out);
    return text.ptr;
}

static void open_series(struct night *n, struct ballots *b)
{
    static struct settings_polls polls[STATES];
    struct arena *a = arena_new((size_t)256 << 20);
    struct slice *fields;
    struct csv c;
    struct err e = {0};

    night_open(n, "candidate_name,state,office\nNobody,GA,Mayor\n");
    core_free(n->core);
    arena_free(n->a);
    n->a = a;
    for (size_t i = 0; i < states_count; i++)
        polls[i] = (struct settings_polls){
            .state = slice_of(states[i].code), .minute = 19 * 60, .zone = n->zone};
    n->s.polls = polls;
    n->s.polls_count = states_count;
    n->s.source_count = 1; /* AP alone */
    struct buf problems;
    buf_init(&problems, 65536);
    if (!endorse_parse(slice_of(read_whole("tests/nights/rfs2025/endorsements.csv", a)), NULL, 0,
                       NIGHT_DATE, a, &n->list, &problems, &e))
        fail_msg("%s %s", e.text, problems.ptr);
    buf_done(&problems);
    memset(b, 0, sizeof *b);
    csv_init(&c, slice_of(read_whole("tests/nights/rfs2025/ballots.csv", a)));
    if (!csv_next(&c, a, FIELDS, &b->names, &b->fields, &e))
        fail_msg("%s", e.text);
    for (size_t got; b->count < 600 && csv_next(&c, a, FIELDS, &fields, &got, &e);)
        b->rows[b->count++] = fields;
    night_core(n);
}

/* A count in the totals of a message's data. */
static int64_t said(struct slice data, const char *name)
{
    char key[40];
    int64_t value = 0;
    snprintf(key, sizeof key, "\"%s\":", name);
    size_t at = slice_find(data, SLICE("\"totals\":"));
    struct slice rest = slice_sub(data, at == SIZE_MAX ? 0 : at, data.len);
    size_t found = slice_find(rest, slice_of(key));
    assert_true(found != SIZE_MAX);
    for (const char *p = rest.ptr + found + strlen(key); *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (*p - '0');
    return value;
}

static const struct milestone {
    int tick;
    int64_t won, lost, advanced, pending, flips, states; /* states 0: not told by the series */
    const char *sentence;
} milestones[] = {
    {10, 111, 58, 9, 44, 25, 0,
     "169 of our 222 endorsed candidates' races have been called: 111 won (65%), across 23 states, "
     "including 25 flips; nine advance to runoffs and 44 remain to be called."},
    {17, 129, 64, 9, 20, 36, 23,
     "193 of our 222 endorsed candidates' races have been called: 129 won (66%), across 23 states, "
     "including 36 flips; nine advance to runoffs and 20 remain to be called."},
    {25, 144, 68, 10, 0, 43, 0,
     "212 of our 222 endorsed candidates' races have been called: 144 won (67%), across 25 states, "
     "including 43 flips; 10 advance to runoffs."},
};

static void at_milestone(const struct night *n, const struct milestone *is)
{
    const struct tally *t = core_tally(n->core);
    char sentence[400];

    assert_int_equal(t->n[TALLY_ENDORSED], 222);
    assert_int_equal(t->n[TALLY_WON], is->won);
    assert_int_equal(t->n[TALLY_LOST], is->lost);
    assert_int_equal(t->n[TALLY_ADVANCED], is->advanced);
    assert_int_equal(t->n[TALLY_PENDING], is->pending);
    assert_int_equal(t->n[TALLY_SETTLED], is->won + is->lost + is->advanced);
    assert_int_equal(t->n[TALLY_FLIPS], is->flips);
    assert_true(slice_is(t->flips_from[0].party, "Republican") &&
                t->flips_from[0].flips == is->flips);
    if (is->states)
        assert_int_equal(tally_states_won(t), is->states);
    snprintf(sentence, sizeof sentence, "As of 7:%02d p.m. UTC on Nov. 3, %s", is->tick,
             is->sentence);
    struct slice told = night_message(n, MESSAGE_TOTALS, 0)->statements[STATEMENT_SHORT];
    if (!slice_is(told, sentence))
        fail_msg("%.*s\nis not\n%s", SLICE_FMT(told), sentence);
}

/* Each message has the totals as they are after it: a retraction's are lower in that message. */
static void messages_count(const struct night *n, int64_t *won, int64_t *flips, size_t *retractions)
{
    for (size_t i = 0; i < n->out.message_count; i++) {
        const struct message *m = &n->out.messages[i];
        if (m->type != MESSAGE_CALL && m->type != MESSAGE_RETRACTION)
            continue;
        int64_t now = said(m->data, "won"), flips_now = said(m->data, "flips");
        if (m->type == MESSAGE_RETRACTION) {
            assert_int_equal(now, *won - 1);
            assert_int_equal(flips_now, *flips - 1);
            assert_true(night_says(m->line, "RETRACTION"));
            (*retractions)++;
        } else {
            assert_true(now >= *won && flips_now >= *flips);
        }
        *won = now;
        *flips = flips_now;
    }
}

static void test_the_series(void **state)
{
    struct night n;
    struct ballots b;
    int64_t won = 0, flips = 0;
    size_t retractions = 0, milestone = 0;
    (void)state;
    open_series(&n, &b);
    for (int tick = 0; tick <= TICKS; tick++) {
        night_batch(&n, 0, payload(&b, tick, n.a), NIGHT_AT(tick));
        messages_count(&n, &won, &flips, &retractions);
        assert_int_equal(won, core_tally(n.core)->n[TALLY_WON]);
        assert_int_equal(flips, core_tally(n.core)->n[TALLY_FLIPS]);
        assert_int_equal(retractions, tick >= 14);
        if (tick == milestones[milestone].tick)
            at_milestone(&n, &milestones[milestone++]);
    }
    assert_int_equal(milestone, 3);
    const struct model *m = core_model(n.core);
    for (uint32_t i = 0; i < m->endorsed->count; i++) /* all by AP's own ids, each once */
        assert_int_equal(m->races[m->standings[i].race].contest_count, 1);
    assert_int_equal(m->correction_count, 1);
    assert_true(slice_is(m->corrections[0].was, "won") &&
                slice_is(m->corrections[0].then, "pending"));
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
