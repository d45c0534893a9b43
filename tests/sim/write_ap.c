/* SPDX-License-Identifier: ISC */
/* AP's interactive JSON: ids and no names, the leader first, calls by letter; all states in one
 * file. */
#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"
#include "tests/sim/write.h"

#define RANKS_MAX 64

/* Candidates by votes, as AP lists them: the order changes through the night. */
static size_t ranked(const struct generate_contest *g, int64_t t, size_t *order)
{
    size_t n = g->c->candidate_count < RANKS_MAX ? g->c->candidate_count : RANKS_MAX;
    for (size_t k = 0; k < n; k++) {
        size_t at = k;
        for (; at > 0 && generate_total(g, order[at - 1], t) < generate_total(g, k, t); at--)
            order[at] = order[at - 1];
        order[at] = k;
    }
    return n;
}

static void rows(const struct write_what *w, const struct generate_contest *g, struct jsonw *j)
{
    size_t order[RANKS_MAX];
    size_t n = ranked(g, w->t, order);
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += generate_total(g, i, w->t);
    jsonw_array(j, "results");
    for (size_t i = 0; i < n; i++) {
        int64_t votes = generate_total(g, order[i], w->t);
        int64_t bp = sum > 0 ? votes * 10000 / sum : 0;
        const char *mark = generate_mark(g, order[i], w->t);
        struct buf percent;
        buf_init(&percent, 32);
        buf_addf(&percent, "%d.%02d", (int)(bp / 100), (int)(bp % 100));
        jsonw_object(j, NULL);
        jsonw_str(j, "candidateID", g->ap_ids[order[i]]);
        jsonw_int(j, "voteCount", votes);
        jsonw_raw(j, "votePct", buf_slice(&percent));
        if (mark[0])
            jsonw_strz(j, "winner", mark);
        jsonw_object_end(j);
        buf_done(&percent);
    }
    jsonw_array_end(j);
}

static void race(const struct write_what *w, const struct generate_contest *g, struct jsonw *j)
{
    int64_t reporting, total;
    generate_progress(g, SIZE_MAX, w->t, &reporting, &total);
    jsonw_object(j, NULL);
    jsonw_str(j, "raceID", g->ap_id);
    if (g->c->seats > 1)
        jsonw_int(j, "numWinners", g->c->seats);
    jsonw_object(j, "summary");
    jsonw_str(j, "ruid", g->c->state->code);
    jsonw_strz(j, "level", "state");
    jsonw_int(j, "precinctsTotal", total);
    jsonw_int(j, "precinctsReporting", reporting);
    rows(w, g, j);
    jsonw_int(j, "eevp", total > 0 ? reporting * 98 / total : 0);
    jsonw_object_end(j);
    jsonw_object(j, "results");
    jsonw_object_end(j);
    jsonw_object_end(j);
}

void write_ap(const struct write_what *w, struct buf *out)
{
    const struct generate_contest *g;
    struct jsonw j;
    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    jsonw_when(&j, "timestamp", w->t);
    jsonw_bool(&j, "test", false);
    jsonw_array(&j, "results");
    for (size_t at = 0; (g = write_next(w, &at)) != NULL;)
        race(w, g, &j);
    jsonw_array_end(&j);
    jsonw_object_end(&j);
}
