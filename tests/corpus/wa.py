# SPDX-License-Identifier: ISC
"""Washington's exports read a second time."""
import html

import flat


def read(path):
    sheet = flat.Sheet()
    for r in flat.sheet_of(path):
        whole = r["JurisdictionName"] in ("Federal", "State Executive")
        county = r.get("County", "")
        place = ("county", county) if whole and county else ("total", "")
        sheet.add(("", html.unescape(r["Race"])), ("", html.unescape(r["Candidate"]), r["Party"]), flat.number(r["Votes"]), *place,
                  county="" if whole else county)
    sheet.join_counties()
    return list(sheet.rows())
