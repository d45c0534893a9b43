/* SPDX-License-Identifier: ISC */
#include "parsers/drivers/nist_table.h"

#include <stddef.h>
#include <string.h>

#define OBJECT(name, inside)                                                                       \
    {                                                                                              \
        SLICE_INIT(name), inside, false, NULL, 0                                                   \
    }
#define THROUGH(name, inside)                                                                      \
    {                                                                                              \
        SLICE_INIT(name), inside, true, NULL, 0                                                    \
    }
#define LEAF(name, fill, type, member)                                                             \
    {                                                                                              \
        SLICE_INIT(name), IN_LEAF, false, fill, offsetof(struct type, member)                      \
    }
#define PART(name, fill) /* of what the reader itself keeps */                                     \
    {                                                                                              \
        SLICE_INIT(name), IN_LEAF, false, fill, 0                                                  \
    }
#define WORDS(name, type, member)                                                                  \
    {                                                                                              \
        SLICE_INIT(name), IN_SPOKEN, false, nist_fill_words, offsetof(struct type, member)         \
    }

static const struct nist_member root_members[] = {
    OBJECT("ElectionReport", IN_REPORT),
};

static const struct nist_member report_members[] = {
    OBJECT("Election", IN_ELECTION),
    OBJECT("GpUnit", IN_UNIT),
    OBJECT("Party", IN_PARTY),
    OBJECT("Office", IN_OFFICE),
    OBJECT("Person", IN_PERSON),
    THROUGH("GpUnitCollection", IN_REPORT),
    THROUGH("PartyCollection", IN_REPORT),
    THROUGH("OfficeCollection", IN_REPORT),
    THROUGH("PersonCollection", IN_REPORT),
    LEAF("GeneratedDate", nist_fill_text, nist_report, generated),
    LEAF("Status", nist_fill_text, nist_report, status),
    LEAF("IsTest", nist_fill_text, nist_report, test),
    LEAF("SequenceStart", nist_fill_count, nist_report, sequence_start),
    LEAF("SequenceEnd", nist_fill_count, nist_report, sequence_end),
};

static const struct nist_member election_members[] = {
    OBJECT("Candidate", IN_CANDIDATE),
    OBJECT("Contest", IN_CONTEST),
    THROUGH("CandidateCollection", IN_ELECTION),
    THROUGH("ContestCollection", IN_ELECTION),
    WORDS("Name", nist_election, name),
    LEAF("StartDate", nist_fill_text, nist_election, date),
    LEAF("Type", nist_fill_text, nist_election, type),
    LEAF("OtherType", nist_fill_text, nist_election, other_type),
    LEAF("ElectionScopeId", nist_fill_ref, nist_election, scope),
};

static const struct nist_member contest_members[] = {
    OBJECT("ContestSelection", IN_SELECTION),
    OBJECT("BallotSelection", IN_SELECTION),
    WORDS("Name", nist_contest, name),
    WORDS("BallotTitle", nist_contest, title),
    WORDS("BallotSubTitle", nist_contest, subtitle),
    LEAF("ElectionDistrictId", nist_fill_ref, nist_contest, district),
    LEAF("ElectoralDistrictId", nist_fill_ref, nist_contest, district),
    OBJECT("ExternalIdentifier", IN_EXTERNAL),
    THROUGH("ExternalIdentifiers", IN_CONTEST),
    LEAF("SubUnitsReported", nist_fill_count, nist_contest, reporting),
    LEAF("TotalSubUnits", nist_fill_count, nist_contest, total),
    LEAF("NumberElected", nist_fill_count, nist_contest, seats),
    LEAF("NumberRunoff", nist_fill_count, nist_contest, places),
    LEAF("VotesAllowed", nist_fill_count, nist_contest, votes_allowed),
    LEAF("VoteVariation", nist_fill_text, nist_contest, variation),
    LEAF("OfficeIds", nist_fill_refs, nist_contest, offices),
    LEAF("OfficeId", nist_fill_refs, nist_contest, offices),
    LEAF("PrimaryPartyIds", nist_fill_refs, nist_contest, parties),
    LEAF("CandidateId", nist_fill_ref, nist_contest, retained),
    OBJECT("SummaryCounts", IN_BALLOTS),
};

static const struct nist_member selection_members[] = {
    OBJECT("VoteCounts", IN_COUNTS),
    THROUGH("VoteCountsCollection", IN_SELECTION),
    LEAF("CandidateIds", nist_fill_refs, nist_selection, candidates),
    LEAF("PartyIds", nist_fill_refs, nist_selection, parties),
    LEAF("EndorsementPartyIds", nist_fill_refs, nist_selection, endorsers),
    WORDS("Selection", nist_selection, text),
    LEAF("IsWriteIn", nist_fill_flag, nist_selection, write_in),
    OBJECT("ExternalIdentifier", IN_EXTERNAL),
    THROUGH("ExternalIdentifiers", IN_SELECTION),
};

static const struct nist_member counts_members[] = {
    LEAF("GpUnitId", nist_fill_ref, nist_row, unit),
    PART("Type", nist_fill_type),
    PART("Count", nist_fill_votes),
    PART("OtherType", nist_fill_other),
    PART("Round", nist_fill_round),
    PART("IsSuppressedForPrivacy", nist_fill_suppressed),
    OBJECT("DeviceClass", IN_DEVICE),
    OBJECT("Device", IN_DEVICE),
};

