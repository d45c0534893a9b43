/* SPDX-License-Identifier: ISC */
/* A line a judgement, a decision, a claim. */
#include "daemon/river_log.h"

#include "daemon/base/log.h"
#include "daemon/core/calls.h"
#include "daemon/core/claims.h"
#include "daemon/core/fading.h"

static const char *source_name(const struct model *m, uint32_t source)
{
    return m->settings->sources[source].name.ptr; /* NUL-ended, as all text of the plan */
}

/* What a freeze keeps from counting is no news yet. */
static const char *kept_back(const struct model *m, const struct claim *c)
{
    uint32_t endorsement = claims_endorsement_of(m, c);
    const struct race *race =
        endorsement == NONE ? NULL : &m->races[m->standings[endorsement].race];
    if (!race || fading_is_note(c) || calls_heard(m, race, c))
        return "";
    return m->frozen
               ? ": kept back, all races are frozen: it does not count before tallyctl release"
               : ": kept back, its race is frozen: it does not count before tallyctl release";
}

static void log_verdicts(const struct model *m, struct metrics_source *all,
                         const struct effects *fx, const struct event *ev)
{
    /* A 304 counts where it is no good news: what the site goes on serving is held. */
    if (ev->type == EVENT_BATCH || ev->type == EVENT_FAILED ||
        (ev->type == EVENT_UNCHANGED && fx->verdict != VERDICT_UNCHANGED)) {
        all[ev->source].verdicts[fx->verdict]++;
        if (verdict_info[fx->verdict].class != CLASS_ACCEPT)
            log_warn("%s: %s: %.*s", source_name(m, ev->source), verdict_info[fx->verdict].name,
                     SLICE_FMT(fx->verdict_text));
    }
    for (size_t i = 0; i < fx->judged_count; i++) {
        const struct judged *j = &fx->judged[i];
        all[j->source].verdicts[j->verdict]++;
        log_info("%s: judged again: %s: %.*s", source_name(m, j->source),
                 verdict_info[j->verdict].name, SLICE_FMT(j->text));
    }
}

static void log_note(const struct model *m, struct metrics_source *all,
                     const struct verdict_note *n)
{
    bool of_one = n->source < m->settings->source_count;
    if (of_one)
        all[n->source].verdicts[n->verdict]++;
    log_info("%s: %s: %.*s%s%.*s%s%.*s", of_one ? source_name(m, n->source) : "core",
             verdict_info[n->verdict].name, SLICE_FMT(n->contest), n->unit.len ? " / " : "",
             SLICE_FMT(n->unit), n->contest.len + n->unit.len ? ": " : "", SLICE_FMT(n->text));
}

static void log_claim(const struct model *m, const struct claim *c)
{
    struct slice on = c->evidence.len ? c->evidence : c->basis.len ? c->basis : c->reason;
    log_info("call: %.*s %s%s%.*s by %.*s%s%.*s%s%s", SLICE_FMT(c->endorsement_id),
             c->outcome == OUTCOME_PENDING ? "taken back" : outcome_name(c->outcome),
             c->line.len ? " in primary " : "", SLICE_FMT(c->line), SLICE_FMT(c->by),
             on.len ? " (" : "", SLICE_FMT(on), on.len ? ")" : "", kept_back(m, c));
}

void river_log(const struct model *m, struct metrics *metrics, const struct effects *fx,
               const struct event *ev)
{
    struct slice said = fx->said, decision;
    if (fx->err.kind != ERR_NONE)
        log_error("core: %s", fx->err.text);
    if (slice_next(&said, '\n', &decision))
        log_info("desk: %.*s", SLICE_FMT(decision));
    log_verdicts(m, metrics->sources, fx, ev);
    for (size_t i = 0; i < fx->note_count; i++)
        log_note(m, metrics->sources, &fx->notes[i]);
    for (size_t i = 0; i < fx->claim_count; i++) {
        if (!fading_is_note(&fx->claims[i]))
            metrics_count_claim(metrics, fx->claims[i].by,
                                fx->claims[i].outcome == OUTCOME_PENDING);
        log_claim(m, &fx->claims[i]);
    }
}
