# SPDX-License-Identifier: ISC
"""Michigan's county file read a second time."""
import re

import flat


def is_primary(rows):
    """More people of a party than seats, in at least half as many contests as have one of each."""
    people, seats = {}, {}
    for r in rows:
        contest = r["OfficeCode(Text)"], r["DistrictCode(Text)"], r["OfficeDescription"]
        found = re.search(r"\(([0-9]+)\) Position", contest[2])
        seats[contest] = int(found[1]) if found else 1
        if r["PartyName"] in ("REP", "DEM") and r["WriteIn(W)/Uncommitted(Z)"] != "W":
            who = r["CandidateLastName"], r["CandidateFirstName"], r["CandidateMiddleName"]
            people.setdefault(contest, {}).setdefault(r["PartyName"], set()).add(who)
    many = [c for c, parties in people.items() if any(len(p) > seats[c] for p in parties.values())]
    even = [c for c, parties in people.items() if c not in many and len(parties) == 2]
    return bool(many) and 2 * len(many) >= len(even)


def office(text):
    """Without how long, how many, and where people file for it."""
    return re.sub(r"( \d+ Year Terms?)? \(\d+\) Positions?( Files .*)?$", "", text)


def read(path):
    lines = path.read_bytes().decode("cp1252").splitlines()
    names = lines[0].split("\t")
    count = int(lines[-1].split("\t")[0].removeprefix("RECORDS: "))
    sheet = flat.Sheet()
    assert count == len(lines) - 2
    rows = [dict(zip(names, line.split("\t"))) for line in lines[1:-1]]
    primary = is_primary(rows)
    for r in rows:
        party = f" - {r['PartyName']}" if primary and r["PartyName"] != "NPA" else ""
        name = " ".join(r[c] for c in ("CandidateFirstName", "CandidateMiddleName", "CandidateLastName"))
        sheet.add((r["OfficeCode(Text)"] + "-" + r["DistrictCode(Text)"], office(r["OfficeDescription"]) + party), ("", name, r["PartyName"]),
                  flat.number(r["CandidateVotes"]), "county", r["CountyName"])
    return list(sheet.rows())
