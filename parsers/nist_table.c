/* SPDX-License-Identifier: ISC */
#include "parsers/nist_table.h"

#include <stddef.h>
#include <string.h>

#define NAME(z) SLICE_INIT(z)
#define IS(type, member) offsetof(struct type, member)

static const struct nist_member root_members[] = {
    {NAME("ElectionReport"), NIST_OBJECT, IN_REPORT, 0},
};

static const struct nist_member report_members[] = {
    {NAME("Election"), NIST_OBJECT, IN_ELECTION, 0},
    {NAME("GpUnit"), NIST_OBJECT, IN_UNIT, 0},
    {NAME("Party"), NIST_OBJECT, IN_PARTY, 0},
    {NAME("Office"), NIST_OBJECT, IN_OFFICE, 0},
    {NAME("Person"), NIST_OBJECT, IN_PERSON, 0},
    {NAME("GpUnitCollection"), NIST_THROUGH, IN_REPORT, 0},
    {NAME("PartyCollection"), NIST_THROUGH, IN_REPORT, 0},
    {NAME("OfficeCollection"), NIST_THROUGH, IN_REPORT, 0},
    {NAME("PersonCollection"), NIST_THROUGH, IN_REPORT, 0},
    {NAME("GeneratedDate"), NIST_TEXT, IN_LEAF, IS(nist_report, generated)},
    {NAME("Status"), NIST_TEXT, IN_LEAF, IS(nist_report, status)},
    {NAME("IsTest"), NIST_TEXT, IN_LEAF, IS(nist_report, test)},
    {NAME("SequenceStart"), NIST_COUNT, IN_LEAF, IS(nist_report, sequence_start)},
    {NAME("SequenceEnd"), NIST_COUNT, IN_LEAF, IS(nist_report, sequence_end)},
};

static const struct nist_member election_members[] = {
    {NAME("Candidate"), NIST_OBJECT, IN_CANDIDATE, 0},
    {NAME("Contest"), NIST_OBJECT, IN_CONTEST, 0},
    {NAME("CandidateCollection"), NIST_THROUGH, IN_ELECTION, 0},
    {NAME("ContestCollection"), NIST_THROUGH, IN_ELECTION, 0},
    {NAME("Name"), NIST_WORDS, IN_SPOKEN, IS(nist_election, name)},
    {NAME("StartDate"), NIST_TEXT, IN_LEAF, IS(nist_election, date)},
    {NAME("Type"), NIST_TEXT, IN_LEAF, IS(nist_election, type)},
    {NAME("OtherType"), NIST_TEXT, IN_LEAF, IS(nist_election, other_type)},
    {NAME("ElectionScopeId"), NIST_REF, IN_LEAF, IS(nist_election, scope)},
};

static const struct nist_member contest_members[] = {
    {NAME("ContestSelection"), NIST_OBJECT, IN_SELECTION, 0},
    {NAME("BallotSelection"), NIST_OBJECT, IN_SELECTION, 0},
    {NAME("Name"), NIST_WORDS, IN_SPOKEN, IS(nist_contest, name)},
    {NAME("BallotTitle"), NIST_WORDS, IN_SPOKEN, IS(nist_contest, title)},
    {NAME("BallotSubTitle"), NIST_WORDS, IN_SPOKEN, IS(nist_contest, subtitle)},
    {NAME("ElectionDistrictId"), NIST_REF, IN_LEAF, IS(nist_contest, district)},
    {NAME("ElectoralDistrictId"), NIST_REF, IN_LEAF, IS(nist_contest, district)},
    {NAME("ExternalIdentifier"), NIST_OBJECT, IN_EXTERNAL, 0},
    {NAME("ExternalIdentifiers"), NIST_THROUGH, IN_CONTEST, 0},
    {NAME("SubUnitsReported"), NIST_COUNT, IN_LEAF, IS(nist_contest, reporting)},
    {NAME("TotalSubUnits"), NIST_COUNT, IN_LEAF, IS(nist_contest, total)},
    {NAME("NumberElected"), NIST_COUNT, IN_LEAF, IS(nist_contest, seats)},
    {NAME("NumberRunoff"), NIST_COUNT, IN_LEAF, IS(nist_contest, places)},
    {NAME("VotesAllowed"), NIST_COUNT, IN_LEAF, IS(nist_contest, votes_allowed)},
    {NAME("VoteVariation"), NIST_TEXT, IN_LEAF, IS(nist_contest, variation)},
    {NAME("OfficeIds"), NIST_REFS, IN_LEAF, IS(nist_contest, offices)},
    {NAME("OfficeId"), NIST_REFS, IN_LEAF, IS(nist_contest, offices)},
    {NAME("PrimaryPartyIds"), NIST_REFS, IN_LEAF, IS(nist_contest, parties)},
    {NAME("CandidateId"), NIST_REF, IN_LEAF, IS(nist_contest, retained)},
    {NAME("SummaryCounts"), NIST_OBJECT, IN_BALLOTS, IS(nist_contest, ballots)},
};

