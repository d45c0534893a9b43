/* SPDX-License-Identifier: ISC */
/* Reading a batch: every byte is checked before one is used. */
#include "parsers/results.h"

#include <string.h>

#include "daemon/base/text.h"
#include "daemon/base/when.h"

#define YEAR_1 INT64_C(-62135596800000)
#define YEAR_9999 INT64_C(253402300799999)

/* What is being checked, for the message. */
struct check {
    struct results r;
    struct err *e;
    const char *what;
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

static bool open_layout(struct check *c, struct slice bytes)
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

/* Each text of the pool, once. */
static bool check_pool(const struct check *c)
{
    const struct results_header *h = c->r.head;
    const char *pool = c->r.pool;
    if (!h->pool || pool[0] != '\0' || pool[h->pool - 1] != '\0')
        return wrong(c, "its pool of text is not closed");
    for (size_t at = 1; at < h->pool;) {
        struct slice s = {pool + at, strlen(pool + at)}; /* the pool's last byte is NUL */
        bool url = at == h->next_url.off && is_url(s);
        if (!s.len || (!url && !text_is_clean(s)))
            return wrong(c, "a text in its pool is not clean");
        at += s.len + 1;
    }
    return true;
}

static bool text_fits(const struct check *c, struct results_text t, size_t max)
{
    const struct results_header *h = c->r.head;
    if (!t.len)
        return t.off == 0;
    return t.len <= max && t.off > 0 && t.off < h->pool && t.len < h->pool - t.off &&
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
    if (h->status >= RESULTS_STATUSES || h->test < -1 || h->test > 1 || h->delta > 1 || h->reserved)
        return wrong(c, "a field of its header is out of range");
    return true;
}

static bool check_choices(struct check *c)
{
    c->what = "choice";
    for (c->index = 0; c->index < c->r.head->choices; c->index++) {
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
    for (c->index = 0; c->index < c->r.head->units; c->index++) {
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
    for (c->index = 0; c->index < c->r.head->problems; c->index++) {
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
    const struct results_header *h = c->r.head;
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
    const struct results_header *h = c->r.head;
    struct taken t = {0};
    c->what = "contest";
    for (c->index = 0; c->index < h->contests; c->index++) {
        const struct results_contest *k = &c->r.contests[c->index];
        if (!check_parts(c, k, &t) || !check_contest(c, k) || !check_cells(c, k))
            return false;
    }
    c->what = NULL;
    if (t.choices != h->choices || t.units != h->units || t.cells != h->cells)
        return wrong(c, "it has parts that belong to no contest");
    return true;
}

bool results_open(struct slice bytes, struct results *out, struct err *e)
{
    struct check c = {.e = e};
    if (!open_layout(&c, bytes) || !check_pool(&c) || !check_head(&c) || !check_choices(&c) ||
        !check_units(&c) || !check_problems(&c) || !check_contests(&c))
        return false;
    *out = c.r;
    return true;
}
