/* SPDX-License-Identifier: ISC */
/* What is allowed in a plan and yet worth a look: a line each. */
#include "daemon/plan_notes.h"

#include <unistd.h>

#include "daemon/core/endorse_report.h"

static void note_quotes(const char *key, struct slice value, struct buf *out)
{
    if (slice_starts(value, SLICE("\"")) || slice_starts(value, SLICE("'")))
        buf_addf(out, "note: [election] %s = %.*s: the quotes are part of it; write it without\n",
                 key, SLICE_FMT(value));
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
    endorse_notes(&p->endorsed, c->endorsements.file.ptr, out);
    note_sources(c, out);
    if (access(c->workers.program.ptr, X_OK) != 0)
        buf_addf(out,
                 "note: [workers] program = %s cannot be run: no payload will be read; name "
                 "tally-parse where it is\n",
                 c->workers.program.ptr);
}
