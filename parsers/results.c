/* SPDX-License-Identifier: ISC */
/* Reading a batch: every byte is checked before one is used. */
#include "parsers/results.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/base/when.h"

#define YEAR_1 INT64_C(-62135596800000)
#define YEAR_9999 INT64_C(253402300799999)

/* What is being checked, and how far. */
struct check {
    struct results r;          /* with all pieces so far */
    struct results_header all; /* its counts; `done`: those that were checked before */
    struct results_header done;
    struct err *e;
    const char *what; /* for the message */
    uint32_t index;
};

static bool wrong(const struct check *c, const char *why)
{
    if (c->what)
        err_set(c->e, ERR_DATA, "batch: %s %u: %s", c->what, c->index, why);
    else
        err_set(c->e, ERR_DATA, "batch: %s", why);
    return false;
}

/* ---- layout ---- */

/* Cut `count` records of `size` bytes off the front of *rest. Sizes are far below 2^32, so nothing
 * overflows. */
static const void *cut(struct slice *rest, uint32_t count, size_t size)
{
    uint64_t bytes = (uint64_t)count * size;
    const void *at = rest->ptr;
    if (bytes > rest->len)
        return NULL;
    *rest = slice_sub(*rest, (size_t)bytes, rest->len);
    return at;
}

static bool open_layout(struct check *c, struct slice bytes, uint32_t piece)
{
    const struct results_header *h = (const void *)bytes.ptr;
    if (bytes.len < sizeof *h || bytes.len > RESULTS_MAX)
        return wrong(c, "its size is impossible");
    if ((uintptr_t)bytes.ptr % _Alignof(struct results_header) != 0)
        return wrong(c, "it is not aligned");
    if (h->magic != RESULTS_MAGIC)
        return wrong(c, "it does not begin as a batch does");
    if (h->bytes != bytes.len)
        return wrong(c, "it states another size than it has");
    if (h->piece != piece)
        return wrong(c, "it is not the piece that is expected");
    struct slice rest = slice_sub(bytes, sizeof *h, bytes.len);
    c->r.head = h;
    if (!(c->r.contests = cut(&rest, h->contests, sizeof *c->r.contests)) ||
        !(c->r.choices = cut(&rest, h->choices, sizeof *c->r.choices)) ||
        !(c->r.units = cut(&rest, h->units, sizeof *c->r.units)) ||
        !(c->r.cells = cut(&rest, h->cells, sizeof *c->r.cells)) ||
        !(c->r.problems = cut(&rest, h->problems, sizeof *c->r.problems)))
        return wrong(c, "its counts are more than its bytes");
    c->r.pool = rest.ptr;
    if (rest.len != h->pool)
        return wrong(c, "its counts are not its bytes");
    c->all = *h;
    return true;
}

/* ---- texts ---- */

static bool is_url(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < 0x21 || s.ptr[i] > 0x7e)
            return false;
    }
    return s.len <= RESULTS_URL_MAX;
}

/* Each text of the pool, once; between them there is nothing. */
static bool check_pool(const struct check *c)
{
    const struct results_header *h = c->r.head;
    const char *pool = c->r.pool;
    if (!c->all.pool || pool[0] != '\0' || pool[c->all.pool - 1] != '\0')
        return wrong(c, "its pool of text is not closed");
    for (size_t at = c->done.pool ? c->done.pool : 1; at < c->all.pool;) {
        struct slice s = {pool + at, strlen(pool + at)}; /* the pool's last byte is NUL */
        bool url = at == h->next_url.off && is_url(s);
        if (at % RESULTS_WORD ? s.len : !s.len || (!url && !text_is_clean(s)))
            return wrong(c, "a text in its pool is not clean");
        at += s.len + 1;
    }
    return true;
}

static bool text_fits(const struct check *c, struct results_text t, size_t max)
{
    uint32_t pool = c->all.pool;
    if (!t.len)
        return t.off == 0;
    return t.len <= max && t.off > 0 && t.off < pool && t.len < pool - t.off &&
           c->r.pool[t.off - 1] == '\0' && c->r.pool[t.off + t.len] == '\0' &&
           !memchr(c->r.pool + t.off, '\0', t.len);
}

static bool texts_fit(const struct check *c, const struct results_text *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!text_fits(c, t[i], TEXT_MAX))
            return wrong(c, "a text lies outside the pool");
    }
    return true;
}

static bool time_ok(int64_t t)
{
    return t == WHEN_UNKNOWN || (t >= YEAR_1 && t <= YEAR_9999);
}

