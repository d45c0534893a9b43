# SPDX-License-Identifier: ISC
"""Fresno County's GEMS pages, read by Python's HTML parser; each contest's choices come to its "Total Votes"."""
from common import clean
from tables import Tables, number


def read(path, *_):
    page = Tables(path.read_text(encoding="utf-8"))
    contest, figures, choices, rows = None, {}, None, []
    blocks = []
    for row in page.rows:
        texts = row.texts()
        if row.tags()[:1] == ["th"]:
            figures, choices = {}, None
            blocks.append((texts[0], figures, []))
        elif blocks and not any(texts):
            choices = blocks[-1][2]
        elif blocks and choices is None and len(texts) == 4:
            figures[texts[0]] = texts[2]
        elif blocks and choices is not None:
            choices.append(texts)
    for contest, figures, choices in blocks:
        assert sum(int(c[2]) for c in choices) == int(figures["Total Votes"]), contest
        for name, party, votes, _ in choices:
            rows.append({"contest": clean(contest), "votes_allowed": figures["Vote For"], "unit_type": "total",
                         "units_reporting": figures["Precincts Reporting"], "units_total": figures["Number of Precincts"],
                         "choice": clean(name), "party": "" if party == "NP" else party,
                         "write_in": "1" if name.endswith(" WI") or "write-in" in name.lower() else "0", "votes": number(votes)})
    return rows
