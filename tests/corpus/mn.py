# SPDX-License-Identifier: ISC
"""Minnesota's media files read a second time."""
import flat


def read(path):
    sheet = flat.Sheet()
    for line in path.read_bytes().decode("cp1252").split("\r\n")[:-1]:
        f = line.split(";")
        assert f[0] == "MN" and len(f) == 16
        if f[7] in ("ESTIMATED BLANKS", "BLANKS"):
            continue
        whole = f[3].startswith("035")
        sheet.add((f[3], f[4]), (f[6], f[7]), flat.number(f[13]), *(("county", f[1]) if whole and f[1] else ("total", "")),
                  county="" if whole else f[1])
    sheet.join_counties()
    return list(sheet.rows())
