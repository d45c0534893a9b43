/* SPDX-License-Identifier: ISC */
/* Every night of tests/nights through the real readers and the pure core: what is expected of each
 * step, what must hold in every night, and that every verdict was met in one of them. */
#include "parsers/charset.h"
#include "tests/unit/player.h"

#include "daemon/core/documents.h"
#include "daemon/core/labels.h"
#include "daemon/core/primaries.h"
#include "daemon/core/statement.h"
#include "daemon/core/tally.h"

static struct totals {
    size_t nights, steps, holds, skipped;
    int64_t longest_ms;
    bool seen[VERDICTS];
} totals;

/* ---- one step ---- */

static struct input *input_of(struct arena *a, struct slice bytes, struct fault *f)
{
    struct input_memory *m = arena_alloc(a, sizeof(*m));
    struct input_source *source = arena_alloc(a, sizeof(*source));
    struct input *in = NULL;
    char *copy = arena_alloc(a, bytes.len + WIRE_PADDING);

    assert_true(m && source && copy);
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    m->bytes = (struct slice){copy, bytes.len};
    *source = input_from_memory(m);
    return input_open(a, source, INPUT_MAX, &in, f) ? in : NULL;
}

static enum verdict verdict_of(enum wire_failure kind)
{
    return kind == WIRE_BLOCKED     ? VERDICT_BLOCKED
           : kind == WIRE_TRUNCATED ? VERDICT_TRUNCATED
           : kind == WIRE_SYNTAX    ? VERDICT_SYNTAX
           : kind == WIRE_SCHEMA    ? VERDICT_SCHEMA
           : kind == WIRE_LIMIT     ? VERDICT_LIMIT
                                    : VERDICT_INTERNAL;
}

static struct digest *digest_at(struct player *p, const struct player_step *s)
{
    char key[40];
    int n = snprintf(key, sizeof key, "%u:%u", s->source, s->file);
    struct slice k = {key, (size_t)n};
    struct digest *d = map_get(p->digests, k);

    if (d)
        return d;
    d = arena_alloc(p->a, sizeof *d);
    assert_true(d && map_put(p->digests, k, d));
    return d;
}

static struct slice bytes_of(struct player *p, struct slice path)
{
    struct slice bytes = player_read(p, path.ptr);

    if (!bytes.ptr)
        PLAYER_FAIL(p, "%s cannot be read", path.ptr);
    return bytes;
}

static void play_payload(struct player *p, const struct player_step *s)
{
    const struct poller_source *source = &p->plan->poller_sources[s->source];
    struct arena *a = arena_new((size_t)1 << 30);
    struct slice bytes = s->path.len ? bytes_of(p, s->path) : s->inlined, batch;
    struct event ev = {.type = EVENT_BATCH,
                       .source = s->source,
                       .file = s->file,
                       .digest = digest_of(bytes),
                       .version = s->version,
                       .received_ms = s->when};
    struct job j = {.format = source->format,
                    .options = s->delta ? source->delta_options : source->options,
                    .arena = a};
    struct results results;
    struct fault f = {0};
    struct err e;

    j.input = input_of(a, bytes, &f);
    if (j.input && s->companion.len) {
        j.companions[0] = input_of(a, bytes_of(p, s->companion), &f);
        j.companion_count = 1;
    }
    if (j.input && job_run(&j, &batch, &f)) {
        assert_true(results_open(batch, &results, &e));
        ev.batch = &results;
        truth_payload(&p->truth, s->source, s->file, &results, s->when);
        *digest_at(p, s) = ev.digest;
    } else {
        ev.type = EVENT_FAILED;
        ev.verdict = verdict_of(f.kind);
        ev.text = arena_copy(p->a, slice_of(f.err.text));
    }
    core_apply(p->core, &ev, s->when, &p->out);
    arena_free(a);
    const char *wrong = truth_look(&p->truth, core_model(p->core), s->source, s->file, s->when);
    if (wrong)
        PLAYER_FAIL(p, "no payload ever had the figures on air of %s", wrong);
}

