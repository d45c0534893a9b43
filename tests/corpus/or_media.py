# SPDX-License-Identifier: ISC
"""BPro's media export read a second time."""
import csv
import io

import flat


def read(path):
    lines = csv.reader(io.StringIO("\n".join(flat.lines(path)), newline=""), strict=True)
    at = {n.strip(): i for i, n in enumerate(next(lines))}
    sheet = flat.Sheet()
    for f in filter(None, lines):
        sheet.add((f[at["ContestID"]], f[at["ContestName"]]), (f[at["CandidateID"]], f[at["CandidateName"]]),
                  flat.number(f[at["CandidateVotes"]]))
    return list(sheet.rows())
