# SPDX-License-Identifier: ISC
"""Indiana's file read a second time: counties where they are stated, else the sum of their precincts."""
import flat


def read(path):
    rows = list(flat.sheet_of(path))
    sheet = flat.Sheet()
    stated = {(r["Office"], r["Jurisdiction Name"], r["Reporting County Name"]) for r in rows
              if r["DataEntry Level Name"] == "Locality"}
    for r in rows:
        key = r["Office"], r["Jurisdiction Name"], r["Reporting County Name"]
        if r["DataEntry Level Name"] == "Precinct" and key in stated:
            raise ValueError("both levels")
        statewide = key[1] == "Statewide"
        sheet.add((r["Office Category"] + "/" + r["Jurisdiction Name"], r["Office"]), ("", r["Name on Ballot"], r["Political Party"]),
                  flat.number(r["Total Votes"]), *(("county", key[2]) if statewide else ("total", "")),
                  county="" if statewide else key[2])
    sheet.join_counties()
    return list(sheet.rows())
