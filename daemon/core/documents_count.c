/* SPDX-License-Identifier: ISC */
/* A count of the night as what it is made of: races with who of ours is counted, or states. */
#include <inttypes.h>

#include "daemon/core/documents.h"
#include "daemon/core/states.h"

/* Beside those of a tally: it counts states. */
static const char states_won[] = "states_won";

static bool find_count(struct slice name, size_t *out)
{
    for (size_t i = 0; i < TALLY_NUMBERS; i++)
        if (slice_is(name, tally_names[i])) {
            *out = i;
            return true;
        }
    return false;
}

bool documents_is_count(struct slice name)
{
    size_t at;
    return find_count(name, &at) || slice_is(name, states_won);
}

/* "Ann Archer 1200 won by ap" */
static void add_person(const struct model *m, uint32_t i, struct buf *out)
{
    const struct standing *st = &m->standings[i];

    buf_addf(out, "%.*s ", SLICE_FMT(m->endorsed->list[i].name));
    documents_ours(m, i, out);
    if (st->claim != NONE)
        buf_addf(out, " by %.*s", SLICE_FMT(m->claims[st->claim].by));
}

/* Its share of the count, and who of ours is in it. */
static void add_race(const struct model *m, const struct race *r, size_t count, struct buf *out)
{
    struct tally all = {0};

    tally_race(&all, m, r, 1, NULL);
    if (all.n[count] == 0)
        return;
    buf_addf(out, "%6" PRId64 "  %.*s: ", all.n[count], SLICE_FMT(r->id));
    const char *before = "";
    for (uint32_t k = 0; k < r->endorsement_count; k++) {
        uint32_t i = r->endorsements[k];
        struct tally_part part = {TALLY_BY_ID, m->endorsed->list[i].id};
        struct tally one = {0};
        tally_race(&one, m, r, 1, &part);
        if (one.n[count] == 0)
            continue;
        buf_addz(out, before);
        add_person(m, i, out);
        before = ", ";
    }
    buf_addc(out, '\n');
}

static void add_states(const struct tally *t, struct buf *out)
{
    buf_addf(out, "%s: %" PRId64 ", each with its wins; DC and territories are not counted\n",
             states_won, tally_states_won(t));
    for (size_t i = 0; i < states_count; i++)
        if (t->won_in[i] > 0)
            buf_addf(out, "%6" PRId64 "  %s%s\n", t->won_in[i], states[i].code,
                     states[i].one_of_50 ? "" : ", not counted");
}

bool documents_explain_count(const struct model *m, const struct tally *t, struct slice name,
                             struct buf *out, struct err *e)
{
    size_t count;

    if (slice_is(name, states_won)) {
        add_states(t, out);
        return true;
    }
    if (!find_count(name, &count))
        return err_set(e, ERR_NO,
                       "'%.*s' is no count; tallyctl totals has their names, such as won, lost, "
                       "advanced, pending, flips, states_won",
                       SLICE_FMT(name));
    buf_addf(out, "%s: %" PRId64 "%s", tally_names[count], t->n[count],
             t->n[count] > 0 ? ", of these races; tallyctl explain RACE has the rest of the chain\n"
                             : ": nobody is in it\n");
    for (uint32_t i = 0; i < m->race_count; i++)
        add_race(m, &m->races[i], count, out);
    return true;
}
