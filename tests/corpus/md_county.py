# SPDX-License-Identifier: ISC
"""Maryland's county file read a second time, and that of precincts, whose counties are summed."""
import re

import flat

WHOLE = re.compile("question [0-9]|.*(supreme court|appellate court|court of (special )?appeals)", re.I)
PARTS = ("Early Votes", "Election Night Votes", "Mail-In Ballot 1 Votes", "Provisional Votes", "Mail-In Ballot 2 Votes")


def figure(row, total, parts):
    if total in row:
        return flat.number(row[total], thousands=True)
    said = [flat.number(row.get(p, ""), thousands=True) for p in parts]
    return None if None in said else sum(said)


def is_primary(rows):
    """Nobody is written in, and more than one of a party stand in half as many contests at least as have one of each."""
    races = {}
    for r in rows:
        if "County Name" in r or r.get("Write-In?") == "Y":
            return False
        if r["Party"] in ("DEM", "REP"):
            races.setdefault((r["Office Name"], r["Office District"]), {"DEM": set(), "REP": set()})[r["Party"]].add(r["Candidate Name"])
    many = [c for c, of in races.items() if max(map(len, of.values())) > 1]
    even = [c for c, of in races.items() if c not in many and all(of.values())]
    return bool(many) and 2 * len(many) >= len(even)


def read(path):
    sheet = flat.Sheet()
    rows = list(flat.sheet_of(path))
    primary = is_primary(rows)
    for r in rows:
        title = r["Office Name"] + " " + r["Office District"]
        votes = figure(r, "Total Votes", PARTS)
        against = figure(r, "Total Votes Against", [p + " Against" for p in PARTS])
        county = r.get("County Name", "")
        whole = not county or WHOLE.match(r["Office Name"])
        where = ("county", county) if county and whole else ("total", "")
        county = "" if whole else county
        if against is None:
            if primary and r["Party"]:
                title = title.strip() + " - " + r["Party"]
            sheet.add(("", title), ("", r["Candidate Name"], r["Party"]), votes, *where, county=county)
        else:
            sheet.add(("", title + " " + r["Candidate Name"]), ("", "Yes"), votes, *where, county=county)
            sheet.add(("", title + " " + r["Candidate Name"]), ("", "No"), against, *where, county=county)
    if rows and "County Name" in rows[0]:
        sheet.join_counties()
    return list(sheet.rows())
