# SPDX-License-Identifier: ISC
"""Idaho's pages of results by county, read by Python's HTML parser: each county's contests for themselves."""
from common import clean
from tables import Tables, number


def name_of(cell):
    """What stands before the block that says whom a judge succeeds."""
    return clean("".join(cell[1:]).split("\0")[0])


def read(path, *_):
    page = Tables(path.read_text(encoding="utf-8"))
    primary = "Primary" in " ".join(page.text)
    title, group, rows = "", "", []
    for row in page.rows:
        texts = row.texts()
        if len(texts) == 2:
            title = texts[1]
            if title.split(" ")[0] != "DIST":
                group = title.split(" DIST ")[0]
        elif len(texts) == 1:
            title, group = "", ""
        elif row.tags() == ["td"] * 5:
            party = texts[0].split(" ")[0]
            contest = title or "(no title)"
            if contest.split(" ")[0] == "DIST" and group:
                contest = f"{group} {contest}"
            succeeds = clean("".join(row.cells[1][1:]).split("\0")[1]) if "succeed" in "".join(row.cells[1][1:]).lower() else ""
            if succeeds:
                contest = f"{contest} - {succeeds}"
            if primary and party:
                contest = f"{contest} - {party}"
            name = name_of(row.cells[1])
            rows.append({"contest": clean(contest), "unit_type": "total", "choice": name, "party": party,
                         "write_in": "1" if "W/I" in texts[0] or "WRITE IN" in texts[1] else "0", "votes": number(texts[2])})
    return rows
