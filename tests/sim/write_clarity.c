/* SPDX-License-Identifier: ISC */
/* Clarity's files as its sites have them: detail.xml of a county or a state, ALL.json,
 * summary.json.
 *
 * Habits of real ones kept here: a state's file has the party in the candidate's text and "NP" in
 * its field, a county's has it in the field; a county's precinctsReporting is how many precincts
 * there are; contest and choice numbers differ between county and state.
 */
#include "tests/sim/write.h"

#include <inttypes.h>

#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"

#define STATE_KEY 10000 /* contests of a state: 10000, 10100, ... */
#define STATE_STEP 100

const struct generate_contest *write_next(const struct write_what *w, size_t *at)
{
    const struct scenario *s = w->night->s;
    while (*at < s->contest_count) {
        size_t i = (*at)++;
        if (scenario_covers(s, &s->contests[i], w->feed))
            return &w->night->contests[i];
    }
    return NULL;
}

static const struct scenario_feed *feed_of(const struct write_what *w)
{
    return &w->night->s->feeds[w->feed];
}

/* ---- XML ---- */

static void text(struct buf *out, struct slice s)
{
    static const char *const escapes[128] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"};
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < 128 && escapes[c])
            buf_addz(out, escapes[c]);
        else
            buf_addc(out, (char)c);
    }
}

static void attribute(struct buf *out, const char *name, struct slice value)
{
    buf_addf(out, " %s=\"", name);
    text(out, value);
    buf_addc(out, '"');
}

static void count(struct buf *out, const char *name, int64_t n)
{
    buf_addf(out, " %s=\"%" PRId64 "\"", name, n);
}

static void percent(struct buf *out, const char *name, int64_t part, int64_t whole)
{
    int64_t bp = whole > 0 ? part * 10000 / whole : 0;
    buf_addf(out, " %s=\"%" PRId64 ".%02" PRId64 "\"", name, bp / 100, bp % 100);
}

/* "11/3/2026 9:05:00 PM EST" */
static void timestamp(struct buf *out, const struct scenario_state *st, int64_t t)
{
    struct civil c;
    when_civil(t + st->offset_ms, &c);
    buf_addf(out, "%d/%d/%d %d:%02d:%02d %s %s", c.month, c.day, c.year,
             c.hour % 12 ? c.hour % 12 : 12, c.minute, c.second, c.hour < 12 ? "AM" : "PM",
             st->zone);
}

/* Ballots behind the largest contest, with a few that left it blank. */
static int64_t ballots(const struct write_what *w, bool at_the_end)
{
    const struct generate_contest *g;
    int64_t most = 0;
    for (size_t at = 0; (g = write_next(w, &at)) != NULL;) {
        int64_t sum = 0;
        for (size_t k = 0; k < g->c->candidate_count; k++)
            sum += generate_total(g, k, at_the_end ? WHEN_NEVER : w->t);
        sum = (sum + g->c->seats - 1) / g->c->seats;
        most = sum > most ? sum : most;
    }
    return most + most / 50;
}

static void head(const struct write_what *w, const char *element, struct buf *out)
{
    const struct scenario *s = w->night->s;
    const struct scenario_feed *f = feed_of(w);
    struct civil day;
    int64_t voters = ballots(w, true) * 100 / 61, cast = ballots(w, false);
    when_civil(s->date, &day);
    buf_addz(out,
             "<?xml version=\"1.0\"?>\r\n<!--Election result snapshot imported from Tabulation "
             "System\r\n-->\r\n<ElectionResult>\r\n    <Timestamp>");
    timestamp(out, f->state, w->t);
    buf_addz(out, "</Timestamp>\r\n    <ElectionName>");
    text(out, s->election);
    buf_addf(out, "</ElectionName>\r\n    <ElectionDate>%d/%d/%d</ElectionDate>\r\n    <Region>",
             day.month, day.day, day.year);
    text(out, f->format == FORMAT_COUNTY ? f->county : f->state->code);
    buf_addf(out, "</Region>\r\n    <%s", element);
    count(out, "totalVoters", voters);
    count(out, "ballotsCast", cast);
    percent(out, "voterTurnout", cast, voters);
    buf_addz(out, " />\r\n");
}

static const char *const type_names[GENERATE_TYPES] = {
    [TYPE_DAY] = "Election Day Votes",
    [TYPE_EARLY] = "Advanced Voting Votes",
    [TYPE_MAIL] = "Absentee by Mail Votes",
};

static void precinct_rows(const struct write_what *w, const struct generate_contest *g, size_t k,
                          enum generate_type type, struct buf *out)
{
    for (size_t u = 0; u < g->unit_count; u++) {
        buf_addf(out, "                <Precinct name=\"Precinct %02zu\"", u + 1);
        count(out, "votes", generate_unit_votes(g, u, k, type, w->t));
        buf_addz(out, " />\r\n");
    }
}

