/* SPDX-License-Identifier: ISC */
/* Sorted arrays of hashes: they are made once, searched a million times, and live in the arena of
 * the core. */
#include "daemon/core/match_index.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/hash.h"
#include "daemon/base/text.h"

static const struct slice no_word = {"", 0};

uint64_t match_index_word(struct slice word)
{
    return hash64(word, 0);
}

uint64_t match_index_title(struct slice folded)
{
    return hash64(folded, 2);
}

uint64_t match_index_hint(struct slice source, struct slice contest)
{
    return hash64(contest, hash64(source, 3));
}

uint64_t match_index_office(const struct state *state, const struct office_class *class,
                            struct slice part, struct slice word)
{
    if (!state || !class)
        return 0;
    return hash64(word,
                  hash64(part, hash64(slice_of(class->slug), hash64(slice_of(state->code), 1))));
}

/* What is left of the name from each of its words on, run together; the last word is the last. */
static size_t ends_of(const struct name *n, uint64_t *keys)
{
    size_t at = 0;

    for (size_t i = 0; i < n->count; at += n->words[i++].len)
        keys[i] = match_index_word(slice_sub(n->joined, at, n->joined.len));
    return n->count;
}

enum { CUT_LEAST = 3 }; /* letters of a word that is cut */

static uint64_t beginning(struct slice word)
{
    return hash64(slice_sub(word, 0, CUT_LEAST), 4);
}

size_t match_index_ours(const struct name *n, uint64_t keys[MATCH_NAME_KEYS])
{
    size_t count = ends_of(n, keys);

    for (size_t i = n->family; i < n->count; i++)
        if (n->words[i].len >= CUT_LEAST)
            keys[count++] = beginning(n->words[i]);
    return count;
}

size_t match_index_theirs(const struct name *n, uint64_t keys[MATCH_NAME_KEYS])
{
    size_t count = ends_of(n, keys);

    for (size_t i = 0; i + 1 < n->count && count + 1 < MATCH_NAME_KEYS; i++)
        keys[count++] = match_index_word(n->words[i]);
    if (n->cut && n->last.len >= CUT_LEAST)
        keys[count++] = beginning(n->last);
    return count;
}

static int compare(const void *a, const void *b)
{
    const struct match_key *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->endorsement > y->endorsement) - (x->endorsement < y->endorsement);
}