/* "source-accept county Mayor": the words of a verb stand together. */
static void play_desk(struct player *p, const struct player_step *s)
{
    struct slice rest = s->words, verb = player_word(&rest);
    char *words = arena_alloc(p->a, verb.len + 1);
    struct event ev = {.type = EVENT_DECISION,
                       .decision = {.target = player_word(&rest),
                                    .reason = SLICE("the clerk certified it"),
                                    .basis = SLICE("clerk"),
                                    .by = SLICE("desk")}};

    assert_non_null(words);
    for (size_t i = 0; i < verb.len; i++)
        words[i] = (char)(verb.ptr[i] == '-' ? ' ' : verb.ptr[i]);
    ev.decision.verb = slice_of(words);
    ev.decision.argument = rest;
    core_apply(p->core, &ev, s->when, &p->out);
    truth_desk(&p->truth, core_model(p->core), s->when);
}

static void play_other(struct player *p, const struct player_step *s)
{
    struct slice rest = s->words, name = player_word(&rest);
    struct event ev = {.type = s->what == STEP_TICK        ? EVENT_TICK
                               : s->what == STEP_UNCHANGED ? EVENT_UNCHANGED
                                                           : EVENT_FAILED,
                       .source = s->source,
                       .file = s->file,
                       .received_ms = s->when,
                       .text = rest};

    if (s->what == STEP_UNCHANGED)
        ev.digest = *digest_at(p, s);
    if (s->what == STEP_FAILED)
        for (int v = 0; v < VERDICTS; v++)
            if (slice_is(name, verdict_info[v].name))
                ev.verdict = (enum verdict)v;
    core_apply(p->core, &ev, s->when, &p->out);
}

/* ---- what came of it ---- */

/* A line that must be met, and one that was. */
struct came {
    enum verdict verdict;
    struct slice subject, text;
    bool met;
};

static size_t what_came(struct player *p, const struct player_step *s, struct came *list,
                        size_t room)
{
    const struct effects *out = &p->out;
    size_t n = 0;

    if (s->what == STEP_PAYLOAD || s->what == STEP_UNCHANGED || s->what == STEP_FAILED)
        list[n++] = (struct came){out->verdict, SLICE(""), out->verdict_text, false};
    for (size_t i = 0; i < out->judged_count && n < room; i++)
        list[n++] = (struct came){out->judged[i].verdict,
                                  p->plan->settings.sources[out->judged[i].source].name,
                                  out->judged[i].text, false};
    for (size_t i = 0; i < out->note_count && n < room; i++) {
        const struct verdict_note *note = &out->notes[i];
        struct slice subject =
            note->unit.len
                ? arena_printf(p->a, "%.*s / %.*s", SLICE_FMT(note->contest), SLICE_FMT(note->unit))
                : note->contest;
        list[n++] =
            (struct came){note->verdict, subject.len ? subject : SLICE("-"), note->text, false};
    }
    return n;
}

/* Every hold and quarantine that was told names its exit. */
static void check_exits(struct player *p, const struct came *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        enum verdict v = list[i].verdict;
        const char *until = verdict_info[v].until;
        p->seen[v] = true;
        if (until && v != VERDICT_CALLS_VANISHED &&
            slice_find(list[i].text, slice_of(until)) == SIZE_MAX)
            PLAYER_FAIL(p, "%s does not say how it ends: %.*s", verdict_info[v].name,
                        SLICE_FMT(list[i].text));
    }
}

static bool is_verdict(struct slice word, enum verdict *out)
{
    for (int v = 0; v < VERDICTS; v++)
        if (slice_is(word, verdict_info[v].name)) {
            *out = (enum verdict)v;
            return true;
        }
    return false;
}

/* "fall-hold Mayor / Fulton: 1000 on air". */
static bool meet_verdict(struct came *list, size_t n, enum verdict v, struct slice rest)
{
    struct slice subject = rest, text = {"", 0};
    size_t colon = slice_find(rest, SLICE(": "));
    bool any = false;

    if (rest.len && rest.ptr[rest.len - 1] == ':')
        colon = rest.len - 1;
    if (colon != SIZE_MAX) {
        subject = slice_sub(rest, 0, colon);
        text = slice_trim(slice_sub(rest, colon + 1, rest.len));
    }
    if (slice_is(slice_trim(rest), "*")) { /* all there are, and one at least */
        for (size_t i = 0; i < n; i++)
            any |= list[i].verdict == v && (list[i].met = true);
        return any;
    }
    for (size_t i = 0; i < n; i++)
        if (!list[i].met && list[i].verdict == v &&
            slice_eq(list[i].subject, slice_trim(subject)) &&
            slice_find(list[i].text, text) != SIZE_MAX)
            return list[i].met = true;
    return false;
}