static void county_rows(const struct write_what *w, const struct generate_contest *g, size_t k,
                        enum generate_type type, struct buf *out)
{
    for (size_t i = 0; i < g->c->county_count; i++) {
        buf_addz(out, "                <County");
        attribute(out, "name", g->c->counties[i]);
        count(out, "votes", generate_county_votes(g, i, k, type, w->t));
        buf_addz(out, " />\r\n");
    }
}

static void choice(const struct write_what *w, const struct generate_contest *g, size_t k,
                   size_t key, struct buf *out)
{
    const struct scenario_candidate *cand = &g->c->candidates[k];
    bool county = feed_of(w)->format == FORMAT_COUNTY, party = cand->party->mark[0] != '\0';
    buf_addf(out, "        <Choice key=\"%zu\" text=\"", key);
    text(out, cand->shown);
    if (!county && cand->incumbent)
        buf_addz(out, " (I)");
    if (!county && party)
        buf_addf(out, " (%s)", cand->party->mark);
    buf_addc(out, '"');
    if (party)
        attribute(out, "party", county ? slice_of(cand->party->code) : SLICE("NP"));
    count(out, "totalVotes", generate_total(g, k, w->t));
    buf_addz(out, ">\r\n");
    for (int t = 0; t < GENERATE_TYPES; t++) {
        enum generate_type type = (enum generate_type)t;
        buf_addf(out, "            <VoteType name=\"%s\"", type_names[type]);
        count(out, "votes", generate_votes(g, k, type, w->t));
        buf_addz(out, ">\r\n");
        (county ? precinct_rows : county_rows)(w, g, k, type, out);
        buf_addz(out, "            </VoteType>\r\n");
    }
    buf_addz(out, "        </Choice>\r\n");
}

static void contest_head(const struct generate_contest *g, size_t key, struct buf *out)
{
    buf_addf(out, "    <Contest key=\"%zu\"", key);
    attribute(out, "text", g->c->title);
    count(out, "voteFor", g->c->seats);
    buf_addz(out, " isQuestion=\"false\"");
}

void write_county(const struct write_what *w, struct buf *out)
{
    const struct generate_contest *g;
    int64_t reporting, total;
    size_t key = 0;
    head(w, "VoterTurnout", out);
    for (size_t at = 0; (g = write_next(w, &at)) != NULL;) {
        contest_head(g, ++key, out);
        generate_progress(g, SIZE_MAX, w->t, &reporting, &total);
        count(out, "precinctsReporting", total);
        count(out, "precinctsReported", reporting);
        buf_addz(out, ">\r\n        <VoteType name=\"Undervotes\"");
        count(out, "votes", reporting * 3);
        buf_addz(out, " />\r\n");
        for (size_t k = 0; k < g->c->candidate_count; k++)
            choice(w, g, k, k + 1, out);
        buf_addz(out, "    </Contest>\r\n");
    }
    buf_addz(out, "</ElectionResult>");
}

static void participating(const struct write_what *w, const struct generate_contest *g,
                          struct buf *out)
{
    int64_t reporting, total, done = 0;
    for (size_t i = 0; i < g->c->county_count; i++) {
        generate_progress(g, i, w->t, &reporting, &total);
        done += reporting == total;
    }
    count(out, "countiesParticipating", (int64_t)g->c->county_count);
    count(out, "countiesReported", done);
    generate_progress(g, SIZE_MAX, w->t, &reporting, &total);
    count(out, "precinctsParticipating", total);
    count(out, "precinctsReported", reporting);
    percent(out, "precinctsReportingPercent", reporting, total);
    buf_addz(out, ">\r\n        <ParticipatingCounties>\r\n");
    for (size_t i = 0; i < g->c->county_count; i++) {
        generate_progress(g, i, w->t, &reporting, &total);
        buf_addz(out, "            <County");
        attribute(out, "name", g->c->counties[i]);
        count(out, "precinctsParticipating", total);
        count(out, "precinctsReported", reporting);
        percent(out, "precinctsReportingPercent", reporting, total);
        buf_addz(out, " />\r\n");
    }
    buf_addz(out, "        </ParticipatingCounties>\r\n");
}

void write_state(const struct write_what *w, struct buf *out)
{
    const struct generate_contest *g;
    size_t key = STATE_KEY, choice_key = 1;
    head(w, "ElectionVoterTurnout", out);
    for (size_t at = 0; (g = write_next(w, &at)) != NULL; key += STATE_STEP) {
        contest_head(g, key, out);
        participating(w, g, out);
        for (size_t k = 0; k < g->c->candidate_count; k++)
            choice(w, g, k, choice_key++, out);
        buf_addz(out, "    </Contest>\r\n");
    }
    buf_addz(out, "</ElectionResult>");
}

/* ---- JSON, spaced as the sites space it ---- */

static int64_t area_votes(const struct write_what *w, const struct generate_contest *g,
                          size_t county, size_t k)
{
    int64_t sum = 0;
    if (county == SIZE_MAX)
        return generate_total(g, k, w->t);
    for (int t = 0; t < GENERATE_TYPES; t++)
        sum += generate_county_votes(g, county, k, (enum generate_type)t, w->t);
    return sum;
}

