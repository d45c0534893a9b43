/* SPDX-License-Identifier: ISC */
/* The sentence, to the letter. */
#include "tests/unit/night.h"

#include "daemon/core/states.h"
#include "daemon/core/statement.h"
#include "tests/unit/random.h"

/* Counts of a night as far as the sentence reads them. */
struct counts {
    int64_t endorsed, won, lost, advanced, flips, states, review, nominations, measures, of_void;
};

struct fixture {
    struct zone *zone;
    struct settings s;
    struct endorsements list;
    struct model m;
};

static void open_fixture(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->zone = night_zone();
    f->s = (struct settings){.zone = f->zone, .date = NIGHT_DATE, .percent_from = 10};
    f->m.settings = &f->s;
    f->m.endorsed = &f->list;
    f->m.last_change_ms = NIGHT_DATE + 22 * WHEN_HOUR + 12 * WHEN_MINUTE;
}

static void fill(struct tally *t, struct counts c)
{
    int64_t left = c.states;

    t->n[TALLY_ENDORSED] = c.endorsed;
    t->n[TALLY_WON] = c.won;
    t->n[TALLY_LOST] = c.lost;
    t->n[TALLY_ADVANCED] = c.advanced;
    t->n[TALLY_CALLED] = c.won + c.lost;
    t->n[TALLY_SETTLED] = c.won + c.lost + c.advanced;
    t->n[TALLY_PENDING] = c.endorsed - c.won - c.lost - c.advanced;
    t->n[TALLY_VOID] = c.of_void;
    t->n[TALLY_WON_SEATS] = c.won - c.nominations - c.measures;
    t->n[TALLY_WON_MEASURES] = c.measures;
    t->n[TALLY_WON_NOMINATIONS] = c.nominations;
    t->n[TALLY_FLIPS] = c.flips;
    t->n[TALLY_UNDER_REVIEW] = c.review;
    for (size_t i = 0; i < states_count && left > 0; i++)
        if (states[i].one_of_50) {
            t->won_in[i] = 1;
            left--;
        }
}

static void says(struct fixture *f, struct counts c, const char *text)
{
    struct tally t = {0};
    struct buf out;

    fill(&t, c);
    buf_init(&out, 4096);
    statement_write(&f->m, &t, STATEMENT_SHORT, NIGHT_AT(0), &out);
    assert_string_equal(out.ptr, text);
    buf_done(&out);
}