static const struct nist_member device_members[] = {
    PART("Type", nist_fill_device),
    PART("OtherType", nist_fill_device),
    PART("Manufacturer", nist_fill_device),
    PART("Model", nist_fill_device),
};

static const struct nist_member ballots_members[] = {
    LEAF("GpUnitId", nist_fill_ref, nist_ballots, unit),
    LEAF("Type", nist_fill_text, nist_ballots, type),
    LEAF("BallotsCast", nist_fill_count, nist_ballots, cast),
};

static const struct nist_member unit_members[] = {
    WORDS("Name", nist_thing, name),
    LEAF("Type", nist_fill_text, nist_thing, unit_type),
    LEAF("Number", nist_fill_text, nist_thing, number),
    LEAF("ComposingGpUnitIds", nist_fill_refs, nist_thing, parts),
    OBJECT("ExternalIdentifier", IN_EXTERNAL),
    THROUGH("ExternalIdentifiers", IN_UNIT),
    LEAF("SubUnitsReported", nist_fill_count, nist_thing, reporting),
    LEAF("TotalSubUnits", nist_fill_count, nist_thing, total),
    LEAF("VotersRegistered", nist_fill_count, nist_thing, registered),
    LEAF("VotersParticipated", nist_fill_count, nist_thing, ballots),
};

static const struct nist_member candidate_members[] = {
    WORDS("BallotName", nist_thing, name),
    LEAF("PartyId", nist_fill_ref, nist_thing, party),
    LEAF("PersonId", nist_fill_ref, nist_thing, person),
    LEAF("IsIncumbent", nist_fill_flag, nist_thing, incumbent),
    LEAF("PostElectionStatus", nist_fill_text, nist_thing, fate),
    LEAF("PreElectionStatus", nist_fill_text, nist_thing, before),
    OBJECT("ExternalIdentifier", IN_EXTERNAL),
    THROUGH("ExternalIdentifiers", IN_CANDIDATE),
};

static const struct nist_member party_members[] = {
    WORDS("Name", nist_thing, name),
    WORDS("Abbreviation", nist_thing, abbreviation),
};

static const struct nist_member office_members[] = {
    WORDS("Name", nist_thing, name),
};

static const struct nist_member person_members[] = {
    WORDS("FullName", nist_thing, name),
    LEAF("FirstName", nist_fill_text, nist_thing, first),
    LEAF("MiddleName", nist_fill_text, nist_thing, middle),
    LEAF("LastName", nist_fill_text, nist_thing, last),
    LEAF("Suffix", nist_fill_text, nist_thing, suffix),
    LEAF("PartyId", nist_fill_ref, nist_thing, party),
};

static const struct nist_member external_members[] = {
    LEAF("Type", nist_fill_text, nist_external, type),
    LEAF("OtherType", nist_fill_text, nist_external, other),
    LEAF("Value", nist_fill_text, nist_external, value),
};

static const struct nist_member spoken_members[] = {
    OBJECT("Text", IN_STRING),
};

static const struct nist_member string_members[] = {
    PART("Content", nist_fill_content),
    PART("content", nist_fill_content),
    PART("Language", nist_fill_language),
    PART("language", nist_fill_language),
};

#define TABLE(table) table, sizeof(table) / sizeof *(table)

const struct nist_place nist_places[IN_PLACES] = {
    [IN_ROOT] = {TABLE(root_members), false, false},
    [IN_REPORT] = {TABLE(report_members), false, false},
    [IN_ELECTION] = {TABLE(election_members), false, false},
    [IN_CONTEST] = {TABLE(contest_members), true, false},
    [IN_SELECTION] = {TABLE(selection_members), true, false},
    [IN_COUNTS] = {TABLE(counts_members), false, false},
    [IN_DEVICE] = {TABLE(device_members), false, false},
    [IN_BALLOTS] = {TABLE(ballots_members), false, false},
    [IN_UNIT] = {TABLE(unit_members), true, false},
    [IN_CANDIDATE] = {TABLE(candidate_members), true, false},
    [IN_PARTY] = {TABLE(party_members), true, false},
    [IN_OFFICE] = {TABLE(office_members), true, false},
    [IN_PERSON] = {TABLE(person_members), true, false},
    [IN_EXTERNAL] = {TABLE(external_members), false, false},
    [IN_SPOKEN] = {TABLE(spoken_members), false, true},
    [IN_STRING] = {TABLE(string_members), false, true},
    [IN_LEAF] = {NULL, 0, false, true},
};

/* Of everything with an id: attributes in XML, members in JSON. */
static const struct nist_member named_members[] = {
    LEAF("ObjectId", nist_fill_text, nist_named, id),
    LEAF("objectId", nist_fill_text, nist_named, id),
    LEAF("@id", nist_fill_text, nist_named, id),
    LEAF("type", nist_fill_text, nist_named, type),
    LEAF("@type", nist_fill_text, nist_named, type),
    LEAF("xsi:type", nist_fill_text, nist_named, type),
};

static const struct nist_member *search(const struct nist_member *list, size_t n, struct slice name)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(list[i].name, name))
            return &list[i];
    return NULL;
}

const struct nist_member *nist_member(enum nist_in in, struct slice name)
{
    const struct nist_place *p = &nist_places[in];
    const struct nist_member *m = search(p->list, p->count, name);
    if (m == NULL && p->named)
        m = search(named_members, sizeof named_members / sizeof *named_members, name);
    return m;
}
