# SPDX-License-Identifier: ISC
"""Pennsylvania's export read a second time."""
import flat


def read(path):
    sheet = flat.Sheet()
    for r in flat.sheet_of(path):
        office, district, name = r["Office Name"], r["District Name"], r["Candidate Name"]
        votes, yes, no = (flat.number(r[c], True) for c in ("Votes", "Yes Votes", "No Votes"))
        place = ("county", r["County Name"])
        if "retention" in office.lower() or yes or no:
            sheet.add(("", f"{office} {name}"), ("", "Yes"), yes, *place)
            sheet.add(("", f"{office} {name}"), ("", "No"), no, *place)
        else:
            sheet.add(("", office if district == "Statewide" else f"{office} {district}"), ("", name, r["Party Name"]), votes, *place)
    return list(sheet.rows())