static void test_the_sentence(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f);
    says(&f, (struct counts){222, 129, 64, 9, 36, 23, 0, 0, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, 193 of our 222 endorsed candidates' races have been "
         "called: 129 won "
         "(66%), across 23 states, including 36 flips; nine advance to runoffs and 20 remain to be "
         "called.");
    says(&f, (struct counts){222, 129, 64, 9, 36, 23, 2, 0, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, 193 of our 222 endorsed candidates' races have been "
         "called: 129 won "
         "(66%) (two under review), across 23 states, including 36 flips; nine advance to runoffs "
         "and 20 remain "
         "to be called.");
    f.s.percent = PERCENT_ONE_DECIMAL;
    says(&f, (struct counts){222, 129, 93, 0, 0, 23, 0, 0, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, 222 of our 222 endorsed candidates' races have been "
         "called: 129 won "
         "(58.1%), across 23 states.");
    zone_free(f.zone);
}

static void test_singulars_and_zeros(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f);
    says(&f, (struct counts){4, 1, 0, 1, 1, 1, 0, 0, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, one of our four endorsed candidates' races has been "
         "called: one won, in "
         "one state, including one flip; one advances to a runoff and two remain to be called.");
    says(&f, (struct counts){4, 0, 3, 0, 0, 0, 0, 0, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, three of our four endorsed candidates' races have been "
         "called: three lost; one remains to be called.");
    says(&f, (struct counts){1, 1, 0, 0, 0, 0, 0, 0, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, our one endorsed candidate's race has been called: one "
         "won.");
    says(&f, (struct counts){12, 10, 1, 0, 0, 2, 0, 3, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, 11 of our 12 endorsed candidates' races have been "
         "called: seven won "
         "seats and three won nominations, across two states; one remains to be called.");
    says(&f, (struct counts){13, 10, 1, 0, 0, 2, 0, 3, 1, 2},
         "As of 10:12 p.m. UTC on Nov. 3, 11 of our 13 endorsed candidates' races have been "
         "called: six won seats, three won nominations and one won a measure, across two states; "
         "the races of two are void.");
    says(&f, (struct counts){12, 10, 0, 0, 0, 2, 0, 0, 10, 0},
         "As of 10:12 p.m. UTC on Nov. 3, 10 of our 12 endorsed candidates' races have been "
         "called: 10 won measures (100%), across two states; two remain to be called.");
    zone_free(f.zone);
}

static void test_before_the_first_call(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f);
    says(&f, (struct counts){.endorsed = 222},
         "No races called yet; as of 10:12 p.m. UTC on Nov. 3, 222 of our 222 endorsed candidates' "
         "races remain "
         "to be called.");
    says(&f, (struct counts){.endorsed = 222, .advanced = 2},
         "No wins or losses called yet; as of 10:12 p.m. UTC on Nov. 3, two advance to runoffs and "
         "220 of "
         "our 222 endorsed "
         "candidates' races remain to be called.");
    says(&f, (struct counts){.endorsed = 3, .advanced = 1, .of_void = 1},
         "No wins or losses called yet; as of 10:12 p.m. UTC on Nov. 3, one advances to a runoff, "
         "one of "
         "our three endorsed candidates' races remains to be called and the race of one is void.");
    says(&f, (struct counts){.endorsed = 1, .of_void = 1},
         "No races called yet; as of 10:12 p.m. UTC on Nov. 3, the race of one is void.");
    f.m.last_change_ms = WHEN_UNKNOWN;
    f.s.mode = MODE_REHEARSAL;
    says(&f, (struct counts){.endorsed = 5},
         "REHEARSAL: No races called yet; five of our five endorsed candidates' races remain to be "
         "called.");
    f.s.mode = MODE_TEST;
    says(&f, (struct counts){0}, "TEST: No races called yet.");
    zone_free(f.zone);
}

/* ---- every total makes a sentence that says what it is ---- */

/* How often `text` stands in the sentence, as words of its own: not behind a letter or digit. */
static int times_said(const char *sentence, const char *text)
{
    int n = 0;
    for (const char *at = sentence; (at = strstr(at, text)); at += strlen(text))
        n += at == sentence || !strchr("0123456789abcdefghijklmnopqrstuvwxyz,", at[-1]);
    return n;
}

static const char *in_words(int64_t n)
{
    static const char *const words[] = {"no",   "one", "two",   "three", "four",
                                        "five", "six", "seven", "eight", "nine"};
    static char text[2][24];
    static int which;
    which = !which;
    if (n < 10)
        return words[n];
    snprintf(text[which], sizeof text[0], "%d", (int)n);
    return text[which];
}

/* A clause stands exactly once, with the right number and form, when its count is above zero, and
 * in no form when it is not. */
static void clause(const char *sentence, int64_t n, const char *one, const char *many)
{
    char text[80];
    const char *form = n == 1 ? one : many, *other = n == 1 ? many : one;
    if (n == 0) {
        if (times_said(sentence, one) + times_said(sentence, many) > 0)
            fail_msg("none %s in: %s", many, sentence);
        return;
    }
    snprintf(text, sizeof text, "%s %s", in_words(n), form);
    if (times_said(sentence, text) != 1)
        fail_msg("not '%s' once in: %s", text, sentence);
    snprintf(text, sizeof text, "%s %s", in_words(n), other);
    if (strcmp(one, many) != 0 && strncmp(one, many, strlen(one)) != 0 &&
        times_said(sentence, text) > 0)
        fail_msg("'%s' in: %s", text, sentence);
}

static void is_right(struct counts c, const char *sentence)
{
    const char *body = strstr(sentence, "Nov. 3, ");
    bool one_kind = (c.nominations == 0 && c.measures == 0) || c.nominations == c.won;
    char percent[40] = "";
    if (!body)
        fail_msg("no date in: %s", sentence);
    body += strlen("Nov. 3, ");
    if (strstr(body, " 0") || strstr(body, "no ") || strstr(body, "  ") ||
        sentence[strlen(sentence) - 1] != '.')
        fail_msg("odd: %s", sentence);
    for (const char *p = body; *p; p++) /* one to nine are words */
        if (*p >= '1' && *p <= '9' && !strchr("0123456789.,", p[1]) &&
            !strchr("0123456789.,(", p[-1]))
            fail_msg("a figure in: %s", sentence);
    clause(body, c.flips, "flip", "flips");
    clause(body, c.advanced, "advances to a runoff", "advance to runoffs");
    if (c.won + c.lost > 0) {
        clause(body, c.states, "state", "states");
        clause(body, c.review, "under review", "under review");
        clause(body, c.endorsed - c.won - c.lost - c.advanced - c.of_void, "remains to be called",
               "remain to be called");
        clause(body, c.of_void, "is void", "are void");
        if (!one_kind) {
            clause(body, c.nominations, "won a nomination", "won nominations");
            clause(body, c.measures, "won a measure", "won measures");
            clause(body, c.won - c.nominations - c.measures, "won a seat", "won seats");
        } else if (c.nominations == 0) {
            clause(body, c.won, "won", "won");
        }
        if (c.won > 0 && one_kind && c.won + c.lost >= 10)
            snprintf(percent, sizeof percent, "won%s (%d%%)",
                     c.nominations > 1 ? " nominations"
                     : c.nominations   ? " a nomination"
                                       : "",
                     (int)(c.won * 100 / (c.won + c.lost)));
        if ((strchr(body, '%') != NULL) != (percent[0] != '\0') || !strstr(body, percent))
            fail_msg("not '%s': %s", percent, sentence);
        if (c.endorsed > 1) { /* never without its denominator */
            char of[80];
            snprintf(of, sizeof of, "%s of our %s endorsed candidates' races %s been called",
                     in_words(c.won + c.lost), in_words(c.endorsed),
                     c.won + c.lost == 1 ? "has" : "have");
            if (strncmp(body, of, strlen(of)) != 0)
                fail_msg("not '%s': %s", of, sentence);
        }
    } else if (strncmp(sentence,
                       c.advanced ? "No wins or losses called yet; as of "
                                  : "No races called yet; as of ",
                       c.advanced ? 36 : 27) != 0 ||
               strchr(body, '%') || strstr(body, "won")) {
        fail_msg("before the first call: %s", sentence);
    }
}

static void test_every_total_makes_a_right_sentence(void **state)
{
    struct random r = {.state = 2025};
    struct fixture f;
    struct buf out, slack;
    (void)state;
    open_fixture(&f);
    f.m.checked_ms = f.m.last_change_ms;
    buf_init(&out, 4096);
    buf_init(&slack, 4096);
    for (int round = 0; round < 20000; round++) {
        struct counts c = {0};
        struct tally t = {0};
        int64_t most = random_below(&r, 3) ? 12 : 300;
        c.won = random_below(&r, 4) ? random_between(&r, 0, most) : 0;
        c.lost = random_below(&r, 4) ? random_between(&r, 0, most) : 0;
        c.advanced = random_below(&r, 2) ? random_between(&r, 0, 12) : 0;
        c.endorsed =
            c.won + c.lost + c.advanced + (random_below(&r, 3) ? random_between(&r, 0, most) : 0);
        if (c.endorsed == 0)
            continue;
        c.nominations = random_below(&r, 4) ? 0 : random_between(&r, 0, c.won);
        c.measures = random_below(&r, 4) || c.won < 2
                         ? 0
                         : random_between(&r, 0, (c.won - c.nominations) / 2);
        c.of_void = random_below(&r, 4)
                        ? 0
                        : random_between(&r, 0, c.endorsed - c.won - c.lost - c.advanced);
        c.flips =
            random_below(&r, 2) ? random_between(&r, 0, c.won - c.nominations - c.measures) : 0;
        c.states = c.won ? random_between(&r, 1, c.won < 50 ? c.won : 50) : 0;
        c.review = random_below(&r, 3) ? 0 : random_between(&r, 0, c.won);
        fill(&t, c);
        buf_clear(&out);
        buf_clear(&slack);
        statement_write(&f.m, &t, STATEMENT_SHORT, NIGHT_AT(0), &out);
        is_right(c, out.ptr);
        statement_write(&f.m, &t, STATEMENT_SLACK, NIGHT_AT(0), &slack);
        size_t at = 0; /* the same words, and stars in pairs */
        int stars = 0;
        for (size_t i = 0; i < slack.len; i++)
            if (slack.ptr[i] == '*')
                stars++;
            else
                assert_true(at < out.len && out.ptr[at++] == slack.ptr[i]);
        assert_true(at == out.len && stars % 2 == 0);
    }
    buf_done(&out);
    buf_done(&slack);
    zone_free(f.zone);
}

/* ---- styles ---- */

static void test_the_long_form(void **state)
{
    static const struct slice order[] = {SLICE_INIT("desk"), SLICE_INIT("ap"), SLICE_INIT("ddhq"),
                                         SLICE_INIT("official")};
    static const struct settings_cycle cycles[] = {{SLICE_INIT("2023"), 50, 100}};
    struct fixture f;
    struct buf out;
    struct tally t = {0};
    (void)state;
    open_fixture(&f);
    f.s.call_order = order;
    f.s.call_order_count = 4;
    f.m.checked_ms = f.m.last_change_ms + 3 * WHEN_MINUTE;
    buf_init(&out, 4096);
    fill(&t, (struct counts){1222, 129, 64, 9, 36, 23, 0, 0, 0, 0});
    t.n[TALLY_SETTLED] = 202;
    statement_write(&f.m, &t, STATEMENT_LONG, NIGHT_AT(0), &out);
    assert_string_equal(
        out.ptr, "As of 10:12 p.m. UTC on Nov. 3 (checked at 10:15 p.m. UTC), 193 of our 1,222 "
                 "endorsed candidates' races have been called: 129 won (66%), across 23 states, "
                 "including 36 flips; nine advance to runoffs and 1,020 remain to be called.");
    t.called_by[calls_rank(&f.s, SLICE("ap"))] = 195;
    t.called_by[calls_rank(&f.s, SLICE("desk"))] = 1;
    t.called_by[calls_rank(&f.s, SLICE("unopposed"))] = 6;
    t.flips_from[0] = (struct tally_party){SLICE("Libertarian"), 1};
    t.flips_from[1] = (struct tally_party){SLICE("Republican"), 35};
    f.s.cycles = cycles;
    f.s.cycle_count = 1;
    buf_clear(&out);
    statement_write(&f.m, &t, STATEMENT_LONG, NIGHT_AT(0), &out);
    assert_true(night_says(buf_slice(&out),
                           " remain to be called. Called, with those who advance, by our desk: "
                           "one; by AP: 195; unopposed: six. Flips from Libertarian: one; from "
                           "Republican: 35. The share won "
                           "is the highest of the recorded cycles so far."));
    t.flips_from[1].party = SLICE(TALLY_UNSTATED);
    buf_clear(&out);
    statement_write(&f.m, &t, STATEMENT_LONG, NIGHT_AT(0), &out);
    assert_true(night_says(buf_slice(&out), "one; from a party that is not stated: 35."));
    fill(&t, (struct counts){222, 129, 64, 9, 36, 23, 0, 0, 0, 0});
    t.n[TALLY_PENDING] = 20;
    buf_clear(&out);
    statement_write(&f.m, &t, STATEMENT_LONG, NIGHT_AT(0), &out);
    assert_true(night_says(buf_slice(&out), " is the highest of the recorded cycles."));
    t.called_by[calls_rank(&f.s, SLICE("ap"))] = 0;
    t.called_by[calls_rank(&f.s, SLICE("ddhq"))] = 2;
    t.called_by[calls_rank(&f.s, SLICE("official"))] = 3;
    f.s.call_order_count = 3; /* whom nobody asks is not told */
    buf_clear(&out);
    statement_write(&f.m, &t, STATEMENT_LONG, NIGHT_AT(0), &out);
    assert_true(night_says(buf_slice(&out), " by our desk: one; by DDHQ: two; unopposed:"));
    fill(&t, (struct counts){222, 129, 64, 0, 36, 23, 0, 0, 0, 0});
    buf_clear(&out);
    statement_write(&f.m, &t, STATEMENT_LONG, NIGHT_AT(0), &out);
    assert_true(night_says(buf_slice(&out), " Called by our desk: one; by DDHQ: two; unopposed:"));
    buf_clear(&out);
    f.s.mode = MODE_TEST;
    statement_write(&f.m, &t, STATEMENT_SLACK, NIGHT_AT(0), &out);
    assert_true(night_says(buf_slice(&out), "TEST: As of 10:12 p.m. UTC on Nov. 3, *193 of our "
                                            "222* endorsed candidates' races have been called: "
                                            "*129 won* (66%), across"));
    buf_done(&out);
    zone_free(f.zone);
}

/* A call feed that stopped answering is said to have, by name. */
static void test_staleness_is_said(void **state)
{
    struct night n;
    struct buf out;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office\nann,Ann Archer,GA,Governor\n");
    n.sources[1].calls = n.sources[2].calls = CALLS_NO;
    for (uint32_t i = 0; i < NIGHT_SOURCES; i++)
        night_unchanged(&n, i, NIGHT_AT(1));
    buf_init(&out, 4096);
    statement_write(core_model(n.core), core_tally(n.core), STATEMENT_SHORT, NIGHT_AT(2), &out);
    assert_false(night_says(buf_slice(&out), "No news"));
    assert_true(core_next_tick(n.core, NIGHT_AT(1)) > NIGHT_AT(10));
    assert_true(core_next_tick(n.core, NIGHT_AT(1)) <= NIGHT_AT(12));
    buf_clear(&out);
    statement_write(core_model(n.core), core_tally(n.core), STATEMENT_SHORT, NIGHT_AT(12), &out);
    assert_true(
        night_says(buf_slice(&out),
                   " No news from ap since 7:01 p.m. UTC, nor from three others of four sources."));
    night_tick(&n, NIGHT_AT(12));
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->data, "\"stale\":true"));
    night_unchanged(&n, 0, NIGHT_AT(13));
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->data, "\"stale\":false"));
    buf_done(&out);
    night_close(&n);
}