/* ---- records ---- */

static bool check_head(const struct check *c)
{
    const struct results_header *h = c->r.head;
    const struct results_text texts[] = {h->version, h->election_date, h->election_name};
    int64_t date;
    if (!texts_fit(c, texts, sizeof texts / sizeof texts[0]))
        return false;
    if (!text_fits(c, h->next_url, RESULTS_URL_MAX) || !is_url(results_text(&c->r, h->next_url)))
        return wrong(c, "its next URL is none");
    if (h->election_date.len && !when_parse_date(results_text(&c->r, h->election_date), &date))
        return wrong(c, "its election date is no date");
    if (!time_ok(h->own_time_ms))
        return wrong(c, "its own time is impossible");
    if (h->status >= RESULTS_STATUSES || h->test < -1 || h->test > 1 || h->delta > 1)
        return wrong(c, "a field of its header is out of range");
    return true;
}

static bool check_choices(struct check *c)
{
    c->what = "choice";
    for (c->index = c->done.choices; c->index < c->all.choices; c->index++) {
        const struct results_choice *v = &c->r.choices[c->index];
        const struct results_text texts[] = {v->id, v->name, v->party};
        if (!texts_fit(c, texts, sizeof texts / sizeof texts[0]))
            return false;
        if (!v->id.len && !v->name.len)
            return wrong(c, "it has neither id nor name");
        if (v->mark >= RESULTS_MARKS || v->flags & ~(uint32_t)RESULTS_CHOICE_FLAGS)
            return wrong(c, "a field is out of range");
    }
    return true;
}

static bool check_units(struct check *c)
{
    c->what = "unit";
    for (c->index = c->done.units; c->index < c->all.units; c->index++) {
        const struct results_unit *u = &c->r.units[c->index];
        const struct results_text texts[] = {u->id, u->name};
        if (!texts_fit(c, texts, sizeof texts / sizeof texts[0]))
            return false;
        bool named = u->id.len || u->name.len;
        if (u->type >= RESULTS_UNIT_TYPES || named != (u->type != RESULTS_TOTAL))
            return wrong(c, "its type does not go with its name");
        if (u->registered < -1 || u->ballots < -1 || u->reporting < -1 || u->total < -1 ||
            u->reserved)
            return wrong(c, "a field is out of range");
    }
    return true;
}

static bool check_problems(struct check *c)
{
    c->what = "problem";
    for (c->index = c->done.problems; c->index < c->all.problems; c->index++) {
        const struct results_problem *p = &c->r.problems[c->index];
        const struct results_text texts[] = {p->contest_id, p->contest_text, p->contest_county,
                                             p->why};
        if (!texts_fit(c, texts, sizeof texts / sizeof texts[0]))
            return false;
        if (!p->why.len)
            return wrong(c, "it gives no reason");
    }
    return true;
}

static bool check_contest(const struct check *c, const struct results_contest *k)
{
    const struct results_text texts[] = {k->id,     k->text,     k->state, k->county,
                                         k->office, k->district, k->party, k->election_type};
    const uint32_t flags =
        RESULTS_MEASURE | RESULTS_UNCONTESTED | RESULTS_RANKED | RESULTS_MARKS_STATED;
    if (!texts_fit(c, texts, sizeof texts / sizeof texts[0]))
        return false;
    if (!k->id.len && !k->text.len)
        return wrong(c, "it has neither id nor text");
    if (k->state.len && k->state.len != 2)
        return wrong(c, "its state is not two letters");
    if (!time_ok(k->updated_ms) || !time_ok(k->called_ms) || k->registered < -1 ||
        k->ballots < -1 || k->votes_allowed < -1 || k->seats < -1 || k->places < -1 ||
        k->flags & ~flags || k->reserved)
        return wrong(c, "a field is out of range");
    return true;
}

static bool check_cells(const struct check *c, const struct results_contest *k)
{
    for (uint32_t u = 0; u < k->units; u++) {
        const struct results_cell *cells = results_cell(&c->r, k, u, 0);
        bool total = u == 0, sums = c->r.units[k->first_unit + u].type != RESULTS_PRECINCT;
        for (uint32_t i = 0; i < k->choices; i++) {
            if (cells[i].votes < VOTES_ABSENT || cells[i].votes > RESULTS_VOTES_MAX ||
                cells[i].reserved)
                return wrong(c, "a vote count is out of range");
            if (total && cells[i].votes == VOTES_ABSENT)
                return wrong(c, "a total is absent");
            if (cells[i].derived > (sums && cells[i].votes != VOTES_ABSENT))
                return wrong(c, "a vote count is derived that is no sum");
        }
    }
    return true;
}

