# SPDX-License-Identifier: ISC
"""A state's detail.xml of any size: invented contests of six choices in 159 counties, counted in four ways."""
COUNTIES, CHOICES, TYPES = 159, 6, 4


def votes(contest, choice, kind, county):
    return (county * 7919 + choice * 104729 + kind * 31 + contest) % 5000


def contest(n):
    yield (f'  <Contest key="{n}" text="Contest number {n}" voteFor="1" isQuestion="false" '
           'precinctsParticipating="2000" precinctsReported="2000">\n    <ParticipatingCounties>\n')
    for county in range(COUNTIES):
        yield f'      <County name="County {county:03}" precinctsParticipating="9" precinctsReported="9" />\n'
    yield "    </ParticipatingCounties>\n"
    for choice in range(CHOICES):
        counted = [[votes(n, choice, kind, county) for county in range(COUNTIES)] for kind in range(TYPES)]
        yield f'    <Choice key="{choice}" text="Candidate {choice} of {n}" party="IND" totalVotes="{sum(map(sum, counted))}">\n'
        for kind, row in enumerate(counted):
            yield f'      <VoteType name="Type {kind} Votes" votes="{sum(row)}">\n'
            for county, number in enumerate(row):
                yield f'        <County name="County {county:03}" votes="{number}" />\n'
            yield "      </VoteType>\n"
        yield "    </Choice>\n"
    yield "  </Contest>\n"


def write(path, size):
    """At least that many bytes."""
    with open(path, "w", encoding="utf-8") as out:
        out.write('<?xml version="1.0"?>\n<ElectionResult>\n  <Timestamp>11/8/2022 11:58:00 PM EST</Timestamp>\n'
                  "  <ElectionName>General Election</ElectionName>\n  <ElectionDate>11/8/2022</ElectionDate>\n"
                  "  <Region>GA</Region>\n")
        n = 0
        while out.tell() < size:
            n += 1
            out.write("".join(contest(n)))
        out.write("</ElectionResult>\n")
