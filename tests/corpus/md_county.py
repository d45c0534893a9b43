# SPDX-License-Identifier: ISC
"""Maryland's county file read a second time."""
import flat


def read(path):
    sheet = flat.Sheet()
    for r in flat.sheet_of(path):
        title = r["Office Name"] + " " + r["Office District"]
        votes, against = flat.number(r["Total Votes"]), flat.number(r["Total Votes Against"])
        if against is None:
            sheet.add(("", title), ("", r["Candidate Name"]), votes)
        else:
            sheet.add(("", title + " " + r["Candidate Name"]), ("", "Yes"), votes)
            sheet.add(("", title + " " + r["Candidate Name"]), ("", "No"), against)
    return list(sheet.rows())