/* Calls and retractions told in this step: "call ann", "retraction ann". */
static size_t events_of(struct player *p, struct came *list, size_t room)
{
    size_t n = 0;

    for (size_t i = 0; i < p->out.message_count && n < room; i++) {
        const struct message *m = &p->out.messages[i];
        if (m->type != MESSAGE_CALL && m->type != MESSAGE_RETRACTION)
            continue;
        static const char key[] = "\"endorsement_id\":\"";
        size_t at = slice_find(m->data, slice_of(key));
        struct slice id = slice_sub(m->data, at + sizeof key - 1, m->data.len);
        id = slice_sub(id, 0, slice_find(id, SLICE("\"")));
        list[n++] = (struct came){.verdict = m->type == MESSAGE_RETRACTION, .subject = id};
    }
    return n;
}

/* ---- how things stand ---- */

static const struct race *race_of(struct player *p, struct slice id)
{
    const struct model *m = core_model(p->core);

    for (uint32_t i = 0; i < m->race_count; i++)
        if (slice_eq(m->races[i].id, id))
            return &m->races[i];
    for (uint32_t i = 0; i < m->race_count; i++)
        print_error("there is %.*s\n", SLICE_FMT(m->races[i].id));
    PLAYER_FAIL(p, "no race is called %.*s", SLICE_FMT(id));
    return NULL;
}

static int64_t votes_for(const struct race *r, struct slice name)
{
    for (uint32_t i = 0; i < r->choice_count; i++)
        if (slice_find(r->choices[i].name, name) != SIZE_MAX)
            return r->choices[i].votes;
    return VOTES_ABSENT;
}

/* Sites are asked at the steps of a night and at no other time: whether a source is stale is
 * looked at only in nights that are about that, and have it in their names. */
static struct slice flags_of(struct player *p, const struct race *r)
{
    uint32_t flags = r->flags & ~(strstr(p->name, "stale") ? 0 : (uint32_t)RACE_STALE);
    struct slice out = {"", 0};

    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (flags & flag)
            out = arena_printf(p->a, "%.*s%s%s", SLICE_FMT(out), out.len ? " " : "",
                               labels_race_flag(flag));
    return out;
}

/* race ID: NAME VOTES, NAME VOTES [FLAG FLAG] from SOURCE */
static void check_race(struct player *p, struct slice rest)
{
    struct slice id, list, part, flags = {"", 0}, source = {"", 0};
    const struct race *r;
    struct slice line = rest;

    size_t at = slice_find(rest, SLICE(" from "));
    if (at != SIZE_MAX) {
        source = slice_trim(slice_sub(rest, at + 6, rest.len));
        rest = slice_sub(rest, 0, at);
    }
    slice_next(&rest, ':', &id);
    r = race_of(p, slice_trim(id));
    slice_next(&rest, '[', &list);
    if (rest.len)
        slice_next(&rest, ']', &flags);
    while (slice_next(&list, ',', &part)) {
        int64_t want = 0;
        part = slice_trim(part);
        size_t blank = part.len;
        while (blank && part.ptr[blank - 1] != ' ')
            blank--;
        struct slice name = slice_trim(slice_sub(part, 0, blank));
        struct slice votes = slice_sub(part, blank, part.len);
        if (slice_is(votes, "?"))
            want = VOTES_UNKNOWN;
        else if (!num_parse(votes, 0, INT64_MAX, &want))
            PLAYER_FAIL(p, "'%.*s' are no votes", SLICE_FMT(part));
        for (uint32_t i = 0; votes_for(r, name) != want && i < r->choice_count; i++)
            print_error("on air: %.*s %lld\n", SLICE_FMT(r->choices[i].name),
                        (long long)r->choices[i].votes);
        if (votes_for(r, name) != want)
            PLAYER_FAIL(p, "%.*s has %lld votes on air, not: %.*s", SLICE_FMT(name),
                        (long long)votes_for(r, name), SLICE_FMT(line));
    }
    if (!slice_eq(flags_of(p, r), slice_trim(flags)))
        PLAYER_FAIL(p, "its flags are [%.*s], not: %.*s", SLICE_FMT(flags_of(p, r)),
                    SLICE_FMT(line));
    struct slice from =
        r->on_air == NONE ? SLICE("counties") : p->plan->settings.sources[r->on_air].name;
    if (source.len && !slice_eq(from, source))
        PLAYER_FAIL(p, "it is from %.*s, not: %.*s", SLICE_FMT(from), SLICE_FMT(line));
}

