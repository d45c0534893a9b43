/* SPDX-License-Identifier: ISC */
/* Lines for the desk. */
#include "daemon/core/decide_said.h"

#include <inttypes.h>

#include "daemon/core/documents.h"
#include "daemon/core/local_time.h"

enum { NEWS = 40, MOVES = 10 };

static bool same_move(const struct model *m, const int64_t *closes, uint32_t a, uint32_t b)
{
    return closes[a] == closes[b] && m->races[a].polls_close_ms == m->races[b].polls_close_ms;
}

/* Races whose polls close at another time, those that move alike in one line. */
static void write_moves(const struct model *m, const struct decide_said *s, struct buf *out)
{
    uint32_t lines = 0;

    for (uint32_t i = 0; i < m->race_count; i++) {
        uint32_t alike = 0, before = 0;
        if (m->races[i].polls_close_ms == s->closes[i])
            continue;
        for (uint32_t k = 0; k < m->race_count; k++) {
            bool same = same_move(m, s->closes, i, k);
            alike += same;
            before += same && k < i;
        }
        if (before > 0 || lines++ >= MOVES)
            continue;
        buf_addf(out, "polls    close in %" PRIu32 " race%s at ", alike, alike == 1 ? "" : "s");
        local_time_write(m->settings, m->races[i].polls_close_ms, out);
        buf_addz(out, ", was ");
        local_time_write(m->settings, s->closes[i], out);
        buf_addc(out, '\n');
    }
    if (lines > MOVES)
        buf_addz(out, "polls    and at other times in others\n");
}

static void write_news(const struct decide_said *s, struct buf *out)
{
    size_t n = 0;

    for (size_t i = 0; i < s->message_count; i++) {
        const struct message *g = &s->messages[i];
        if (g->type != MESSAGE_CALL && g->type != MESSAGE_RETRACTION)
            continue;
        if (n++ < NEWS)
            buf_addf(out, "news     %.*s\n", SLICE_FMT(g->line));
    }
    if (n > NEWS)
        buf_addf(out, "news     and %zu more\n", n - NEWS);
}

void decide_said_write(const struct model *m, const struct decide_said *s, int64_t now_ms,
                       struct buf *out)
{
    documents_decision(m, s->decision, s->before, s->after, now_ms, out);
    if (s->was.len > 0)
        buf_addf(out, "%-8.*s was %.*s, is %.*s\n", SLICE_FMT(s->decision->verb), SLICE_FMT(s->was),
                 SLICE_FMT(s->decision->argument));
    write_moves(m, s, out);
    write_news(s, out);
}
