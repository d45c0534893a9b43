/* SPDX-License-Identifier: ISC */
/* Whole nights, played at random: what must hold after every event, whatever comes. */
#include <stdlib.h>

#include "tests/unit/night.h"

#include "daemon/base/csv.h"
#include "daemon/core/states.h"
#include "daemon/core/statement.h"
#include "daemon/core/stream.h"
#include "tests/unit/json_check.h"
#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

enum { RACES = 12, NIGHTS = 6, EVENTS = 120 };

static const char *const states_used[] = {"GA", "NJ", "PA", "DC"};

/* Races of one to three of ours, one to three seats, some cancelled, some withdrawn. */
static char *make_list(struct random *r)
{
    struct buf b;

    buf_init(&b, 1 << 20);
    buf_addz(&b, "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,"
                 "advance_to,"
                 "source_hints,status,held_by,flip,office_level,tags,election_type\n");
    for (int i = 0; i < RACES; i++) {
        int64_t seats = random_between(r, 1, 3), ours = random_between(r, 1, 3);
        const char *state = states_used[random_below(r, 4)];
        bool say = random_below(r, 4) != 0;
        for (int64_t k = 0; k < ours; k++) {
            static const char *const statuses[] = {"active",   "active",    "active",
                                                   "active",   "unopposed", "elected_unopposed",
                                                   "withdrawn"};
            buf_addf(&b, "e%d-%d,Person%c Family%c,%s,State House,%d,D,race-%d,", i, (int)k,
                     (char)('a' + k), (char)('a' + i), state, i + 1, i);
            if (say)
                buf_addf(&b, "%d", (int)seats);
            buf_addf(&b, ",%s,ap=%d|ddhq=%d|state=%d|votes=%d,%s,%s,%s,%s,%s,\n", i % 5 ? "" : "2",
                     i, i, i, i, statuses[random_below(r, 7)], i % 3 ? "R" : "D",
                     i % 4 ? "" : "yes", i % 2 ? "state" : "school", i % 2 ? "a|b" : "b");
        }
    }
    buf_addc(&b, '\0');
    return b.ptr;
}

/* Votes that mostly grow, marks that come, go and move, contests that are missing now and then. */
static const char *make_payload(struct random *r, struct buf *b, int64_t step, bool marks)
{
    static const char *const words[] = {"", "", "", "won", "lost", "advanced"};

    buf_clear(b);
    buf_addf(b, "facts status=%d\n", (int)random_between(r, 1, 3));
    for (int i = 0; i < RACES; i++) {
        if (i > 0 && random_below(r, 15) == 0)
            continue;
        buf_addf(b, "contest %d|State House District %d|%s ; %s\n", i, i + 1, "",
                 random_below(r, 8) ? "stated" : "");
        for (int k = 0; k < 5; k++)
            buf_addf(b, "choice %d|Person%c Family%c|%s ; %s\n", 10 * i + k, (char)('a' + k),
                     (char)('a' + i), k < 3 ? "D" : "R",
                     marks && random_below(r, 3) == 0 ? words[random_below(r, 6)] : "");
        buf_addf(b, "choice %d|Write-in| ; write-in\n", 10 * i + 9);
        buf_addz(b, "total");
        for (int k = 0; k < 6; k++)
            buf_addf(b, " %d", (int)(step * 100 + (int64_t)random_below(r, 90)));
        buf_addf(b, " ; units=%d/200\n", (int)step);
    }
    buf_addc(b, '\0');
    return b->ptr;
}

