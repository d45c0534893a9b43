/* SPDX-License-Identifier: ISC */
/* What the desk says of feeds: who stands on which line, whose figures are on air, and what guards
 * hold. */
#include <inttypes.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/core/decide.h"
#include "daemon/core/decide_verbs.h"
#include "daemon/core/joins.h"
#include "daemon/core/match.h"
#include "daemon/core/pins.h"
#include "daemon/core/ruling.h"
#include "daemon/core/unmatch.h"

/* ---- match: a line of a feed, by words ---- */

enum { LISTED = 8 };

/* Lines that fit the words, and the words. */
struct search {
    const struct model *m;
    struct slice words;
    struct arena *arena;
    struct match_decision found; /* the first */
    size_t count;
    enum fit { PARTS, WHOLE, NAMED } fit; /* how they have them; only the best count */
    struct buf list;                      /* of them, for people */
};

static struct slice description(const struct match_decision *d, struct arena *a)
{
    return arena_printf(a, "%.*s %.*s %.*s %.*s %.*s %.*s %.*s", SLICE_FMT(d->source),
                        SLICE_FMT(d->county), SLICE_FMT(d->contest_id), SLICE_FMT(d->contest_text),
                        SLICE_FMT(d->choice_id), SLICE_FMT(d->choice_name), SLICE_FMT(d->party));
}

/* "#12 " of a decision that an undo would take back, else empty. */
static struct slice number_of(const struct search *s, const struct match_decision *d)
{
    return d->undoes ? arena_printf(s->arena, "#%" PRId64 " ", d->undoes) : SLICE("");
}

static bool is_word(struct slice text, struct slice word)
{
    struct slice each;

    while (slice_next(&text, ' ', &each))
        if (slice_eq(each, word))
            return true;
    return false;
}

/* Are all words of the choice's name among the folded words? */
static bool is_named(const struct search *s, const struct match_decision *d, struct slice words)
{
    struct slice name = text_fold_copy(d->choice_name, s->arena), word;

    if (name.len == 0)
        return false;
    while (slice_next(&name, ' ', &word))
        if (!is_word(words, word))
            return false;
    return true;
}

/* Are the words in the text? */
static bool has_words(const struct search *s, const struct match_decision *d, struct slice text,
                      enum fit *fit)
{
    struct slice words = s->words, word, folded;

    *fit = is_named(s, d, text_fold_copy(words, s->arena)) ? NAMED : WHOLE;
    while (slice_next(&words, ' ', &word)) {
        if (word.len > 1 && word.ptr[0] == '#') { /* the number of a decision, as they are listed */
            if (!slice_eq(word, arena_printf(s->arena, "#%" PRId64, d->undoes)))
                return false;
            continue;
        }
        folded = text_fold_copy(word, s->arena);
        while (slice_next(&folded, ' ', &word)) {
            if (slice_find(text, word) == SIZE_MAX)
                return false;
            if (!is_word(text, word))
                *fit = PARTS;
        }
    }
    return true;
}

/* undone: what an undo would take back, one of the words by which it is told; "" for others. */
static bool fits(const struct search *s, const struct match_decision *d, const char *undone,
                 enum fit *fit)
{
    struct slice text = text_fold_copy(
        arena_printf(s->arena, "%s %.*s", undone, SLICE_FMT(description(d, s->arena))), s->arena);

    return has_words(s, d, text, fit);
}

static void add_line(struct search *s, const struct match_decision *d, const char *undone)
{
    if (s->count == 0)
        buf_clear(&s->list);
    if (s->count++ == 0)
        s->found = *d;
    if (s->count <= LISTED)
        buf_addf(&s->list, "\n  %.*s%s%s%.*s: %.*s%s%.*s%s%.*s%s%.*s%s", SLICE_FMT(number_of(s, d)),
                 undone, undone[0] ? " " : "", SLICE_FMT(d->source), SLICE_FMT(d->contest_text),
                 d->choice_name.len ? " / " : "", SLICE_FMT(d->choice_name),
                 d->choice_id.len ? ", choice " : "", SLICE_FMT(d->choice_id),
                 d->party.len ? " (" : "", SLICE_FMT(d->party), d->party.len ? ")" : "");
}

/* A line whose whole name is among the words is meant before others that have them (Ann Dubois,
 * Ann-Marie Dubois), one that has them whole before one that has parts of them (REP,
 * Representative). */
