/* SPDX-License-Identifier: ISC */
/* A contest that says what it said before is not judged again: nothing must come of that but time.
 * Random payloads are taken by two models, one of which forgets each time what was settled; all
 * that they say and show must be the same. */
#include "daemon/base/buf.h"
#include "daemon/core/early.h"
#include "daemon/core/take.h"
#include "tests/unit/core_world.h"
#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

enum { CONTESTS = 4, COUNTIES = 2, STEPS = 150, FILES = 2 };

static size_t skipped; /* contests that were not judged, in all nights */

/* What a file says of a contest. */
struct says {
    int votes[COUNTIES][2];
    int name;            /* of its first choice */
    bool gone, silent;   /* silent: choices have no names */
    bool won, elsewhere; /* elsewhere: in another state, which has as many letters */
    int updated;         /* minutes; 0: not said */
    int ballots;         /* of the first county; 0: not said */
};

static void change(struct says *s, struct random *r)
{
    int county = (int)random_below(r, COUNTIES), choice = (int)random_below(r, 2);
    int *votes = s->votes[county];
    switch (random_below(r, 17)) {
    case 0:
        votes[choice] /= 1 + (int)random_below(r, 3);
        break;
    case 1:
        votes[0] *= 2, votes[1] *= 2;
        break;
    case 2:
        memset(s->votes, 0, sizeof s->votes);
        break;
    case 3:
        s->name = (int)random_below(r, 3);
        break;
    case 4:
        s->gone = !s->gone;
        break;
    case 5:
        s->silent = !s->silent;
        break;
    case 6:
        s->won = !s->won;
        break;
    case 7:
        s->updated = (int)random_below(r, 40);
        break;
    case 8:
        s->ballots = random_below(r, 2) ? 1 : votes[0] + votes[1] + 10;
        break;
    case 9: {
        int was = votes[0];
        votes[0] = votes[1];
        votes[1] = was;
        break;
    }
    case 10:
        s->elsewhere = !s->elsewhere;
        break;
    default:
        votes[choice] += 1 + (int)random_below(r, 60);
    }
    votes[choice] %= 100000;
}

static void write_contest(struct buf *out, int id, const struct says *s)
{
    static const char *const names[] = {"Ann", "Amy", "Joe"};
    char first[8] = "";
    int sum[2] = {0};
    if (s->gone)
        return;
    for (int c = 0; c < COUNTIES; c++)
        for (int i = 0; i < 2; i++)
            sum[i] += s->votes[c][i];
    if (!s->silent)
        snprintf(first, sizeof first, "%s", names[s->name]);
    /* two contests of one id: what is learned of the one is said of the other */
    buf_addf(out, "contest %d|Mayor %d|%s ; allowed=1", id < CONTESTS ? id : CONTESTS - 1, id,
             s->elsewhere ? "AL" : "GA");
    if (s->updated > 0)
        buf_addf(out, " updated=2021-01-06T01:%02d:00Z", s->updated);
    buf_addf(out, "\nchoice 1|%s| ;%s\nchoice 2|%s|\n", first, s->won ? " won" : "",
             s->silent ? "" : "Bob");
    buf_addf(out, "total %d %d\n", sum[0], sum[1]);
    for (int c = 0; c < COUNTIES; c++) {
        buf_addf(out, "county %d|County %d ; %d %d ;", c, c, s->votes[c][0], s->votes[c][1]);
        if (c == 0 && s->ballots > 0)
            buf_addf(out, " ballots=%d", s->ballots);
        buf_addc(out, '\n');
    }
}

static struct world *open_world(void)
{
    static const struct slice names[FILES] = {SLICE_INIT("house"), SLICE_INIT("senate")};
    void *state = NULL;

    assert_int_equal(world_set_up(&state), 0);
    struct world *w = state;
    feed_done(&w->m);
    w->sources[0].files = names;
    w->sources[0].file_count = FILES;
    w->settings.guards.double_min_votes = 50;
    w->polls[1] =
        (struct settings_polls){.state = SLICE("GA"), .county = SLICE("County 1"), .minute = 1440};
    w->settings.polls_count = 2;
    assert_true(feed_init(&w->m, &w->err));
    return w;
}

static void forget(struct world *w)
{
    size_t at = 0;
    void *value;
    while (map_next(w->m.feeds[0].contests, &at, NULL, &value))
        ((struct feed_contest *)value)->settled = (struct digest){0, 0};
}

