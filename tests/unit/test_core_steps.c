/* SPDX-License-Identifier: ISC */
/* Somebody who reads every public word of a night, knows how the program counts, and wants to know
 * who carries a tag that is only counted. */
#include "tests/unit/night.h"

#include <stdlib.h>

#include "daemon/core/calls.h"
#include "daemon/core/steps.h"
#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

enum { PEOPLE = 120, TAGS = 3, MIN = 5, EVENTS = 260 };

static const char *const tag_names[TAGS] = {"red", "green", "blue"};
static const char *const verbs[] = {"won", "lost", "advanced"};
enum { NOT_MOVED = -1, FIGURES = 3 }; /* won, lost, advanced, as in `verbs` */

struct row { /* as it was read last */
    int64_t endorsed, n[FIGURES], pending;
};

struct world {
    struct night n;
    struct buf doc;
    bool carries[PEOPLE][TAGS]; /* the secret */
    bool calm;                  /* almost all are won, nothing is taken back */
    /* what the reader has */
    struct row rows[TAGS];
    int64_t step;
    int moved[PEOPLE];
    char as_of[40];
    int steps_seen, figures_moved;
};

static void open_world(struct world *w, struct random *r)
{
    static const struct slice publish[] = {SLICE_INIT("sum:red"), SLICE_INIT("sum:green"),
                                           SLICE_INIT("sum:blue"), SLICE_INIT("tag:named")};
    static char csv[16000];
    int size[TAGS];
    size_t used = (size_t)snprintf(
        csv, sizeof csv, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,tags\n");

    memset(w, 0, sizeof *w);
    for (int t = 0; t < TAGS; t++)
        size[t] = (int)random_between(r, t == 0 ? MIN : 0, t == 2 ? 70 : 22);
    for (int t = 0; t < TAGS; t++)
        for (int k = 0; k < size[t]; k++) /* the first ones are called first, often */
            w->carries[random_below(r, 2) ? random_below(r, PEOPLE) : (uint64_t)k][t] = true;
    for (int i = 0; i < PEOPLE; i++) {
        used +=
            (size_t)snprintf(csv + used, sizeof csv - used, "e%d,Person N%d,GA,Office %d,r%d,1,%s",
                             i, i, i, i, i % 3 ? "" : "named");
        for (int t = 0; t < TAGS; t++)
            used += (size_t)snprintf(csv + used, sizeof csv - used, "|%s",
                                     w->carries[i][t] ? tag_names[t] : "");
        used += (size_t)snprintf(csv + used, sizeof csv - used, "\n");
        w->moved[i] = NOT_MOVED;
    }
    night_open(&w->n, csv);
    core_free(w->n.core);
    w->n.s.publish = publish;
    w->n.s.publish_count = 4;
    w->n.s.min_cell = MIN;
    night_core(&w->n);
    buf_init(&w->doc, 1 << 20);
}

static void read_page(const struct core *core, struct buf *out)
{
    struct arena *a = arena_new(4 << 20);
    struct err e;

    buf_clear(out);
    const struct documents_table of = {.by = SLICE("tag"), .json = true};
    assert_true(documents_public(core_model(core), &of, a, out, &e));
    arena_free(a);
}

/* A member of the tag's row: a number, or -1: null. */
static int64_t member(const struct world *w, int tag, const char *name)
{
    char key[40];
    snprintf(key, sizeof key, "{\"tag\":\"%s\",", tag_names[tag]);
    const char *row = strstr(w->doc.ptr, key);
    if (!row) /* nobody carries it */
        return -1;
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(row, key) + strlen(key);
    return strncmp(at, "null", 4) == 0 ? -1 : strtoll(at, NULL, 10);
}

static int64_t carriers(const struct world *w, int tag, int moved, int64_t *people)
{
    int64_t n = 0;

    *people = 0;
    for (int i = 0; i < PEOPLE; i++)
        if (w->moved[i] == moved) {
            n += w->carries[i][tag];
            ++*people;
        }
    return n;
}

/* Whoever is known to be in a group is one of so many that at least MIN do not carry it. */
static void hidden_among(const struct world *w, int moved)
{
    for (int t = 0; t < TAGS; t++) {
        int64_t people, n = carriers(w, t, moved, &people);
        if (w->rows[t].n[0] >= 0 && people > 0 && people - n < MIN)
            fail_msg("%s: %d of a group of %d", tag_names[t], (int)n, (int)people);
    }
}

/* The steps that the reader knows to have been taken, by the rule and public names alone. */
static void follow(struct world *w)
{
    const struct model *m = core_model(w->n.core);

    for (int f = 0; f < FIGURES; f++) {
        int64_t group = 0, others = 0;
        for (int i = 0; i < PEOPLE; i++) {
            bool is = calls_counts(&m->endorsed->list[i]) &&
                      strcmp(outcome_name(m->standings[i].outcome), verbs[f]) == 0;
            group += w->moved[i] == NOT_MOVED && is;
            others += w->moved[i] == NOT_MOVED && !is;
        }
        if (group < w->step || others < w->step)
            continue;
        int name = ++w->steps_seen * FIGURES + f; /* the step's, and its figure's */
        for (int i = 0; i < PEOPLE; i++)
            if (w->moved[i] == NOT_MOVED && calls_counts(&m->endorsed->list[i]) &&
                strcmp(outcome_name(m->standings[i].outcome), verbs[f]) == 0)
                w->moved[i] = name;
        hidden_among(w, name);
    }
    hidden_among(w, NOT_MOVED);
}

static void read_rows(struct world *w)
{
    int seen = w->steps_seen;

    read_page(w->n.core, &w->doc);
    follow(w);
    for (int t = 0; t < TAGS; t++) {
        struct row now = {.endorsed = member(w, t, "endorsed"), .pending = member(w, t, "pending")};
        for (int f = 0; f < FIGURES; f++)
            now.n[f] = member(w, t, verbs[f]);
        for (int f = 0; f < FIGURES; f++) {
            int64_t want = 0;
            for (int i = 0; i < PEOPLE; i++)
                want += w->moved[i] > 0 && w->moved[i] % FIGURES == f && w->carries[i][t];
            if (now.n[f] >= 0 && now.n[f] != want)
                fail_msg("%s: %s is %d, not %d", tag_names[t], verbs[f], (int)now.n[f], (int)want);
        }
        /* without a step nothing moves: neither a figure, nor whether there is one */
        if (w->step > 0 && seen == w->steps_seen && memcmp(&now, &w->rows[t], sizeof now) != 0)
            fail_msg("%s moved with one call", tag_names[t]);
        for (int f = 0; f < FIGURES; f++)
            w->figures_moved += now.n[f] > 0 && now.n[f] != w->rows[t].n[f];
        assert_true(now.n[0] < 0 || now.endorsed == now.n[0] + now.n[1] + now.n[2] + now.pending);
        w->rows[t] = now;
    }
}

/* From the rows before the night: the step. */
static void begin(struct world *w)
{
    int64_t most = 0;

    w->step = 0;
    read_page(w->n.core, &w->doc);
    for (int t = 0; t < TAGS; t++) {
        int64_t n = member(w, t, "endorsed");
        if (n * 4 <= PEOPLE && n > most)
            most = n;
    }
    w->step = most + MIN;
    for (int t = 0; t < TAGS; t++)
        w->rows[t] = (struct row){member(w, t, "endorsed"), {-1, -1, -1}, -1};
    read_rows(w);
}

/* Somebody is called, taken back, called for another, withdrawn, there again; once in a while. */
static void happens(struct world *w, struct random *r, int event, int64_t now_ms)
{
    int i = random_below(r, 4) ? event % PEOPLE : (int)random_below(r, PEOPLE);
    char id[16], race[16];
    snprintf(id, sizeof id, "e%d", i);
    snprintf(race, sizeof race, "r%d", i);
    uint64_t what = random_below(r, 30);

    if (w->calm)
        what = what < 28 ? 10 : 28;
    if (what < 3)
        (void)night_decide(&w->n, "uncall", id, "", now_ms);
    else if (what == 3)
        (void)night_decide(&w->n, "mark", race, "void", now_ms);
    else if (what == 4)
        (void)night_decide(&w->n, "endorse status", id, "withdrawn", now_ms);
    else if (what == 5)
        (void)night_decide(&w->n, "endorse status", id, "active", now_ms);
    else
        (void)night_decide(&w->n, "call", id, verbs[what < 22 ? 0 : what < 29 ? 1 : 2], now_ms);
}

static void same_after_restart(struct world *w)
{
    struct buf again;

    buf_init(&again, 1 << 20);
    read_page(w->n.core, &w->doc);
    struct core *old = night_restart(&w->n);
    read_page(w->n.core, &again);
    size_t from = slice_find(buf_slice(&again), SLICE("\"rows\"")); /* nobody was asked yet */
    if (strcmp(strstr(w->doc.ptr, "\"rows\""), again.ptr + from) != 0)
        fail_msg("before the restart:\n%s\nafter it:\n%s", w->doc.ptr, again.ptr);
    core_free(old);
    buf_done(&again);
}

/* Named calls, and counts of a tag that nobody is named with: over a whole night the one never
 * tells of the other, and the counts are true of when they say they are. */
static void test_nobody_is_found_by_watching(void **state)
{
    struct random r = {.state = 20251104};
    int steps = 0, figures = 0;
    (void)state;

    for (int night = 0; night < 40; night += every()) {
        static struct world w;
        open_world(&w, &r);
        w.calm = night % 2;
        begin(&w);
        for (int k = 0; k < EVENTS; k++) {
            happens(&w, &r, k, NIGHT_AT(1) + k * WHEN_MINUTE);
            read_rows(&w);
            if (random_below(&r, 100) == 0)
                same_after_restart(&w);
        }
        same_after_restart(&w);
        steps += w.steps_seen;
        figures += w.figures_moved;
        buf_done(&w.doc);
        night_close(&w.n);
    }
    assert_true(steps * every() > 80 && figures * every() > 60); /* and the night is told */
}

/* Forty people, of whom the first seven carry it. */
static void open_forty(struct night *n)
{
    static const struct slice publish[] = {SLICE_INIT("sum:red")};
    static char csv[4000];
    size_t used = (size_t)snprintf(
        csv, sizeof csv,
        "endorsement_id,candidate_name,state,office,seats_to_fill,source_hints,tags\n");

    for (int i = 0; i < 40; i++)
        used += (size_t)snprintf(csv + used, sizeof csv - used,
                                 "e%d,Person N%d,GA,Office %d,1,ap=%d,%s\n", i, i, i, i + 1,
                                 i < 7 ? "red" : "");
    night_open(n, csv);
    core_free(n->core);
    n->s.publish = publish;
    n->s.publish_count = 1;
    n->s.min_cell = MIN;
    night_core(n);
}

/* Found by an attacker: seven of fourteen, called one by one; the count rose with each of them. */
static void test_a_count_does_not_rise_with_a_call(void **state)
{
    struct night n;
    struct buf out;
    (void)state;

    open_forty(&n);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 14; i++) {
        char id[16], want[200], when[25];
        snprintf(id, sizeof id, "e%d", i);
        assert_true(night_decide(&n, "call", id, "won", NIGHT_AT(i)));
        read_page(n.core, &out);
        when_format(NIGHT_AT(11), when);
        if (i < 11) /* seven, and five who do not carry it */
            snprintf(want, sizeof want,
                     "{\"tag\":\"red\",\"endorsed\":7,\"called\":null,\"won\":null,\"lost\":null,"
                     "\"advanced\":null,\"pending\":null,\"as_of\":null,\"waiting\":%d}",
                     i + 1);
        else
            snprintf(want, sizeof want,
                     "{\"tag\":\"red\",\"endorsed\":7,\"called\":7,\"won\":7,\"lost\":0,"
                     "\"advanced\":0,\"pending\":0,\"as_of\":\"%s\",\"waiting\":%d}",
                     when, i - 11);
        if (!strstr(out.ptr, want))
            fail_msg("after %d calls not %s in\n%s", i + 1, want, out.ptr);
    }
    buf_done(&out);
    night_close(&n);
}