/* is ID STATE [by AUTHORITY] */
static void check_is(struct player *p, struct slice rest)
{
    const struct model *m = core_model(p->core);
    struct slice id = player_word(&rest), by = {"", 0};
    size_t at = slice_find(rest, SLICE(" by "));

    if (at != SIZE_MAX) {
        by = slice_sub(rest, at + 4, rest.len);
        rest = slice_sub(rest, 0, at);
    }
    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        if (!slice_eq(m->endorsed->list[i].id, id))
            continue;
        const struct standing *st = &m->standings[i];
        struct slice has = st->claim == NONE ? SLICE("") : m->claims[st->claim].by;
        if (!slice_is(rest, labels_state(m, i)) || (by.len && !slice_eq(has, by)))
            PLAYER_FAIL(p, "%.*s is %s by '%.*s', not %.*s by '%.*s'", SLICE_FMT(id),
                        labels_state(m, i), SLICE_FMT(has), SLICE_FMT(rest), SLICE_FMT(by));
        return;
    }
    PLAYER_FAIL(p, "no endorsement is called %.*s", SLICE_FMT(id));
}

/* count won 1, called 2 */
static void check_count(struct player *p, struct slice rest)
{
    struct slice part;

    while (slice_next(&rest, ',', &part)) {
        part = slice_trim(part);
        struct slice name = player_word(&part);
        int64_t want = 0;
        int at = 0;
        while (at < TALLY_NUMBERS && !slice_is(name, tally_names[at]))
            at++;
        if (at == TALLY_NUMBERS || !num_parse(part, 0, INT64_MAX, &want))
            PLAYER_FAIL(p, "no count is called %.*s", SLICE_FMT(name));
        if (core_tally(p->core)->n[at] != want)
            PLAYER_FAIL(p, "%.*s are %lld, not %lld", SLICE_FMT(name),
                        (long long)core_tally(p->core)->n[at], (long long)want);
    }
}

static void check_text(struct player *p, struct slice all, struct slice text)
{
    if (slice_find(all, text) == SIZE_MAX)
        PLAYER_FAIL(p, "'%.*s' is not in: %.*s", SLICE_FMT(text), SLICE_FMT(all));
}

/* says TEXT: of the sentence; shows TEXT: of the page of sources; totals TEXT, card ID TEXT: of the
 * documents. */
static bool check_document(struct player *p, int64_t now, struct slice word, struct slice rest)
{
    const struct model *m = core_model(p->core);
    struct buf out;
    bool known = true;

    buf_init(&out, 1 << 20);
    if (slice_is(word, "says"))
        statement_write(m, core_tally(p->core), STATEMENT_SHORT, now, &out);
    else if (slice_is(word, "shows"))
        documents_sources(m, now, true, &out);
    else if (slice_is(word, "totals"))
        documents_totals(m, core_tally(p->core), SLICE(""), now, &out);
    else if (slice_is(word, "card"))
        documents_race(m, race_of(p, player_word(&rest)), &out);
    else
        known = false;
    if (known)
        check_text(p, buf_slice(&out), rest);
    buf_done(&out);
    return known;
}

static void check_state(struct player *p, int64_t now, struct slice word, struct slice rest)
{
    if (slice_is(word, "race"))
        check_race(p, rest);
    else if (slice_is(word, "is"))
        check_is(p, rest);
    else if (slice_is(word, "count"))
        check_count(p, rest);
    else if (!check_document(p, now, word, rest))
        PLAYER_FAIL(p, "'%.*s' is nothing that can be expected", SLICE_FMT(word));
}