static void try_line(struct search *s, const struct match_decision *d, const char *undone)
{
    enum fit fit;

    if (!fits(s, d, undone, &fit) || fit < s->fit)
        return;
    if (fit > s->fit)
        s->count = 0;
    s->fit = fit;
    add_line(s, d, undone);
}

static void try_links(struct search *s, const struct link *links, uint32_t n, uint32_t endorsement,
                      enum match_verb verb)
{
    for (uint32_t i = 0; i < n; i++)
        if (links[i].endorsement == endorsement &&
            (links == s->m->review || links[i].band != BAND_REVIEW) && /* these are in both */
            (links[i].choice != NONE || verb == MATCH_REJECT)) {
            struct match_decision d = match_decision_of(s->m, &links[i], verb);
            try_line(s, &d, "");
        }
}

/* Is one of the links the endorsement's, in this contest? */
static bool has_contest(const struct link *links, uint32_t n, const struct link *l)
{
    while (n > 0 &&
           (links[n - 1].contest != l->contest || links[n - 1].endorsement != l->endorsement))
        n--;
    return n > 0;
}

static void try_named_in(struct search *s, struct link l, enum match_verb verb)
{
    enum fit fit;

    for (l.choice = 0; l.choice < l.contest->choice_count; l.choice++) {
        struct match_decision d = match_decision_of(s->m, &l, verb);
        if (!fits(s, &d, "", &fit) || fit != NAMED)
            continue;
        if (verb == MATCH_REJECT && s->fit != NAMED) {
            s->count = 0;
            s->fit = NAMED;
        }
        add_line(s, &d, "");
    }
}

/* Lines of the endorsement's contests that are not in question, and whose whole name was said: what
 * was found has the same words in a longer name. So it is not what is rejected, and whether it is
 * what is accepted is to be said in other words. */
static void try_named(struct search *s, const struct race *r, uint32_t endorsement,
                      enum match_verb verb)
{
    const struct link *review = s->m->review;

    for (uint32_t i = 0; i < s->m->review_count; i++)
        if (review[i].endorsement == endorsement && !has_contest(review, i, &review[i]))
            try_named_in(s, review[i], verb);
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].endorsement == endorsement && !has_contest(r->links, i, &r->links[i]) &&
            !has_contest(review, s->m->review_count, &r->links[i]))
            try_named_in(s, r->links[i], verb);
}

/* Every line of the source that the first word names; where lines with parts of the words were
 * found before, those that have them whole. */
static void try_source(struct search *s, uint32_t endorsement, enum match_verb verb)
{
    struct slice words = s->words, name;
    size_t before = s->count;
    void *value;

    if (!slice_next(&words, ' ', &name))
        return;
    uint32_t source = settings_find_source(s->m->settings, name);
    if (source == NONE)
        return;
    s->fit = before > 0 ? WHOLE : PARTS;
    s->count = 0;
    for (size_t at = 0; map_next(s->m->feeds[source].contests, &at, NULL, &value);) {
        struct link l = {.contest = value, .endorsement = endorsement};
        for (l.choice = 0; l.choice < l.contest->choice_count; l.choice++) {
            struct match_decision d = match_decision_of(s->m, &l, verb);
            try_line(s, &d, "");
        }
    }
    s->count = s->count ? s->count : before;
}

static void try_decided(struct search *s, struct slice endorsement)
{
    const struct match_decision *d;

    for (uint32_t at = 0; (d = match_decision_next(s->m, &at));)
        if (slice_eq(d->endorsement, endorsement)) {
            struct match_decision undo = *d;
            undo.verb = MATCH_UNDO;
            undo.undoes = d->number;
            try_line(s, &undo, match_verbs[d->verb]);
        }
}

/* Names that are one person's in a race: of no endorsement. */
static void try_joined(struct search *s, const struct race *r)
{
    for (uint32_t i = 0; i < r->join_count; i++)
        try_line(s,
                 &(struct match_decision){.verb = MATCH_UNDO,
                                          .undoes = r->joins[i].number,
                                          .source = r->id,
                                          .contest_text = r->joins[i].said},
                 "join");
}

