# SPDX-License-Identifier: ISC
"""California's api.sos.ca.gov read a second time."""
import json
import re

from common import party_of, rows_of

QUESTIONS = ("ballot-measures", "supreme-court", "courts-of-appeal")


def votes(text):
    if not text.strip():
        return None
    assert re.fullmatch(r" *(\d{1,3}(,\d{3})+|\d+) *", text), text
    return int(text.replace(",", ""))


def read(path):
    document = json.load(open(path, encoding="utf-8"))
    races = document.get("races", [document]) if isinstance(document, dict) else document
    out = []
    for race in races:
        in_out = re.search(r"\(([\d,]+) of ([\d,]+)\)", race.get("Reporting", ""))
        reporting, total = (int(n.replace(",", "")) for n in in_out.groups()) if in_out else (-1, -1)

        def contest(title, choices, counts):
            return rows_of("", title, -1, [("total", "", reporting, total, dict(enumerate(counts)))], choices)

        title = race["raceTitle"]
        if "candidates" in race:
            out += contest(title, [("", c["Name"], party_of("", c["Party"]), "") for c in race["candidates"]],
                           [votes(c["Votes"]) for c in race["candidates"]])
        for key in QUESTIONS:
            for q in race.get(key, []):
                name = f"{q.get('Number', '')} {q['Name']}".strip()
                out += contest(f"{title}: {name}", [("", "Yes", "", ""), ("", "No", "", "")],
                               [votes(q["yesVotes"]), votes(q["noVotes"])])
    return out
