/* SPDX-License-Identifier: ISC */
/* What a restart cannot find in payloads. One walk over the fields both writes and reads them, so
 * that the two cannot differ. */
#include "daemon/core/memo.h"

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/core/fading.h"
#include "daemon/core/feed_own.h"

#define FORMAT "2"
#define END '\x1f' /* of a field: clean text has no control characters */
enum { CHOICES_MAX = 100000, UNITS_MAX = 1000000 };

struct memo_line { /* a contest */
    struct memo_line *next;
    struct slice key;
    bool whole; /* its figures too */
    struct feed_contest *contest;
};

/* ---- fields ---- */

struct walk {
    struct buf *out;   /* NULL: it reads */
    struct slice rest; /* reading: what is left; every END within it is followed by another field */
    struct arena *arena;
    bool failed;
};

static struct slice field(struct walk *w)
{
    const char *end = w->rest.len ? memchr(w->rest.ptr, END, w->rest.len) : NULL;

    w->failed |= !end;
    if (w->failed)
        return SLICE("");
    struct slice s = {w->rest.ptr, (size_t)(end - w->rest.ptr)};
    w->rest = slice_sub(w->rest, s.len + 1, w->rest.len);
    return s;
}

static void record(struct walk *w)
{
    if (w->out)
        buf_addc(w->out, '\n');
    else if (w->rest.len && *w->rest.ptr == '\n')
        w->rest = slice_sub(w->rest, 1, w->rest.len);
    else
        w->failed = true;
}

static struct slice text(struct walk *w, struct slice s)
{
    if (!w->out) {
        s = arena_copy(w->arena, field(w));
        w->failed |= !s.ptr;
        return s;
    }
    buf_add(w->out, s);
    buf_addc(w->out, END);
    return s;
}

/* Most of a memo are votes: without a format. */
static void add_number(struct buf *out, int64_t n)
{
    char room[24], *end = room + sizeof room, *at = end;
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;

    *--at = END;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (n < 0)
        *--at = '-';
    buf_add(out, (struct slice){at, (size_t)(end - at)});
}

static int64_t number(struct walk *w, int64_t n, int64_t least, int64_t most)
{
    if (w->out)
        add_number(w->out, n);
    else if (!num_parse(field(w), least, most, &n))
        w->failed = true;
    return n;
}

static int64_t any(struct walk *w, int64_t n)
{
    return number(w, n, INT64_MIN, INT64_MAX);
}

static bool yes(struct walk *w, bool b)
{
    return number(w, b, 0, 1) != 0;
}

static int32_t count_of(struct walk *w, int32_t n)
{
    return (int32_t)number(w, n, INT32_MIN, INT32_MAX);
}

static uint32_t flags_of(struct walk *w, uint32_t n)
{
    return (uint32_t)number(w, n, 0, UINT32_MAX);
}

/* By name: their numbers are no contract. */
static enum verdict verdict_of(struct walk *w, enum verdict v)
{
    struct slice name = text(w, slice_of(verdict_info[v].name));

    if (w->out)
        return v;
    enum verdict is = verdict_named(name);
    w->failed |= is == VERDICTS;
    return is == VERDICTS ? v : is;
}

static struct digest digest(struct walk *w, struct digest d)
{
    char hex[33];

    digest_hex(d, hex);
    struct slice s = w->out ? text(w, slice_of(hex)) : field(w);
    w->failed |= !digest_parse(s, &d);
    return d;
}

static void *room(struct walk *w, size_t n, size_t size)
{
    void *list = w->failed ? NULL : arena_array(w->arena, n + 1, size);

    w->failed |= !list;
    return list;
}

/* ---- a contest ---- */

static void walk_votes(struct walk *w, int64_t **votes, uint32_t n)
{
    if (!w->out)
        *votes = room(w, n, sizeof(**votes));
    for (uint32_t i = 0; !w->failed && i < n; i++)
        (*votes)[i] = number(w, (*votes)[i], VOTES_ABSENT, INT64_MAX);
}

