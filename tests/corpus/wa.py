# SPDX-License-Identifier: ISC
"""Washington's exports read a second time."""
import html
import re

import flat


def text(raw):
    return re.sub(r"&(#\d+|#x[0-9a-fA-F]+|\w+);", lambda m: html.unescape(m.group(0)), raw)


def read(path):
    sheet = flat.Sheet()
    for r in flat.sheet_of(path):
        whole = r["JurisdictionName"] in ("Federal", "State Executive")
        county = r.get("County", "")
        place = ("county", county) if whole and county else ("total", "")
        sheet.add(("", text(r["Race"])), ("", text(r["Candidate"]), r["Party"]), flat.number(r["Votes"]), *place,
                  county="" if whole else county)
    sheet.join_counties()
    return list(sheet.rows())
