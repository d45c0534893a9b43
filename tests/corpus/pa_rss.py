# SPDX-License-Identifier: ISC
"""Pennsylvania's RSS, by office or by county, read by ElementTree and Python's HTML parser, counties summed."""
import xml.etree.ElementTree

from common import clean, write_in
from tables import Tables, number


def read(path, *_):
    channel = xml.etree.ElementTree.parse(path).getroot().find("channel")
    primary = "Primary" in channel.findtext("title")
    rows, choices = [], {}
    for item in channel.findall("item"):
        page = Tables(item.findtext("description"))
        heads = None
        for row in page.rows:
            texts = row.texts()
            if "Party" in texts and heads is None:
                heads = texts
                continue
            if heads is None:
                continue
            cells = dict(zip(heads, texts, strict=True))
            county = cells.get("County") or item.findtext("title")
            contest = item.findtext("title") if "County" in cells else texts[0]
            if primary and cells["Party"]:
                contest = f"{contest} - {cells['Party']}"
            votes = number(cells.get("Total Votes", cells.get("Votes")))
            name = clean(cells["Candidate Name"])
            rows.append({"contest": clean(contest), "unit_type": "county", "unit": clean(county), "choice": name,
                         "party": cells["Party"], "write_in": write_in(name), "votes": votes})
            key = (clean(contest), name, cells["Party"])
            choices[key] = None if not votes or choices.get(key, 0) is None else choices.get(key, 0) + int(votes)
    for (contest, name, party), votes in choices.items():
        rows.append({"contest": contest, "unit_type": "total", "unit": "", "choice": name, "party": party,
                     "write_in": write_in(name), "votes": "" if votes is None else str(votes)})
    return rows
