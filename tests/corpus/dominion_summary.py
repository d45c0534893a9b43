# SPDX-License-Identifier: ISC
"""Dominion read a second time: the Election Summary Report, and counties' CSV files."""
import csv
import re
import xml.etree.ElementTree as ET

from common import clean, write_in

NS = "{ElectionSummaryReportRPT}"


def report(path):
    for contest in ET.parse(path).getroot().iter(NS + "ContestIdGroup"):
        title = clean(contest.get("contestId"))
        progress = next((re.match(r"Precincts Reported: (\d+) of (\d+)", d.get("Textbox2") or "")
                         for d in contest.iter(NS + "Details")), None)
        total = next(int(t.get("votes3")) for t in contest.iter(NS + "Textbox13") if t.get("votes3"))
        rows = []
        for choice in contest.iter(NS + "chGroup"):
            name = choice.find(NS + "candidateNameTextBox4")
            parties = [p.find(NS + "Textbox2").get("Textbox2") for p in choice.iter(NS + "partyGroup")]
            own = name.find(NS + "Textbox2").get("Textbox2")
            text = clean(name.get("candidateNameTextBox4"))
            rows.append({"contest": title, "unit_type": "total", "units_reporting": progress.group(1) if progress else "",
                         "units_total": progress.group(2) if progress else "", "choice": text,
                         "party": own or (parties[0] if len(parties) == 1 else ""), "write_in": write_in(text),
                         "votes": str(int(name.find(NS + "Textbox13").get("vot8")))})
        assert sum(int(r["votes"]) for r in rows) == total
        yield from rows


def text(field):
    raw = field.encode("latin-1")
    try:
        field = raw.decode()
    except UnicodeDecodeError:
        field = raw.decode("cp1252", "replace")
    return clean(re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "", field))


def table(path):
    sums = {}
    lines = csv.reader(open(path, encoding="latin-1", newline=""))
    head = [text(name) for name in next(lines)]
    for line in lines:
        row = dict(zip(head, map(text, line)))
        if not any(line) or row[head[0]].startswith("*"):
            continue
        assert not any(line[len(head):])
        key = (row["Contest Title"], row["Choice Name"], row.get("Precinct Count", ""))
        votes = row["Total Votes"]
        assert re.fullmatch(r"\d+|\d{1,3}(,\d{3})+", votes), votes
        sums[key] = sums.get(key, 0) + int(votes.replace(",", ""))
    for (contest, choice, precincts), votes in sums.items():
        yield {"contest": contest, "unit_type": "total", "units_total": precincts, "choice": choice,
               "write_in": write_in(choice), "votes": str(votes)}


def read(path):
    return list(report(path) if path.read_bytes().lstrip(b"\xef\xbb\xbf")[:1] == b"<" else table(path))
