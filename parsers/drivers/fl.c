/* SPDX-License-Identifier: ISC */
/* Florida Department of State, enightfilespublic: either the results file, or the Votes file with
 * its Info file as companion. The two are not of the same moment, nor do they name contests by the
 * same ids, so that each is a feed by itself. Counties are reporting units; no row is the state's.
 */
#include "parsers/drivers/fl.h"

#include "parsers/drivers.h"

static struct slice without_bom(struct slice s)
{
    static const struct slice bom = SLICE_INIT("\xef\xbb\xbf");
    return slice_sub(s, slice_starts(s, bom) ? bom.len : 0, s.len);
}

static bool is_votes(struct slice head)
{
    return slice_starts(without_bom(head), SLICE("[V|"));
}

static bool is_info(struct slice head)
{
    static const struct slice starts[] = {SLICE_INIT("[r|"), SLICE_INIT("[c|"), SLICE_INIT("[u|"),
                                          SLICE_INIT("[p|")};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (slice_starts(without_bom(head), starts[i]))
            return true;
    return false;
}

static bool parse(struct job *j, struct fault *f)
{
    struct slice head;
    if (!input_peek(j->input, 16, &head, f))
        return false;
    if (is_info(head))
        return fault_set(f, WIRE_SCHEMA,
                         "line 1: an Info file, which has no votes: name it as the companion of "
                         "the Votes file");
    return is_votes(head) ? fl_votes(j, f) : fl_results(j, f);
}

static int sniff(struct slice head)
{
    if (is_votes(head) || is_info(head))
        return 2;
    return slice_starts(without_bom(head), SLICE("ElectionDate\tPartyCode\t")) ? 2 : 0;
}

const struct driver fl_driver = {.name = "fl", .parse = parse, .sniff = sniff};