/* Where in the contest's list a county stands; SIZE_MAX: it takes no part. */
static size_t county_at(const struct scenario_contest *c, struct slice county)
{
    for (size_t i = 0; i < c->county_count; i++)
        if (slice_eq(c->counties[i], county))
            return i;
    return SIZE_MAX;
}

static void number_text(struct jsonw *j, const char *key, size_t n)
{
    struct buf b;
    buf_init(&b, 32);
    buf_addf(&b, "%04zu", n);
    jsonw_str(j, key, buf_slice(&b));
    buf_done(&b);
}

static void area_row(const struct write_what *w, const struct generate_contest *g, size_t county,
                     struct jsonw *j)
{
    jsonw_array(j, NULL);
    for (size_t k = 0; k < g->c->candidate_count; k++)
        jsonw_int(j, NULL, area_votes(w, g, county, k));
    jsonw_array_end(j);
}

/* One area: its contests' keys, then their votes. The area "-1" is all of them together. */
static void area(const struct write_what *w, struct slice name, struct jsonw *j)
{
    const struct generate_contest *g;
    bool all = slice_is(name, "-1");
    jsonw_object(j, NULL);
    jsonw_str(j, "A", name);
    for (int votes = 0; votes < 2; votes++) {
        size_t key = STATE_KEY;
        jsonw_array(j, votes ? "V" : "C");
        for (size_t at = 0; (g = write_next(w, &at)) != NULL; key += STATE_STEP) {
            size_t county = all ? SIZE_MAX : county_at(g->c, name);
            if (!all && county == SIZE_MAX)
                continue;
            if (votes)
                area_row(w, g, county, j);
            else
                number_text(j, NULL, key);
        }
        jsonw_array_end(j);
    }
    jsonw_object_end(j);
}

/* Has any contest before this one, or an earlier county of it, been of this county? */
static bool seen(const struct write_what *w, const struct generate_contest *until, size_t i)
{
    const struct generate_contest *g;
    struct slice county = until->c->counties[i];
    for (size_t at = 0; (g = write_next(w, &at)) != NULL && g != until;)
        if (county_at(g->c, county) != SIZE_MAX)
            return true;
    return county_at(until->c, county) < i;
}

void write_areas(const struct write_what *w, struct buf *out)
{
    const struct generate_contest *g;
    struct jsonw j;
    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    jsonw_array(&j, "Contests");
    for (size_t at = 0; (g = write_next(w, &at)) != NULL;)
        for (size_t i = 0; i < g->c->county_count; i++)
            if (!seen(w, g, i))
                area(w, g->c->counties[i], &j);
    area(w, SLICE("-1"), &j);
    jsonw_array_end(&j);
    jsonw_object_end(&j);
}

/* The arrays that run in step with the choices. */
static void summary_choices(const struct write_what *w, const struct generate_contest *g,
                            struct jsonw *j)
{
    static const char *const arrays[] = {"CH", "P", "V", "W", "CRC", "CRO"};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        jsonw_array(j, arrays[i]);
        for (size_t k = 0; k < g->c->candidate_count; k++) {
            const struct scenario_candidate *c = &g->c->candidates[k];
            if (i == 0)
                jsonw_str(j, NULL, c->shown);
            else if (i == 1)
                jsonw_strz(j, NULL, c->party->code);
            else
                jsonw_int(j, NULL, i == 2 ? generate_total(g, k, w->t) : 0);
        }
        jsonw_array_end(j);
    }
}

void write_summary(const struct write_what *w, struct buf *out)
{
    const struct generate_contest *g;
    struct jsonw j;
    size_t key = 0;
    jsonw_init(&j, out);
    jsonw_array(&j, NULL);
    for (size_t at = 0; (g = write_next(w, &at)) != NULL;) {
        int64_t reporting, total, sum = 0;
        generate_progress(g, SIZE_MAX, w->t, &reporting, &total);
        for (size_t k = 0; k < g->c->candidate_count; k++)
            sum += generate_total(g, k, w->t);
        jsonw_object(&j, NULL);
        jsonw_strz(&j, "CATKEY", "C_1");
        jsonw_strz(&j, "CAT", "Local");
        jsonw_str(&j, "C", g->c->title);
        number_text(&j, "K", ++key * 10);
        jsonw_null(&j, "AggID");
        jsonw_int(&j, "regvoters", 0);
        jsonw_int(&j, "VF", g->c->seats);
        jsonw_int(&j, "TP", total);
        jsonw_int(&j, "PR", reporting);
        jsonw_int(&j, "BC", 0);
        jsonw_int(&j, "RO", 0);
        summary_choices(w, g, &j);
        jsonw_int(&j, "T", sum);
        jsonw_int(&j, "IsContestNoChoice", 0);
        jsonw_bool(&j, "IsRCV", false);
        jsonw_bool(&j, "RCVAwaitingResults", false);
        jsonw_object_end(&j);
    }
    jsonw_array_end(&j);
}