static void now_says(struct night *n, int64_t now_ms, const char *end)
{
    struct buf out;
    buf_init(&out, 4096);
    statement_write(core_model(n->core), core_tally(n->core), STATEMENT_SHORT, now_ms, &out);
    if (out.len < strlen(end) || strcmp(out.ptr + out.len - strlen(end), end) != 0)
        fail_msg("not '%s' at the end of: %s", end, out.ptr);
    buf_done(&out);
}

/* Feeds that never answered are said to have not, and nothing is "as of" then. */
static void test_dead_feeds_are_said(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office\nann,Ann Archer,GA,Governor\n");
    for (uint32_t i = 0; i < NIGHT_SOURCES; i++) {
        struct event failed = {.type = EVENT_FAILED, .source = i, .verdict = VERDICT_UNREACHABLE};
        night_apply(&n, &failed, NIGHT_AT(1));
    }
    now_says(&n, NIGHT_AT(2),
             "No races called yet; one remains to be called. No news yet from any of four "
             "sources.");
    core_snapshot(n.core, NIGHT_AT(2), &n.out);
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->data, "\"stale\":true"));
    night_unchanged(&n, 1, NIGHT_AT(3));
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->statements[0],
                           "yet from ap, nor from two others of four sources."));
    night_unchanged(&n, 0, NIGHT_AT(3));
    now_says(&n, NIGHT_AT(3), " No news yet from two of four sources.");
    night_unchanged(&n, 2, NIGHT_AT(3));
    now_says(&n, NIGHT_AT(3), " No news yet from votes.");
    night_unchanged(&n, 3, NIGHT_AT(3));
    now_says(&n, NIGHT_AT(3), "to be called.");
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->data, "\"stale\":false"));
    night_close(&n);
}

