# SPDX-License-Identifier: ISC
"""North Carolina's precinct file read a second time."""
import io
import zipfile

import flat


def read(path):
    if zipfile.is_zipfile(path):
        box = zipfile.ZipFile(path)
        lines = io.StringIO(box.read(box.namelist()[0]).decode(), newline="")
    else:
        lines = filter(None, flat.lines(path))
    names = next(lines).rstrip("\r\n").split("\t")
    at = {n: i for i, n in enumerate(names)}
    sheet = flat.Sheet()
    for line in lines:
        f = line.rstrip("\r\n").split("\t")
        sheet.add((f[at["Contest Group ID"]], f[at["Contest Name"]]), ("", f[at["Choice"]], f[at["Choice Party"]]), flat.number(f[at["Total Votes"]]),
                  "county", f[at["County"]])
    return list(sheet.rows())
