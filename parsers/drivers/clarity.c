/* SPDX-License-Identifier: ISC */
/* Clarity (SOE, Scytl, Civix): detail.xml of a state or a county, summary.json or the sum.json of
 * older sites, summary.csv, and the area file ALL.json with its one-type siblings.
 *
 * Decisions: names stay as the feed writes them, with "(I)" and "(Rep)", because matching strips
 * such marks; the mark gives the party only where the party field has none. Vote types may add up
 * to less than a choice's total (a file may leave a type out) and never to more. W of summary.json
 * is the only mark; where no contest of a file has one, the site does not mark winners and the file
 * says nothing.
 */
#include "parsers/drivers/clarity.h"

#include "parsers/drivers.h"
#include "parsers/xml.h"

/* The first byte that is not white space or part of a byte order mark; '\0': none. */
static char first_byte(struct slice head)
{
    head = xml_content(head);
    return head.len > 0 ? head.ptr[0] : '\0';
}

static bool is_xml(struct slice head)
{
    return first_byte(head) == '<';
}

/* Words, quoted or not: JSON of Clarity is an object or an array. */
static bool is_words(struct slice head)
{
    char c = first_byte(head);
    return c == '"' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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
    if (is_words(head))
        return clarity_csv(j, f);
    struct map *names = map_new(CLARITY_CONTESTS_MAX, true);
    if (names == NULL)
        return fault_set(f, WIRE_LIMIT, "no memory for the companions' names");
    bool ok = read_companions(j, names, f) && clarity_json(j, names, f);
    map_free(names);
    return ok;
}

static int sniff(struct slice head)
{
    if (slice_find(head, SLICE("<ElectionResult>")) != SIZE_MAX ||
        slice_find(head, SLICE("\"CATKEY\"")) != SIZE_MAX ||
        slice_find(head, SLICE("\"line number\",\"contest name\"")) == 0)
        return 2;
    size_t contests = slice_find(head, SLICE("\"Contests\""));
    return (contests < 16 && slice_find(head, SLICE("\"A\"")) != SIZE_MAX) ||
                   ((contests != SIZE_MAX || slice_find(head, SLICE("\"PR\"")) != SIZE_MAX) &&
                    slice_find(head, SLICE("\"CH\"")) != SIZE_MAX)
               ? 2
               : 0;
}

const struct driver clarity_driver = {.name = "clarity", .parse = parse, .sniff = sniff};