/* ---- freshness, source by source ---- */

#define ONE_RACE(id)                                                                               \
    "contest " id "|Governor|GA\nchoice 1|Ann Archer|\nchoice 2|Other|\ntotal 5 4\n"

/* Sources that only count votes: more than one in ten of those with open races are told of. */
static void test_many_stale_sources_are_said(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,seats_to_fill\n"
                   "ann,Ann Archer,GA,Governor,1\nbob,Bob Baker,GA,Mayor,1\n");
    for (int i = 0; i < NIGHT_SOURCES; i++)
        n.sources[i].calls = CALLS_NO;
    now_says(&n, NIGHT_AT(0), " No news yet from any of four sources.");
    for (uint32_t i = 0; i < 3; i++)
        night_batch(&n, i, i == 2 ? "contest 9|Coroner|GA\nchoice 1|Cy|\ntotal 5\n" : ONE_RACE("1"),
                    NIGHT_AT(1));
    assert_int_equal(night_race(&n, "ann")->contest_count, 2);
    now_says(&n, NIGHT_AT(2), " No news yet from votes."); /* 2 has none of our races */
    now_says(&n, NIGHT_AT(12), " No news at present from any of four sources.");
    night_unchanged(&n, 3, NIGHT_AT(12));
    now_says(&n, NIGHT_AT(12), " No news at present from three of four sources.");
    night_unchanged(&n, 0, NIGHT_AT(12));
    now_says(&n, NIGHT_AT(12), " No news at present from two of four sources.");
    night_batch(&n, 1, "contest 7|Auditor|GA\nchoice 1|Cy|\ntotal 5\n", NIGHT_AT(13));
    now_says(&n, NIGHT_AT(13), "to be called."); /* all that is open is fresh */
    struct model m = *core_model(n.core);
    m.races[0].status = m.races[1].status = RACE_CALLED;
    assert_false(statement_staleness(&m, NIGHT_AT(60)).stale); /* nothing is open */
    m.races[1].status = RACE_UNCALLED;                         /* in which nobody has figures */
    assert_int_equal(statement_staleness(&m, NIGHT_AT(60)).open, 0);
    m.races[0].status = RACE_PARTLY_CALLED;
    m.races[1].status = RACE_CALLED;
    assert_true(statement_staleness(&m, NIGHT_AT(60)).stale);
    m.races[0].status = m.races[1].status = RACE_UNCALLED;
    night_close(&n);
}