static void walk_hold(struct walk *w, struct feed_hold *h, uint32_t choices)
{
    h->why = verdict_of(w, h->why);
    if (w->failed || h->why == VERDICT_ACCEPTED)
        return;
    h->deep = yes(w, h->deep);
    h->along = yes(w, h->along);
    h->since = any(w, h->since);
    h->first = digest(w, h->first);
    h->roster = digest(w, h->roster);
    if (yes(w, h->votes != NULL))
        walk_votes(w, &h->votes, choices);
}

static void walk_unit(struct walk *w, struct feed_unit *u, uint32_t choices)
{
    record(w);
    u->type = (enum results_unit_type)number(w, u->type, 0, RESULTS_UNIT_TYPES - 1);
    u->id = text(w, u->id);
    u->name = text(w, u->name);
    u->reporting = count_of(w, u->reporting);
    u->total = count_of(w, u->total);
    u->registered = any(w, u->registered);
    u->ballots = any(w, u->ballots);
    u->overvote_known = yes(w, u->overvote_known);
    walk_votes(w, &u->votes, choices);
    if (!w->out)
        u->derived = room(w, choices, sizeof(*u->derived));
    for (uint32_t i = 0; !w->failed && i < choices; i++)
        u->derived[i] = yes(w, u->derived[i]);
    walk_hold(w, &u->hold, choices);
}

static void walk_choice(struct walk *w, struct feed_choice *x)
{
    record(w);
    x->id = text(w, x->id);
    x->name = text(w, x->name);
    x->party = text(w, x->party);
    x->flags = flags_of(w, x->flags);
    int64_t mark = number(w, x->mark + (x->stood ? RESULTS_MARKS : 0), 0, 2 * RESULTS_MARKS - 1);
    x->mark = (enum results_mark)(mark % RESULTS_MARKS);
    x->stood = mark >= RESULTS_MARKS;
}

static void walk_figures(struct walk *w, struct feed_contest *c)
{
    struct slice *const texts[] = {&c->county, &c->id,       &c->text,  &c->state,
                                   &c->office, &c->district, &c->party, &c->election_type};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = text(w, *texts[i]);
    c->flags = flags_of(w, c->flags);
    c->votes_allowed = count_of(w, c->votes_allowed);
    c->seats = count_of(w, c->seats);
    c->places = count_of(w, c->places);
    c->date = any(w, c->date);
    c->day = (enum feed_day)number(w, c->day, 0, FEED_DAYS - 1);
    c->updated_ms = any(w, c->updated_ms);
    c->called_ms = any(w, c->called_ms);
    c->received_ms = any(w, c->received_ms);
    c->gone = yes(w, c->gone);
    c->storied = yes(w, c->storied);
    c->older_since = any(w, c->older_since);
    c->choice_count = (uint32_t)number(w, c->choice_count, 0, CHOICES_MAX);
    c->unit_count = (uint32_t)number(w, c->unit_count, 0, UNITS_MAX);
    if (!w->out) {
        c->unit_room = c->unit_count;
        c->choices = room(w, c->choice_count, sizeof(*c->choices));
        c->units = room(w, c->unit_count, sizeof(*c->units));
    }
    for (uint32_t i = 0; !w->failed && i < c->choice_count; i++)
        walk_choice(w, &c->choices[i]);
    for (uint32_t i = 0; !w->failed && i < c->unit_count; i++)
        walk_unit(w, &c->units[i], c->choice_count);
}

/* What was judged of it, whatever its figures. */
static void walk_marks(struct walk *w, struct feed_contest *c)
{
    c->doubt = verdict_of(w, c->doubt);
    c->corrected = yes(w, c->corrected);
    c->changed_ms = any(w, c->changed_ms);
}

static void walk_line(struct walk *w, struct memo_line *l)
{
    record(w);
    if (w->out) { /* a key has two such ends of its own */
        buf_add(w->out, l->key);
        buf_addc(w->out, END);
    } else {
        struct slice from = w->rest;
        size_t len = field(w).len + field(w).len + field(w).len + 2;
        l->key = arena_copy(w->arena, slice_sub(from, 0, len));
        l->contest = room(w, 1, sizeof(*l->contest));
        w->failed |= !l->key.ptr;
    }
    l->whole = yes(w, l->whole);
    if (w->failed)
        return;
    walk_marks(w, l->contest);
    if (l->whole)
        walk_figures(w, l->contest);
}

