/* SPDX-License-Identifier: ISC */
/* NIST SP 1500-100: what is decided for one contest and holds for the next is as if it was decided
 * anew. */
#include <stdio.h>

#include "daemon/base/buf.h"
#include "tests/unit/nist_case.h"
#include "tests/unit/sampled.h"

/* Contests that have nothing to do with each other, but for their units. */
#define OF(district, selections)                                                                   \
    "<Contest ObjectId=\"%d\"><Name>Contest %d</Name>" selections "<ElectionDistrictId>" district  \
    "</ElectionDistrictId></Contest>"
#define OVER(counts) SELECTION("over", counts)
static const char *const others[] = {
    OF("land", SELECTION("ann", COUNT("north", "total", "1") COUNT("south", "total", "2"))),
    OF("land", SELECTION("ann", COUNT("north", "total", "3") COUNT("south", "total", "4"))
                   SELECTION("bob", COUNT("north", "total", "5") COUNT("south", "total", "6"))),
    OF("d1", SELECTION("ann", COUNT("north", "total", "3") COUNT("south", "total", "4"))),
    OF("north", SELECTION("ann", COUNT("north", "total", "3") COUNT("south", "total", "4"))),
    OF("north", SELECTION("ann", COUNT("p1", "total", "3") COUNT("p2", "total", "4"))),
    OF("land", SELECTION("ann", COUNT("p1", "total", "3") COUNT("p2", "total", "4"))),
    OF("land", SELECTION("ann", COUNT("p2", "total", "3") COUNT("p1", "total", "4"))),
    OF("land", SELECTION("ann", COUNT("p1", "total", "3") COUNT("p2", "total", "4")
                                    COUNT("land", "total", "7"))),
    OF("land", SELECTION("ann", COUNT("south", "total", "3") COUNT("p1", "total", "4"))),
    OF("land", SELECTION("ann", COUNT("north", "total", "3") COUNT("p1", "total", "3"))),
    OF("land", SELECTION("ann", COUNT("north", "early", "3") COUNT("south", "total", "4"))),
    OF("land", SELECTION("ann", COUNT("north", "total", "3"))
                   OVER(COUNT("north", "total", "5") COUNT("south", "total", "6"))),
    OF("land", SELECTION("ann", COUNT("north", "total", "3") COUNT("south", "total", "4"))
                   OVER(COUNT("north", "total", "5") COUNT("south", "total", "6"))),
    OF("land", SELECTION("ann", COUNT("d1", "total", "3"))),
    OF("land", SELECTION("ann", COUNT("x", "total", "3") COUNT("south", "total", "9"))),
    OF("land", SELECTION("ann", COUNT("land", "total", "3"))),
    OF("land", SELECTION("ann", "")),
    OF("north", SELECTION("ann", COUNT("p1", "total", "3") COUNT("strange", "total", "4")
                                     COUNT("north", "total", "7"))),
    OF("land", SELECTION("ann", COUNT("land", "total", "9") COUNT("x", "total", "7")
                                    COUNT("p1", "total", "3") COUNT("p2", "total", "4"))),
    /* bad ones: by a count, by what it sums, by a name */
    OF("land", SELECTION("ann", COUNT("north", "total", "?") COUNT("south", "total", "2"))),
    OF("d1", SELECTION("ann", COUNT("p1", "total", "1") COUNT("d1", "total", "2")
                                  COUNT("strange", "total", "3"))),
    OF("north", SELECTION("ann", COUNT("p1", "total", "3") COUNT("strange", "total", "4"))),
    OF("land", SELECTION("ann", COUNT("north", "total", "3") COUNT("p1", "total", "3"))
                   SELECTION("bob", COUNT("p1", "total", "3"))),
    OF("land", SELECTION("ann", COUNT("land", "total", "9") COUNT("x", "early", "7")
                                    COUNT("p1", "total", "3") COUNT("p2", "total", "4"))),
    OF("land", SELECTION("zoe", COUNT("north", "total", "1") COUNT("south", "total", "2"))),
    OF("land", SELECTION("ann", COUNT("north", "total", "1") COUNT("south", "total", "2"))
                   SELECTION("ann", COUNT("north", "total", "1") COUNT("south", "total", "2"))),
};
#define OTHERS ((int)(sizeof others / sizeof others[0]))
#define COMPANY 320 /* so that a few bad ones are no matter */

/* What the batch says of the contest of this number, when contests of these kinds follow each
 * other. */
static struct slice said(struct arena *a, int number, int n, const int *kinds)
{
    struct buf xml, out;
    buf_init(&xml, 1 << 20);
    buf_init(&out, 1 << 16);
    buf_addz(&xml, "<ElectionReport><Election>");
    for (int i = 0; i < n + COMPANY; i++) {
        const char *text = i < n ? others[kinds[i]] : others[15];
        for (const char *at = text; *at; at++) {
            if (at[0] == '%' && at[1] == 'd')
                buf_addf(&xml, "%d", i), at++;
            else
                buf_addc(&xml, *at);
        }
    }
    buf_addz(&xml,
             CANDIDATE("ann", "") CANDIDATE(
                 "bob",
                 "") "<Candidate ObjectId=\"over\">"
                     "<BallotName><Text>Over Votes</Text></BallotName></Candidate></Election>" LAND
                         COUNTIES PRECINCTS UNIT("d1", "congressional", "") UNIT("strange", "?", "")
                             UNIT("x", "other", "p1 p2") "</ElectionReport>");
    struct format_case c = {.format = "nist", .options = "precincts=yes\n", .payload = xml.ptr};
    if (!case_run(&c))
        fail_msg("%s", c.fault.err.text);
    char name[20];
    snprintf(name, sizeof name, "Contest %d", number);
    for (uint32_t i = 0; i < c.r.head->contests; i++) {
        const struct results_contest *k = &c.r.contests[i];
        if (!slice_is(results_text(&c.r, k->text), name))
            continue;
        for (uint32_t u = 0; u < k->units; u++) {
            const struct results_unit *unit = &c.r.units[k->first_unit + u];
            buf_addf(&out, "%u %.*s:", unit->type, SLICE_FMT(results_text(&c.r, unit->name)));
            for (uint32_t v = 0; v < k->choices; v++) {
                const struct results_cell *cell = results_cell(&c.r, k, u, v);
                buf_addf(&out, " %d%s", (int)cell->votes, cell->derived ? "*" : "");
            }
            buf_addc(&out, '\n');
        }
    }
    struct slice copy = arena_copy(a, buf_slice(&out));
    case_done(&c);
    buf_done(&xml);
    buf_done(&out);
    return copy;
}

static void a_contest_is_the_same_after_any_other(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 24);
    struct slice alone[OTHERS];
    for (int i = 0; i < OTHERS; i++)
        alone[i] = said(a, 0, 1, &i);
    assert_string_equal(alone[0].ptr, "0 : 3*\n1 north: 1\n1 south: 2\n");
    assert_string_equal(alone[OTHERS - 1].ptr, "");
    for (int pair = 0; pair < OTHERS * OTHERS; pair += every()) {
        const int i = pair / OTHERS, k = pair % OTHERS, kinds[] = {i, k, k};
        for (int n = 1; n < 3; n++) {
            struct slice found = said(a, n, 3, kinds);
            if (!slice_eq(found, alone[k]))
                fail_msg("kind %d after %d: %.*s, not %.*s", k, n == 1 ? i : k, SLICE_FMT(found),
                         SLICE_FMT(alone[k]));
        }
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_contest_is_the_same_after_any_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