static void sums_hold(const struct tally *t)
{
    const int64_t *n = t->n;

    for (size_t i = 0; i < TALLY_NUMBERS; i++)
        if (n[i] < 0)
            fail_msg("%s is negative", tally_names[i]);
    assert_int_equal(n[TALLY_ENDORSED],
                     n[TALLY_WON] + n[TALLY_LOST] + n[TALLY_ADVANCED] + n[TALLY_PENDING]);
    assert_int_equal(n[TALLY_LISTED], n[TALLY_ENDORSED] + n[TALLY_WITHDRAWN] +
                                          n[TALLY_DISQUALIFIED] + n[TALLY_NOT_ON_BALLOT] +
                                          n[TALLY_POSTPONED]);
    assert_int_equal(n[TALLY_PENDING],
                     n[TALLY_LEADING] + n[TALLY_TRAILING] + n[TALLY_UNCLEAR] + n[TALLY_NO_RESULTS]);
    assert_int_equal(n[TALLY_CALLED], n[TALLY_WON] + n[TALLY_LOST]);
    assert_int_equal(n[TALLY_SETTLED], n[TALLY_CALLED] + n[TALLY_ADVANCED]);
    assert_int_equal(n[TALLY_WON], n[TALLY_WON_SEATS] + n[TALLY_WON_NOMINATIONS]);
    assert_int_equal(n[TALLY_WON], n[TALLY_AT_LEAST] + n[TALLY_UNDER_REVIEW]);
    assert_true(n[TALLY_AT_MOST] >= n[TALLY_WON] && n[TALLY_RACES] >= n[TALLY_RACES_CALLED]);
    assert_true(n[TALLY_FLIPS] <= n[TALLY_WON_SEATS]);
}

/* Every slice of every dimension, and that states and levels are partitions. */
static void slices_hold(struct night *n)
{
    const struct model *m = core_model(n->core);
    struct tally all, part;

    tally_all(&all, m, NULL);
    sums_hold(&all);
    assert_true(tally_same(&all, core_tally(n->core)));
    for (enum tally_by by = TALLY_BY_STATE; by <= TALLY_BY_TAG; by++) {
        size_t count;
        int64_t won = 0;
        struct slice *values = tally_values(m, by, n->a, &count);
        assert_non_null(values);
        for (size_t i = 0; i < count; i++) {
            struct tally_part p = {by, values[i]};
            tally_all(&part, m, &p);
            sums_hold(&part);
            won += part.n[TALLY_WON];
        }
        if (by != TALLY_BY_TAG)
            assert_int_equal(won, all.n[TALLY_WON]);
    }
}

/* A contest that goes under another key and comes back: its race stayed with the other one's last
 * figures, for neither had a new roster. */
static void a_contest_that_is_back_is_its_races_again(void **state)
{
#define HOUSE(key, ann, bob)                                                                       \
    "contest " key "|State House District 5|GA\nchoice 1|Ann Lee|D\nchoice 2|Bob Oak|R\n"          \
    "total " ann " " bob "\n"
    static const char *const payloads[] = {HOUSE("7", "5", "4"), HOUSE("8", "6", "5"),
                                           HOUSE("7", "9", "8"), HOUSE("8", "20", "19")};
    static const int64_t want[] = {5, 6, 9, 20};
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,district,party,seats_to_fill\n"
                   "lee,Ann Lee,GA,State House,5,D,1\n");
    for (size_t i = 0; i < 4; i++) {
        night_batch(&n, 3, payloads[i], NIGHT_AT(1 + (int64_t)i));
        const struct race *r = night_race(&n, "lee");
        assert_int_equal(r->contest_count, 1);
        assert_false(r->contests[0]->gone);
        assert_int_equal(r->contests[0]->units[0].votes[0], want[i]);
        assert_int_equal(r->flags & RACE_GONE, 0);
    }
    night_close(&n);
}