/* Of ten sources with open races one that is stale is not worth a word; of nine it is. */
static void test_one_stale_source_in_ten_is_not_said(void **state)
{
    struct settings_source sources[10];
    struct feed feeds[10];
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,seats_to_fill\n"
                   "ann,Ann Archer,GA,Governor,1\n");
    n.sources[0].calls = CALLS_NO;
    night_batch(&n, 0, ONE_RACE("1"), NIGHT_AT(1));
    struct model m = *core_model(n.core);
    struct settings s = *m.settings;
    struct feed_file old = m.feeds[0].files[0];
    old.last_success_ms = NIGHT_AT(-60);
    for (size_t i = 0; i < 10; i++) {
        sources[i] = n.sources[0];
        feeds[i] = m.feeds[0];
    }
    feeds[0].files = &old;
    s.sources = sources;
    m.settings = &s;
    m.feeds = feeds;
    s.source_count = 10;
    assert_int_equal(statement_staleness(&m, NIGHT_AT(2)).sources, 1);
    assert_int_equal(statement_staleness(&m, NIGHT_AT(2)).open, 10);
    assert_false(statement_staleness(&m, NIGHT_AT(2)).stale);
    s.source_count = 9;
    assert_true(statement_staleness(&m, NIGHT_AT(2)).stale);
    night_close(&n);
}

