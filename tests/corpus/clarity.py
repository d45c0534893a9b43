# SPDX-License-Identifier: ISC
"""Clarity read a second time: detail.xml, summary.json, summary.csv, area files."""
import csv
import io
import json
import re
import xml.etree.ElementTree as ET

from common import STATISTIC, party_of, rows_of


def detail(path):
    out = []
    for contest in ET.parse(path).getroot().findall("Contest"):
        of_state = "precinctsParticipating" in contest.attrib
        total = contest.get("precinctsParticipating" if of_state else "precinctsReporting")
        top, counties, choices = {}, {}, []
        for row in contest.findall("ParticipatingCounties/County"):
            counties[row.get("name")] = [int(row.get("precinctsReported")),
                                         int(row.get("precinctsParticipating")), {}]
        for at, choice in enumerate(c for c in contest.findall("Choice")
                                    if not STATISTIC.match(c.get("text"))):
            choices.append((choice.get("key"), choice.get("text"),
                            party_of(choice.get("text"), choice.get("party")), ""))
            top[at] = int(choice.get("totalVotes") or -1)
            for row in choice.findall("VoteType/County"):
                votes = counties.setdefault(row.get("name"), [-1, -1, {}])[2]
                votes[at] = votes.get(at, 0) + int(row.get("votes"))
        units = [("total", "", int(contest.get("precinctsReported")), int(total), top)]
        units += [("county", name, *rest) for name, rest in counties.items() if rest[2]]
        out += rows_of(contest.get("key"), contest.get("text"), int(contest.get("voteFor")),
                       units, choices)
    return out


def summary(path):
    out = []
    for c in json.load(open(path, encoding="utf-8-sig")):
        choices = [(str(i), name, party_of(name, party), "won" if win else "")
                   for i, (name, party, win) in enumerate(zip(c["CH"], c["P"], c["W"]))
                   if not STATISTIC.match(name)]
        votes = [v for name, v in zip(c["CH"], c["V"]) if not STATISTIC.match(name)]
        units = [("total", "", c["PR"], c["TP"], dict(enumerate(votes)))]
        out += rows_of(c["K"], c["C"], c["VF"], units, choices)
    return out


def area(path, companion=None):
    contests, names = {}, {}
    if companion:
        for c in ET.parse(companion).getroot().findall("Contest"):
            names[c.get("key")] = (c.get("text"), int(c.get("voteFor")), [
                (x.get("text"), party_of(x.get("text"), x.get("party")))
                for x in c.findall("Choice")])
    for area in json.load(open(path))["Contests"]:
        for key, votes in zip(area["C"], area["V"]):
            units = contests.setdefault(key, [])
            if area["A"] == "-1":
                units.insert(0, ("total", "", -1, -1, dict(enumerate(votes))))
            else:
                units.append(("county", area["A"], -1, -1, dict(enumerate(votes))))
    out = []
    for key, units in contests.items():
        text, votes_allowed, named = names.get(key, ("", -1, []))
        choices = [(str(i), *(named[i] if named else ("", "")), "") for i in units[0][4]]
        out += rows_of(key, text, votes_allowed, units, choices)
    return out


def decoded(field):
    raw = field.encode("latin-1")
    try:
        return re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "", raw.decode())
    except UnicodeDecodeError:
        return re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "", raw.decode("cp1252", "replace"))


def bytes_of(path):
    data = path.read_bytes()
    return data.decode("utf-16").encode() if data[:2] == b"\xff\xfe" else data.removeprefix(b"\xef\xbb\xbf")


def table(path):
    text = io.StringIO(bytes_of(path).decode("latin-1"), newline="")
    lines = [[decoded(x) for x in line] for line in csv.reader(text) if line]
    head = lines[0]
    at = {name: head.index(name) for name in ("line number", "contest name", "choice name", "party name", "total votes")}
    total, done = (next(i for i, name in enumerate(head) if re.fullmatch(f"num .+ {end}", name)) for end in ("total", "rptg"))
    contests = {}
    for n, line in enumerate(lines[1:], 1):
        assert len(line) == len(head) and int(line[at["line number"]]) == n
        contests.setdefault(line[at["contest name"]], []).append(line)
    out = []
    for name, rows in contests.items():
        assert len({tuple(row[6:]) for row in rows}) == 1
        marked = re.fullmatch(r"(.*) \(Vote For (\d+)\)", name, re.I | re.S)
        choices = [("", row[at["choice name"]], party_of(row[at["choice name"]], row[at["party name"]]), "") for row in rows]
        votes = [int(row[at["total votes"]] or -1) for row in rows]
        of = int(rows[0][total]) or -1
        reporting = int(rows[0][done])
        units = [("total", "", -1 if reporting == 0 and any(v > 0 for v in votes) else reporting, of, dict(enumerate(votes)))]
        out += rows_of("", marked.group(1) if marked else name, int(marked.group(2)) if marked else -1, units, choices)
    return out


def read(path, companion=None):
    if path.suffix == ".xml":
        return detail(path)
    first = bytes_of(path)[:1]
    return area(path, companion) if first == b"{" else table(path) if first == b'"' else summary(path)