/* What one step came to, and what of it was expected. */
struct outcome_of {
    struct came came[200], events[50];
    size_t n, told;
    bool payload, refused; /* the payload's verdict, a refusal was expected */
};

static void check_event(struct player *p, struct outcome_of *o, bool retraction, struct slice id)
{
    for (size_t k = 0; k < o->told; k++) {
        struct came *ev = &o->events[k];
        if (ev->met || (ev->verdict != VERDICT_ACCEPTED) != retraction ||
            !slice_eq(ev->subject, id))
            continue;
        ev->met = true;
        return;
    }
    PLAYER_FAIL(p, "there was no %s %.*s", retraction ? "retraction" : "call", SLICE_FMT(id));
}

static void check_line(struct player *p, const struct player_step *s, struct outcome_of *o,
                       struct slice line)
{
    struct slice rest = line, word = player_word(&rest);
    enum verdict v = VERDICT_ACCEPTED;

    if (word.len && word.ptr[word.len - 1] == ':') { /* of the payload as a whole */
        rest = slice_sub(line, word.len - 1, line.len);
        word.len--;
    }
    if (is_verdict(word, &v)) {
        o->payload |= !rest.len || rest.ptr[0] == ':';
        if (!meet_verdict(o->came, o->n, v, rest))
            PLAYER_FAIL(p, "it did not come to this: %.*s", SLICE_FMT(line));
    } else if (slice_is(word, "retraction") || slice_is(word, "call")) {
        check_event(p, o, slice_is(word, "retraction"), rest);
    } else if (slice_is(word, "refused")) {
        o->refused = true;
        check_text(p, slice_of(p->out.err.text), rest);
    } else {
        check_state(p, s->when, word, rest);
    }
}

/* Everything that came must have been expected. */
static void check_step(struct player *p, const struct player_step *s)
{
    struct outcome_of o = {.n = 0};
    enum verdict plain = s->what == STEP_UNCHANGED ? VERDICT_UNCHANGED : VERDICT_ACCEPTED;

    o.n = what_came(p, s, o.came, 200);
    o.told = events_of(p, o.events, 50);
    check_exits(p, o.came, o.n);
    for (size_t i = 0; i < s->expected_count; i++)
        check_line(p, s, &o, s->expected[i]);
    if (o.refused != (p->out.err.kind != ERR_NONE))
        PLAYER_FAIL(p, "the core refused it: %s", p->out.err.text);
    if (!o.payload && o.n && !o.came[0].subject.len && o.came[0].verdict == plain)
        o.came[0].met = true; /* what goes without saying */
    for (size_t i = 0; i < o.n; i++)
        if (!o.came[i].met)
            PLAYER_FAIL(p, "nobody expected: %s %.*s: %.*s", verdict_info[o.came[i].verdict].name,
                        SLICE_FMT(o.came[i].subject), SLICE_FMT(o.came[i].text));
    for (size_t i = 0; i < o.told; i++)
        if (!o.events[i].met)
            PLAYER_FAIL(p, "nobody expected: %s %.*s", o.events[i].verdict ? "retraction" : "call",
                        SLICE_FMT(o.events[i].subject));
}

/* ---- what holds in every night ---- */

struct shown { /* of a race, before the step */
    uint32_t on_air, count;
    int64_t *votes;
    struct slice *names;
    const char **primaries;
};

static struct shown show(struct player *p, const struct race *r)
{
    struct shown s = {.on_air = r->on_air, .count = r->choice_count};

    s.votes = arena_array(p->a, s.count + 1, sizeof *s.votes);
    s.names = arena_array(p->a, s.count + 1, sizeof *s.names);
    s.primaries = arena_array(p->a, s.count + 1, sizeof *s.primaries);
    assert_true(s.votes && s.names && s.primaries);
    for (uint32_t i = 0; i < s.count; i++) {
        s.votes[i] = r->choices[i].votes;
        s.names[i] = r->choices[i].name;
        s.primaries[i] = r->choices[i].primary;
    }
    return s;
}