static void try_all(struct search *s, const struct about *a, enum match_verb verb)
{
    const struct race *r = a->race;

    try_links(s, s->m->review, s->m->review_count, a->endorsement, verb);
    if (s->words.len || verb == MATCH_REJECT)
        try_links(s, r->links, r->link_count, a->endorsement, verb);
    if (s->count > 0 && s->fit < NAMED)
        try_named(s, r, a->endorsement, verb);
    if ((s->count == 0 || s->fit == PARTS) && verb != MATCH_REJECT)
        try_source(s, a->endorsement, verb);
}

static bool pick(struct search *s, const struct about *a, enum match_verb verb, struct err *e)
{
    if (verb != MATCH_UNDO)
        try_all(s, a, verb);
    else
        try_decided(s, a->d->target);
    if (verb == MATCH_UNDO && a->endorsement == NONE)
        try_joined(s, a->race);
    if (s->count == 1)
        return true;
    if (s->count > 1)
        return err_set(e, ERR_NO,
                       "%zu %s fit; give words that only one has: %ssource, contest, "
                       "choice, party%s:%.*s",
                       s->count, verb == MATCH_UNDO ? "decisions" : "lines",
                       verb == MATCH_UNDO ? "#NUMBER, accept, reject, alias or join, " : "",
                       s->count > LISTED ? " (the first ones)" : "",
                       SLICE_FMT(buf_slice(&s->list)));
    return err_set(e, ERR_NO,
                   verb == MATCH_UNDO
                       ? "nothing that stands was decided about '%.*s' with these words; tallyctl "
                         "match decisions lists what was"
                       : "no line in review for '%.*s' has these words; begin with a source's name "
                         "to look through all of its lines",
                   SLICE_FMT(a->d->target));
}

/* Of a race it is taken back what was joined in it. */
static bool read_target(struct model *m, struct about *a, enum match_verb verb, struct err *e)
{
    uint32_t race = verb == MATCH_UNDO ? decide_find_race(m, a->d->target) : NONE;

    if (race == NONE)
        return decide_candidacy(m, a, e);
    a->race = &m->races[race];
    return true;
}

static bool read_match(struct model *m, struct about *a, enum match_verb verb, struct err *e)
{
    struct search s = {.m = m, .words = a->d->argument, .arena = a->done->arena};
    struct buf text;

    if (!read_target(m, a, verb, e))
        return false;
    if (!a->said)
        return match_decision_read(a->d->argument, &a->match);
    buf_init(&s.list, 65536);
    buf_init(&text, 65536);
    bool ok = pick(&s, a, verb, e);
    if (ok) {
        if (s.found.endorsement.len)
            match_decision_write(&s.found, &text);
        else
            buf_add(&text, s.found.contest_text); /* a join, as it was said */
        a->match = s.found;
        a->said->argument = arena_copy(s.arena, buf_slice(&text));
        ok = !text.failed && a->said->argument.ptr;
        if (!ok)
            decide_no_memory(e);
    }
    buf_done(&s.list);
    buf_done(&text);
    return ok;
}

static bool read_accept(struct model *m, struct about *a, struct err *e)
{
    return read_match(m, a, MATCH_ACCEPT, e);
}

static bool read_reject(struct model *m, struct about *a, struct err *e)
{
    return read_match(m, a, MATCH_REJECT, e);
}

static bool read_alias(struct model *m, struct about *a, struct err *e)
{
    return read_match(m, a, MATCH_ALIAS, e);
}

/* The lines of matches are of several fields. */
static bool is_join(const struct about *a)
{
    return slice_find(a->d->argument, SLICE("\t")) == SIZE_MAX;
}

static bool read_undo(struct model *m, struct about *a, struct err *e)
{
    return !a->said && is_join(a) ? decide_race(m, a, e) : read_match(m, a, MATCH_UNDO, e);
}

static bool do_match(struct model *m, const struct about *a, struct err *e)
{
    struct match_decision d = a->match;
    struct unmatch before;
    bool changed;

    d.endorsement = a->d->target;
    d.number = a->d->number;
    if (!a->said)
        return match_restore(m, &d, e);
    if (!unmatch_note(m, a->done->arena, &before))
        return decide_no_memory(e);
    return match_decide(m, &d, &changed, e) && unmatch_end(m, &before, a->d->reason, a->now_ms, e);
}

/* ---- match join: two names of one race ---- */

static bool judge_join(const struct model *m, const struct about *a, struct err *e)
{
    return joins_may(m, a->race, a->d->argument, e);
}

