/* SPDX-License-Identifier: ISC */
/* simdjson's DOM parser (its own run-time dispatch) and a walk that reads from each document what
 * the format's driver reads, once, by key, and keeps a checksum of it: no checks, no batch. */
extern "C" {
#include "tests/bench/bare.h"
}

#include <cstring>
#include <string_view>

#include <simdjson.h>

using namespace simdjson;

namespace
{

uint64_t sum; /* keeps the compiler from leaving anything out */

void take(std::string_view s)
{
    sum += s.size();
}

void take(dom::element e)
{
    std::string_view s;
    int64_t n;
    bool b;
    if (!e.get_string().get(s))
        take(s);
    else if (!e.get_int64().get(n))
        sum += static_cast<uint64_t>(n);
    else if (!e.get_bool().get(b))
        sum += b;
}

void take(dom::element e, std::initializer_list<const char *> keys)
{
    for (const char *key : keys) {
        dom::element v;
        if (!e[key].get(v))
            take(v);
    }
}

template <class F> void each(dom::element e, const char *key, F f)
{
    dom::array a;
    if (!e[key].get_array().get(a))
        for (dom::element v : a)
            f(v);
}

void take_list(dom::element e, const char *key)
{
    each(e, key, [](dom::element v) { take(v); });
}

void take_votes(dom::element e, const char *key)
{
    dom::object o;
    if (!e[key].get_object().get(o))
        for (auto field : o) {
            take(field.key);
            take(field.value);
        }
}

/* ---- the formats ---- */

void clarity(dom::element root)
{
    for (dom::element c : dom::array(root)) {
        take(c, {"K", "C", "VF", "regvoters", "BC", "IsRCV", "PR", "TP", "T"});
        for (const char *list : {"CH", "V", "P", "W"})
            take_list(c, list);
    }
}

void ddhq_place(dom::element v)
{
    dom::element precincts;
    take(v, {"fips", "county", "id", "vcu"});
    if (!v["precincts"].get(precincts))
        take(precincts, {"reporting", "total"});
    take_votes(v, "votes");
}

void ddhq(dom::element root)
{
    take(root, {"test_data", "total", "page", "limit", "next_page_url"});
    each(root, "data", [](dom::element race) {
        dom::element topline, counties;
        take(race, {"race_id", "race_date", "test_data", "state", "abb", "office", "district",
                    "party", "name", "uncontested", "expected_winners", "last_updated"});
        each(race, "candidates", [](dom::element c) {
            take(c, {"cand_id", "first_name", "middle_name", "last_name", "suffix", "party_name",
                     "incumbent"});
        });
        if (!race["toplineResults"].get(topline)) {
            take(topline, {"called_time"});
            take_list(topline, "call_times");
            take_list(topline, "called");
            take_list(topline, "advancing_candidates");
            ddhq_place(topline);
        }
        if (!race["countyResults"].get(counties))
            each(counties, "counties", [](dom::element county) {
                ddhq_place(county);
                each(county, "vcus", ddhq_place);
            });
    });
}

void enhanced_items(dom::element place)
{
    take(place, {"id", "name"});
    each(place, "ballotItems", [](dom::element item) {
        take(item, {"id", "name", "voteFor", "partyName", "contestType", "precinctsParticipating",
                    "precinctsReporting"});
        each(item, "ballotOptions", [](dom::element option) {
            take(option, {"id", "name", "politicalParty", "isWriteIn", "isWinner", "voteCount"});
            each(option, "groupResults", [](dom::element group) { take(group, {"voteCount"}); });
        });
    });
}

void enhanced(dom::element root)
{
    dom::element results;
    take(root, {"electionName", "electionDate", "createdAt"});
    if (!root["results"].get(results))
        enhanced_items(results);
    each(root, "localResults", enhanced_items);
}

void ap(dom::element root)
{
    take(root, {"timestamp", "electionDate", "nextrequest", "isTruncated"});
    each(root, "races", [](dom::element race) {
        take(race, {"test", "resultsType", "tabulationStatus", "raceID", "raceType", "raceTypeID",
                    "officeID", "officeName", "party", "seatName", "seatNum", "description",
                    "uncontested", "numWinners", "statePostal", "lastUpdated"});
        each(race, "reportingUnits", [](dom::element unit) {
            std::string_view level;
            bool whole = !unit["level"].get_string().get(level) && level == "state";
            take(unit, {"level", "reportingunitName", "reportingunitID", "fipsCode",
                        "precinctsReporting", "precinctsTotal", "lastUpdated", "statePostal"});
            each(unit, "candidates", [whole](dom::element c) {
                take(c, {"candidateID", "voteCount", "winner"});
                if (whole)
                    take(c, {"first", "middle", "last", "suffix", "party", "incumbent"});
            });
        });
    });
}

const struct {
    const char *format;
    void (*walk)(dom::element root);
} walks[] = {{"ap", ap}, {"clarity", clarity}, {"ddhq", ddhq}, {"enhanced", enhanced}};

} // namespace

extern "C" bool bare_json(const char *format, struct slice bytes)
{
    dom::parser parser;
    dom::element root;
    if (parser.parse(bytes.ptr, bytes.len, false).get(root))
        return false;
    for (auto &w : walks) {
        if (!std::strcmp(w.format, format)) {
            w.walk(root);
            return sum != 0;
        }
    }
    return false;
}