static const struct nist_member selection_members[] = {
    {NAME("VoteCounts"), NIST_OBJECT, IN_COUNTS, 0},
    {NAME("VoteCountsCollection"), NIST_THROUGH, IN_SELECTION, 0},
    {NAME("CandidateIds"), NIST_REFS, IN_LEAF, IS(nist_selection, candidates)},
    {NAME("PartyIds"), NIST_REFS, IN_LEAF, IS(nist_selection, parties)},
    {NAME("EndorsementPartyIds"), NIST_REFS, IN_LEAF, IS(nist_selection, endorsers)},
    {NAME("Selection"), NIST_WORDS, IN_SPOKEN, IS(nist_selection, text)},
    {NAME("IsWriteIn"), NIST_FLAG, IN_LEAF, IS(nist_selection, write_in)},
    {NAME("ExternalIdentifier"), NIST_OBJECT, IN_EXTERNAL, 0},
    {NAME("ExternalIdentifiers"), NIST_THROUGH, IN_SELECTION, 0},
};

static const struct nist_member counts_members[] = {
    {NAME("GpUnitId"), NIST_REF, IN_LEAF, IS(nist_row, unit)},
    {NAME("Type"), NIST_COUNT_TYPE, IN_LEAF, 0},
    {NAME("Count"), NIST_COUNT_VOTES, IN_LEAF, 0},
    {NAME("OtherType"), NIST_COUNT_OTHER, IN_LEAF, 0},
    {NAME("Round"), NIST_COUNT_ROUND, IN_LEAF, 0},
    {NAME("IsSuppressedForPrivacy"), NIST_COUNT_SUPPRESSED, IN_LEAF, 0},
    {NAME("DeviceClass"), NIST_OBJECT, IN_DEVICE, 0},
    {NAME("Device"), NIST_OBJECT, IN_DEVICE, 0},
};

static const struct nist_member device_members[] = {
    {NAME("Type"), NIST_COUNT_DEVICE, IN_LEAF, 0},
    {NAME("OtherType"), NIST_COUNT_DEVICE, IN_LEAF, 0},
    {NAME("Manufacturer"), NIST_COUNT_DEVICE, IN_LEAF, 0},
    {NAME("Model"), NIST_COUNT_DEVICE, IN_LEAF, 0},
};

static const struct nist_member ballots_members[] = {
    {NAME("GpUnitId"), NIST_REF, IN_LEAF, IS(nist_ballots, unit)},
    {NAME("Type"), NIST_TEXT, IN_LEAF, IS(nist_ballots, type)},
    {NAME("BallotsCast"), NIST_COUNT, IN_LEAF, IS(nist_ballots, cast)},
};

