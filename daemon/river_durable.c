/* SPDX-License-Identifier: ISC */
/* Rows of the state directory as the core's own words. */
#include "daemon/river_durable.h"

#include <stdlib.h>

#include "daemon/base/log.h"
#include "daemon/core/report.h"

struct durable { /* where it goes */
    struct core *core;
    const struct plan *plan;
};

static bool claim_of(const struct writer_claim *w, struct claim *out, struct err *e)
{
    *out = (struct claim){.number = w->number,
                          .race_id = w->race_id,
                          .endorsement_id = w->endorsement_id,
                          .by = w->by,
                          .outcome = (enum outcome)w->outcome,
                          .at_ms = w->at_ms,
                          .called_at_ms = w->called_at_ms,
                          .basis = w->basis,
                          .reason = w->reason,
                          .evidence = w->evidence,
                          .line = w->line,
                          .row = w->row};
    return (w->outcome >= 0 && w->outcome < OUTCOMES) ||
           err_set(e, ERR_DATA, "claim %lld in the state directory has no known outcome",
                   (long long)w->number);
}

static struct decision decision_of(const struct writer_decision *w)
{
    return (struct decision){.number = w->number,
                             .at_ms = w->at_ms,
                             .verb = w->verb,
                             .target = w->target,
                             .argument = w->argument,
                             .reason = w->reason,
                             .basis = w->basis,
                             .url = w->url,
                             .by = w->by};
}

static bool restore_history(const struct durable *r, const struct writer_loaded *l, struct err *e)
{
    struct claim *claims = calloc(l->claim_count + 1, sizeof *claims);
    struct decision *decisions = calloc(l->decision_count + 1, sizeof *decisions);
    bool ok = (claims && decisions) || err_set(e, ERR_BUG, "out of memory");
    for (size_t i = 0; ok && i < l->claim_count; i++)
        ok = claim_of(&l->claims[i], &claims[i], e);
    for (size_t i = 0; ok && i < l->decision_count; i++)
        decisions[i] = decision_of(&l->decisions[i]);
    struct core_history h = {claims, l->claim_count, decisions, l->decision_count};
    ok = ok && core_restore_history(r->core, &h, e);
    free(claims);
    free(decisions);
    return ok;
}

static bool restore_rulings(const struct durable *r, const struct writer_loaded *l, struct err *e)
{
    for (size_t i = 0; i < l->ruling_count; i++) {
        const struct writer_ruling *w = &l->rulings[i];
        struct feed_ruling ruling = {
            .digest = w->digest, .contest = w->contest, .accept = w->accept};
        if (settings_find_file(&r->plan->settings, w->source, w->file, &ruling.source,
                               &ruling.file) &&
            !core_restore_ruling(r->core, &ruling, e))
            return false;
    }
    return true;
}

static bool restore_learned(const struct durable *r, const struct writer_loaded *l, struct err *e)
{
    uint32_t source, file;
    for (size_t i = 0; i < l->name_count; i++) {
        const struct writer_name *w = &l->names[i];
        struct learned n = {.source = settings_find_source(&r->plan->settings, w->source),
                            .contest = w->contest,
                            .choice = w->choice,
                            .name = w->name,
                            .party = w->party};
        if (n.source != NONE && !core_restore_name(r->core, &n, e))
            return false;
    }
    for (size_t i = 0; i < l->digest_count; i++) {
        if (settings_find_file(&r->plan->settings, l->digests[i].source, l->digests[i].file,
                               &source, &file) &&
            !core_restore_digest(r->core, source, file, l->digests[i].digest, e))
            return false;
    }
    return true;
}

/* The newest payload of a file that is on air, whole or in part; zero: none. */
static struct digest newest_on_air(const struct writer_loaded *l, const struct writer_memo *m)
{
    struct digest d = {0, 0};
    for (size_t i = 0; i < l->file_count; i++)
        if (l->files[i].held != WRITER_ASIDE && slice_eq(l->files[i].source, m->source) &&
            slice_eq(l->files[i].file, m->file))
            d = l->files[i].digest;
    return d;
}

/* Where a crash left a memo of another moment than the payloads, these are judged anew. */
static void restore_memos(const struct durable *r, const struct writer_loaded *l)
{
    for (size_t i = 0; i < l->memo_count; i++) {
        const struct writer_memo *w = &l->memos[i];
        struct memo memo = {.source = NONE, .race = w->file, .text = w->text};
        struct err e = {0};
        if (w->source.len > 0 && (!settings_find_file(&r->plan->settings, w->source, w->file,
                                                      &memo.source, &memo.file) ||
                                  !digest_eq(newest_on_air(l, w), w->on_air)))
            continue;
        if (w->text.len > 0 && !core_restore_memo(r->core, &memo, &e))
            log_warn("state: %.*s %.*s: %s; what is held is judged anew", SLICE_FMT(w->source),
                     SLICE_FMT(w->file), e.text);
    }
}

bool river_durable(struct core *core, const struct plan *plan, const struct writer_loaded *loaded,
                   struct err *e)
{
    const struct durable to = {core, plan};
    if (!restore_history(&to, loaded, e) || !restore_rulings(&to, loaded, e) ||
        !restore_learned(&to, loaded, e))
        return false;
    restore_memos(&to, loaded);
    return true;
}