/* A contest was its county's by its only unit; with another county's votes it is so no longer. */
static void a_second_county_takes_a_race_its_contest(void **state)
{
#define SHERIFF(units, total)                                                                      \
    "contest 7|Sheriff|GA\nchoice 1|Ann Lee|D\nchoice 2|Bob Oak|R\n" units "total " total "\n"
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,county,office,party,seats_to_fill\n"
                   "lee,Ann Lee,GA,Cobb,Sheriff,D,1\n");
    night_batch(&n, 3, SHERIFF("county 1|Cobb ; 5 4\n", "5 4"), NIGHT_AT(1));
    assert_int_equal(night_race(&n, "lee")->contest_count, 1);
    night_batch(&n, 3, SHERIFF("county 1|Cobb ; 5 4\ncounty 2|Hall ; 9 1\n", "14 5"), NIGHT_AT(2));
    assert_int_equal(night_race(&n, "lee")->contest_count, 0);
    assert_int_equal(core_model(n.core)->review_count, 1);
    night_close(&n);
}

/* Order of types, valid JSON, and a retraction that shows in its own totals. */
static void messages_hold(struct night *n)
{
    static const int order[MESSAGE_TYPES] = {[MESSAGE_RACE] = 0,
                                             [MESSAGE_CALL] = 1,
                                             [MESSAGE_RETRACTION] = 1,
                                             [MESSAGE_STATE_TOTALS] = 2,
                                             [MESSAGE_TOTALS] = 3};
    int last = 0;

    for (size_t i = 0; i < n->out.message_count; i++) {
        const struct message *m = &n->out.messages[i];
        assert_true(order[m->type] >= last);
        last = order[m->type];
        assert_true(json_check(m->data));
        struct slice lines = m->snap_data, line;
        while (slice_next(&lines, '\n', &line))
            assert_true(json_check(line));
        if (m->type == MESSAGE_CALL || m->type == MESSAGE_RETRACTION)
            assert_true(m->event_id.len > 1 && m->snap_data.len > 0);
    }
    if (n->out.claim_count > 0 && night_count(n, MESSAGE_CALL) > 0)
        assert_true(n->out.messages[n->out.message_count - 1].type == MESSAGE_TOTALS);
}

/* What the subscribers were told of calls and retractions is what stands. */
struct followed {
    enum outcome told[RACES * 3];
    size_t calls, retractions;
};

static enum outcome outcome_in(struct slice data)
{
    for (int o = 0; o < OUTCOMES; o++) {
        char text[40];
        snprintf(text, sizeof text, "\"outcome\":\"%s\"", outcome_name((enum outcome)o));
        if (night_says(data, text))
            return (enum outcome)o;
    }
    fail_msg("no outcome in %.*s", SLICE_FMT(data));
    return OUTCOME_PENDING;
}

static void follow(struct night *n, struct followed *f)
{
    const struct model *m = core_model(n->core);

    for (size_t i = 0; i < n->out.message_count; i++) {
        const struct message *msg = &n->out.messages[i];
        if (msg->type != MESSAGE_CALL && msg->type != MESSAGE_RETRACTION)
            continue;
        for (uint32_t k = 0; k < n->list.count; k++) {
            char text[80];
            snprintf(text, sizeof text, "\"endorsement_id\":\"%.*s\"",
                     SLICE_FMT(n->list.list[k].id));
            if (!night_says(msg->data, text))
                continue;
            *(msg->type == MESSAGE_CALL ? &f->calls : &f->retractions) += 1;
            if (msg->type == MESSAGE_RETRACTION) {
                assert_int_not_equal(f->told[k], OUTCOME_PENDING);
                assert_int_equal(outcome_in(msg->data), OUTCOME_PENDING);
            }
            f->told[k] = outcome_in(msg->data);
        }
    }
    for (uint32_t k = 0; k < n->list.count; k++)
        assert_int_equal(f->told[k], m->standings[k].outcome);
}

static void digest_messages(const struct night *n, struct buf *trace)
{
    for (size_t i = 0; i < n->out.message_count; i++) {
        const struct message *m = &n->out.messages[i];
        struct digest d = digest_of(m->data), s = digest_of(m->snap_data);
        buf_addf(trace, "%.*s %llx %llx %.*s\n", SLICE_FMT(m->channel), (unsigned long long)d.lo,
                 (unsigned long long)s.lo, SLICE_FMT(m->event_id));
    }
}