/* ---- a file ---- */

static void walk_file(struct walk *w, struct feed_memo *f)
{
    f->on_air = digest(w, f->on_air);
    f->held = digest(w, f->held);
    f->waiting = digest(w, f->waiting);
    f->until = any(w, f->until);
    f->early_ms = any(w, f->early_ms);
    f->own_time_ms = any(w, f->own_time_ms);
    f->last_change_ms = any(w, f->last_change_ms);
    f->older_since = any(w, f->older_since);
    f->doubt = verdict_of(w, f->doubt);
    f->verdict = verdict_of(w, f->verdict);
    f->version = text(w, f->version);
    f->verdict_text = text(w, f->verdict_text);
}

static bool is_held(const struct feed_contest *c)
{
    return verdict_info[c->doubt].class >= CLASS_HOLD;
}

/* Has a mark stood there that this payload does not show? */
static bool has_lost_mark(const struct feed_contest *c)
{
    for (uint32_t i = 0; i < c->choice_count; i++) {
        const struct feed_choice *x = &c->choices[i];
        if (x->stood && x->mark != RESULTS_WON && x->mark != RESULTS_ADVANCED)
            return true;
    }
    return false;
}

/* Would the newest used payload that has it, taken whole, not give what is on air? */
static bool is_apart(const struct feed_contest *c)
{
    return c->apart || c->storied || c->gone || is_held(c) || has_lost_mark(c);
}

static bool is_marked(const struct feed_contest *c)
{
    return c->doubt != VERDICT_ACCEPTED || c->corrected || c->race != NONE;
}

static struct digest digest_kept(const struct feed_kept *k)
{
    return k->batch ? k->event.digest : (struct digest){0, 0};
}

void memo_write(const struct model *m, uint32_t source, uint32_t file, struct buf *out)
{
    const struct feed *feed = &m->feeds[source];
    const struct feed_file *f = &feed->files[file];
    struct walk w = {.out = out};
    struct feed_memo memo = {.on_air = f->digest,
                             .held = digest_kept(&f->own->held),
                             .waiting = digest_kept(&f->own->waiting),
                             .until = f->own->until,
                             .early_ms = f->own->early_ms,
                             .own_time_ms = f->own_time_ms,
                             .last_change_ms = f->last_change_ms,
                             .older_since = f->own->older_since,
                             .doubt = f->doubt,
                             .verdict = f->verdict,
                             .version = f->version,
                             .verdict_text = f->verdict_text};
    struct slice key;
    void *value;

    (void)text(&w, SLICE(FORMAT));
    walk_file(&w, &memo);
    for (size_t at = 0; map_next(feed->contests, &at, &key, &value);) {
        struct memo_line line = {.key = key, .contest = value};
        line.whole = is_apart(line.contest);
        if (line.contest->file == file && (line.whole || is_marked(line.contest)))
            walk_line(&w, &line);
    }
}

void memo_write_held(const struct model *m, uint32_t source, uint32_t file, struct buf *out)
{
    const struct feed *feed = &m->feeds[source];
    struct walk w = {.out = out};
    struct feed_memo memo = {.early_ms = WHEN_NEVER,
                             .own_time_ms = WHEN_UNKNOWN,
                             .last_change_ms = WHEN_UNKNOWN,
                             .older_since = WHEN_UNKNOWN,
                             .doubt = feed->files[file].doubt};
    bool any = false;
    struct slice key;
    void *value;

    for (size_t at = 0; map_next(feed->contests, &at, &key, &value);) {
        const struct feed_contest *c = value;
        if (c->file != file || !is_held(c))
            continue;
        struct feed_contest held = *c;
        struct memo_line line = {.key = key, .whole = true, .contest = &held};
        held.received_ms = held.changed_ms; /* told again when it changes, not at each payload */
        if (!any) {
            (void)text(&w, SLICE(FORMAT));
            walk_file(&w, &memo);
        }
        any = true;
        walk_line(&w, &line);
    }
}