static void test_one_source_of_its_own(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,seats_to_fill\n"
                   "ann,Ann Archer,GA,Governor,1\n");
    core_free(n.core);
    n.s.source_count = 1;
    n.sources[0].calls = CALLS_NO;
    night_core(&n);
    now_says(&n, NIGHT_AT(0), " No news yet from ap."); /* "any of one" would be odd */
    night_batch(&n, 0, ONE_RACE("1"), NIGHT_AT(1));
    now_says(&n, NIGHT_AT(30), " No news at present from one of one source.");
    night_close(&n);
}

/* Of two files the one that was heard last is no comfort, and the older one is told. */
static void test_files_of_a_source(void **state)
{
    static const struct slice files[] = {SLICE_INIT("house"), SLICE_INIT("senate")};
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,seats_to_fill\n"
                   "ann,Ann Archer,GA,Governor,1\n");
    core_free(n.core);
    n.s.source_count = 1;
    n.sources[0].files = files;
    n.sources[0].file_count = 2;
    night_core(&n);
    now_says(&n, NIGHT_AT(0), " No news yet from ap.");
    for (uint32_t file = 0; file < 2; file++) {
        struct event ev = {.type = EVENT_UNCHANGED, .file = 1 - file};
        night_apply(&n, &ev, NIGHT_AT(1 + 2 * (int)file));
    }
    now_says(&n, NIGHT_AT(4), "to be called.");
    now_says(&n, NIGHT_AT(12), " No news from ap since 7:01 p.m. UTC."); /* one of them */
    now_says(&n, NIGHT_AT(30), " No news from ap since 7:01 p.m. UTC.");
    assert_true(statement_next_stale(core_model(n.core), NIGHT_AT(4)) ==
                NIGHT_AT(11) + 1); /* the older one's */
    assert_true(statement_next_stale(core_model(n.core), NIGHT_AT(12)) == NIGHT_AT(13) + 1);
    assert_true(statement_next_stale(core_model(n.core), NIGHT_AT(30)) == WHEN_NEVER);
    n.sources[0].stale_after_ms = 0; /* never stale */
    assert_true(statement_next_stale(core_model(n.core), NIGHT_AT(4)) == WHEN_NEVER);
    n.sources[0].file_count = 0; /* just a url: one file */
    n.sources[0].stale_after_ms = 10 * WHEN_MINUTE;
    assert_true(statement_next_stale(core_model(n.core), NIGHT_AT(4)) == NIGHT_AT(13) + 1);
    n.sources[0].file_count = 2;
    night_close(&n);
}