size_t match_index_find(const struct match_keys *keys, uint64_t hash, size_t *from)
{
    size_t low = 0, high = keys->count, step = 16;
    /* Hashes are spread evenly: it is about here, and near is in the cache. */
    size_t at = (size_t)((unsigned __int128)hash * keys->count >> 64);

    for (; at < high && keys->list[at].hash < hash; at += step, step *= 2)
        low = at + 1;
    high = at < high ? at : high;
    for (step = 16; low < high && high - low > step && keys->list[high - step].hash >= hash;
         step *= 2)
        high -= step;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keys->list[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    *from = low;
    while (low < keys->count && keys->list[low].hash == hash)
        low++;
    return low;
}

void *match_grow(struct model *m, void *list, uint32_t *room, size_t n, size_t size)
{
    size_t more = *room ? *room : 4;

    if (n <= *room)
        return list;
    while (more < n)
        more *= 2;
    void *grown = arena_array(m->strings, more, size);
    if (grown && *room > 0)
        memcpy(grown, list, *room * size);
    if (grown)
        *room = (uint32_t)more;
    return grown;
}

bool match_index_add(struct model *m, struct match_keys *keys, uint32_t *room, uint64_t hash,
                     uint32_t endorsement)
{
    struct match_key *grown = match_grow(m, keys->list, room, keys->count + 1, sizeof(*keys->list));
    size_t at;

    if (!grown)
        return false;
    keys->list = grown;
    at = match_index_find(keys, hash, &at);
    memmove(keys->list + at + 1, keys->list + at, (keys->count - at) * sizeof(*keys->list));
    keys->list[at] = (struct match_key){hash, endorsement};
    keys->count++;
    return true;
}

static void put(struct match_keys *keys, uint64_t hash, size_t endorsement)
{
    keys->list[keys->count++] = (struct match_key){hash, (uint32_t)endorsement};
}

static bool read_person(const struct endorsement *e, struct arena *a, struct match_person *p)
{
    struct slice text[2] = {e->name, e->ballot_name};

    p->names = arena_array(a, 2 + e->alias_count, sizeof(*p->names));
    if (!p->names || !race_fit_read_ours(e, a, &p->race))
        return false;
    for (size_t i = 0; i < 2 + e->alias_count; i++) {
        struct slice one = i < 2 ? text[i] : e->aliases[i - 2];
        struct slice mates[NAME_PEOPLE];
        if (one.len == 0)
            continue;
        name_split(one, mates); /* a ticket is endorsed by its head */
        if (!name_read(mates[0], a, &p->names[p->name_count]))
            return false;
        p->name_count += p->names[p->name_count].last.len > 0;
    }
    p->listed_names = p->name_count;
    p->names_room = (uint32_t)(2 + e->alias_count);
    return true;
}

static bool fold(struct slice text, struct arena *a, struct slice *out)
{
    *out = text_fold_copy(text, a);
    return out->ptr != NULL;
}

static bool read_texts(const struct endorsement *e, struct arena *a, struct match_person *p)
{
    bool ok = true;

    p->hints = arena_array(a, e->hint_count + 1, sizeof(*p->hints));
    for (size_t i = 0; p->hints && i < e->hint_count; i++)
        ok &= fold(e->hints[i].contest, a, &p->hints[i]);
    if (e->choice != CHOICE_CANDIDATE)
        ok &= fold(e->name, a, &p->title) && fold(e->office, a, &p->office);
    return ok && p->hints;
}

static bool keys_new(struct match_keys *keys, size_t room, struct arena *a)
{
    keys->list = arena_array(a, room + 1, sizeof(*keys->list));
    return keys->list != NULL;
}

static void index_person(struct match *x, size_t i)
{
    const struct match_person *p = &x->people[i];
    const struct endorsement *e = p->race.e;

    for (size_t k = 0; k < p->name_count; k++) {
        uint64_t keys[MATCH_NAME_KEYS];
        size_t n = match_index_ours(&p->names[k], keys);
        for (size_t j = 0; j < n; j++)
            put(&x->by_name, keys[j], i);
    }
    if (e->ap_candidate_id.len > 0)
        put(&x->by_ap, match_index_word(e->ap_candidate_id), i);
    for (size_t k = 0; k < e->hint_count; k++) {
        const struct endorse_hint *h = &e->hints[k];
        put(&x->by_hint, match_index_hint(h->source, h->contest), i);
        put(&x->by_hint, match_index_hint(h->source, p->hints[k]), i);
    }
    if (e->ap_race_id.len > 0)
        put(&x->by_hint, match_index_hint(no_word, e->ap_race_id), i);
    if (e->choice != CHOICE_CANDIDATE) {
        put(&x->by_title, match_index_title(p->title), i);
        put(&x->by_title, match_index_title(p->office), i);
        if (p->name_count > 0)
            put(&x->by_title, match_index_title(p->names[0].last), i);
    }
    const struct office_text *o = &p->race.office;
    struct slice word = race_fit_word(&p->race);
    for (size_t k = 0; o->class && k < o->part_count; k++)
        put(&x->by_office, match_index_office(p->race.state, o->class, o->parts[k].value, word), i);
    if (o->class && o->part_count == 0)
        put(&x->by_office, match_index_office(p->race.state, o->class, no_word, word), i);
}

static size_t most_keys(const struct match_person *p)
{
    size_t n = 0;

    for (size_t k = 0; k < p->name_count; k++)
        n += 2 * p->names[k].count;
    return n;
}

static bool new_keys(struct match *x, size_t n, size_t names, size_t hints, struct arena *a)
{
    return keys_new(&x->by_name, names, a) && keys_new(&x->by_ap, n, a) &&
           keys_new(&x->by_hint, 2 * hints + n, a) &&
           keys_new(&x->by_office, OFFICE_PARTS * n, a) && keys_new(&x->by_title, 3 * n, a);
}

bool match_index_init(struct model *m, struct match **out)
{
    size_t n = m->endorsed->count, names = 0, hints = 0;
    struct match *x = arena_alloc(m->strings, sizeof(*x));

    if (!x)
        return false;
    x->people = arena_array(m->strings, n + 1, sizeof(*x->people));
    x->stamps = arena_array(m->strings, n + 1, sizeof(*x->stamps));
    x->concerned = arena_array(m->strings, n + 1, sizeof(*x->concerned));
    x->found = arena_array(m->strings, n + 1, sizeof(*x->found));
    if (!x->people || !x->stamps || !x->concerned || !x->found)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        if (!read_person(e, m->strings, &x->people[i]) || !read_texts(e, m->strings, &x->people[i]))
            return false;
        names += most_keys(&x->people[i]);
        hints += e->hint_count;
    }
    if (!new_keys(x, n, names, hints, m->strings))
        return false;
    for (size_t i = 0; i < n; i++)
        index_person(x, i);
    struct match_keys *all[] = {&x->by_name, &x->by_ap, &x->by_hint, &x->by_office, &x->by_title};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        qsort(all[i]->list, all[i]->count, sizeof(*all[i]->list), compare);
    *out = x;
    return true;
}