static size_t settled(struct world *w)
{
    size_t at = 0, n = 0;
    void *value;
    while (map_next(w->m.feeds[0].contests, &at, NULL, &value)) {
        const struct feed_contest *c = value;
        n += (c->settled.hi | c->settled.lo) != 0;
    }
    return n;
}

static void check_contest(const struct feed_contest *a, const struct feed_contest *b)
{
    assert_int_equal(a->file, b->file);
    assert_int_equal(a->doubt, b->doubt);
    assert_int_equal(a->gone, b->gone);
    assert_int_equal(a->corrected, b->corrected);
    assert_int_equal(a->received_ms, b->received_ms);
    assert_int_equal(a->changed_ms, b->changed_ms);
    assert_int_equal(a->updated_ms, b->updated_ms);
    assert_int_equal(a->older_since, b->older_since);
    assert_int_equal(a->roster_rev, b->roster_rev);
    assert_int_equal(a->choice_count, b->choice_count);
    assert_int_equal(a->unit_count, b->unit_count);
    for (uint32_t i = 0; i < a->choice_count; i++) {
        assert_true(slice_eq(a->choices[i].name, b->choices[i].name));
        assert_int_equal(a->choices[i].mark, b->choices[i].mark);
        for (uint32_t u = 0; u < a->unit_count; u++)
            assert_int_equal(a->units[u].votes[i], b->units[u].votes[i]);
    }
    for (uint32_t u = 0; u < a->unit_count; u++) {
        assert_int_equal(a->units[u].hold.why, b->units[u].hold.why);
        assert_int_equal(a->units[u].hold.since, b->units[u].hold.since);
        assert_int_equal(a->units[u].ballots, b->units[u].ballots);
    }
}

static void check_worlds(struct world *a, struct world *b)
{
    size_t at[2] = {0, 0};
    void *c[2];
    assert_int_equal(a->report.verdict, b->report.verdict);
    assert_int_equal(a->report.keep, b->report.keep);
    assert_int_equal(a->report.held, b->report.held);
    assert_int_equal(a->report.note_count, b->report.note_count);
    for (size_t i = 0; i < a->report.note_count; i++) {
        assert_int_equal(a->report.notes[i].verdict, b->report.notes[i].verdict);
        assert_true(slice_eq(a->report.notes[i].text, b->report.notes[i].text));
    }
    assert_int_equal(a->report.change_count, b->report.change_count);
    for (size_t i = 0; i < a->report.change_count; i++)
        assert_int_equal(a->report.changes[i].what, b->report.changes[i].what);
    assert_int_equal(a->report.name_count, b->report.name_count);
    while (map_next(a->m.feeds[0].contests, &at[0], NULL, &c[0])) {
        assert_true(map_next(b->m.feeds[0].contests, &at[1], NULL, &c[1]));
        check_contest(c[0], c[1]);
    }
    assert_false(map_next(b->m.feeds[0].contests, &at[1], NULL, &c[1]));
}

/* The desk rules on what waits of a contest. */
static void release(struct world **w, uint64_t number, bool accept)
{
    char text[20];
    snprintf(text, sizeof text, "Mayor %d", (int)number);
    for (int k = 0; k < 2; k++) {
        struct feed_contest *c = world_contest(w[k], 0, text);
        if (c)
            take_release(c, accept);
    }
}

