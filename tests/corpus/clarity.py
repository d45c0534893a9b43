# SPDX-License-Identifier: ISC
"""Clarity read a second time: detail.xml, summary.json, area files."""
import json
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


def read(path, companion=None):
    if path.suffix == ".xml":
        return detail(path)
    return area(path, companion) if path.read_bytes()[:1] == b"{" else summary(path)