bool memo_restore(struct model *m, uint32_t source, uint32_t file, struct slice from, struct err *e)
{
    struct feed *feed = &m->feeds[source];
    struct walk w = {.rest = from, .arena = feed->memory};
    struct feed_memo *memo = room(&w, 1, sizeof(*memo));

    if (!memo || !slice_is(field(&w), FORMAT))
        return err_set(e, ERR_DATA, "its memo is of no form that is known");
    walk_file(&w, memo);
    for (struct memo_line **end = &memo->lines; !w.failed && w.rest.len;) {
        *end = room(&w, 1, sizeof(**end));
        if (*end) {
            walk_line(&w, *end);
            end = &(*end)->next;
        }
    }
    for (struct memo_line *l = memo->lines; !w.failed && l; l = l->next) {
        l->contest->source = source;
        l->contest->file = file;
        l->contest->race = NONE;
        l->contest->from_memo = l->contest->apart = l->whole;
    }
    if (w.failed)
        return err_set(e, ERR_DATA, "its memo cannot be read");
    for (struct memo_line *l = memo->lines; l; l = l->next) {
        if (l->whole && !map_put(feed->contests, l->key, l->contest))
            return err_set(e, ERR_DATA, "its memo has more contests than a feed may hold");
    }
    feed->files[file].own->memo = memo;
    return true;
}

bool memo_tell(struct model *m, uint32_t source, uint32_t file, struct feed_report *r,
               struct err *e)
{
    struct feed_memo *memo = m->feeds[source].files[file].own->memo;

    for (struct memo_line *l = memo && !memo->told ? memo->lines : NULL; l; l = l->next)
        if (l->whole &&
            !report_change(r, l->contest,
                           FEED_FIGURES | FEED_MARKS | FEED_ROSTER | FEED_DOUBT | FEED_THERE, e))
            return false;
    if (memo)
        memo->told = true;
    return true;
}

/* Marks of contests that our payloads say whole. */
static void mark_contests(const struct feed *feed, const struct feed_memo *memo)
{
    for (const struct memo_line *l = memo->lines; l; l = l->next) {
        struct feed_contest *c = l->whole ? NULL : map_get(feed->contests, l->key);
        if (!c)
            continue;
        c->doubt = l->contest->doubt;
        c->corrected = l->contest->corrected;
        c->changed_ms = l->contest->changed_ms;
    }
}

bool memo_settle(struct model *m, const struct event *event, struct slice version, struct err *e)
{
    struct feed_file *f = &m->feeds[event->source].files[event->file];
    struct feed_own *own = f->own;
    const struct feed_memo *memo = own->memo;
    struct event came = *event; /* what is kept is judged like any other */

    came.restored = false;
    came.standing = PAYLOAD_WHOLE;
    mark_contests(&m->feeds[event->source], memo);
    if (digest_eq(f->digest, memo->on_air)) {
        f->own_time_ms = memo->own_time_ms;
        f->last_change_ms = memo->last_change_ms;
        f->version = feed_version(f, memo->version);
    }
    if (digest_eq(event->digest, memo->held) && !feed_keep(&own->held, &came, version, e))
        return false;
    own->until = memo->until;
    return !digest_eq(event->digest, memo->waiting) || feed_keep(&own->waiting, &came, version, e);
}

void memo_close(struct feed_file *f)
{
    const struct feed_memo *memo = f->own->memo;

    if (!memo)
        return;
    f->doubt = memo->doubt;
    f->own->older_since = memo->older_since;
    feed_say(f, memo->verdict, memo->verdict_text);
    f->own->memo = NULL;
    f->own->closes = 0;
    f->as_was = true;
}

/* ---- a race ---- */

static struct slice source_name(const struct model *m, uint32_t source)
{
    return source == NONE ? SLICE("") : m->settings->sources[source].name;
}

/* By name: a reload may have others, in another order. */
static uint32_t walk_source(struct walk *w, const struct model *m, uint32_t source)
{
    struct slice name = text(w, source_name(m, source));

    return w->out ? source : settings_find_source(m->settings, name);
}

static void walk_county(struct walk *w, const struct model *m, struct race_county *c)
{
    record(w);
    c->county = text(w, c->county);
    c->source = walk_source(w, m, c->source);
}