static bool may_fall(const struct player *p)
{
    for (size_t i = 0; i < p->out.note_count; i++)
        if (p->out.notes[i].verdict == VERDICT_FALL_FLAG ||
            p->out.notes[i].verdict == VERDICT_CORRECTED)
            return true;
    return false;
}

/* While a source stays on air nobody's votes fall, unless that was told as a flag or a correction.
 */
static void check_falls(struct player *p, const struct shown *before, const struct race *r)
{
    if (before->on_air == NONE || before->on_air != r->on_air || may_fall(p))
        return;
    for (uint32_t i = 0; i < before->count; i++)
        for (uint32_t k = 0; k < r->choice_count; k++)
            if (before->names[i].len && slice_eq(before->names[i], r->choices[k].name) &&
                primaries_same(before->primaries[i], r->choices[k].primary) &&
                r->choices[k].votes < before->votes[i] && before->votes[i] > 0)
                PLAYER_FAIL(p, "%.*s fell from %lld to %lld, and nobody was told",
                            SLICE_FMT(before->names[i]), (long long)before->votes[i],
                            (long long)r->choices[k].votes);
}

static void check_always(struct player *p, const struct player_step *s, const struct shown *before)
{
    const struct model *m = core_model(p->core);
    const int64_t *n = core_tally(p->core)->n;

    for (uint32_t i = 0; i < m->race_count; i++)
        check_falls(p, &before[i], &m->races[i]);
    for (size_t i = 0; i < p->floor_count; i++) {
        const struct player_floor *f = &p->floors[i];
        if (s->when >= f->when && votes_for(race_of(p, f->race), f->name) < f->votes)
            PLAYER_FAIL(p, "%.*s has %lld votes on air", SLICE_FMT(f->name),
                        (long long)votes_for(race_of(p, f->race), f->name));
    }
    assert_int_equal(n[TALLY_ENDORSED],
                     n[TALLY_WON] + n[TALLY_LOST] + n[TALLY_ADVANCED] + n[TALLY_PENDING]);
    assert_int_equal(n[TALLY_PENDING],
                     n[TALLY_LEADING] + n[TALLY_TRAILING] + n[TALLY_UNCLEAR] + n[TALLY_NO_RESULTS]);
    for (int i = 0; i < TALLY_NUMBERS; i++)
        assert_true(n[i] >= 0);
}

static void count_verdicts(struct player *p, const struct player_step *s)
{
    const struct effects *out = &p->out;

    if (s->what == STEP_TICK || s->what == STEP_DESK)
        return;
    p->payloads[s->source][out->verdict]++;
    for (size_t i = 0; i < out->note_count; i++)
        p->notes[s->source][out->notes[i].verdict]++;
}

/* counts SOURCE: 33 accepted, 3 older; notes 1 fall-hold, 1 restored */
static void check_counts(struct player *p, struct slice rest)
{
    struct slice name, half, part;
    uint32_t source = 0, file = 0;
    size_t(*lists[2])[VERDICTS];

    slice_next(&rest, ':', &name);
    player_source(p, name, &source, &file);
    lists[0] = &p->payloads[source];
    lists[1] = &p->notes[source];
    for (int i = 0; i < 2; i++) {
        size_t want[VERDICTS] = {0};
        slice_next(&rest, ';', &half);
        half = slice_trim(half);
        if (i && slice_starts(half, SLICE("notes ")))
            half = slice_sub(half, 6, half.len);
        while (half.len && slice_next(&half, ',', &part)) {
            enum verdict v = VERDICT_ACCEPTED;
            int64_t n;
            part = slice_trim(part);
            if (!num_parse(player_word(&part), 0, INT32_MAX, &n) || !is_verdict(part, &v))
                PLAYER_FAIL(p, "counts SOURCE: N VERDICT, ...; notes N VERDICT, ...");
            want[v] = (size_t)n;
        }
        for (int v = 0; v < VERDICTS; v++)
            if ((*lists[i])[v] != want[v])
                PLAYER_FAIL(p, "%.*s: %zu %s %s, not %zu", SLICE_FMT(name), (*lists[i])[v],
                            verdict_info[v].name, i ? "notes" : "payloads", want[v]);
    }
}

