# SPDX-License-Identifier: ISC
"""Washington's exports read a second time."""
import html
import re

import flat

COUNTIES = {"AD": "Adams", "KI": "King", "SN": "Snohomish", "TH": "Thurston"}  # those of our samples


def text(raw):
    return re.sub(r"&(#\d+|#x[0-9a-fA-F]+|\w+);", lambda m: html.unescape(m.group(0)), raw)


def rows_of(path):
    """Each with its county and whether its contest is of the whole state; of precincts their county's stated totals, else they."""
    rows = list(flat.sheet_of(path))
    if rows and "PrecinctName" not in rows[0]:
        return [(r, r.get("County", ""), r["JurisdictionName"] in ("Federal", "State Executive")) for r in rows]
    stated = {(r.get("CountyCode"), r["Race"]) for r in rows if r["PrecinctName"] == "Total"}
    return [(r, COUNTIES.get(r.get("CountyCode"), r.get("CountyCode") or ""), r["Race"].startswith("State Measures")) for r in rows
            if r["PrecinctName"] == "Total" or (r.get("CountyCode"), r["Race"]) not in stated]


def read(path):
    sheet = flat.Sheet()
    for r, county, whole in rows_of(path):
        place = ("county", county) if whole and county else ("total", "")
        sheet.add(("", text(r["Race"])), ("", text(r["Candidate"]), r.get("Party", "")), flat.number(r["Votes"]), *place,
                  county="" if whole else county)
    sheet.join_counties()
    return list(sheet.rows())
