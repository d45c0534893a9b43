/* SPDX-License-Identifier: ISC */
/* Programs run: text as it is, places filled, blocks again and again. */
#include "tests/sim/write.h"

#include <stdio.h>

#include "daemon/base/when.h"

#define TEXT_ROOM ((size_t)64 << 20)
#define COUNTIES_MAX 200

static void run(struct write *w, const struct template_node *nodes, size_t from, size_t to);

/* ---- names ---- */

static const struct field *find_among(const struct field *list, struct slice wanted)
{
    for (; list->name; list++)
        if (slice_is(wanted, list->name))
            return list;
    return NULL;
}

const struct field *field_find(struct slice wanted)
{
    const struct field *f = find_among(write_numbers, wanted);
    return f ? f : find_among(write_words, wanted);
}

/* ---- places ---- */

static void modify(const struct write *w, const struct template_node *n, struct slice value,
                   struct buf *out)
{
    struct buf room[2];
    buf_init(&room[0], TEXT_ROOM);
    buf_init(&room[1], TEXT_ROOM);
    for (size_t i = 0; i < n->step_count; i++) {
        struct buf *to = i + 1 == n->step_count ? out : &room[i % 2];
        if (to != out)
            buf_clear(to);
        n->steps[i].how->apply(w, value, n->steps[i].argument, to);
        value = buf_slice(to);
        out->failed |= to->failed;
    }
    if (n->step_count == 0)
        buf_add(out, value);
    buf_done(&room[0]);
    buf_done(&room[1]);
}

static void place(const struct write *w, const struct template_node *n, struct buf *out)
{
    char digits[24];
    if (n->field->text) {
        modify(w, n, n->field->text(w, &w->scope), out);
        return;
    }
    int len = snprintf(digits, sizeof digits, "%lld", (long long)n->field->number(w, &w->scope));
    modify(w, n, (struct slice){digits, (size_t)len}, out);
}

/* ---- blocks ---- */

static void loop(struct write *w, const struct template_node *nodes, size_t at)
{
    const struct write_scope outside = w->scope;
    bool *listed_outside = w->listed, listed = false;
    w->listed = &listed;
    for (size_t n = 0; nodes[at].loop->next(w, &n); n++)
        run(w, nodes, at + 1, nodes[at].next);
    w->listed = listed_outside;
    w->scope = outside;
}

static size_t choose(struct write *w, const struct template_node *nodes, size_t at)
{
    struct buf value;
    buf_init(&value, TEXT_ROOM);
    place(w, &nodes[at], &value);
    bool yes = value.len > 0 && !slice_is(buf_slice(&value), "0");
    buf_done(&value);
    size_t middle = nodes[at].next;
    size_t end = nodes[middle].kind == TEMPLATE_ELSE ? nodes[middle].next : middle;
    if (yes)
        run(w, nodes, at + 1, middle);
    else if (middle != end)
        run(w, nodes, middle + 1, end);
    return end;
}

static void pass(struct write *w, const struct template_node *nodes, size_t at)
{
    struct buf inside, *outside = w->out;
    buf_init(&inside, TEXT_ROOM);
    w->out = &inside;
    run(w, nodes, at + 1, nodes[at].next);
    w->out = outside;
    outside->failed |= inside.failed;
    modify(w, &nodes[at], buf_slice(&inside), outside);
    buf_done(&inside);
}

static void text(struct write *w, struct slice s)
{
    buf_add(w->out, s);
    for (size_t i = 0; i < s.len; i++)
        w->line += s.ptr[i] == '\n';
}

static void run(struct write *w, const struct template_node *nodes, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct template_node *n = &nodes[i];
        if (n->kind == TEMPLATE_TEXT) {
            text(w, n->text);
        } else if (n->kind == TEMPLATE_FIELD) {
            place(w, n, w->out);
        } else if (n->kind == TEMPLATE_IF) {
            i = choose(w, nodes, i);
        } else if (n->kind == TEMPLATE_FOR) {
            loop(w, nodes, i);
            i = n->next;
        } else if (n->kind == TEMPLATE_DO) {
            pass(w, nodes, i);
            i = n->next;
        }
    }
}