/* ---- a night ---- */

static void begin(struct player *p, const char *name)
{
    struct plan_args args = {.simulated = true};
    struct buf problems;
    struct err e;
    char conf[300], night[300];

    *p = (struct player){.name = name, .from = INT64_MIN, .to = INT64_MAX};
    snprintf(p->folder, sizeof p->folder, "tests/nights/%s", name);
    snprintf(conf, sizeof conf, "%s/tallyd.conf", p->folder);
    snprintf(night, sizeof night, "%s/night", p->folder);
    char own[300]; /* where tallyd.conf is for another player */
    snprintf(own, sizeof own, "%s/night.conf", p->folder);
    if (!charset_init(&e))
        fail_msg("%s", e.text);
    args.config.file = access(own, R_OK) == 0 ? own : conf;
    p->a = arena_new((size_t)2 << 30);
    p->digests = map_new(SIZE_MAX, true);
    assert_true(p->a && p->digests);
    truth_begin(&p->truth);
    buf_init(&problems, 1 << 20);
    if (!plan_make(&args, &p->plan, &problems, &e))
        fail_msg("%s: %s\n%.*s", conf, e.text, SLICE_FMT(buf_slice(&problems)));
    buf_done(&problems);
    p->payloads = calloc(p->plan->settings.source_count, sizeof *p->payloads);
    p->notes = calloc(p->plan->settings.source_count, sizeof *p->notes);
    assert_true(p->payloads && p->notes);
    player_parse(p, player_read(p, night));
    qsort(p->steps, p->step_count, sizeof *p->steps, player_order);
    if (!effects_init(&p->out, &e) ||
        !core_new(&p->plan->settings, &p->plan->endorsed, &p->core, &e))
        fail_msg("%s", e.text);
}

static void end(struct player *p)
{
    core_free(p->core);
    effects_done(&p->out);
    plan_free(p->plan);
    truth_end(&p->truth);
    map_free(p->digests);
    arena_free(p->a);
    free(p->steps);
    free(p->payloads);
    free(p->notes);
}

/* NIGHTS=-v: all that came of a step, as it would be expected. */
static void tell(struct player *p, const struct player_step *s)
{
    static const char *const whats[] = {"=", "unchanged", "failed", "desk", "tick"};
    struct came came[200], events[50];
    size_t n = what_came(p, s, came, 200), told = events_of(p, events, 50);
    char when[25];

    when_format(s->when, when);
    printf("%s %s %s\n", when, p->plan->settings.sources[s->source].name.ptr, whats[s->what]);
    for (size_t i = 0; i < n; i++)
        printf("    %s%s%.*s: %.*s\n", verdict_info[came[i].verdict].name,
               came[i].subject.len ? " " : "", SLICE_FMT(came[i].subject), SLICE_FMT(came[i].text));
    for (size_t i = 0; i < told; i++)
        printf("    %s %.*s\n", events[i].verdict ? "retraction" : "call",
               SLICE_FMT(events[i].subject));
}

static void play(struct player *p, const struct player_step *s)
{
    const struct model *m = core_model(p->core);
    struct shown *before = arena_array(p->a, m->race_count + 1, sizeof *before);

    p->line = s->line;
    p->now = s->when;
    assert_non_null(before);
    for (uint32_t i = 0; i < m->race_count; i++)
        before[i] = show(p, &m->races[i]);
    if (s->what == STEP_PAYLOAD)
        play_payload(p, s);
    else if (s->what == STEP_DESK)
        play_desk(p, s);
    else
        play_other(p, s);
    count_verdicts(p, s);
    if (getenv("NIGHTS"))
        tell(p, s);
    if (s->recorded) {
        struct came came[200];
        check_exits(p, came, what_came(p, s, came, 200));
        if (p->out.err.kind != ERR_NONE)
            PLAYER_FAIL(p, "%s", p->out.err.text);
    } else {
        check_step(p, s);
    }
    check_always(p, s, before);
}