static void one_event(struct night *n, struct random *r, struct buf *payload, int64_t at,
                      bool calls)
{
    uint32_t source = (uint32_t)random_below(r, NIGHT_SOURCES);
    struct event failed = {.type = EVENT_FAILED, .source = source, .verdict = VERDICT_CUT};

    switch (random_below(r, 6)) {
    case 0:
        night_unchanged(n, source, at);
        break;
    case 1:
        night_tick(n, core_next_tick(n->core, at) > at ? at : core_next_tick(n->core, at));
        break;
    case 2:
        night_apply(n, &failed, at);
        break;
    default:
        night_batch(n, source,
                    make_payload(r, payload, 1 + (at - NIGHT_AT(0)) / WHEN_MINUTE, calls), at);
    }
}

/* The same night to a trace of all its messages. */
static char *play(uint64_t seed, bool calls)
{
    struct random r = {.state = seed};
    char *csv = make_list(&r);
    struct followed followed = {0};
    struct buf payload, trace;
    struct night n;

    buf_init(&payload, 1 << 20);
    buf_init(&trace, 16 << 20);
    night_open(&n, csv);
    for (int i = 0; i < NIGHT_SOURCES && !calls; i++)
        n.sources[i].calls = CALLS_NO;
    night_tick(&n, NIGHT_AT(-30));
    follow(&n, &followed);
    for (int i = 0; i < EVENTS; i++) {
        one_event(&n, &r, &payload, NIGHT_AT(0) + i * 40 * WHEN_SECOND, true);
        slices_hold(&n);
        messages_hold(&n);
        follow(&n, &followed);
        digest_messages(&n, &trace);
    }
    const struct model *m = core_model(n.core);
    assert_true(n.ahead_count > 5);
    assert_true(!calls ||
                (followed.calls > 20 && followed.retractions > 3)); /* a night, not a nap */
    for (uint32_t i = 0; i < m->claim_count && !calls; i++)
        assert_true(slice_is(m->claims[i].by, "unopposed"));
    night_close(&n);
    buf_done(&payload);
    free(csv);
    buf_addc(&trace, '\0');
    return trace.ptr;
}

static void test_sums_hold_and_nights_repeat(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= NIGHTS; seed += (uint64_t)every()) {
        char *a = play(seed * 77, true), *b = play(seed * 77, true);
        assert_non_null(a);
        assert_true(strlen(a) > 1000);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
}

static void test_without_an_authority_nothing_is_called(void **state)
{
    (void)state;
    free(play(5, false));
    free(play(6, false));
}

