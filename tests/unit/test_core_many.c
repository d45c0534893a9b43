/* SPDX-License-Identifier: ISC */
/* Many sources: a poll that brings nothing costs what it costs among few. */
#include "tests/unit/night.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FEW = 20, MANY = 2000, POLLS = 4000 };

static const char list[] = "endorsement_id,candidate_name,state,office,district,race_id\n"
                           "ann,Ann Archer,GA,State Senate,1,ga-ss-1\n";

/* Processor time of POLLS answers without news, after the first of each source. */
static int64_t cost_among(uint32_t count)
{
    struct night n;
    struct settings_source *sources = calloc(count, sizeof *sources);
    char(*names)[12] = calloc(count, sizeof *names);

    assert_non_null(sources);
    assert_non_null(names);
    night_open(&n, list);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "s%u", i);
        sources[i] = n.sources[3];
        sources[i].name = slice_of(names[i]);
    }
    core_free(n.core);
    n.s.sources = sources;
    n.s.source_count = count;
    night_core(&n);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < count; i++)
            night_unchanged(&n, i, NIGHT_AT(1));
    clock_t began = clock();
    for (uint32_t i = 0; i < POLLS; i++)
        night_unchanged(&n, i % count, NIGHT_AT(1) + i);
    int64_t cost = clock() - began;
    night_close(&n);
    free(sources);
    free(names);
    return cost;
}

static void a_poll_without_news_looks_at_no_other_source(void **state)
{
    (void)state;
    int64_t few = cost_among(FEW), many = cost_among(MANY);
    /* memory that is no longer at hand costs some; looking at all of them costs hundreds */
    if (many > 10 * few + CLOCKS_PER_SEC / 50)
        fail_msg("%lld us among few, %lld among many", (long long)few, (long long)many);
}

/* It is told all the same, by a tick. */
static void a_source_that_was_heard_alone_becomes_stale_in_time(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_unchanged(&n, 3, NIGHT_AT(1));
    night_unchanged(&n, 3, NIGHT_AT(2));
    int64_t due = core_next_tick(n.core, NIGHT_AT(2));
    if (due > NIGHT_AT(2) + n.sources[3].stale_after_ms + 1)
        fail_msg("no tick when it becomes stale");
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_poll_without_news_looks_at_no_other_source),
        cmocka_unit_test(a_source_that_was_heard_alone_becomes_stale_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
