# SPDX-License-Identifier: ISC
"""AP Elections API replies read a second time."""
import collections
import json

from common import cell, clean, party_of, write_in

NEW_ENGLAND = ("CT", "MA", "ME", "NH", "RI", "VT")
TYPES = {"D": "Dem", "E": "Dem", "R": "GOP", "S": "GOP"}
MARKS = {"X": "won", "R": "advanced", "N": "", "Uncalled": "", "": "", None: ""}
UNCALLED = ("uncalled", "too early to call", "too close to call", "unable to call", "awaiting ranked choice results")


def unique(pairs):
    assert len({k for k, _ in pairs}) == len(pairs), "a key stands twice"
    return dict(pairs)


def text(of, *keys):
    found = [of[k] for k in keys if k in of]
    return found[0].strip() if found and isinstance(found[0], str) else ""


def ident(of, *keys):
    found = [of[k] for k in keys if k in of]
    return str(found[0]).strip() if found and isinstance(found[0], (str, int)) and not isinstance(found[0], bool) else ""


def count(n):
    return n if isinstance(n, int) and not isinstance(n, bool) and n >= 0 else None


def votes_of(row):
    votes = {}
    for c in row["candidates"]:
        n = c.get("voteCount")
        assert n is None or count(n) is not None, n
        assert ident(c, "candidateID") and ident(c, "candidateID") not in votes
        votes[ident(c, "candidateID")] = n
    return votes


def progress(row):
    total = count(row.get("precinctsTotal")) or None
    return (cell(count(row.get("precinctsReporting")) if total else None), cell(total))


def kind_of(race, row, state, rows):
    fips = ident(row, "fipsCode", "FIPSCode")
    level = text(row, "level").lower()
    shared = [r for r in rows if ident(r, "fipsCode", "FIPSCode") == fips]
    county = fips and level != "district" and not (level == "subunit" and state in NEW_ENGLAND) and len(shared) == 1
    return "county" if county else "municipality"


def read(path):
    reply = json.load(open(path, encoding="utf-8-sig"), object_pairs_hook=unique)
    assert reply["timestamp"] and "electionDate" in reply
    out, seen = [], collections.Counter()
    for race in reply["races"]:
        rows = race.get("reportingUnits", [])
        whole = [r for r in rows if text(r, "level").lower() in ("state", "national")]
        assert len(whole) == 1 or not rows
        top = whole[0] if whole else race
        state = text(top, "statePostal") or text(race, "statePostal")
        party = text(race, "party") or TYPES.get(text(race, "raceTypeID"), "")
        title = clean(" ".join(p for p in (state, text(race, "officeName") or text(race, "description"), text(race, "seatName"), party) if p))
        id_ = ident(race, "raceID")
        assert id_
        seen[id_, title] += 1
        assert seen[id_, title] == 1
        choices = {}
        for c in top["candidates"]:
            name = clean(" ".join(text(c, k) for k in ("first", "middle", "last", "suffix") if text(c, k)))
            choices[ident(c, "candidateID")] = (name, party_of("", text(c, "party")), MARKS[c.get("winner")])
        assert not (text(race, "raceCallStatus").lower() in UNCALLED and "won" in [c[2] for c in choices.values()])
        others = [r for r in rows if r not in whole]
        units = [("total", "", top)] + [(kind_of(race, r, state, others), clean(text(r, "reportingunitName", "reportingUnitName")), r)
                                        for r in others]
        for kind, unit, row in units:
            votes = votes_of(row)
            assert set(votes) <= set(choices)
            for choice, (name, mark, winner) in choices.items():
                if choice in votes:
                    out.append((id_, title, "", kind, unit, *(progress(row) if rows else ("", "")), choice, name, mark, write_in(name),
                                winner, cell(votes[choice]), "0"))
    return out