/* Found by an attacker: `endorsed` fell in the moment in which the list said what the desk had
 * decided, and only where the one withdrawn carries the tag. */
static void test_a_list_that_catches_up_with_the_desk_tells_nothing(void **state)
{
    struct night n;
    struct buf out, again;
    (void)state;

    open_forty(&n);
    assert_true(night_decide(&n, "endorse status", "e1", "withdrawn", NIGHT_AT(1)));
    assert_true(night_decide(&n, "endorse status", "e20", "withdrawn", NIGHT_AT(2)));
    buf_init(&out, 1 << 20);
    buf_init(&again, 1 << 20);
    read_page(n.core, &out);
    assert_non_null(strstr(out.ptr, "\"endorsed\":7,"));
    n.list.list[1].status = n.list.list[20].status = ENDORSE_WITHDRAWN;
    core_free(night_restart(&n));
    read_page(n.core, &again);
    assert_string_equal(strstr(again.ptr, "\"rows\""), strstr(out.ptr, "\"rows\""));
    buf_done(&out);
    buf_done(&again);
    night_close(&n);
}

/* One whom the desk let count again is counted once, whatever the list says since. */
static void test_a_list_that_catches_up_with_active_turns_nobody(void **state)
{
    struct night n;
    (void)state;

    open_forty(&n);
    n.list.list[1].status = ENDORSE_WITHDRAWN;
    night_anew(&n);
    assert_true(night_decide(&n, "endorse status", "e1", "active", NIGHT_AT(1)));
    assert_true(night_decide(&n, "call", "e1", "won", NIGHT_AT(2)));
    n.list.list[1].status = ENDORSE_ACTIVE;
    core_free(night_restart(&n));
    const struct model *m = core_model(n.core);
    assert_int_equal(m->turn_count, 1);
    assert_int_equal(m->turns[0].was, COUNTED_PENDING);
    assert_int_equal(m->turns[0].now, COUNTED_WON);
    night_close(&n);
}