static void walk_seen(struct walk *w, const struct model *m, struct race_seen *x)
{
    record(w);
    x->source = walk_source(w, m, x->source);
    x->county = text(w, x->county);
    x->id = text(w, x->id);
    x->text = text(w, x->text);
    x->lag_since = any(w, x->lag_since);
    x->corrected_before = yes(w, x->corrected_before);
}

static void walk_fading(struct walk *w, struct race_fading *f)
{
    record(w);
    f->endorsement = text(w, f->endorsement);
    f->by = text(w, f->by);
    f->since_ms = any(w, f->since_ms);
    /* only of several primaries: memos from before there were lines have none */
    if (w->out ? f->line.len > 0 : w->rest.len > 0 && *w->rest.ptr != '\n')
        f->line = text(w, f->line);
}

static void walk_corrected(struct walk *w, struct race_corrected *c)
{
    struct slice *const texts[] = {&c->endorsement, &c->choice, &c->was, &c->then, &c->by, &c->why};

    record(w);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        *texts[i] = text(w, *texts[i]);
    c->at_ms = any(w, c->at_ms);
}

/* All but contests, fading calls and corrections, of which writing has no lists. */
static void walk_race(struct walk *w, const struct model *m, struct race_memo *r)
{
    r->on_air = walk_source(w, m, r->on_air);
    r->summed = yes(w, r->summed);
    uint32_t marks = r->source_changed | (uint32_t)r->corrected_mark << 1;
    marks = (uint32_t)number(w, marks, 0, 3);
    r->source_changed = marks & 1;
    r->corrected_mark = marks & 2;
    r->updated_ms = any(w, r->updated_ms);
    r->changed_ms = any(w, r->changed_ms);
    r->county_count = (uint32_t)number(w, r->county_count, 0, UNITS_MAX);
    r->seen_count = (uint32_t)number(w, r->seen_count, 0, UNITS_MAX);
    r->fading_count = (uint32_t)number(w, r->fading_count, 0, UNITS_MAX);
    r->corrected_count = (uint32_t)number(w, r->corrected_count, 0, UNITS_MAX);
    if (!w->out)
        r->counties = room(w, r->county_count, sizeof(*r->counties));
    for (uint32_t i = 0; !w->failed && i < r->county_count; i++)
        walk_county(w, m, &r->counties[i]);
}

static bool is_seen(const struct feed_contest *c)
{
    return c->lag_since != 0 || c->corrected_before;
}

static struct race_seen seen_of(const struct feed_contest *c)
{
    return (struct race_seen){c->source, c->county,    c->id,
                              c->text,   c->lag_since, c->corrected_before};
}

/* What is held is durable as a note among the claims. */
static bool fades(const struct model *m, const struct race *r, const struct fading *f)
{
    return !f->held && &m->races[m->standings[f->endorsement].race] == r;
}

/* Outcomes and statuses follow from claims and decisions. */
static bool corrects(const struct model *m, const struct race *r, const struct correction *c)
{
    return c->of == CORRECTION_OF_VOTES && &m->races[m->standings[c->endorsement].race] == r;
}

static void write_corrected(struct walk *w, const struct model *m, const struct correction *c)
{
    struct race_corrected x = {.endorsement = m->endorsed->list[c->endorsement].id,
                               .choice = c->choice,
                               .was = c->was,
                               .then = c->then,
                               .by = c->by,
                               .why = c->why,
                               .at_ms = c->at_ms};

    walk_corrected(w, &x);
}