static const struct nist_member unit_members[] = {
    {NAME("Name"), NIST_WORDS, IN_SPOKEN, IS(nist_thing, name)},
    {NAME("Type"), NIST_TEXT, IN_LEAF, IS(nist_thing, unit_type)},
    {NAME("Number"), NIST_TEXT, IN_LEAF, IS(nist_thing, number)},
    {NAME("ComposingGpUnitIds"), NIST_REFS, IN_LEAF, IS(nist_thing, parts)},
    {NAME("ExternalIdentifier"), NIST_OBJECT, IN_EXTERNAL, 0},
    {NAME("ExternalIdentifiers"), NIST_THROUGH, IN_UNIT, 0},
    {NAME("SubUnitsReported"), NIST_COUNT, IN_LEAF, IS(nist_thing, reporting)},
    {NAME("TotalSubUnits"), NIST_COUNT, IN_LEAF, IS(nist_thing, total)},
    {NAME("VotersRegistered"), NIST_COUNT, IN_LEAF, IS(nist_thing, registered)},
    {NAME("VotersParticipated"), NIST_COUNT, IN_LEAF, IS(nist_thing, ballots)},
};

static const struct nist_member candidate_members[] = {
    {NAME("BallotName"), NIST_WORDS, IN_SPOKEN, IS(nist_thing, name)},
    {NAME("PartyId"), NIST_REF, IN_LEAF, IS(nist_thing, party)},
    {NAME("PersonId"), NIST_REF, IN_LEAF, IS(nist_thing, person)},
    {NAME("IsIncumbent"), NIST_FLAG, IN_LEAF, IS(nist_thing, incumbent)},
    {NAME("PostElectionStatus"), NIST_TEXT, IN_LEAF, IS(nist_thing, fate)},
    {NAME("PreElectionStatus"), NIST_TEXT, IN_LEAF, IS(nist_thing, before)},
    {NAME("ExternalIdentifier"), NIST_OBJECT, IN_EXTERNAL, 0},
    {NAME("ExternalIdentifiers"), NIST_THROUGH, IN_CANDIDATE, 0},
};

static const struct nist_member party_members[] = {
    {NAME("Name"), NIST_WORDS, IN_SPOKEN, IS(nist_thing, name)},
    {NAME("Abbreviation"), NIST_WORDS, IN_SPOKEN, IS(nist_thing, abbreviation)},
};

static const struct nist_member office_members[] = {
    {NAME("Name"), NIST_WORDS, IN_SPOKEN, IS(nist_thing, name)},
};

static const struct nist_member person_members[] = {
    {NAME("FullName"), NIST_WORDS, IN_SPOKEN, IS(nist_thing, name)},
    {NAME("FirstName"), NIST_TEXT, IN_LEAF, IS(nist_thing, first)},
    {NAME("MiddleName"), NIST_TEXT, IN_LEAF, IS(nist_thing, middle)},
    {NAME("LastName"), NIST_TEXT, IN_LEAF, IS(nist_thing, last)},
    {NAME("Suffix"), NIST_TEXT, IN_LEAF, IS(nist_thing, suffix)},
    {NAME("PartyId"), NIST_REF, IN_LEAF, IS(nist_thing, party)},
};

static const struct nist_member external_members[] = {
    {NAME("Type"), NIST_TEXT, IN_LEAF, IS(nist_external, type)},
    {NAME("OtherType"), NIST_TEXT, IN_LEAF, IS(nist_external, other)},
    {NAME("Value"), NIST_TEXT, IN_LEAF, IS(nist_external, value)},
};

static const struct nist_member spoken_members[] = {
    {NAME("Text"), NIST_OBJECT, IN_STRING, 0},
};

static const struct nist_member string_members[] = {
    {NAME("Content"), NIST_CONTENT, IN_LEAF, 0},
    {NAME("content"), NIST_CONTENT, IN_LEAF, 0},
    {NAME("Language"), NIST_LANGUAGE, IN_LEAF, 0},
    {NAME("language"), NIST_LANGUAGE, IN_LEAF, 0},
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
    {NAME("ObjectId"), NIST_TEXT, IN_LEAF, IS(nist_named, id)},
    {NAME("objectId"), NIST_TEXT, IN_LEAF, IS(nist_named, id)},
    {NAME("@id"), NIST_TEXT, IN_LEAF, IS(nist_named, id)},
    {NAME("type"), NIST_TEXT, IN_LEAF, IS(nist_named, type)},
    {NAME("@type"), NIST_TEXT, IN_LEAF, IS(nist_named, type)},
    {NAME("xsi:type"), NIST_TEXT, IN_LEAF, IS(nist_named, type)},
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
