# SPDX-License-Identifier: ISC
"""Kinds of sources as the fault matrix needs them: how each writes a night of two contests, and what its section says beside the address."""
import csv
import io
import json
import zipfile

CANDIDATES = {"Sheriff": ("Cy Poe", "Di Foe"), "Coroner": ("Gus Zed", "Flo Yew")}
GOOD = {"Sheriff": (2000, 2100), "Coroner": (900, 950)}
LATER = {"Sheriff": (2200, 2350), "Coroner": (1000, 1100)}
EARLIER = {"Sheriff": (1500, 1600), "Coroner": (700, 750)}


def night(figures, minute=5, names=None, test=None, date="2025-11-04", day="11/5/2025"):
    """What a payload is to say. minute: of the feed's own time, 02:MM UTC of that day."""
    return {"figures": figures, "minute": minute, "names": names or {}, "test": test, "date": date, "day": day}


def contests(n):
    for number, (name, votes) in enumerate(n["figures"].items(), 10):
        yield str(number), n["names"].get(name, name), list(zip(CANDIDATES[name], ("REP", "DEM"), votes))


def clarity(n):
    year, month, day = n["date"].split("-")
    body = "".join(
        f'<Contest key="{key}" text="{name}" voteFor="1" isQuestion="false" precinctsParticipating="12" precinctsReported="8">' + "".join(
            f'<Choice key="{i}" text="{who}" party="{party}" totalVotes="{votes}"><VoteType name="Election Day" votes="{votes}">'
            f'<County name="Alder" votes="{votes}"/></VoteType></Choice>' for i, (who, party, votes) in enumerate(people, 1)) + "</Contest>\n"
        for key, name, people in contests(n))
    return (f'<?xml version="1.0"?>\n<ElectionResult><Timestamp>{n["day"]} 2:{n["minute"]:02}:00 AM UTC</Timestamp><ElectionName>General'
            f"</ElectionName><ElectionDate>{int(month)}/{int(day)}/{year}</ElectionDate><Region>GA</Region>\n{body}</ElectionResult>\n").encode()


def nist(n):
    month, day, year = n["day"].split("/")
    people, found = [], []
    for key, name, choices in contests(n):
        picks = []
        for i, (who, party, votes) in enumerate(choices):
            people.append({"@type": "ElectionResults.Candidate", "@id": f"c{key}{i}", "PartyId": f"p{party}",
                           "BallotName": {"@type": "ElectionResults.InternationalizedText",
                                          "Text": [{"@type": "ElectionResults.LanguageString", "Language": "en", "Content": who}]}})
            picks.append({"@type": "ElectionResults.CandidateSelection", "@id": f"s{key}{i}", "CandidateIds": [f"c{key}{i}"],
                          "VoteCounts": [{"@type": "ElectionResults.VoteCounts", "GpUnitId": "u", "Type": "total", "Count": votes}]})
        found.append({"@type": "ElectionResults.CandidateContest", "@id": key, "Name": name, "ElectionDistrictId": "u", "VotesAllowed": 1,
                      "VoteVariation": "plurality", "ContestSelection": picks})

    def text(said):
        return {"@type": "ElectionResults.InternationalizedText",
                "Text": [{"@type": "ElectionResults.LanguageString", "Language": "en", "Content": said}]}
    return json.dumps({
        "@type": "ElectionResults.ElectionReport", "Format": "summary-contest", "GeneratedDate":
        f"{year}-{int(month):02}-{int(day):02}T02:{n['minute']:02}:00Z", "Issuer": "Tests", "IssuerAbbreviation": "T",
        "SequenceStart": 1, "SequenceEnd": 1, "Status": "unofficial-partial", "VendorApplicationId": "t", "Version": "2.0",
        **({"IsTest": n["test"]} if n["test"] is not None else {}),
        "Election": [{"@type": "ElectionResults.Election", "StartDate": n["date"], "EndDate": n["date"], "Type": "general", "Name": text("General"),
                      "ElectionScopeId": "u", "Candidate": people, "Contest": found}],
        "Party": [{"@type": "ElectionResults.Party", "@id": f"p{p}", "Abbreviation": p, "Name": text(p)} for p in ("REP", "DEM")],
        "GpUnit": [{"@type": "ElectionResults.ReportingUnit", "@id": "u", "Type": "county", "Name": text("Alder")}]}).encode()


def delimited(n):
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["Contest", "Candidate", "Party", "Votes", "As of"])
    for _, name, people in contests(n):
        table.writerows([name, who, party, votes, f"{n['day']} 2:{n['minute']:02} AM"] for who, party, votes in people)
    return out.getvalue().encode()


def zipped(n):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo("results.csv", (2025, 11, 4, 21, n["minute"], 0)), delimited(n))
    return out.getvalue()


def html(n):
    body = "".join(f"<h3>{name}</h3><table><tr><th>Candidate<th>Votes</tr>" + "".join(
        f"<tr><td>{who} ({party})<td>{votes:,}</tr>" for who, party, votes in people) + "</table>\n" for _, name, people in contests(n))
    return (f"<html><head><title>Alder County, Election Night Results</title></head><body><p>Updated <b>{n['day']} 2:{n['minute']:02} AM</b></p>\n"
            f"{body}<p>Alder County Clerk</p></body></html>\n").encode()


def ap(n):
    month, day, year = n["day"].split("/")
    when = f"{year}-{int(month):02}-{int(day):02}T02:{n['minute']:02}:00Z"
    races = [{"test": bool(n["test"]), "raceID": key, "raceType": "General", "raceTypeID": "G", "officeID": "C", "officeName": name,
              "seatNum": "", "seatName": "", "national": False, "numWinners": 1, "statePostal": "GA",
              "reportingUnits": [{"statePostal": "GA", "stateName": "Georgia", "level": "state", "precinctsReporting": 8, "precinctsTotal": 12,
                                  "lastUpdated": when, "candidates": [
                                      {"first": who.split()[0], "last": who.split()[1], "party": party, "candidateID": f"{key}{i}",
                                       "polID": f"{key}{i}", "polNum": f"{key}{i}", "ballotOrder": i + 1, "voteCount": votes}
                                      for i, (who, party, votes) in enumerate(people)]}]} for key, name, people in contests(n)]
    return json.dumps({"electionDate": n["date"], "timestamp": when, "races": races}).encode()


TEXT = "format = delimited\ncolumn.contest = Contest\ncolumn.choice = Candidate\ncolumn.party = Party\ncolumn.votes = Votes\n" \
       "column.updated = As of\ntimezone = UTC\n"
HTML = """format = html-table
xpath.contest = //h3
xpath.contest-name = .
xpath.row = following-sibling::table[1]//tr[td]
xpath.candidate = td[1]
xpath.votes = td[2]
xpath.updated = //p[1]/b
cut.party.choice = \\(([A-Z]+)\\)$
thousands = yes
timezone = UTC
"""

# name: (how it is written, its section)
KINDS = {"clarity": (clarity, "format = clarity\n"), "nist": (nist, "format = nist\n"), "csv": (delimited, TEXT), "html": (html, HTML),
         "ap": (ap, "format = ap\ncalls = no\n"), "zip": (zipped, TEXT), "drop": (delimited, TEXT)}
HTTP = tuple(k for k in KINDS if k != "drop")
JSON = ("nist", "ap")
TEXTS = ("clarity", "nist", "csv", "html", "ap", "drop")
