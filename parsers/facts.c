/* SPDX-License-Identifier: ISC */
/* Words into facts of the batch. */
#include "parsers/facts.h"

#include "daemon/base/when.h"

static bool is_one_of(struct slice s, const char *const *words)
{
    for (; *words; words++) {
        if (slice_eq_nocase(s, slice_of(*words)))
            return true;
    }
    return false;
}

bool facts_says_yes(struct slice s)
{
    static const char *const words[] = {"yes", "y", "true", "t", "1", "x", NULL};
    return s.len && is_one_of(s, words);
}

static void take_status(struct results_facts *facts, struct slice s)
{
    static const char *const words[RESULTS_STATUSES] = {
        [RESULTS_STATUS_UNKNOWN] = "",     [RESULTS_UNOFFICIAL] = "unofficial",
        [RESULTS_COMPLETE] = "complete",   [RESULTS_OFFICIAL] = "official",
        [RESULTS_CERTIFIED] = "certified",
    };
    for (int i = RESULTS_UNOFFICIAL; i < RESULTS_STATUSES; i++) {
        bool less = facts->status == RESULTS_STATUS_UNKNOWN || i < (int)facts->status;
        if (less && slice_eq_nocase(s, slice_of(words[i])))
            facts->status = (enum results_status)i;
    }
}

static void take_test(struct results_facts *facts, struct slice s)
{
    static const char *const test[] = {"test", "testing", "test data", NULL};
    static const char *const real[] = {"no", "n", "false", "f", "0", "live", "real", NULL};
    if (facts_says_yes(s) || is_one_of(s, test))
        facts->test = 1;
    else if (facts->test < 0 && is_one_of(s, real))
        facts->test = 0;
}

/* "2018-11-06", "11/06/2018", "November 6, 2018": an ISO date, or empty. */
static bool take_date(struct job *j, struct results_facts *facts, struct slice s, struct fault *f)
{
    int64_t day;
    char iso[11];
    if (!when_parse_day(s, &day))
        return true;
    when_format_date(day, iso);
    if (facts->election_date.len)
        return slice_is(facts->election_date, iso) ||
               fault_set(f, WIRE_SCHEMA, "rows of two election days, %.*s and %s",
                         SLICE_FMT(facts->election_date), iso);
    facts->election_date = arena_copy(j->arena, slice_of(iso));
    return facts->election_date.ptr || fault_set(f, WIRE_LIMIT, "out of memory");
}

static bool take_text(struct job *j, struct slice s, struct slice *out, struct fault *f)
{
    if (out->len)
        return true;
    *out = arena_copy(j->arena, s);
    return out->ptr || fault_set(f, WIRE_LIMIT, "out of memory");
}

bool facts_take(struct job *j, enum role role, struct slice text, struct fault *f)
{
    struct results_facts *facts = results_facts(j->builder);
    if (!text.len)
        return true;
    if (role == ROLE_DATE)
        return take_date(j, facts, text, f);
    if (role == ROLE_ELECTION)
        return take_text(j, text, &facts->election_name, f);
    if (role == ROLE_VERSION)
        return take_text(j, text, &facts->version, f);
    if (role == ROLE_STATUS)
        take_status(facts, text);
    else if (role == ROLE_TEST)
        take_test(facts, text);
    else if (role == ROLE_UPDATED) {
        int64_t t = job_time(j, text);
        if (t != WHEN_UNKNOWN && (facts->own_time_ms == WHEN_UNKNOWN || t > facts->own_time_ms))
            facts->own_time_ms = t;
    }
    return true;
}
