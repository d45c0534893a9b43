/* SPDX-License-Identifier: ISC */
/* The night of 5 January 2021 in Georgia as three real feeds saw it, poll by poll, through the
 * readers and the guards: every verdict counted, every figure on air looked up in what the feeds
 * really said. The expected counts come from replay_ga2021.py, which reads the same files with
 * nothing of ours. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/core/feed.h"
#include "daemon/core/merge.h"
#include "parsers/job.h"

enum { CLARITY, DDHQ, AP, SOURCES, POLLS_MAX = 600, FILE_ROOM = 1 << 20, SEEN_MAX = 4000 };

#define SHARED "../shared/feeds"
#define COMPANION "clarity/ga-2021-01-05-runoff-20210120-detail.xml"

static const struct night_source {
    const char *name, *format, *folder;
} night[SOURCES] = {
    [CLARITY] = {"clarity", "clarity", "clarity/seq-ga-2021-01-05-runoff-json/ALL"},
    [DDHQ] = {"ddhq", "ddhq", "ddhq/seq-ga-2021-01-05-runoff"},
    [AP] = {"ap", "ap-interactive", "ap/seq-ga-2021-01-05-runoff-apinteractive"},
};

static char feeds[512]; /* where the payloads lie; empty: not there */

struct poll {
    int source;
    int64_t when;
    char version[24];
    char path[256];
};

/* The four, two a race: as each source names them. */
enum { OSSOFF, PERDUE, WARNOCK, LOEFFLER, PEOPLE, RACES = 2 };
static const struct person {
    const char *word, *ap_id;
    int64_t last; /* Clarity's ALL-033 */
} people[PEOPLE] = {
    [OSSOFF] = {"OSSOFF", "GA21798", 2190047},
    [PERDUE] = {"PERDUE", "GA19900", 2191369},
    [WARNOCK] = {"WARNOCK", "GA22251", 2208580},
    [LOEFFLER] = {"LOEFFLER", "GA22243", 2172931},
};

/* What one payload said of the two people of a race. */
struct pair {
    int source;
    int64_t votes[2];
};

struct replay {
    struct settings settings;
    struct settings_source sources[SOURCES];
    struct settings_polls polls;
    struct model m;
    struct poll list[POLLS_MAX];
    size_t count;
    struct race races[RACES];
    struct link links[RACES][2 * SOURCES];
    struct feed_contest *contests[RACES][SOURCES];
    struct pair seen[RACES][SEEN_MAX];
    size_t seen_count[RACES];
    int64_t total[RACES]; /* on air before */
    uint32_t on_air[RACES];
    size_t switches[RACES];
    size_t verdicts[SOURCES][VERDICTS], notes[SOURCES][VERDICTS];
    struct slice companion;
};

/* ---- files ---- */

static struct slice read_file(const char *path)
{
    static char room[FILE_ROOM];
    char full[1024];

    snprintf(full, sizeof(full), "%s/%s", feeds, path);
    FILE *f = fopen(full, "rb");
    if (!f)
        return (struct slice){NULL, 0};
    size_t n = fread(room, 1, sizeof(room), f);
    fclose(f);
    assert_true(n < sizeof(room));
    return (struct slice){room, n};
}

