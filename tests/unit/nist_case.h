/* SPDX-License-Identifier: ISC */
/* Pieces of NIST SP 1500-100 reports. */
#ifndef TALLYD_TESTS_NIST_CASE_H
#define TALLYD_TESTS_NIST_CASE_H

#include "tests/unit/format_case.h"

#define COUNT(unit, type, n)                                                                       \
    "<VoteCounts><GpUnitId>" unit "</GpUnitId><Type>" type "</Type><Count>" n                      \
    "</Count></VoteCounts>"
#define UNIT(id, type, parts)                                                                      \
    "<GpUnit ObjectId=\"" id "\"><ComposingGpUnitIds>" parts                                       \
    "</ComposingGpUnitIds><Name><Text Language=\"en\">" id "</Text></Name><Type>" type             \
    "</Type></GpUnit>"
#define SELECTION(candidate, counts)                                                               \
    "<ContestSelection ObjectId=\"s-" candidate "\">" counts "<CandidateIds>" candidate            \
    "</CandidateIds></ContestSelection>"
#define CONTEST(selections, more)                                                                  \
    "<Contest ObjectId=\"k\" xmlns:x=\"x\" x:type=\"CandidateContest\">" selections                \
    "<ElectionDistrictId>land</ElectionDistrictId>" more "</Contest>"
#define NAMED(selections) CONTEST(selections, "<Name>Sheriff</Name>")
#define CANDIDATE(id, more)                                                                        \
    "<Candidate ObjectId=\"" id "\"><BallotName><Text Language=\"en\">" id                         \
    "</Text></BallotName>" more "</Candidate>"
#define REPORT(contests, units)                                                                    \
    "<ElectionReport><Election>" contests CANDIDATE("ann", "")                                     \
        CANDIDATE("bob", "") "<Type>general</Type></Election>" units "</ElectionReport>"
#define LAND UNIT("land", "state", "north south d1")
#define COUNTIES UNIT("north", "county", "p1 p2") UNIT("south", "county", "")
#define PRECINCTS UNIT("p1", "precinct", "p1a p1b") UNIT("p2", "precinct", "")

#endif
