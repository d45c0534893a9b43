# SPDX-License-Identifier: ISC
"""BPro's media export read a second time."""
import csv
import io

import flat


def is_primary(rows):
    """More of one party than can win, in half as many contests at least as have one of each."""
    races = {}
    for contest, party, choice, seats in rows:
        if party in ("DEM", "REP") and "write-in" not in choice.lower():
            races.setdefault(contest, (seats, {"DEM": set(), "REP": set()}))[1][party].add(choice)
    many = [c for c, (seats, of) in races.items() if max(map(len, of.values())) > seats]
    even = [c for c, (_, of) in races.items() if c not in many and all(of.values())]
    return many and 2 * len(many) >= len(even)


def read(path):
    lines = csv.reader(io.StringIO("\n".join(flat.lines(path)), newline=""), strict=True)
    at = {n.strip(): i for i, n in enumerate(next(lines))}
    sheet = flat.Sheet()
    rows = []
    for f in filter(None, lines):
        dakota = len(f) > len(at)
        assert not any(f[len(at) + ("ContestID" not in at):]), f
        title = f[at["ContestName"]] + (" " + f[at["AreaNum"]] if dakota else "")
        number = f[at["ContestID"]] if "ContestID" in at else ""
        rows.append((dakota, (number, title), f))
    primary = is_primary([((number, title), f[at["PartyCode"]], f[at["CandidateName"]], max(1, int(f[at["VoteFor"]] or 1)))
                          for dakota, (number, title), f in rows if dakota])
    for dakota, (number, title), f in rows:
        party = f[at["PartyCode"]]
        if primary and party and party != "NON":
            title = title.strip() + " - " + party
        county = f[len(at)] if dakota and "ContestID" not in at else ""
        sheet.add((number, title), (f[at["CandidateID"]] if "CandidateID" in at else "", f[at["CandidateName"]]),
                  flat.number(f[at["CandidateVotes"]]), *(("county", county) if county else ("total", "")))
    return list(sheet.rows())