void memo_write_race(const struct model *m, const struct race *r, struct buf *out)
{
    struct walk w = {.out = out};
    struct race_memo memo = {.on_air = r->on_air,
                             .summed = r->summed,
                             .source_changed = (r->flags & RACE_SOURCE_CHANGED) != 0,
                             .corrected_mark = (r->flags & RACE_CORRECTED) != 0,
                             .updated_ms = r->updated_ms,
                             .changed_ms = r->changed_ms,
                             .counties = r->counties,
                             .county_count = r->counties_in};

    (void)text(&w, SLICE(FORMAT));
    for (uint32_t i = 0; i < r->contest_count; i++)
        memo.seen_count += is_seen(r->contests[i]);
    for (uint32_t i = 0; i < m->fading_count; i++)
        memo.fading_count += fades(m, r, &m->fading[i]);
    for (uint32_t i = 0; i < m->correction_count; i++)
        memo.corrected_count += corrects(m, r, &m->corrections[i]);
    walk_race(&w, m, &memo);
    for (uint32_t i = 0; i < r->contest_count; i++) {
        struct race_seen x = seen_of(r->contests[i]);
        if (is_seen(r->contests[i]))
            walk_seen(&w, m, &x);
    }
    for (uint32_t i = 0; i < m->fading_count; i++) {
        const struct fading *f = &m->fading[i];
        struct race_fading x = {m->endorsed->list[f->endorsement].id, f->by, f->line, f->since_ms};
        if (fades(m, r, f))
            walk_fading(&w, &x);
    }
    for (uint32_t i = 0; i < m->correction_count; i++)
        if (corrects(m, r, &m->corrections[i]))
            write_corrected(&w, m, &m->corrections[i]);
}

uint32_t memo_marks(const struct model *m, const struct race *r)
{
    uint32_t corrections = 0;

    for (uint32_t i = 0; i < m->correction_count; i++)
        corrections += corrects(m, r, &m->corrections[i]);
    return 4 * corrections + 2 * ((r->flags & RACE_CORRECTED) != 0) +
           ((r->flags & RACE_SOURCE_CHANGED) != 0);
}

struct race_memo *memo_read_race(struct model *m, struct slice from, struct err *e)
{
    struct walk w = {.rest = from, .arena = m->strings};
    struct race_memo *memo = room(&w, 1, sizeof(*memo));

    w.failed |= !slice_is(field(&w), FORMAT);
    if (!w.failed)
        walk_race(&w, m, memo);
    if (!w.failed)
        memo->seen = room(&w, memo->seen_count, sizeof(*memo->seen));
    for (uint32_t i = 0; !w.failed && i < memo->seen_count; i++)
        walk_seen(&w, m, &memo->seen[i]);
    if (!w.failed)
        memo->fading = room(&w, memo->fading_count, sizeof(*memo->fading));
    for (uint32_t i = 0; !w.failed && i < memo->fading_count; i++)
        walk_fading(&w, &memo->fading[i]);
    if (!w.failed)
        memo->corrected = room(&w, memo->corrected_count, sizeof(*memo->corrected));
    for (uint32_t i = 0; !w.failed && i < memo->corrected_count; i++)
        walk_corrected(&w, &memo->corrected[i]);
    if (!w.failed)
        return memo;
    err_set(e, ERR_DATA, "the memo of a race cannot be read");
    return NULL;
}

static bool set_fading(struct model *m, const struct race_fading *x, struct err *e)
{
    const struct endorsement *en = map_get(m->endorsed_by_id, x->endorsement);

    if (!en)
        return true;
    struct fading_of of = {(uint32_t)(en - m->endorsed->list), x->line, x->by};
    struct fading *f = fading_find(m, &of);
    if (!f)
        return fading_start(m, &of, x->since_ms, e);
    f->since_ms = x->since_ms; /* our own payload has just begun it anew */
    return true;
}

bool memo_set_race(struct model *m, struct race *r, const struct race_memo *memo, struct err *e)
{
    r->on_air = memo->on_air;
    r->summed = memo->summed;
    r->counties = memo->counties;
    r->counties_in = r->county_room = memo->county_count;
    r->changed_ms = memo->changed_ms;
    r->was_corrected = memo->corrected_mark && r->contest_count == 0;
    for (uint32_t i = 0; i < r->contest_count; i++) {
        struct feed_contest *c = r->contests[i];
        c->lag_since = 0;
        c->corrected_before = false;
        for (uint32_t k = 0; k < memo->seen_count; k++) {
            const struct race_seen *x = &memo->seen[k];
            if (x->source != c->source || !slice_eq(x->county, c->county) ||
                !slice_eq(x->id, c->id) || !slice_eq(x->text, c->text))
                continue;
            c->lag_since = x->lag_since;
            c->corrected_before = x->corrected_before;
        }
    }
    for (uint32_t i = 0; i < memo->fading_count; i++)
        if (!set_fading(m, &memo->fading[i], e))
            return false;
    return true;
}
