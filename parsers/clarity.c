/* SPDX-License-Identifier: ISC */
/* Clarity (SOE, Scytl, Civix): detail.xml of a state or a county, summary.json, and the area file
 * ALL.json with its one-type siblings.
 *
 * Decisions: names stay as the feed writes them, with "(I)" and "(Rep)", because matching strips
 * such marks; the mark gives the party only where the party field has none. Vote types may add up
 * to less than a choice's total (a file may leave a type out) and never to more. W of summary.json
 * is the only mark; where no contest of a file has one, the site does not mark winners and the file
 * says nothing.
 */
#include "parsers/clarity.h"

#include "parsers/drivers.h"
#include "parsers/label.h"

#define CONTESTS_MAX 200000

bool clarity_names_add(struct clarity_names *n, struct arena *a, struct slice text,
                       struct slice party, struct fault *f)
{
    if (n->count == n->room) {
        size_t room = n->room > 0 ? n->room * 2 : 8;
        struct clarity_name *grown = arena_array(a, room, sizeof *grown);
        if (grown == NULL)
            return fault_set(f, WIRE_LIMIT, "a companion's names do not fit in memory");
        for (size_t i = 0; i < n->count; i++)
            grown[i] = n->choices[i];
        n->choices = grown;
        n->room = room;
    }
    struct clarity_name *name = &n->choices[n->count++];
    name->text = arena_copy(a, text);
    name->party = arena_copy(a, party);
    if (name->text.ptr == NULL || name->party.ptr == NULL)
        return fault_set(f, WIRE_LIMIT, "a companion's names do not fit in memory");
    return true;
}

bool clarity_names_new(struct map *by_key, struct arena *a, struct slice key, struct slice text,
                       struct clarity_names **out, struct fault *f)
{
    struct clarity_names *n = arena_alloc(a, sizeof *n);
    struct slice copy = arena_copy(a, text);
    if (n == NULL || copy.ptr == NULL)
        return fault_set(f, WIRE_LIMIT, "a companion's names do not fit in memory");
    n->text = copy;
    n->votes_allowed = -1;
    if (!map_has(by_key, key) && !map_put(by_key, key, n))
        return fault_set(f, WIRE_LIMIT, "a companion has more than %d contests", CONTESTS_MAX);
    *out = n;
    return true;
}

void clarity_choice(struct slice id, struct slice text, struct slice party,
                    struct results_choice_in *out)
{
    bool incumbent;
    struct slice mark = label_party_mark(text, &incumbent);
    *out = (struct results_choice_in){.id = id, .name = text, .party = label_party(party)};
    if (out->party.len == 0)
        out->party = mark;
    if (incumbent)
        out->flags |= RESULTS_INCUMBENT;
    if (label_is_write_in(text))
        out->flags |= RESULTS_WRITE_IN;
}

/* The first byte that is not white space or part of a byte order mark: '<' begins XML. */
static bool is_xml(struct slice head)
{
    if (slice_starts(head, SLICE("\xef\xbb\xbf")))
        head = slice_sub(head, 3, head.len);
    return slice_starts(slice_trim(head), SLICE("<"));
}

static bool read_companions(struct job *j, struct map *names, struct fault *f)
{
    for (size_t i = 0; i < j->companion_count; i++) {
        struct input *in = j->companions[i];
        struct slice head;
        bool ok = input_peek(in, 64, &head, f);
        if (ok && is_xml(head))
            ok = clarity_detail_names(in, j->arena, names, f);
        else if (ok)
            ok = clarity_json_names(in, j->arena, names, f);
        if (!ok) {
            err_prefix(&f->err, "companion %zu", i + 1);
            return false;
        }
    }
    return true;
}

static bool parse(struct job *j, struct fault *f)
{
    struct slice head;
    if (!input_peek(j->input, 64, &head, f))
        return false;
    if (is_xml(head))
        return clarity_detail(j, f);
    struct map *names = map_new(CONTESTS_MAX, true);
    if (names == NULL)
        return fault_set(f, WIRE_LIMIT, "no memory for the companions' names");
    bool ok = read_companions(j, names, f) && clarity_json(j, names, f);
    map_free(names);
    return ok;
}

static int sniff(struct slice head)
{
    if (slice_find(head, SLICE("<ElectionResult>")) != SIZE_MAX ||
        slice_find(head, SLICE("\"CATKEY\"")) != SIZE_MAX)
        return 2;
    size_t contests = slice_find(head, SLICE("\"Contests\""));
    return contests < 16 && slice_find(head, SLICE("\"A\"")) != SIZE_MAX ? 2 : 0;
}

const struct driver clarity_driver = {.name = "clarity", .parse = parse, .sniff = sniff};