static void write_program(struct write *w, const struct template_program *p, struct buf *out)
{
    bool listed = false;
    w->out = out;
    w->line = 1;
    w->listed = &listed;
    run(w, p->nodes, 0, p->count);
    w->listed = NULL;
}

void write_payload(struct write *w, const struct template *what, int64_t t, struct buf *out)
{
    w->t = t;
    write_program(w, &what->body, out);
}

void write_path(struct write *w, struct buf *out)
{
    const struct template *t = w->template;
    bool zipped = w->feed->zip && t->zip_path.count > 0;
    struct buf path;
    buf_init(&path, 4096);
    write_program(w, zipped ? &t->zip_path : &t->path, &path);
    struct slice rest = buf_slice(&path), part = {0};
    while (w->feed->direct && slice_next(&rest, '/', &part))
        ;
    buf_addz(out, w->feed->counties ? "{election}/" : "");
    buf_add(out, w->feed->direct ? part : buf_slice(&path));
    buf_done(&path);
}

int64_t write_version(const struct write *w, int64_t t)
{
    return WRITE_VERSION + (t - w->night->s->date) / w->feed->every_ms;
}

/* ---- what the feed has ---- */

static void list_counties(struct write *w, const struct scenario_contest *c)
{
    for (size_t i = 0; i < c->county_count; i++) {
        size_t k = 0;
        while (k < w->county_count && !slice_eq(w->counties[k], c->counties[i]))
            k++;
        if (k == w->county_count && k < COUNTIES_MAX)
            w->counties[w->county_count++] = c->counties[i];
    }
}

size_t write_county_at(const struct write *w, const struct scenario_contest *c, size_t county)
{
    for (size_t i = 0; i < c->county_count; i++)
        if (slice_eq(c->counties[i], w->counties[county]))
            return i;
    return WRITE_NONE;
}

bool write_has_place(const struct write *w, const struct write_scope *s,
                     const struct generate_contest *g)
{
    size_t county = s->county == WRITE_NONE ? WRITE_NONE : write_county_at(w, g->c, s->county);
    if (s->county != WRITE_NONE && county == WRITE_NONE)
        return false;
    return s->unit == WRITE_NONE || (s->unit < g->unit_count &&
                                     (county == WRITE_NONE || g->units[s->unit].county == county));
}

bool write_begin(struct write *w, const struct generate *night, size_t feed, struct arena *a)
{
    const struct scenario *s = night->s;
    *w = (struct write){.night = night,
                        .feed = &s->feeds[feed],
                        .template = s->feeds[feed].template,
                        .contests = arena_array(a, s->contest_count + 1, sizeof *w->contests),
                        .titles = arena_array(a, s->contest_count + 1, sizeof *w->titles),
                        .counties = arena_array(a, COUNTIES_MAX, sizeof *w->counties),
                        .scope = WRITE_SCOPE_NONE,
                        .since = WHEN_UNKNOWN,
                        .t = s->date};
    if (!w->contests || !w->titles || !w->counties)
        return false;
    for (size_t i = 0; i < s->contest_count; i++)
        if (scenario_covers(s, &s->contests[i], feed)) {
            w->contests[w->contest_count++] = &night->contests[i];
            list_counties(w, &s->contests[i]);
        }
    for (size_t i = 0; i < w->contest_count; i++) {
        struct buf title;
        buf_init(&title, 4096);
        w->scope.g = w->contests[i];
        w->scope.contest = i;
        w->titles[i] = w->contests[i]->c->title;
        write_program(w, &w->template->title, &title);
        if (w->template->title.count > 0)
            w->titles[i] = arena_copy(a, buf_slice(&title));
        buf_done(&title);
    }
    w->scope = WRITE_SCOPE_NONE;
    return true;
}
