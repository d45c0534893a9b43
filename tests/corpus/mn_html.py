# SPDX-License-Identifier: ISC
"""Minnesota's result pages, read by Python's HTML parser."""
import re

from common import clean, write_in
from tables import Tables, number


def read(path, *_):
    page = Tables(path.read_text(encoding="utf-8"))
    text = " ".join(" ".join(page.text).split())
    state = re.search(r"Precincts Reporting in State: [0-9.]+% ([0-9,]+) of ([0-9,]+)", text)
    contest, progress, rows = None, None, []
    for row in page.rows:
        if row.tags() == ["caption"]:
            parts = "".join(row.cells[0][1:]).split("\1")
            contest = clean(parts[1].replace("\0", " "))
            own = re.search(r"([0-9,]+) of ([0-9,]+) precincts reported", " ".join(parts))
            own = own or ("Statewide" in text and state) or None
            progress = [number(g) for g in own.groups()] if own else ["", ""]
            table = row.table
        elif contest and row.table == table and set(row.tags()) == {"td"}:
            cells = row.texts()
            assert len(cells) in (4, 6), cells
            rows.append({"contest_id": "", "contest": contest, "unit_type": "total", "units_reporting": progress[0],
                         "units_total": progress[1], "choice": clean(cells[-4]), "party": cells[1] if len(cells) == 6 else "",
                         "write_in": write_in(cells[-4]), "votes": number(cells[-3])})
    return rows