/* How much of the lists the contests so far have taken. */
struct taken {
    uint64_t choices, units, cells;
};

static bool check_parts(const struct check *c, const struct results_contest *k, struct taken *t)
{
    const struct results_header *h = &c->all;
    if (k->first_choice != t->choices || k->first_unit != t->units || k->first_cell != t->cells)
        return wrong(c, "its parts do not follow the last contest's");
    if (!k->choices || !k->units)
        return wrong(c, "it has no choices or no units");
    t->choices += k->choices;
    t->units += k->units;
    t->cells += (uint64_t)k->units * k->choices;
    if (t->choices > h->choices || t->units > h->units || t->cells > h->cells)
        return wrong(c, "it has more parts than there are");
    for (uint32_t i = 0; i < k->units; i++) {
        if ((c->r.units[k->first_unit + i].type == RESULTS_TOTAL) != (i == 0))
            return wrong(c, "its total is not its first unit and only that");
    }
    return true;
}

/* The contests' choices, units and cells lie one behind the other and are all there are: so none is
 * shared. */
static bool check_contests(struct check *c)
{
    const struct results_header *h = &c->all;
    struct taken t = {c->done.choices, c->done.units, c->done.cells};
    c->what = "contest";
    for (c->index = c->done.contests; c->index < h->contests; c->index++) {
        const struct results_contest *k = &c->r.contests[c->index];
        if (!check_parts(c, k, &t) || !check_contest(c, k) || !check_cells(c, k))
            return false;
    }
    c->what = NULL;
    if (t.choices != h->choices || t.units != h->units || t.cells != h->cells)
        return wrong(c, "it has parts that belong to no contest");
    return true;
}

static bool check_all(struct check *c)
{
    return check_pool(c) && check_head(c) && check_choices(c) && check_units(c) &&
           check_problems(c) && check_contests(c);
}

bool results_open(struct slice bytes, struct results *out, struct err *e)
{
    struct check c = {.e = e};
    if (!open_layout(&c, bytes, 0) || !check_all(&c))
        return false;
    *out = c.r;
    return true;
}

/* ---- pieces ---- */

enum { CONTESTS, CHOICES, UNITS, CELLS, PROBLEMS, POOL, LISTS };
static const size_t sizes[LISTS] = {sizeof(struct results_contest), sizeof(struct results_choice),
                                    sizeof(struct results_unit),    sizeof(struct results_cell),
                                    sizeof(struct results_problem), 1};

struct results_pieces {
    struct results_header head; /* of the last piece, with the counts of all */
    struct list {
        char *at;
        size_t len, room; /* bytes */
    } lists[LISTS];
};

struct results_pieces *results_pieces_new(void)
{
    return calloc(1, sizeof(struct results_pieces));
}

void results_pieces_free(struct results_pieces *p)
{
    for (size_t i = 0; p && i < LISTS; i++)
        free(p->lists[i].at);
    free(p);
}

static void counts_of(struct results_header *h, uint32_t *out[LISTS])
{
    uint32_t *all[LISTS] = {&h->contests, &h->choices,  &h->units,
                            &h->cells,    &h->problems, &h->pool};
    memcpy(out, all, sizeof all);
}

static bool append(struct list *l, const void *from, size_t n)
{
    if (l->len + n > l->room) {
        size_t room = l->room ? l->room : 4096;
        while (room < l->len + n)
            room *= 2;
        char *more = realloc(l->at, room);
        if (!more)
            return false;
        l->at = more;
        l->room = room;
    }
    if (n > 0)
        memcpy(l->at + l->len, from, n);
    l->len += n;
    return true;
}

/* The lists of a piece behind those that are there, and the counts of all of them. */
static bool append_all(struct results_pieces *p, struct check *c)
{
    const void *from[LISTS] = {c->r.contests, c->r.choices,  c->r.units,
                               c->r.cells,    c->r.problems, c->r.pool};
    uint32_t *more[LISTS], *had[LISTS];
    uint64_t bytes = sizeof p->head;
    counts_of(&c->all, more);
    counts_of(&c->done, had);
    for (size_t i = 0; i < LISTS; i++) {
        if (!append(&p->lists[i], from[i], *more[i] * sizes[i]))
            return err_set(c->e, ERR_AGAIN, "no memory for a batch");
        *more[i] += *had[i];
        bytes += p->lists[i].len;
    }
    if (bytes > RESULTS_MAX)
        return wrong(c, "its size is impossible");
    c->all.bytes = (uint32_t)bytes;
    return true;
}

