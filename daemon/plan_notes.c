/* SPDX-License-Identifier: ISC */
/* What is allowed in a plan and yet worth a look: a line each. */
#include "daemon/plan_notes.h"

#include <unistd.h>

#include "daemon/core/seats.h"

/* Is the number of seats known without the list? */
static bool is_one_seat(const struct endorsement *e)
{
    struct arena *a = arena_new(1 << 20);
    struct office_text office = {0};
    bool one = a && e->wins == WINS_SEAT && office_read(e->office, a, &office) &&
               seats_single(office.class, states_find(e->state));
    arena_free(a);
    return one;
}

static void note_quotes(const char *key, struct slice value, struct buf *out)
{
    if (slice_starts(value, SLICE("\"")) || slice_starts(value, SLICE("'")))
        buf_addf(out, "note: [election] %s = %.*s: the quotes are part of it; write it without\n",
                 key, SLICE_FMT(value));
}

static void note_list(const struct plan *p, struct buf *out)
{
    const struct endorsements *list = &p->endorsed;
    const char *path = p->config->endorsements.file.ptr;
    size_t unsaid = 0;
    for (size_t i = 0; i < list->unused_count; i++) {
        const struct endorse_unused *u = &list->unused[i];
        buf_addf(out, "note: %s:1: the column \"%.*s\" is not used", path, SLICE_FMT(u->name));
        if (u->like)
            buf_addf(out, "; did you mean %s? map it with column.%s = %.*s", u->like, u->like,
                     SLICE_FMT(u->name));
        buf_addc(out, '\n');
    }
    for (size_t i = 0; i < list->count; i++)
        unsaid += list->list[i].seats < 0 && !is_one_seat(&list->list[i]);
    if (unsaid > 0)
        buf_addf(out,
                 "note: %s: %zu endorsement%s no seats_to_fill, for an office that may be several "
                 "people's: leading and trailing will not be "
                 "told, and no loss is derived\n",
                 path, unsaid, unsaid == 1 ? " has" : "s have");
}

static void note_path(const char *where, struct slice path, struct buf *out)
{
    if (path.len > 0 && access(path.ptr, R_OK) != 0)
        buf_addf(out, "note: %s: %s cannot be read now: no such file, or not allowed\n", where,
                 path.ptr);
}

static void note_sources(const struct config *c, struct buf *out)
{
    if (c->source_count == 0)
        buf_addz(out, "note: there is no source: write [source NAME] sections into "
                      "sources.d/NAME.conf beside the configuration\n");
    for (size_t i = 0; i < c->source_count; i++) {
        const struct config_source *s = &c->sources[i];
        for (size_t k = 0; k < s->file_count; k++)
            note_path(s->files[k].where, s->files[k].path, out);
        for (size_t k = 0; k < s->companions.count; k++)
            if (slice_find(s->companions.items[k].value, SLICE("://")) == SIZE_MAX)
                note_path(s->companions.items[k].where, s->companions.items[k].value, out);
    }
}

void plan_notes(const struct plan *p, struct buf *out)
{
    const struct config *c = p->config;
    note_quotes("name", c->election.name, out);
    note_quotes("organisation", c->election.organisation, out);
    note_list(p, out);
    note_sources(c, out);
    if (access(c->workers.program.ptr, X_OK) != 0)
        buf_addf(out,
                 "note: [workers] program = %s cannot be run: no payload will be read; name "
                 "tally-parse where it is\n",
                 c->workers.program.ptr);
}