static void a_night(void **state)
{
    struct player p;

    begin(&p, *state);
    if (p.skipped) {
        totals.skipped++;
        print_message("SKIP: night %s: " PLAYER_SHARED " is not there\n", p.name);
        end(&p);
        skip(); /* the recordings do not ship with the project */
    }
    for (size_t i = 0; i < p.step_count; i++)
        play(&p, &p.steps[i]);
    for (size_t i = 0; i < p.count_count; i++)
        check_counts(&p, p.counts[i]);
    truth_measure(&p.truth);
    totals.nights++;
    totals.steps += p.step_count;
    totals.holds += p.truth.holds;
    for (int v = 0; v < VERDICTS; v++)
        totals.seen[v] |= p.seen[v];
    bool recorded = false;
    for (size_t i = 0; i < p.step_count; i++)
        recorded |= p.steps[i].recorded;
    if (recorded) {
        if (p.truth.longest_ms > totals.longest_ms)
            totals.longest_ms = p.truth.longest_ms;
        print_message(
            "%s: %zu payloads, %zu holds of a unit, the longest %lld s after its feed was "
            "right again%s%.*s; %zu true falls wait for the desk%s%.*s\n",
            p.name, p.step_count, p.truth.holds, (long long)p.truth.longest_ms / 1000,
            p.truth.longest_ms ? ": " : "", SLICE_FMT(p.truth.longest), p.truth.desk,
            p.truth.desk ? ": " : "", SLICE_FMT(p.truth.desk_first));
        if (p.truth.desk != (size_t)p.waits)
            fail_msg("%zu true falls wait for the desk, not %lld", p.truth.desk,
                     (long long)p.waits);
        if (p.truth.longest_ms > totals.longest_ms)
            totals.longest_ms = p.truth.longest_ms;
        if (p.truth.longest_ms > p.plan->settings.guards.confirm_ms)
            fail_msg("%.*s is held for %lld s though its feed is right", SLICE_FMT(p.truth.longest),
                     (long long)p.truth.longest_ms / 1000);
    }
    end(&p);
}

/* ---- what holds of all of them ---- */

static void every_verdict_was_met_in_a_night(void **state)
{
    (void)state;
    for (int v = 0; v < VERDICTS; v++)
        if (!totals.seen[v])
            fail_msg("no night has a '%s'", verdict_info[v].name);
}

static void whatever_is_held_names_its_exit(void **state)
{
    (void)state;
    for (int v = 0; v < VERDICTS; v++) {
        const struct verdict_info *i = &verdict_info[v];
        bool ends = i->class == CLASS_HOLD || i->class == CLASS_QUARANTINE;
        assert_true(ends == (i->until != NULL));
        assert_true(!ends || slice_ends(slice_of(i->about), slice_of(i->until)));
        for (int k = 0; k < v; k++)
            assert_string_not_equal(i->name, verdict_info[k].name);
    }
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[200];
    static char names[200][64];
    size_t n = 0;
    glob_t found;

    if (glob("tests/nights/*/night", 0, NULL, &found) != 0)
        return 1;
    for (size_t i = 0; i < found.gl_pathc && n < 190; i++) {
        struct slice rest = slice_of(found.gl_pathv[i]), part;
        for (int k = 0; k < 3; k++)
            slice_next(&rest, '/', &part);
        snprintf(names[n], sizeof names[n], "%.*s", SLICE_FMT(part));
        if (argc > 1 && strcmp(argv[1], names[n]) != 0)
            continue;
        tests[n] = (struct CMUnitTest){names[n], a_night, NULL, NULL, names[n]};
        n++;
    }
    globfree(&found);
    if (argc == 1) {
        tests[n++] = (struct CMUnitTest)cmocka_unit_test(every_verdict_was_met_in_a_night);
        tests[n++] = (struct CMUnitTest)cmocka_unit_test(whatever_is_held_names_its_exit);
    }
    int failed = _cmocka_run_group_tests("nights", tests, n, NULL, NULL);
    printf(
        "nights: %zu played, %zu skipped, %zu steps, %zu holds, none longer than %lld s after its "
        "feed was right again\n",
        totals.nights, totals.skipped, totals.steps, totals.holds,
        (long long)totals.longest_ms / 1000);
    return failed;
}
