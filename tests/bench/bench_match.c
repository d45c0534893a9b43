/* SPDX-License-Identifier: ISC */
/* What matching costs at the size of a national list: offices of four sorts, surnames that come
 * again and again, and every fifth contest with one of ours.
 *
 * usage: bench_match ENDORSEMENTS CHOICES
 *     prints "read SECONDS match SECONDS choices N links N"; fails when a link is missing
 */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/buf.h"
#include "daemon/core/endorse.h"
#include "daemon/core/match.h"
#include "tests/bench/cpu.h"

enum { ROSTER = 5, EVERY = 5 };
#define MEMORY ((size_t)4 << 30)
#define DAY INT64_C(1609804800000) /* the list is of it, and the feed says so */

/* Full names that do not repeat, of surnames that do. */
static void write_name(struct buf *b, unsigned i)
{
    static const char *const first[] = {"Ana", "Ben",   "Carla", "Dev",  "Elena",
                                        "Fay", "Grace", "Hugo",  "Iris", "Jules"};
    static const char *const parts[] = {"ber", "cano", "dley", "fisk", "gro", "hart", "jim",
                                        "kol", "lund", "mar",  "nov",  "ott", "pre"};
    unsigned last = i % 2197, middle = i / 2197;

    buf_addf(b, "%s %c%c%c %s%s%s", first[i % 10], 'A' + (int)(middle % 26),
             'a' + (int)(middle / 26 % 26), 'a' + (int)(middle / 676 % 26), parts[last % 13],
             parts[last / 13 % 13], parts[last / 169]);
}

/* The office of the n-th contest, as a list has it and as a feed has it. */
static void write_office(struct buf *b, unsigned n, bool ours)
{
    static const char *const lists[] = {"State House,%u,,", "County Commission,%u,,Elk %u",
                                        "School Board,%u,Fern %u Schools,",
                                        "City Council,%u,City of Gale %u,"};
    static const char *const feeds[] = {
        "State Representative District %u", "Elk %2$u County Commissioner, District %1$u",
        "Fern %2$u School District Board of Education District %1$u (Vote For 1)",
        "GALE %2$u CITY COUNCIL WARD %1$u"};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
    buf_addf(b, ours ? lists[n % 4] : feeds[n % 4], n + 1, n + 1);
#pragma GCC diagnostic pop
}

static bool read_list(struct arena *a, unsigned count, struct endorsements *out)
{
    struct buf csv, problems;
    struct err e;

    buf_init(&csv, (size_t)64 << 20);
    buf_init(&problems, 1 << 20);
    buf_addz(&csv, "candidate_name,state,office,district,jurisdiction,county,endorsement_id\n");
    for (unsigned i = 0; i < count; i++) {
        write_name(&csv, i);
        buf_addz(&csv, ",GA,");
        write_office(&csv, i, true);
        buf_addf(&csv, ",%u\n", i);
    }
    bool ok = endorse_parse(arena_copy(a, buf_slice(&csv)), NULL, 0, DAY, a, out, &problems, &e);
    if (!ok)
        fprintf(stderr, "bench_match: %s\n%.*s", e.text, (int)problems.len, problems.ptr);
    buf_done(&csv);
    buf_done(&problems);
    return ok;
}

static struct feed_contest *make_contest(struct arena *a, unsigned n, unsigned ours)
{
    struct feed_contest *c = arena_alloc(a, sizeof(*c));
    struct buf text;

    buf_init(&text, 1024);
    write_office(&text, n, false);
    *c = (struct feed_contest){.id = arena_printf(a, "c%u", n),
                               .text = arena_copy(a, buf_slice(&text)),
                               .choices = arena_array(a, ROSTER, sizeof(*c->choices)),
                               .choice_count = ROSTER,
                               .date = DAY,
                               .votes_allowed = -1,
                               .seats = -1,
                               .places = -1,
                               .race = NONE};
    for (unsigned k = 0; k < ROSTER; k++) {
        text.len = 0;
        write_name(&text, k == 2 && n % EVERY == 0 && n < ours ? n : ours + n * ROSTER + k);
        c->choices[k].id = arena_printf(a, "%u", k);
        c->choices[k].name = arena_copy(a, buf_slice(&text));
    }
    buf_done(&text);
    return c;
}

static size_t count_links(const struct model *m)
{
    size_t links = 0;

    for (uint32_t r = 0; r < m->race_count; r++)
        links += m->races[r].link_count;
    return links;
}

int main(int argc, char **argv)
{
    struct settings_source source = {.name = SLICE("sos"), .state = SLICE("GA")};
    struct settings settings = {.sources = &source, .source_count = 1};
    struct arena *a = arena_new(MEMORY);
    struct endorsements list;
    struct err e;

    if (argc != 3 || !a) {
        fprintf(stderr, "usage: bench_match ENDORSEMENTS CHOICES\n");
        return 64;
    }
    unsigned ours = (unsigned)strtoul(argv[1], NULL, 10);
    unsigned contests = (unsigned)strtoul(argv[2], NULL, 10) / ROSTER;
    double from = seconds();
    if (!read_list(a, ours, &list))
        return 70;
    struct model m = {.settings = &settings, .endorsed = &list, .strings = a};
    if (!match_init(&m, &e))
        return 70;
    double read = seconds() - from, took = 0;
    size_t changed = 0;
    for (unsigned n = 0; n < contests; n++) {
        struct feed_contest *c = make_contest(a, n, ours);
        from = seconds();
        changed += match_contests(&m, &c, 1, &e);
        took += seconds() - from;
        if (e.kind != ERR_NONE)
            return 70;
    }
    size_t links = count_links(&m), want = (contests < ours ? contests : ours) / EVERY;
    printf("read %.3f match %.3f choices %u links %zu\n", read, took, contests * ROSTER, links);
    arena_free(a);
    if (links != want || changed != want) {
        fprintf(stderr, "bench_match: %zu links, not %zu\n", links, want);
        return 1;
    }
    return 0;
}
