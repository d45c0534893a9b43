/* SPDX-License-Identifier: ISC */
/* The words, and the one table by which they are chosen. */
#include "daemon/core/source_state.h"

#include <inttypes.h>

#include "daemon/base/when.h"
#include "daemon/core/feed.h"
#include "daemon/core/held.h"
#include "daemon/core/polls.h"

#define QUIET_AFTER WHEN_HOUR
#define OVER_AFTER (45 * WHEN_DAY)

const struct source_state_info source_states[SOURCE_STATES] = {
    [SOURCE_BLOCKED] = {"blocked",
                        "the site refuses us, or sends a page for people: open its "
                        "address in a browser; poll it less, or ask the office",
                        false},
    [SOURCE_QUARANTINED] = {"quarantined",
                            "what came is not used, or broke its worker; the last "
                            "good figures stand: the verdict says why",
                            true},
    [SOURCE_STALE] = {"stale",
                      "not reached for too long: its figures are old; another source "
                      "takes its place where there is one",
                      false},
    [SOURCE_FAILING] = {"failing", "the last poll failed; it is tried again by itself", false},
    [SOURCE_HELD] = {"held", "figures are held: tallyctl source held has them; accept or reject",
                     true},
    [SOURCE_PAUSED] = {"paused",
                       "it is not polled: the desk has stopped it (tallyctl source "
                       "resume), or the election is long past (late = yes)",
                       false},
    [SOURCE_WAITING] = {"waiting", "not heard of since the start", false},
    [SOURCE_QUIET] = {"quiet",
                      "it answers, and has had nothing new for an hour, or polls are "
                      "open; does its address name one version?",
                      true},
    [SOURCE_UNCHANGED] = {"unchanged", "it answers, and has nothing new", true},
    [SOURCE_UP] = {"up", "what came last is on air", true},
};

static bool is_trouble(enum verdict v)
{
    return v == VERDICT_CRASHED || v == VERDICT_OVERRAN || v == VERDICT_MISUSE;
}

/* What a verdict alone makes of a source; UP: nothing is wrong. An older copy is what some edge of
 * a site still has: that it stays so is a doubt. */
static enum source_state by_verdict(enum verdict v)
{
    if (v == VERDICT_BLOCKED)
        return SOURCE_BLOCKED;
    if (is_trouble(v))
        return SOURCE_QUARANTINED;
    if (verdict_info[v].class == CLASS_FAILED)
        return SOURCE_FAILING;
    if (v == VERDICT_OLDER || v == VERDICT_UNCHANGED)
        return SOURCE_UNCHANGED;
    return verdict_info[v].class == CLASS_QUARANTINE ? SOURCE_QUARANTINED : SOURCE_UP;
}

enum source_state source_state(const struct source_facts *f)
{
    enum source_state said = by_verdict(f->verdict);
    const struct {
        bool is;
        enum source_state state;
    } table[] = {
        {f->paused, SOURCE_PAUSED},
        {!f->heard, SOURCE_WAITING},
        {said <= SOURCE_QUARANTINED, said},
        {f->reached && !f->fresh, SOURCE_STALE},
        {said == SOURCE_FAILING, SOURCE_FAILING},
        {f->doubt, SOURCE_HELD},
        {said == SOURCE_UNCHANGED && f->lull, SOURCE_QUIET},
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].is)
            return table[i].state;
    return said;
}

static bool is_lull(const struct model *m, uint32_t source, const struct feed_file *f,
                    int64_t now_ms)
{
    const struct settings_source *s = &m->settings->sources[source];

    if (now_ms < source_state_opens(m, source))
        return true;
    return f->last_change_ms != WHEN_UNKNOWN && now_ms - f->last_change_ms >= QUIET_AFTER &&
           now_ms < s->quiet_until_ms;
}

enum source_state source_state_of_file(const struct model *m, uint32_t source, uint32_t file,
                                       int64_t now_ms)
{
    const struct feed_file *f = &m->feeds[source].files[file];
    const struct source_facts facts = {
        .paused = source_state_expects(m, source, now_ms) == WHEN_NEVER,
        .heard = (f->seen || f->verdict != VERDICT_ACCEPTED) && !f->unasked,
        .verdict = f->verdict,
        .reached = f->last_success_ms != WHEN_UNKNOWN,
        .fresh = feed_fresh(m, source, file, now_ms),
        .doubt = f->doubt != VERDICT_ACCEPTED || held_count(m, source, file) > 0,
        .lull = is_lull(m, source, f, now_ms),
    };

    return source_state(&facts);
}

enum source_state source_state_of(const struct model *m, uint32_t source, int64_t now_ms)
{
    enum source_state worst = SOURCE_UP;

    for (uint32_t k = 0; k == 0 || k < m->settings->sources[source].file_count; k++) {
        enum source_state s = source_state_of_file(m, source, k, now_ms);
        worst = s < worst ? s : worst;
    }
    return worst;
}

static bool answers(const struct model *m, uint32_t source, uint32_t file, int64_t now_ms)
{
    bool reached = m->feeds[source].files[file].last_success_ms != WHEN_UNKNOWN;

    return source_states[source_state_of_file(m, source, file, now_ms)].answers &&
           (!reached || feed_fresh(m, source, file, now_ms));
}

uint32_t source_state_answering(const struct model *m, int64_t now_ms)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < m->settings->source_count; i++) {
        bool all = true;
        for (uint32_t k = 0; k == 0 || k < m->settings->sources[i].file_count; k++)
            all &= answers(m, i, k, now_ms);
        n += all;
    }
    return n;
}

int64_t source_state_opens(const struct model *m, uint32_t source)
{
    const struct settings_source *s = &m->settings->sources[source];

    return polls_first(m->settings, s->state, s->county, m->settings->date);
}

int64_t source_state_expects(const struct model *m, uint32_t source, int64_t now_ms)
{
    const struct settings *s = m->settings;
    bool over = s->mode == MODE_LIVE && now_ms >= s->date + OVER_AFTER;

    if (m->feeds[source].paused || (over && !s->sources[source].late))
        return WHEN_NEVER;
    return source_state_opens(m, source);
}

void source_state_write(const struct model *m, int64_t now_ms, struct buf *out)
{
    uint32_t count[SOURCE_STATES] = {0};
    const char *before = "";

    for (uint32_t i = 0; i < m->settings->source_count; i++)
        count[source_state_of(m, i, now_ms)]++;
    for (size_t s = 0; s < SOURCE_STATES; s++) {
        if (count[s] == 0)
            continue;
        buf_addf(out, "%s%" PRIu32 " %s", before, count[s], source_states[s].name);
        before = ", ";
    }
}