/* Calls of one payload are of one moment, also where a step would be full before all are in. */
static void test_what_comes_at_once_is_one_step(void **state)
{
    static char text[8000];
    struct night n;
    struct buf out, again;
    size_t used = 0;
    (void)state;

    open_forty(&n);
    for (int i = 0; i < 20; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "contest %d|Office %d|GA ; stated\nchoice 1|Person N%d|D ; won\n"
                                 "choice 2|Other N%d|R\ntotal 20 10\n",
                                 i + 1, i, i, i);
    night_batch(&n, 0, text, NIGHT_AT(1));
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 20);
    buf_init(&out, 1 << 20);
    buf_init(&again, 1 << 20);
    read_page(n.core, &out);
    if (!strstr(out.ptr, "\"won\":7,\"lost\":0,\"advanced\":0,\"pending\":0,") ||
        !strstr(out.ptr, "\"waiting\":0}"))
        fail_msg("%s", out.ptr);
    core_free(night_restart(&n));
    read_page(n.core, &again);
    assert_string_equal(strstr(again.ptr, "\"rows\""), strstr(out.ptr, "\"rows\""));
    buf_done(&out);
    buf_done(&again);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_count_does_not_rise_with_a_call),
        cmocka_unit_test(test_what_comes_at_once_is_one_step),
        cmocka_unit_test(test_a_list_that_catches_up_with_the_desk_tells_nothing),
        cmocka_unit_test(test_a_list_that_catches_up_with_active_turns_nobody),
        cmocka_unit_test(test_nobody_is_found_by_watching),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