static void test_what_makes_freshness_differ(void **state)
{
    static const struct statement_stale base = {.stale = true,
                                                .sources = 2,
                                                .open = 3,
                                                .silent = 2,
                                                .never = 1,
                                                .first_unheard = SLICE_INIT("a"),
                                                .call_feed = SLICE_INIT("b"),
                                                .since_ms = 5};
    struct statement_stale others[8] = {base, base, base, base, base, base, base, base};
    (void)state;
    assert_true(statement_stale_same(&base, &base));
    others[0].stale = false;
    others[1].sources = 3;
    others[2].open = 4;
    others[3].silent = 3;
    others[4].first_unheard = SLICE("c");
    others[5].call_feed = SLICE("c");
    others[6].since_ms = 6;
    others[7].never = 2;
    for (int i = 0; i < 8; i++)
        assert_false(statement_stale_same(&base, &others[i]));
}

/* From a primary people go on to the next round, and before any source has answered there is no
 * time to check. */
static void test_the_next_round(void **state)
{
    struct night n;
    struct buf out;
    struct tally t = {0};
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,election_type\n"
                   "ann,Ann Archer,GA,Governor,general\nbob,Bob Baker,GA,Mayor,Primary\n");
    struct model m = *core_model(n.core);
    m.last_change_ms = NIGHT_AT(3);
    m.checked_ms = WHEN_UNKNOWN;
    for (int k = 1; k <= 2; k++) {
        fill(&t, (struct counts){.endorsed = 12, .won = 1, .advanced = k});
        m.standings[1].outcome = OUTCOME_ADVANCED;
        m.standings[0].outcome = k == 2 ? OUTCOME_ADVANCED : OUTCOME_PENDING;
        buf_init(&out, 4096);
        statement_write(&m, &t, STATEMENT_LONG, NIGHT_AT(5), &out);
        assert_true(night_says(buf_slice(&out), k == 1 ? "; one advances to the next round and 10 "
                                                         "remain to be called."
                                                       : "; two advance to the next round and "));
        assert_false(night_says(buf_slice(&out), "checked"));
        buf_done(&out);
    }
    m.standings[1].outcome = OUTCOME_PENDING;
    buf_init(&out, 4096);
    statement_write(&m, &t, STATEMENT_SHORT, NIGHT_AT(5), &out);
    assert_true(night_says(buf_slice(&out), "; two advance to runoffs and "));
    buf_done(&out);
    m.standings[0].outcome = OUTCOME_PENDING;
    night_close(&n);
}