bool results_pieces_add(struct results_pieces *p, struct slice piece, struct err *e)
{
    struct check c = {.e = e, .done = p->head};
    if (!open_layout(&c, piece, p->head.piece + 1) || !append_all(p, &c))
        return false;
    const struct results_header *head = c.r.head; /* its facts */
    p->head = c.all;
    results_pieces_open(p, &c.r);
    c.r.head = head;
    return check_all(&c);
}

void results_pieces_open(const struct results_pieces *p, struct results *out)
{
    *out = (struct results){.head = &p->head,
                            .contests = (const void *)p->lists[CONTESTS].at,
                            .choices = (const void *)p->lists[CHOICES].at,
                            .units = (const void *)p->lists[UNITS].at,
                            .cells = (const void *)p->lists[CELLS].at,
                            .problems = (const void *)p->lists[PROBLEMS].at,
                            .pool = p->lists[POOL].at};
}

/* ---- digests ---- */

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline void mix(struct digest *d, uint64_t a, uint64_t b)
{
    d->hi = fold(d->hi ^ a, b ^ UINT64_C(0x9e3779b97f4a7c15));
    d->lo = fold(d->lo ^ b, a ^ UINT64_C(0xd6e8feb86659fd93));
}

/* What the text says, not where it lies. */
static inline uint64_t text_hash(const struct results_words *w, struct results_text t)
{
    if (t.len == 0)
        return 0;
    return w->hashes ? w->hashes[t.off / RESULTS_WORD]
                     : hash64((struct slice){w->pool + t.off, t.len}, 0);
}

/* Records of `size` bytes that begin with `texts` texts. */
static inline void mix_records(struct digest *d, const struct results_words *w, const void *records,
                               uint32_t n, size_t size, size_t texts)
{
    const char *at = records;
    for (uint32_t i = 0; i < n; i++, at += size) {
        uint64_t words[sizeof(struct results_contest) / sizeof(uint64_t)];
        memcpy(words, at, size);
#pragma GCC unroll 8
        for (size_t t = 0; t < texts; t++) {
            struct results_text text;
            memcpy(&text, at + t * sizeof text, sizeof text);
            words[t] = text_hash(w, text);
        }
#pragma GCC unroll 8
        for (size_t k = 0; k < size / sizeof *words; k += 2)
            mix(d, words[k], words[k + 1]);
    }
}

/* What is behind says where. */
#define CONTEST_SAID offsetof(struct results_contest, first_choice)

_Static_assert(CONTEST_SAID % 16 == 0 && sizeof(struct results_choice) % 16 == 0 &&
                   sizeof(struct results_unit) % 16 == 0 &&
                   offsetof(struct results_contest, updated_ms) == 8 * sizeof(uint64_t) &&
                   offsetof(struct results_choice, flags) == 3 * sizeof(uint64_t) &&
                   offsetof(struct results_unit, registered) == 2 * sizeof(uint64_t),
               "records are pairs of words, and begin with their texts");

struct digest results_digest(const struct results_words *w, const struct results_contest *c,
                             const struct results_choice *choices, const struct results_unit *units,
                             const struct results_cell *cells)
{
    size_t n = (size_t)c->units * c->choices * sizeof *cells;
    struct digest d = digest_of((struct slice){(const char *)cells, n});
    mix(&d, c->choices, c->units);
    mix_records(&d, w, c, 1, CONTEST_SAID, 8);
    mix_records(&d, w, choices, c->choices, sizeof *choices, 3);
    mix_records(&d, w, units, c->units, sizeof *units, 2);
    return d;
}

void results_copy(const struct results *r, char *into)
{
    struct results_header head = *r->head;
    const void *from[LISTS] = {r->contests, r->choices, r->units, r->cells, r->problems, r->pool};
    uint32_t *counts[LISTS];
    counts_of(&head, counts);
    head.piece = 0;
    memcpy(into, &head, sizeof head);
    into += sizeof head;
    for (size_t i = 0; i < LISTS; i++) {
        size_t n = *counts[i] * sizes[i];
        if (n > 0)
            memcpy(into, from[i], n);
        into += n;
    }
}
