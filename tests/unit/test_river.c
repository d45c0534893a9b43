/* SPDX-License-Identifier: ISC */
/* News to effects, over a real writer, without workers or Redis: what is kept and as what, and what
 * is public only when it is on disk. */
#include <ftw.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"
#include "daemon/river.h"
#include "tests/unit/night.h"

#define PATIENCE_MS 20000
#define DDHQ 1

struct bank {
    struct night night; /* its list and settings; the core is the river's own */
    char directory[64];
    struct event_base *base;
    struct arena *memory; /* of what was loaded */
    struct writer *writer;
    struct writer_loaded loaded;
    struct clock clock;
    struct config config;
    struct plan plan;
    struct poller_source sources[NIGHT_SOURCES];
    struct metrics metrics;
    struct outbox *outbox;
    struct river *river;
    struct timer *patience;
    bool began;
    int races, calls;               /* messages that became public */
    int claims_then, payloads_then; /* what was on disk when the last of them did */
    char race[8192];                /* data of the last one on a race */
};

static int count(struct bank *b, const char *question)
{
    char path[128];
    sqlite3 *s;
    sqlite3_stmt *q;
    snprintf(path, sizeof path, "%s/tallyd.db", b->directory);
    assert_int_equal(sqlite3_open_v2(path, &s, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(s, question, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int n = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(s);
    return n;
}

/* ---- the world around a river ---- */

static void on_patience(void *ctx)
{
    struct bank *b = ctx;
    fail_msg("nothing more within %d ms: %d races, %d calls", PATIENCE_MS, b->races, b->calls);
}

static void on_snapshot(struct effects *out, void *ctx)
{
    river_snapshot(((struct bank *)ctx)->river, out);
}

static void on_began(void *ctx)
{
    ((struct bank *)ctx)->began = true;
}

static void on_published(const struct message *m, void *ctx)
{
    struct bank *b = ctx;
    b->races += m->type == MESSAGE_RACE;
    b->calls += m->type == MESSAGE_CALL;
    b->claims_then = count(b, "SELECT count(*) FROM claims");
    b->payloads_then = count(b, "SELECT count(*) FROM files WHERE held = 0");
    if (m->type == MESSAGE_RACE)
        snprintf(b->race, sizeof b->race, "%.*s", SLICE_FMT(m->data));
}

static void on_look(void *ctx)
{
    loop_stop(ctx);
}

static void turn(struct bank *b)
{
    struct timer *look = timer_new(b->base, on_look, b->base);
    timer_set(look, 1);
    loop_run(b->base);
    timer_free(look);
}

#define UNTIL(b, condition)                                                                        \
    do                                                                                             \
        turn(b);                                                                                   \
    while (!(condition))

static void make_plan(struct bank *b)
{
    b->plan = (struct plan){.config = &b->config,
                            .settings = b->night.s,
                            .endorsed = b->night.list,
                            .poller_sources = b->sources};
    for (int i = 0; i < NIGHT_SOURCES; i++)
        b->sources[i].format = SLICE("ddhq");
}

/* A writer, an outbox and a river on the directory, as after a start. */
static void start(struct bank *b)
{
    struct err e = {0};
    struct outbox_settings s = {.election = &b->plan.settings,
                                .clock = &b->clock,
                                .min_interval_ms = 1,
                                .heartbeat_ms = 1000};
    struct outbox_calls calls = {
        .snapshot = on_snapshot, .began = on_began, .published = on_published, .ctx = b};
    b->base = loop_new();
    b->memory = arena_new(16 << 20);
    b->patience = timer_new(b->base, on_patience, b);
    timer_set(b->patience, PATIENCE_MS);
    if (!writer_open(b->base, b->directory, b->memory, &b->loaded, &b->writer, &e))
        fail_msg("%s", e.text);
    s.disk_epoch = b->loaded.epoch;
    if (!outbox_new(b->base, b->writer, &s, &calls, &b->outbox, &e) ||
        !metrics_init(&b->metrics, NIGHT_SOURCES, &e))
        fail_msg("%s", e.text);
    struct river_parts parts = {.base = b->base,
                                .plan = &b->plan,
                                .clock = &b->clock,
                                .writer = b->writer,
                                .outbox = b->outbox,
                                .metrics = &b->metrics};
    if (!river_new(&parts, &b->loaded, &b->river, &e))
        fail_msg("%s", e.text);
    b->races = b->calls = 0;
    b->began = false;
}

/* What was restored is whole: the night goes on. */
static void go_live(struct bank *b)
{
    outbox_start(b->outbox);
    UNTIL(b, b->began);
    river_start(b->river); /* only now: its first tick would tell the races before any news does */
    b->races = b->calls = 0;
}

static void stop(struct bank *b)
{
    writer_close(b->writer, 10000);
    outbox_free(b->outbox);
    river_free(b->river);
    metrics_done(&b->metrics);
    timer_free(b->patience);
    arena_free(b->memory);
    loop_free(b->base);
}

static int set_up(void **state)
{
    struct bank *b = calloc(1, sizeof *b);
    snprintf(b->directory, sizeof b->directory, "/tmp/tallyd-river-XXXXXX");
    assert_non_null(mkdtemp(b->directory));
    night_open(&b->night, "endorsement_id,candidate_name,state,office,district,party,race_id,"
                          "seats_to_fill,source_hints\n"
                          "ann,Ann Alder,GA,State House,1,D,race-1,1,ddhq=1\n");
    make_plan(b);
    b->clock = clock_real();
    b->clock.origin_ms = NIGHT_AT(60);
    start(b);
    *state = b;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static int tear_down(void **state)
{
    struct bank *b = *state;
    stop(b);
    night_close(&b->night);
    nftw(b->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(b);
    return 0;
}

/* ---- news ---- */

static const char *text_of(struct bank *b, int votes, bool won)
{
    return arena_printf(b->night.a,
                        "contest 1|State House District 1|GA ; stated\n"
                        "choice 11|Ann Alder|D ; %s\n"
                        "choice 12|Xavier Xeno|R\n"
                        "total %d %d ; units=1/9\n",
                        won ? "won" : "", votes, votes / 2)
        .ptr;
}

/* A payload of the call feed; its bytes are its text. The answer is the river's. */
static bool news(struct bank *b, const char *text)
{
    struct err e = {0};
    struct payload *p = payload_new(1 << 20, &e);
    assert_non_null(p);
    assert_true(payload_append(p, slice_of(text), &e));
    payload_finish(p);
    struct results batch = batch_of(b->night.a, text);
    struct poller_news n = {.source = DDHQ,
                            .what = NEWS_BATCH,
                            .batch = &batch,
                            .payload = p,
                            .digest = payload_digest(p)};
    bool took = river_news(&n, b->river);
    payload_free(p);
    return took;
}

static void settled(struct bank *b, int races)
{
    UNTIL(b, b->races >= races);
    b->races = b->calls = 0;
}

/* What comes now is not thinned: the pace is 1 ms. */
static void pass_pace(struct bank *b)
{
    usleep(2000);
    turn(b);
}

/* After a restart: everything that is loaded is read again, oldest first. */
static void restart(struct bank *b, const char *accepted, const char *held)
{
    stop(b);
    start(b);
    assert_int_equal(b->loaded.file_count, (accepted != NULL) + (held != NULL));
    for (size_t i = 0; i < b->loaded.file_count; i++) {
        const struct writer_loaded_file *f = &b->loaded.files[i];
        const char *text = f->held ? held : accepted;
        struct results batch = batch_of(b->night.a, text);
        assert_true((f->held != WRITER_WHOLE) == (i == 1 || !accepted));
        assert_true(digest_eq(f->digest, digest_of(slice_of(text))));
        river_restore(b->river, DDHQ, 0, &batch, f);
    }
    river_restored(b->river);
    go_live(b);
}

/* Is this in a document of the snapshot? */
static bool shows(struct bank *b, const char *text)
{
    struct effects all;
    struct err e = {0};
    bool found = false;
    assert_true(effects_init(&all, &e));
    river_snapshot(b->river, &all);
    for (size_t i = 0; i < all.message_count; i++)
        found |= slice_find(all.messages[i].data, slice_of(text)) != SIZE_MAX;
    effects_done(&all);
    return found;
}

static void test_the_first_figures_wait_for_their_payload(void **state)
{
    struct bank *b = *state;
    go_live(b);
    assert_true(news(b, text_of(b, 1000, false)));
    assert_int_equal(b->races, 0); /* the disk answers in the loop, which did not run */
    UNTIL(b, b->races > 0);
    assert_int_equal(b->payloads_then, 1);
    b->races = 0;
    pass_pace(b);
    assert_true(news(b, text_of(b, 1100, false)));
    assert_int_equal(b->races, 1); /* written behind it */
    assert_non_null(strstr(b->race, "1100"));
}

static void test_a_call_waits_for_its_claim_and_all_behind_it_does(void **state)
{
    struct bank *b = *state;
    go_live(b);
    assert_true(news(b, text_of(b, 1000, false)));
    settled(b, 1);
    assert_true(news(b, text_of(b, 1100, true)));
    assert_int_equal(b->calls + b->races, 0);
    UNTIL(b, b->calls > 0);
    assert_int_equal(b->claims_then, 1);
    assert_true(shows(b, "\"outcome\":\"won\""));
}

static void test_a_first_payload_with_a_call_waits_for_both(void **state)
{
    struct bank *b = *state;
    go_live(b);
    assert_true(news(b, text_of(b, 1000, true)));
    assert_int_equal(b->calls + b->races, 0);
    UNTIL(b, b->calls > 0);
    assert_int_equal(b->claims_then, 1);
    assert_int_equal(b->payloads_then, 1);
}

static void test_an_older_copy_is_not_taken(void **state)
{
    struct bank *b = *state;
    go_live(b);
    const char *first = text_of(b, 1000, false), *second = text_of(b, 1200, false);
    assert_true(news(b, first));
    settled(b, 1);
    assert_true(news(b, second));
    settled(b, 1);
    assert_false(news(b, first));
    const struct metrics_source *m = &b->metrics.sources[DDHQ];
    assert_int_equal(m->verdicts[VERDICT_OLDER], 1);
    assert_int_equal(m->polls[POLL_CHANGED], 2);
    assert_int_equal(m->polls[POLL_REFUSED], 1);
    restart(b, second, NULL); /* it was not kept either */
    assert_true(shows(b, "1200"));
}

static void test_a_held_payload_is_kept_as_held_and_not_judged_again(void **state)
{
    struct bank *b = *state;
    go_live(b);
    const char *good = text_of(b, 1000, false), *fallen = text_of(b, 98, false);
    assert_true(news(b, good));
    settled(b, 1);
    assert_true(news(b, fallen));
    assert_true(shows(b, "1000"));
    restart(b, good, fallen);
    assert_true(shows(b, "1000"));
    assert_false(shows(b, "\"votes\":98"));
    assert_true(shows(b, "in_doubt"));
    assert_int_equal(b->metrics.sources[DDHQ].verdicts[VERDICT_FALL_DESK], 0); /* no news */
}

/* What the clock judges, and what a 304 goes on with, were counted nowhere. */
static void test_every_verdict_is_counted_for_its_source(void **state)
{
    struct bank *b = *state;
    struct poller_news same = {.what = NEWS_UNCHANGED, .source = DDHQ};
    const struct metrics_source *m = &b->metrics.sources[DDHQ];
    const char *zeros = text_of(b, 0, false);
    b->clock.origin_ms = NIGHT_AT(-30);
    go_live(b);
    assert_true(news(b, text_of(b, 900, false)));
    assert_int_equal(m->verdicts[VERDICT_EARLY], 1);
    pass_pace(b);
    b->clock.origin_ms = NIGHT_AT(60);
    int64_t before = m->verdicts[VERDICT_ACCEPTED];
    same.digest = digest_of(slice_of("early"));
    river_news(&same, b->river);
    assert_int_equal(m->verdicts[VERDICT_ACCEPTED], before + 1);
    pass_pace(b);
    assert_true(news(b, zeros));
    assert_int_equal(m->verdicts[VERDICT_EMPTY], 1);
    pass_pace(b);
    river_news(&same, b->river);
    assert_int_equal(m->verdicts[VERDICT_EMPTY], 2);
    assert_int_equal(m->verdicts[VERDICT_UNCHANGED], 0);
}

/* It came before polls closed; now one comes that counts, with a restart between them or not. */
static void after_an_early_one(struct bank *b, bool restarted)
{
    const char *early = text_of(b, 900, false);
    b->clock.origin_ms = NIGHT_AT(-30);
    go_live(b);
    assert_true(news(b, early));
    assert_int_equal(b->metrics.sources[DDHQ].verdicts[VERDICT_EARLY], 1);
    /* the race is told without figures, by this or by a tick before it */
    UNTIL(b, count(b, "SELECT count(*) FROM files WHERE held = 2") == 1);
    if (restarted)
        restart(b, NULL, early);
    pass_pace(b);
    b->races = 0;
    b->clock.origin_ms = NIGHT_AT(60);
    assert_true(news(b, text_of(b, 1000, false)));
    assert_int_equal(b->races, 0);
    UNTIL(b, strstr(b->race, "1000"));
    assert_int_equal(b->payloads_then, 1);
}

static void test_a_held_payload_is_no_figure_on_disk(void **state)
{
    after_an_early_one(*state, false);
}

static void test_a_held_payload_is_no_figure_on_disk_after_a_restart(void **state)
{
    after_an_early_one(*state, true);
}

static void test_after_a_restart_figures_need_not_wait_for_their_payload(void **state)
{
    struct bank *b = *state;
    go_live(b);
    const char *good = text_of(b, 1000, false);
    assert_true(news(b, good));
    settled(b, 1);
    restart(b, good, NULL);
    assert_true(news(b, text_of(b, 1100, false)));
    assert_int_equal(b->races, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(test_the_first_figures_wait_for_their_payload),
        T(test_a_call_waits_for_its_claim_and_all_behind_it_does),
        T(test_a_first_payload_with_a_call_waits_for_both),
        T(test_an_older_copy_is_not_taken),
        T(test_a_held_payload_is_kept_as_held_and_not_judged_again),
        T(test_every_verdict_is_counted_for_its_source),
        T(test_a_held_payload_is_no_figure_on_disk),
        T(test_a_held_payload_is_no_figure_on_disk_after_a_restart),
        T(test_after_a_restart_figures_need_not_wait_for_their_payload),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