/* Feeds whose races are void, or put off, are waited for by nobody. */
static void test_nobody_waits_for_what_is_not_to_be_called(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill\n"
                   "ann,Ann Archer,GA,Sheriff,r1,1\nbob,Bob Baker,GA,Mayor,r2,1\n");
    assert_true(statement_staleness(core_model(n.core), NIGHT_AT(9)).stale);
    assert_true(night_decide(&n, "mark", "r1", "void", NIGHT_AT(1)));
    assert_true(statement_staleness(core_model(n.core), NIGHT_AT(9)).stale);
    assert_true(night_decide(&n, "endorse status", "bob", "postponed", NIGHT_AT(2)));
    assert_false(statement_staleness(core_model(n.core), NIGHT_AT(9)).stale);
    assert_true(night_decide(&n, "mark", "r1", "void off", NIGHT_AT(3)));
    assert_true(statement_staleness(core_model(n.core), NIGHT_AT(9)).stale);
    night_close(&n);
}

/* A restart that took longer than stale-after: the sentence went on to miss a source that answered,
 * for its figures had kept their place. */
static void test_news_after_a_restart_are_told_with_the_first_answer(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,seats_to_fill\n"
                   "ann,Ann Archer,GA,Governor,1\n");
    for (size_t i = 0; i < n.s.source_count; i++)
        n.sources[i].stale_after_ms = WHEN_MINUTE;
    night_batch(&n, 0, ONE_RACE("1"), NIGHT_AT(1));
    struct core *old = night_restart(&n);
    night_kept(&n, 0, ONE_RACE("1"), core_model(old)->feeds[0].files[0].digest, NIGHT_AT(1),
               NIGHT_AT(10));
    night_unchanged(&n, 1, NIGHT_AT(10)); /* when sources were asked is told once a minute */
    struct statement_stale was = statement_staleness(core_model(n.core), NIGHT_AT(10));
    night_unchanged(&n, 0, NIGHT_AT(10));
    assert_true(statement_staleness(core_model(n.core), NIGHT_AT(10)).sources < was.sources);
    assert_non_null(night_message(&n, MESSAGE_TOTALS, 0));
    core_free(old);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_total_makes_a_right_sentence),
        cmocka_unit_test(test_the_long_form),
        cmocka_unit_test(test_many_stale_sources_are_said),
        cmocka_unit_test(test_one_stale_source_in_ten_is_not_said),
        cmocka_unit_test(test_one_source_of_its_own),
        cmocka_unit_test(test_files_of_a_source),
        cmocka_unit_test(test_what_makes_freshness_differ),
        cmocka_unit_test(test_the_next_round),
        cmocka_unit_test(test_the_sentence),
        cmocka_unit_test(test_singulars_and_zeros),
        cmocka_unit_test(test_before_the_first_call),
        cmocka_unit_test(test_staleness_is_said),
        cmocka_unit_test(test_dead_feeds_are_said),
        cmocka_unit_test(test_nobody_waits_for_what_is_not_to_be_called),
        cmocka_unit_test(test_news_after_a_restart_are_told_with_the_first_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