/* Every document of a night in mid-course. */
static void test_documents(void **state)
{
    struct random r = {.state = 31};
    char *csv = make_list(&r);
    struct buf payload, out;
    struct night n;
    struct err e;
    size_t lines = 0;
    (void)state;
    buf_init(&payload, 1 << 20);
    buf_init(&out, 16 << 20);
    night_open(&n, csv);
    for (int i = 0; i < 30; i++)
        one_event(&n, &r, &payload, NIGHT_AT(0) + i * 40 * WHEN_SECOND, true);
    const struct model *m = core_model(n.core);
    documents_totals(m, core_tally(n.core), SLICE("GA"), NIGHT_AT(20), &out);
    assert_true(json_check(buf_slice(&out)));
    for (int by = DOCUMENTS_ALL; by <= DOCUMENTS_TAG; by++) {
        buf_clear(&out);
        assert_true(documents_totals_rows(m, (enum documents_by)by, true, n.a, &out));
        assert_true(json_check(slice_trim(buf_slice(&out))));
    }
    buf_clear(&out);
    documents_sources(m, NIGHT_AT(20), true, &out);
    assert_true(json_check(slice_trim(buf_slice(&out))));
    buf_clear(&out);
    assert_true(documents_races(m, NULL, 0, true, &out, &e));
    assert_true(json_check(slice_trim(buf_slice(&out))));
    const struct slice ga[] = {SLICE("state:GA"), SLICE("status:uncalled")},
                       no[] = {SLICE("sate:GA")};
    buf_clear(&out);
    assert_true(documents_races(m, ga, 2, false, &out, &e));
    assert_false(night_says(buf_slice(&out), "\tNJ\t"));
    assert_false(documents_races(m, no, 1, false, &out, &e));
    assert_non_null(strstr(e.text, "did you mean 'state:'"));
    buf_clear(&out);
    documents_matches(m, &out);
    struct csv reader;
    struct slice *fields;
    size_t count;
    csv_init(&reader, buf_slice(&out));
    while (csv_next(&reader, n.a, 32, &fields, &count, &e)) {
        assert_int_equal(count, 15);
        lines++;
    }
    assert_true(lines > n.list.count);
    for (uint32_t i = 0; i < n.list.count; i++) {
        buf_clear(&out);
        assert_true(
            documents_explain(m, core_tally(n.core), n.list.list[i].id, NIGHT_AT(20), &out, &e));
        assert_true(night_says(buf_slice(&out), "counts   listed"));
    }
    assert_false(documents_explain(m, core_tally(n.core), SLICE("nobody"), NIGHT_AT(20), &out, &e));
    core_snapshot(n.core, NIGHT_AT(21), &n.out);
    assert_int_equal(night_count(&n, MESSAGE_RACE), m->race_count);
    assert_int_equal(night_count(&n, MESSAGE_TOTALS), 1);
    night_tick(&n, NIGHT_AT(21)); /* told everything: nothing more to tell */
    assert_int_equal(n.out.message_count, 0);
    buf_done(&payload);
    buf_done(&out);
    night_close(&n);
    free(csv);
}

/* Two feeds were early, with more ballots than voters: what is said of both, and the names of both,
 * come out of the one tick that judges them again. */
static void test_all_of_one_tick_is_told(void **state)
{
    static const char text[] = "contest 1|State House District 1|GA\nchoice 11|Ann Archer|D\n"
                               "choice 12|Other One|R\ntotal 10 20 ; ballots=90 registered=50\n";
    struct night n;
    size_t names = 0;
    (void)state;

    night_open(&n, "endorsement_id,candidate_name,state,office,district\n"
                   "ann,Ann Archer,GA,State House,1\n");
    night_batch(&n, 0, text, NIGHT_AT(-2));
    assert_int_equal(n.out.verdict, VERDICT_EARLY);
    night_batch(&n, 1, text, NIGHT_AT(-1));
    night_tick(&n, NIGHT_AT(0));
    assert_int_equal(n.out.judged_count, 2);
    assert_int_equal(n.out.note_count, 2);
    for (uint32_t source = 0; source < 2; source++) {
        size_t mine = 0;
        for (size_t i = 0; i < n.out.name_count; i++)
            mine += n.out.names[i].source == source;
        assert_true(mine > 0);
        names += mine;
    }
    assert_int_equal(names, n.out.name_count);
    night_close(&n);
}

static const char senate[] = "endorsement_id,candidate_name,state,office,district,party,race_id,"
                             "source_hints\nann,Ann Archer,GA,State Senate,1,D,r1,ap=1|votes=1\n";

/* Found against the reference: a source that was stale and is heard again with nothing new got its
 * race back only when something else happened. */