static void play(uint64_t seed)
{
    struct says says[FILES][CONTESTS] = {0}, once[FILES][CONTESTS];
    struct random r = {seed};
    struct world *w[2] = {open_world(), open_world()};
    int64_t second = 0;
    int own = 0; /* minutes */
    for (int f = 0; f < FILES; f++)
        for (int i = 0; i < CONTESTS; i++) {
            says[f][i].gone = f == 1 && i > 1;
            for (int c = 0; c < COUNTIES; c++)
                says[f][i].votes[c][0] = says[f][i].votes[c][1] = 100 + 10 * i + c;
        }
    memcpy(once, says, sizeof once);
    for (int step = 0; step < STEPS; step++) {
        uint32_t file = random_below(&r, 4) == 0;
        bool restored = random_below(&r, 12) == 0;
        char salt[24];
        struct buf text;
        buf_init(&text, 1 << 16);
        for (int i = 0; i < CONTESTS; i++) {
            if (random_below(&r, 3) == 0)
                change(&says[file][i], &r);
            if (random_below(&r, 10) == 0) /* as it once was */
                says[file][i] = once[file][i];
            if (random_below(&r, 10) == 0)
                once[file][i] = says[file][i];
        }
        if (file == 1 && random_below(&r, 3) == 0) /* both files say the same */
            memcpy(says[1], says[0], sizeof says[0]);
        own += (int)random_below(&r, 3) - (random_below(&r, 10) == 0);
        if (own > 0 && random_below(&r, 4) > 0)
            buf_addf(&text, "facts own=2021-01-06T%02d:%02d:00Z\n", 1 + own / 60 % 20, own % 60);
        says[file][0].gone = false; /* a payload of no contests is none */
        for (int i = 0; i < CONTESTS; i++)
            write_contest(&text, i + 1, &says[file][i]);
        second += (int64_t)random_between(&r, 1, 400);
        snprintf(salt, sizeof salt, "%d", step);
        if (random_below(&r, 10) == 0)
            release(w, 1 + random_below(&r, CONTESTS), random_below(&r, 2) == 0);
        int minute = random_below(&r, 10) == 0 ? 1440 + (int)random_below(&r, 900) : 1440;
        size_t before = settled(w[0]);
        forget(w[1]);
        for (int k = 0; k < 2; k++) {
            if (w[k]->polls[1].minute != minute) /* the desk moves them */
                feed_polls_moved(&w[k]->m);
            w[k]->polls[1].minute = minute;
            world_take_as(w[k], 0, file, second, text.ptr, salt, restored);
        }
        check_worlds(w[0], w[1]);
        skipped += before;
        buf_done(&text);
    }
    for (int k = 0; k < 2; k++) {
        void *state = w[k];
        world_tear_down(&state);
    }
}

static void nothing_but_time_is_saved(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed += (uint64_t)every())
        play(seed);
    assert_true(skipped * every() > 5000);
}

/* The close was moved, and what was on air waits for it: a payload that says the same again, before
 * anybody looks at the clock, is no repetition of what is on air. */
static void what_was_taken_back_is_taken_again(void **state)
{
    static const char same[] = "contest 1|Mayor 1|GA\nchoice 1|Ann|\nchoice 2|Bob|\n"
                               "total 30 20\ncounty 1|County 1 ; 30 20\n";
    struct world *w = open_world();
    struct feed_report r = {.arena = w->arena};
    int64_t next;
    (void)state;

    world_take_as(w, 0, 0, 7200, same, "a", false);
    const struct feed_contest *c = world_contest(w, 0, "Mayor 1");
    assert_int_equal(settled(w), 1);
    w->polls[1].minute = 1440 + 300;
    assert_true(early_look(&w->m, 0, 0, w->start + 7300 * WHEN_SECOND, &next, &r, &w->err));
    assert_int_equal(c->units[1].votes[0], VOTES_UNKNOWN);
    world_take_as(w, 0, 0, 7200 + 300 * 60, same, "b", false);
    assert_int_equal(c->units[1].votes[0], 30);
    assert_int_equal(c->units[1].hold.why, VERDICT_ACCEPTED);
    void *done = w;
    world_tear_down(&done);
}

static struct results payload(struct world *w, int votes)
{
    struct buf text;
    buf_init(&text, 4096);
    buf_addf(&text, "contest 1|Mayor|GA\nchoice 1|Ann|\nchoice 2|Bob|\ntotal %d 100\n", votes);
    struct results batch = batch_of(w->arena, text.ptr);
    buf_done(&text);
    return batch;
}

/* A worker that was taken over says false figures and calls them by the digest of the true ones:
 * when the truth comes it must not pass for what was there. */
static void a_false_digest_hides_nothing_later(void **state)
{
    (void)state;
    struct world *w = open_world();
    arena_reset(w->arena);
    struct results lie = payload(w, 200), truth = payload(w, 210);
    ((struct results_contest *)&lie.contests[0])->digest = truth.contests[0].digest;
    const struct results *came[] = {&lie, &truth};
    for (int i = 0; i < 2; i++) {
        struct event event = {.type = EVENT_BATCH,
                              .batch = came[i],
                              .digest = {1, (uint64_t)i},
                              .received_ms = w->start + (i + 1) * WHEN_MINUTE};
        w->report.arena = w->arena;
        assert_true(feed_take(&w->m, &event, event.received_ms, &w->report, &w->err));
        assert_int_equal(w->report.verdict, VERDICT_ACCEPTED);
    }
    assert_int_equal(world_contest(w, 0, "1")->units[0].votes[0], 210);
    state = (void **)&w;
    world_tear_down(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_time_is_saved),
        cmocka_unit_test(what_was_taken_back_is_taken_again),
        cmocka_unit_test(a_false_digest_hides_nothing_later),
    };

    return cmocka_run_group_tests_name("core_settled", tests, NULL, NULL);
}
