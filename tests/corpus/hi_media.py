# SPDX-License-Identifier: ISC
"""Hawaii's media file read a second time."""
import re

import flat


def read(path):
    sheet = flat.Sheet()
    for r in flat.sheet_of(path):
        votes = 0
        for part in ("Absentee_votes", "Early_votes", "Election_Votes"):
            votes = flat.plus(votes, flat.number(r[part]))
        name = re.sub(r"^\([A-Z]{1,3}\) *", "", r["Candidate_name"])
        sheet.add((r["Contest_id"], r["Contest_title"]), (r["Choice_id"], name), votes, "precinct",
                  r["Precinct_Name"] + r["Split_Name"] + r["precinct_splitId"])
    return list(sheet.rows())