static bool do_join(struct model *m, const struct about *a, struct err *e)
{
    return joins_add(m, a->race, a->d->argument, a->d->number, e);
}

static bool do_undo(struct model *m, const struct about *a, struct err *e)
{
    if (!is_join(a))
        return do_match(m, a, e);
    joins_drop(a->race, a->d->argument);
    return true;
}

/* ---- source pin, unpin ---- */

static bool do_pin(struct model *m, const struct about *a, struct err *e)
{
    struct err gone = {0}; /* a source that is no longer configured pins nothing */

    return pins_set(m, a->race, a->d->argument, !a->said, a->said ? e : &gone) || !a->said;
}

static bool do_unpin(struct model *m, const struct about *a, struct err *e)
{
    (void)m;
    return pins_drop(a->race, e) || !a->said;
}

/* ---- source accept, reject ---- */

static bool read_source(struct model *m, struct about *a, struct err *e)
{
    a->source = settings_find_source(m->settings, a->d->target);
    if (a->source != NONE)
        return true;
    return err_set(e, ERR_NO, "no source is named '%.*s'; tallyctl source list has their names",
                   SLICE_FMT(a->d->target));
}

/* In each file of the source that has something to rule on. */
static bool rule(struct model *m, const struct about *a, bool accept, struct err *e)
{
    size_t files = m->settings->sources[a->source].file_count;
    struct decide_done *done = a->done;

    done->reports = arena_array(done->arena, files, sizeof *done->reports);
    if (!done->reports)
        return decide_no_memory(e);
    struct err why = {0};
    for (uint32_t file = 0; file < files; file++) {
        struct feed_report *r = &done->reports[done->report_count];
        r->arena = done->arena;
        if ((accept ? feed_accept : feed_reject)(m, a->source, file, a->d->argument, a->now_ms, r,
                                                 e))
            done->report_count++;
        else if (why.kind == ERR_NONE || why.kind == ERR_NO) /* what another file says more of */
            why = *e;
    }
    *e = why;
    return done->report_count > 0;
}

static bool do_accept(struct model *m, const struct about *a, struct err *e)
{
    return rule(m, a, true, e);
}

static bool do_reject(struct model *m, const struct about *a, struct err *e)
{
    return rule(m, a, false, e);
}

/* ---- source pause, resume ---- */

static bool set_paused(struct model *m, const struct about *a, bool paused, struct err *e)
{
    bool *is = &m->feeds[a->source].paused;

    if (a->said && *is == paused)
        return err_set(e, ERR_NO, paused ? "'%.*s' is paused already" : "'%.*s' is not paused",
                       SLICE_FMT(a->d->target));
    *is = paused;
    return true;
}

static bool do_pause(struct model *m, const struct about *a, struct err *e)
{
    return set_paused(m, a, true, e);
}

static bool do_resume(struct model *m, const struct about *a, struct err *e)
{
    return set_paused(m, a, false, e);
}

/* ---- the verbs ---- */

const struct decide_verb decide_match_accept = {"match accept", read_accept, NULL,
                                                do_match,       NULL,        true};
const struct decide_verb decide_match_reject = {"match reject", read_reject, NULL,
                                                do_match,       NULL,        true};
const struct decide_verb decide_match_alias = {"match alias", read_alias, NULL,
                                               do_match,      NULL,       true};
const struct decide_verb decide_match_join = {"match join", decide_race, judge_join,
                                              do_join,      NULL,        true};
const struct decide_verb decide_match_undo = {"match undo", read_undo, NULL, do_undo, NULL, true};
const struct decide_verb decide_source_pin = {"source pin", decide_race, NULL, do_pin, NULL, true};
const struct decide_verb decide_source_unpin = {"source unpin", decide_race, NULL,
                                                do_unpin,       NULL,        true};
const struct decide_verb decide_source_accept = {"source accept", read_source, NULL, NULL,
                                                 do_accept,       true};
const struct decide_verb decide_source_reject = {"source reject", read_source, NULL, NULL,
                                                 do_reject,       true};
const struct decide_verb decide_source_pause = {"source pause", read_source, NULL,
                                                do_pause,       NULL,        true};
const struct decide_verb decide_source_resume = {"source resume", read_source, NULL,
                                                 do_resume,       NULL,        true};