static void test_a_source_heard_again_takes_its_races_at_once(void **state)
{
#define SENATE(total)                                                                              \
    "contest 1|State Senate District 1|GA\nchoice 1|Ann Archer|D\nchoice 2|Other "                 \
    "One|R\ntotal " total
    struct night n;
    (void)state;
    night_open(&n, senate);
    n.sources[3].stale_after_ms = WHEN_HOUR;
    n.sources[0].priority = 9;
    night_batch(&n, 0, SENATE("500 400"), NIGHT_AT(1));
    night_batch(&n, 3, SENATE("300 400"), NIGHT_AT(2));
    assert_int_equal(night_race(&n, "ann")->on_air, 0);
    night_tick(&n, core_next_tick(n.core, NIGHT_AT(11)));
    assert_int_equal(night_race(&n, "ann")->on_air, 3);
    struct event ev = {.type = EVENT_UNCHANGED, .digest = {1, 0}, .received_ms = NIGHT_AT(12)};
    night_apply(&n, &ev, NIGHT_AT(12));
    assert_int_equal(night_race(&n, "ann")->on_air, 0);
    assert_int_equal(night_count(&n, MESSAGE_RACE), 1);
    night_close(&n);
}

/* "checked at" stood still while every answer was that nothing is new. */
static void test_totals_say_when_sources_answered_last(void **unused)
{
    struct night n;
    (void)unused;
    night_open(&n, senate);
    night_batch(&n, 3, SENATE("500 400"), NIGHT_AT(1));
    struct event ev = {.type = EVENT_UNCHANGED, .source = 3, .digest = {1, 3}};
    night_apply(&n, &ev, NIGHT_AT(1) + 59 * WHEN_SECOND);
    assert_int_equal(n.out.message_count, 0); /* not yet a minute */
    night_apply(&n, &ev, NIGHT_AT(2) + WHEN_SECOND);
    assert_int_equal(n.out.message_count, 2); /* a state's stood still even then */
    const struct message *state = night_message(&n, MESSAGE_STATE_TOTALS, 0);
    assert_true(night_says(state->data, "\"checked_at\":\"2026-11-03T19:02:01.000Z\""));
    const struct message *totals = night_message(&n, MESSAGE_TOTALS, 0);
    assert_true(night_says(totals->data, "\"as_of\":\"2026-11-03T19:01:00.000Z\"") &&
                night_says(totals->data, "\"checked_at\":\"2026-11-03T19:02:01.000Z\""));
    assert_true(night_says(totals->statements[STATEMENT_LONG],
                           "as of 7:01 p.m. UTC on Nov. 3 (checked at 7:02 p.m. UTC)"));
    night_apply(&n, &ev, NIGHT_AT(3));
    assert_int_equal(n.out.message_count, 0);
    night_close(&n);
}

/* Memory for what is remembered of races grew with the square of how many: it was out, and so were
 * memos, from some three thousand on. */
static void test_a_national_list_is_remembered_in_one_event(void **state)
{
    enum { MANY = 5000 };
    struct night n;
    struct buf csv;
    (void)state;

    buf_init(&csv, 1 << 20);
    buf_addz(&csv, "endorsement_id,candidate_name,state,office,district\n");
    for (int i = 0; i < MANY; i++)
        buf_addf(&csv, "e%d,Ann Archer,GA,State House,%d\n", i, i);
    buf_add(&csv, SLICE("\0"));
    night_open(&n, csv.ptr);
    night_tick(&n, NIGHT_AT(1)); /* no error */
    assert_int_equal(n.out.memo_count, MANY);
    night_tick(&n, NIGHT_AT(2));
    assert_int_equal(n.out.memo_count, 0);
    night_close(&n);
    buf_done(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_contest_that_is_back_is_its_races_again),
        cmocka_unit_test(a_second_county_takes_a_race_its_contest),
        cmocka_unit_test(test_sums_hold_and_nights_repeat),
        cmocka_unit_test(test_without_an_authority_nothing_is_called),
        cmocka_unit_test(test_all_of_one_tick_is_told),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_totals_say_when_sources_answered_last),
        cmocka_unit_test(test_a_source_heard_again_takes_its_races_at_once),
        cmocka_unit_test(test_a_national_list_is_remembered_in_one_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
