# SPDX-License-Identifier: ISC
"""North Carolina's precinct file read a second time."""
import csv
import io
import re
import zipfile

import flat


def table_of(path):
    """The names of the columns, and the rows."""
    if zipfile.is_zipfile(path):
        box = zipfile.ZipFile(path)
        lines = io.StringIO(box.read(box.namelist()[0]).decode(), newline="")
    else:
        lines = filter(None, flat.lines(path))
    first = next(lines).rstrip("\r\n")
    if "\t" not in first:
        return next(csv.reader([first])), csv.reader(lines, strict=True)
    return first.split("\t"), (line.rstrip("\r\n").split("\t") for line in lines)


def read(path):
    names, rows = table_of(path)
    at = {n.lower(): i for i, n in enumerate(names)}
    contest = "contest name" if "contest name" in at else "contest"
    party = "choice party" if "choice party" in at else "party"
    number = at.get("contest group id")
    sheet = flat.Sheet()
    for f in rows:
        title, county = f[at[contest]], f[at["county"]]
        whole = number is not None or (contest == "contest" and re.match("(constitutional|nc |us )", title, re.I))
        sheet.add(("" if number is None else f[number], title), ("", f[at["choice"]], f[at[party]]), flat.number(f[at["total votes"]]),
                  *(("county", county) if whole else ("total", "")), county="" if whole else county)
    if number is None:
        sheet.join_counties()
    return list(sheet.rows())
