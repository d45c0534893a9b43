/* SPDX-License-Identifier: ISC */
/* The table of formats: one row each. */
#include "parsers/formats.h"

#include "daemon/base/text.h"

static const char *const pointer_options[] = {"version-path", NULL};

#define MAPPING_OPTIONS                                                                            \
    "check.votes", "column.", "contest-all-parties.", "contest-per-county", "contest-per-party",   \
        "contest-whole.", "cut.", "decode", "drop.", "fact.", "keep.", "level.",                   \
        "measure.contest", "measure.when.", "ranked.", "statistic", "statistic.", "sum-progress",  \
        "take.", "thousands", "type.total", "value.", "whole"
#define SHEET_OPTIONS                                                                              \
    MAPPING_OPTIONS, "last-line", "lines.drop", "names.companion", "ragged", "shape.",             \
        "skip-lines", "trailer"
static const char *const delimited_options[] = {SHEET_OPTIONS, "header", "quote", "separator",
                                                NULL};
static const char *const fixed_width_options[] = {SHEET_OPTIONS, NULL};
static const char *const html_table_options[] = {MAPPING_OPTIONS, "last-line", "xpath.", NULL};

const struct format formats[] = {
    {
        .name = "ap",
        .about =
            "AP Elections API, versions 2 and 3: votes and calls by race, whole or what changed",
        .authority = "ap",
        .votes = true,
        .calls = true,
    },
    {
        .name = "ap-interactive",
        .about = "AP's public JSON behind its interactive pages: ids, votes and calls, no names",
        .authority = "ap",
        .votes = true,
        .calls = true,
    },
    {
        .name = "ca-sos",
        .about = "California Secretary of State: api.sos.ca.gov/returns, a race or a list of them",
        .authority = "official",
        .votes = true,
        .timezone = "America/Los_Angeles",
    },
    {
        .name = "clarity",
        .about = "Clarity (SOE, Scytl, Civix): detail.xml, summary.csv or their zips, "
                 "summary.json, sum.json, ALL.json",
        .authority = "official",
        .votes = true,
    },
    {
        .name = "ddhq",
        .about = "Decision Desk HQ, API versions 2 to 4: votes by county and town, and its calls",
        .authority = "ddhq",
        .votes = true,
        .calls = true,
    },
    {
        .name = "delimited",
        .about = "any text of lines and separators (CSV, TAB), by a mapping of its columns",
        .authority = "official",
        .votes = true,
        .options = delimited_options,
    },
    {
        .name = "dominion-summary",
        .about = "Dominion: Election Summary Report as XML; a county's summary or statement as CSV",
        .authority = "official",
        .votes = true,
    },
    {
        .name = "eml510",
        .about = "California Secretary of State's EML 510 for the media: totals and counties",
        .authority = "official",
        .votes = true,
        .timezone = "America/Los_Angeles",
    },
    {
        .name = "enhanced",
        .about = "Enhanced Voting (GA, VA, UT, RI, WA, ID, counties of MI, NY, AZ): media export, "
                 "/data, /ballot-items",
        .authority = "official",
        .votes = true,
    },
    {
        .name = "ess-el45a",
        .about = "ES&S Election Reporting Manager: summary report EL45A or EL45, as text or a "
                 "page's <pre>",
        .authority = "official",
        .votes = true,
        .page = true,
    },
    {
        .name = "fixed-width",
        .about = "any text of lines with columns of fixed widths, by a mapping of them",
        .authority = "official",
        .votes = true,
        .options = fixed_width_options,
    },
    {
        .name = "fl",
        .about = "Florida Department of State: the results file, or Votes with Info as companion",
        .authority = "official",
        .votes = true,
    },
    {
        .name = "html-table",
        .about = "a web page, by XPath of its contests, rows and values",
        .authority = "official",
        .votes = true,
        .page = true,
        .options = html_table_options,
    },
    {
        .name = "la-county",
        .about = "Los Angeles County's JSON: results.lavote.gov/electionresults/json",
        .authority = "official",
        .votes = true,
        .timezone = "America/Los_Angeles",
    },
    {
        .name = "la-ets",
        .about = "Los Angeles County's file of fixed columns (2014 to 2020)",
        .authority = "official",
        .votes = true,
        .timezone = "America/Los_Angeles",
    },
    {
        .name = "nc-json",
        .about = "North Carolina's live JSON: er.ncsbe.gov/enr/YYYYMMDD/data/results_N.txt",
        .authority = "official",
        .votes = true,
    },
    {
        .name = "nist",
        .about = "NIST SP 1500-100 common data format: XML of versions 1 and 2, JSON",
        .authority = "official",
        .votes = true,
    },
    {
        .name = "pa-rss",
        .about =
            "Pennsylvania Department of State: electionreturns.pa.gov, RSS by office or county",
        .authority = "official",
        .votes = true,
        .timezone = "America/New_York",
    },
    {
        .name = "pointer",
        .about = "a small file that names the version another URL has now (current_ver.txt)",
        .authority = "official",
        .pointer = true,
        .options = pointer_options,
    },
    {
        .name = "tx-goelect",
        .about = "Texas: goelect.txelections.civixapps.com, an election's JSON in base64 and its "
                 "countyInfo",
        .authority = "official",
        .votes = true,
        .timezone = "America/Chicago",
    },
    {.name = NULL},
};

const char *const format_common_options[] = {"precincts", "charset", "timezone", "state",
                                             "county",    "unknown", NULL};

static bool has_option(const char *const *options, struct slice name)
{
    for (; options && *options; options++) {
        struct slice known = slice_of(*options);
        bool family = slice_ends(known, SLICE("."));
        if (family ? slice_starts(name, known) && name.len > known.len : slice_eq(name, known))
            return true;
    }
    return false;
}

bool format_takes(const struct format *f, struct slice option)
{
    return has_option(f->options, option) || has_option(format_common_options, option);
}

const struct format *format_find(struct slice name)
{
    for (const struct format *f = formats; f->name; f++) {
        if (slice_is(name, f->name))
            return f;
    }
    return NULL;
}

const char *format_did_you_mean(struct slice name)
{
    const char *names[sizeof formats / sizeof formats[0]];
    size_t n = 0;
    for (const struct format *f = formats; f->name; f++)
        names[n++] = f->name;
    return text_did_you_mean(name, names, n);
}
