/* SPDX-License-Identifier: ISC */
/* Dominion (Democracy Suite, ImageCast): the Election Summary Report as XML, and the CSV files that
 * counties make of it, summary or statement of votes by precinct. */
#include "parsers/drivers/dominion.h"
#include "parsers/drivers.h"
#include "parsers/xml.h"

/* The layouts seen of a county's two files, in the words of mappings; a source's own options come
 * first. Undervotes and overvotes stand again on every choice's row and are no choices. */
static const char mapping[] = "column.contest=Contest Title\n"
                              "column.choice=Choice Name\n"
                              "column.votes=Total Votes\n"
                              "column.precinct=Precinct Code | Precinct | -\n"
                              "column.total=Precinct Count | -\n"
                              "column.registered=Active Voters* | Active Voters | -\n"
                              "column.ballots=Total Ballots | -\n"
                              "drop.#1=^[*]\n"
                              "unknown=N/A\n"
                              "thousands=yes\n";

static bool parse_csv(struct job *j, struct fault *f)
{
    struct job mapped = *j;
    mapped.options = arena_printf(j->arena, "%.*s%s", SLICE_FMT(j->options), mapping);
    return mapped.options.ptr != NULL
               ? delimited_driver.parse(&mapped, f)
               : fault_set(f, WIRE_LIMIT, "no memory for the mapping's options");
}

static bool parse(struct job *j, struct fault *f)
{
    struct slice head;
    if (!input_peek(j->input, 64, &head, f))
        return false;
    return slice_starts(xml_content(head), SLICE("<")) ? dominion_report(j, f) : parse_csv(j, f);
}

/* Are these two words near the front, with whatever blanks between them? Names of columns go over
 * two lines. */
static bool has_pair(struct slice head, struct slice one, struct slice two)
{
    size_t at;
    while ((at = slice_find(head, one)) != SIZE_MAX) {
        head = slice_sub(head, at + one.len, head.len);
        if (slice_starts(slice_trim(head), two))
            return true;
    }
    return false;
}

static int sniff(struct slice head)
{
    if (slice_find(head, SLICE("ElectionSummaryReportRPT")) != SIZE_MAX)
        return 2;
    head = slice_sub(head, 0, 400);
    return has_pair(head, SLICE("Contest"), SLICE("Title")) &&
           has_pair(head, SLICE("Choice"), SLICE("Name")) &&
           has_pair(head, SLICE("Total"), SLICE("Votes"));
}

const struct driver dominion_summary_driver = {
    .name = "dominion-summary", .parse = parse, .sniff = sniff};