/* Unpack once; the folder is kept for the next run. */
static void find_feeds(void)
{
    const char *build = getenv("TALLYD_BUILD");
    int status = 0;

    if (access(SHARED "/unpack", X_OK) != 0)
        return;
    snprintf(feeds, sizeof(feeds), "%s/feeds", build ? build : "build");
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/mkdir", "mkdir", "-p", feeds, (char *)NULL);
        _exit(127);
    }
    waitpid(child, &status, 0);
    child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(126);
        execl(SHARED "/unpack", "unpack", feeds, "clarity", "ddhq", "ap", (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        feeds[0] = '\0';
}

/* ---- the night as a list of polls ---- */

static bool in_window(int64_t when)
{
    static const char *const from = "2021-01-05T22:00:00Z", *const to = "2021-01-06T07:30:00Z";
    int64_t a, b;

    assert_true(when_parse(slice_of(from), false, &a) && when_parse(slice_of(to), false, &b));
    return when >= a && when <= b;
}

/* The pointer as observed, where its recorder did not damage it; else a number from the row's
 * place. */
static void observed_version(struct slice pointers, struct slice time, struct slice row, char *out,
                             size_t size)
{
    struct slice line, found = {NULL, 0};
    int64_t n = 0;

    while (slice_next(&pointers, '\n', &line)) {
        struct slice at, version = {NULL, 0};
        if (!slice_next(&line, ' ', &at) || at.len < 20 || slice_cmp(at, time) > 0)
            continue;
        slice_next(&line, ' ', &version);
        found = slice_trim(version);
    }
    if (num_parse(found, 0, 999999, &n) && found.len == 6)
        snprintf(out, size, "%.*s", SLICE_FMT(found));
    else if (num_parse(row, 0, 10000, &n))
        snprintf(out, size, "%lld", 273739 + (long long)n);
}

static void add_polls(struct replay *r, int source)
{
    char path[512];
    struct slice line, pointers = {"", 0};

    if (source == CLARITY) {
        pointers = read_file("clarity/seq-ga-2021-01-05-runoff-json/current_ver-observed.tsv");
        assert_non_null(pointers.ptr);
        pointers.ptr = memcpy(malloc(pointers.len), pointers.ptr, pointers.len);
    }
    snprintf(path, sizeof(path), "%s/MANIFEST.tsv", night[source].folder);
    struct slice rest = read_file(path);
    assert_non_null(rest.ptr);
    struct slice all = {memcpy(malloc(rest.len), rest.ptr, rest.len), rest.len};
    for (rest = all; slice_next(&rest, '\n', &line);) {
        struct slice f[4] = {{NULL, 0}};
        struct poll *p = &r->list[r->count];
        for (size_t i = 0; i < 4; i++)
            slice_next(&line, '\t', &f[i]);
        if (!when_parse(f[1], false, &p->when) || !in_window(p->when))
            continue;
        snprintf(p->path, sizeof(p->path), "%s/%.*s", night[source].folder, SLICE_FMT(f[3]));
        if (!read_file(p->path).ptr)
            continue; /* not in the archive */
        p->source = source;
        if (source == CLARITY)
            observed_version(pointers, f[1], f[0], p->version, sizeof(p->version));
        r->count++;
        assert_true(r->count < POLLS_MAX);
    }
    if (source == CLARITY)
        free((char *)(uintptr_t)pointers.ptr);
    free((char *)(uintptr_t)all.ptr);
}

static int by_time(const void *a, const void *b)
{
    const struct poll *x = a, *y = b;

    if (x->when != y->when)
        return x->when < y->when ? -1 : 1;
    return x->source - y->source;
}

/* ---- the two races, linked by hand ---- */

static int person_of(struct slice id, struct slice name)
{
    char upper[256];
    size_t n = name.len < sizeof(upper) - 1 ? name.len : sizeof(upper) - 1;

    for (size_t i = 0; i < n; i++)
        upper[i] =
            (char)(name.ptr[i] >= 'a' && name.ptr[i] <= 'z' ? name.ptr[i] - 32 : name.ptr[i]);
    for (int i = 0; i < PEOPLE; i++)
        if (slice_is(id, people[i].ap_id) ||
            slice_find((struct slice){upper, n}, slice_of(people[i].word)) != SIZE_MAX)
            return i;
    return -1;
}

static void link_all(struct replay *r)
{
    for (int i = 0; i < RACES; i++)
        r->races[i].link_count = r->races[i].contest_count = 0;
    for (int s = 0; s < SOURCES; s++) {
        size_t at = 0;
        void *value;
        while (map_next(r->m.feeds[s].contests, &at, NULL, &value)) {
            struct feed_contest *c = value;
            for (uint32_t k = 0; k < c->choice_count; k++) {
                int who = person_of(c->choices[k].id, c->choices[k].name);
                struct race *race = who < 0 ? NULL : &r->races[who / 2];
                if (!race)
                    continue;
                race->links[race->link_count++] =
                    (struct link){.contest = c, .choice = k, .endorsement = (uint32_t)who};
                if (!race->contest_count || race->contests[race->contest_count - 1] != c)
                    race->contests[race->contest_count++] = c;
            }
        }
    }
}

static void remember_pairs(struct replay *r, int source, const struct results *b)
{
    for (uint32_t i = 0; i < b->head->contests; i++) {
        const struct results_contest *c = &b->contests[i];
        int64_t votes[PEOPLE];
        int found = -1;
        for (uint32_t k = 0; k < c->choices; k++) {
            const struct results_choice *x = &b->choices[c->first_choice + k];
            int who = person_of(results_text(b, x->id), results_text(b, x->name));
            if (who >= 0)
                votes[found = who] = results_cell(b, c, 0, k)->votes;
        }
        if (found < 0)
            continue;
        size_t n = r->seen_count[found / 2]++;
        assert_true(n < SEEN_MAX);
        r->seen[found / 2][n] =
            (struct pair){source, {votes[found / 2 * 2], votes[found / 2 * 2 + 1]}};
    }
}

static int64_t votes_for(const struct race *race, uint32_t who)
{
    for (uint32_t i = 0; i < race->choice_count; i++)
        if (race->choices[i].endorsement == who)
            return race->choices[i].votes;
    return VOTES_UNKNOWN;
}

/* Both figures on air are those of one payload of the source on air; and they never fall while it
 * stays there. */
static void show_races(struct replay *r, int64_t now)
{
    for (uint32_t i = 0; i < RACES; i++) {
        struct race *race = &r->races[i];
        struct err e;
        bool changed, found = false;
        if (!merge_race(&r->m, race, now, &changed, &e))
            fail_msg("%s", e.text);
        int64_t a = votes_for(race, 2 * i), b = votes_for(race, 2 * i + 1);
        if (race->on_air == NONE) {
            assert_int_equal(r->total[i], 0);
            continue;
        }
        for (size_t k = 0; k < r->seen_count[i] && !found; k++)
            found = r->seen[i][k].source == (int)race->on_air && r->seen[i][k].votes[0] == a &&
                    r->seen[i][k].votes[1] == b;
        assert_true(found);
        if (race->on_air == r->on_air[i])
            assert_true(a + b >= r->total[i]);
        else
            r->switches[i]++;
        r->on_air[i] = race->on_air;
        r->total[i] = a + b;
    }
}

/* ---- one poll ---- */

static struct input *input_of(struct arena *a, struct slice bytes, struct fault *f)
{
    struct input_memory *m = arena_alloc(a, sizeof(*m));
    struct input_source *source = arena_alloc(a, sizeof(*source));
    struct input *in = NULL;
    char *copy = arena_alloc(a, bytes.len + WIRE_PADDING);

    assert_true(m && source && copy);
    memcpy(copy, bytes.ptr, bytes.len);
    m->bytes = (struct slice){copy, bytes.len};
    *source = input_from_memory(m);
    return input_open(a, source, INPUT_MAX, &in, f) ? in : NULL;
}

static enum verdict verdict_of(enum wire_failure kind)
{
    return kind == WIRE_BLOCKED     ? VERDICT_BLOCKED
           : kind == WIRE_TRUNCATED ? VERDICT_TRUNCATED
           : kind == WIRE_SYNTAX    ? VERDICT_SYNTAX
           : kind == WIRE_SCHEMA    ? VERDICT_SCHEMA
                                    : VERDICT_INTERNAL;
}

static void take(struct replay *r, const struct poll *p, struct slice batch, struct digest digest,
                 struct arena *a)
{
    struct results results;
    struct feed_report report = {.arena = a};
    struct err e;

    assert_true(results_open(batch, &results, &e));
    struct event event = {.type = EVENT_BATCH,
                          .source = (uint32_t)p->source,
                          .batch = &results,
                          .digest = digest,
                          .version = slice_of(p->version),
                          .received_ms = p->when};
    if (!feed_take(&r->m, &event, p->when, &report, &e))
        fail_msg("%s: %s", p->path, e.text);
    r->verdicts[p->source][report.verdict]++;
    for (size_t i = 0; i < report.note_count; i++)
        r->notes[p->source][report.notes[i].verdict]++;
    remember_pairs(r, p->source, &results);
    if (report.change_count)
        link_all(r);
    show_races(r, p->when);
}

static void play(struct replay *r, const struct poll *p)
{
    struct arena *a = arena_new((size_t)512 << 20);
    struct slice bytes = read_file(p->path), batch;
    struct digest digest = digest_of(bytes);
    struct fault f = {0};
    struct job j = {.format = slice_of(night[p->source].format), .arena = a};

    j.options = SLICE("state=GA\n");
    j.input = input_of(a, bytes, &f);
    if (j.input && p->source == CLARITY) {
        j.companions[0] = input_of(a, r->companion, &f);
        j.companion_count = 1;
    }
    if (j.input && job_run(&j, &batch, &f)) {
        take(r, p, batch, digest, a);
    } else {
        enum verdict v = verdict_of(f.kind);
        feed_failed(&r->m, (uint32_t)p->source, 0, v, slice_of(f.err.text));
        r->verdicts[p->source][v]++;
    }
    arena_free(a);
}

/* ---- tests ---- */

static int set_up(void **state)
{
    static const int64_t priorities[SOURCES] = {[CLARITY] = 30, [DDHQ] = 20, [AP] = 10};
    struct replay *r = calloc(1, sizeof(*r));
    struct err e;

    if (!r)
        return -1;
    r->settings = (struct settings){.election = SLICE("Georgia runoffs"),
                                    .sources = r->sources,
                                    .source_count = SOURCES,
                                    .polls = &r->polls,
                                    .polls_count = 1,
                                    .guards = settings_guards_default};
    /* No zone here: the close is given as the UTC minute, 24:00 of the day. */
    r->polls = (struct settings_polls){.state = SLICE("GA"), .minute = 1440};
    if (!when_parse_date(SLICE("2021-01-05"), &r->settings.date))
        return -1;
    for (int i = 0; i < SOURCES; i++)
        r->sources[i] = (struct settings_source){.name = slice_of(night[i].name),
                                                 .state = SLICE("GA"),
                                                 .votes = true,
                                                 .priority = priorities[i]};
    r->m.settings = &r->settings;
    r->m.strings = arena_new((size_t)64 << 20);
    r->m.checked_ms = WHEN_UNKNOWN;
    r->m.races = r->races;
    r->m.race_count = RACES;
    for (int i = 0; i < RACES; i++) {
        r->races[i] = (struct race){.on_air = NONE, .seats = 1, .updated_ms = WHEN_UNKNOWN};
        r->races[i].links = r->links[i];
        r->races[i].contests = r->contests[i];
        r->on_air[i] = NONE;
    }
    if (!r->m.strings || !feed_init(&r->m, &e))
        return -1;
    if (feeds[0]) {
        struct slice names = read_file(COMPANION);
        if (!names.ptr)
            return -1;
        r->companion = (struct slice){memcpy(malloc(names.len), names.ptr, names.len), names.len};
        for (int i = 0; i < SOURCES; i++)
            add_polls(r, i);
        qsort(r->list, r->count, sizeof(r->list[0]), by_time);
    }
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct replay *r = *state;

    feed_done(&r->m);
    arena_free(r->m.strings);
    free((char *)(uintptr_t)r->companion.ptr);
    free(r);
    return 0;
}

/* The output of replay_ga2021.py. */
static const struct count {
    int source;
    enum verdict verdict;
    size_t payloads, notes;
} expected[] = {
    {CLARITY, VERDICT_ACCEPTED, 33, 0}, {CLARITY, VERDICT_UNCHANGED, 5, 0},
    {CLARITY, VERDICT_OLDER, 3, 0},     {CLARITY, VERDICT_BLOCKED, 7, 0},
    {DDHQ, VERDICT_ACCEPTED, 190, 0},   {DDHQ, VERDICT_FALL_FLAG, 0, 1},
    {DDHQ, VERDICT_FALL_HOLD, 0, 1},    {DDHQ, VERDICT_RESTORED, 0, 1},
    {AP, VERDICT_ACCEPTED, 220, 0},     {AP, VERDICT_UNCHANGED, 30, 0},
    {AP, VERDICT_OLDER, 38, 0},         {AP, VERDICT_TRUNCATED, 24, 0},
    {AP, VERDICT_FALL_HOLD, 0, 5},      {AP, VERDICT_FALL_DESK, 0, 2},
    {AP, VERDICT_RESTORED, 0, 7},
};

static void check_counts(const struct replay *r)
{
    for (int s = 0; s < SOURCES; s++) {
        for (int v = 0; v < VERDICTS; v++) {
            struct count want = {.payloads = 0};
            for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
                if (expected[i].source == s && (int)expected[i].verdict == v)
                    want = expected[i];
            if (r->verdicts[s][v] != want.payloads || r->notes[s][v] != want.notes)
                fail_msg("%s %s: %zu payloads and %zu notes, not %zu and %zu", night[s].name,
                         verdict_info[v].name, r->verdicts[s][v], r->notes[s][v], want.payloads,
                         want.notes);
        }
    }
}

static void check_nothing_held(const struct replay *r)
{
    for (int s = 0; s < SOURCES; s++) {
        size_t at = 0;
        void *value;
        while (map_next(r->m.feeds[s].contests, &at, NULL, &value)) {
            const struct feed_contest *c = value;
            assert_true(verdict_info[c->doubt].class < CLASS_HOLD);
            assert_false(c->gone);
            for (uint32_t u = 0; u < c->unit_count; u++)
                assert_int_equal(c->units[u].hold.why, VERDICT_ACCEPTED);
        }
    }
}

static void the_night_counts_every_verdict(void **state)
{
    struct replay *r = *state;

    if (!feeds[0]) {
        print_message("SKIP: " SHARED " is not there\n");
        skip(); /* the recordings do not ship with the project */
    }
    for (size_t i = 0; i < r->count; i++)
        play(r, &r->list[i]);
    check_counts(r);
    check_nothing_held(r);
    for (uint32_t i = 0; i < PEOPLE; i++)
        assert_int_equal(votes_for(&r->races[i / 2], i), people[i].last);
    for (int i = 0; i < RACES; i++) {
        assert_int_equal(r->races[i].on_air, CLARITY);
        assert_true(r->switches[i] >= 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_night_counts_every_verdict, set_up, tear_down),
    };

    find_feeds();
    return cmocka_run_group_tests_name("replay_ga2021", tests, NULL, NULL);
}
