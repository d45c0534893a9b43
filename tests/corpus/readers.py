# SPDX-License-Identifier: ISC
"""What a payload says, read a second time and differently: plain json and ElementTree, straight from the notes on each format.

Each reader gives rows of tally-parse's CSV as tuples:
(contest_id, contest, votes_allowed, unit_type, unit, reporting, total, choice_id, choice, party, write_in, winner, votes, derived)
"""
import json
import re
import unicodedata
import xml.etree.ElementTree as ET

PARTY_MARK = re.compile(r"\((rep|dem|lib|grn|gre|ind|con|r|d|l|g|npa|wfp)\)\s*$", re.I)
NO_PARTY = re.compile(r"(np|non|none|y|n|yes|no|[0-9]+)?$", re.I)
STATISTIC = re.compile(r"(over|under)\s*votes?$", re.I)


def clean(text):
    text = unicodedata.normalize("NFC", " ".join((text or "").replace("\u00a0", " ").split()))
    while len(text.encode()) > 200:
        text = text[:-1]
    return text.rstrip()


def cell(number):
    return "" if number is None or number < 0 else str(number)


def party_of(name, field):
    field = clean(field)
    if not NO_PARTY.match(field):
        return field
    mark = PARTY_MARK.search(clean(name))
    return mark.group(1) if mark else ""


def write_in(name):
    return "1" if re.search(r"write[- ]?in|\(w/i\)", name or "", re.I) else "0"


def rows_of(contest_id, contest, votes_allowed, units, choices):
    """units: (type, name, reporting, total, {choice position: votes}); choices: (id, name, party, winner)"""
    for kind, unit, reporting, total, votes in units:
        for at, (choice_id, name, party, winner) in enumerate(choices):
            if kind != "total" and at not in votes:
                continue
            yield (contest_id, clean(contest), cell(votes_allowed), kind, clean(unit),
                   cell(reporting), cell(total), choice_id, clean(name), party, write_in(name),
                   winner, cell(votes.get(at)), "0")


def clarity_detail(path):
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
            top[at] = int(choice.get("totalVotes"))
            for row in choice.findall("VoteType/County"):
                votes = counties.setdefault(row.get("name"), [-1, -1, {}])[2]
                votes[at] = votes.get(at, 0) + int(row.get("votes"))
        units = [("total", "", int(contest.get("precinctsReported")), int(total), top)]
        units += [("county", name, *rest) for name, rest in counties.items() if rest[2]]
        out += rows_of(contest.get("key"), contest.get("text"), int(contest.get("voteFor")),
                       units, choices)
    return out


def clarity_summary(path):
    out = []
    for c in json.load(open(path, encoding="utf-8-sig")):
        choices = [(str(i), name, party_of(name, party), "won" if win else "")
                   for i, (name, party, win) in enumerate(zip(c["CH"], c["P"], c["W"]))]
        units = [("total", "", c["PR"], c["TP"], dict(enumerate(c["V"])))]
        out += rows_of(c["K"], c["C"], c["VF"], units, choices)
    return out


def clarity_area(path, companion=None):
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


def ddhq(path):
    out = []
    for race in json.load(open(path))["data"]:
        top = race["toplineResults"]
        ids = [c["cand_id"] for c in race["candidates"]]
        choices = [(str(c["cand_id"]), f"{c['first_name']} {c['last_name']}", c["party_name"],
                    "won" if c["cand_id"] == top["called"] else "") for c in race["candidates"]]

        def votes(of):
            return {ids.index(int(k)): v for k, v in of["votes"].items()}

        units = [("total", "", top["precincts"]["reporting"], top["precincts"]["total"],
                  votes(top))]
        units += [("county", c["county"], c["precincts"]["reporting"], c["precincts"]["total"],
                   votes(c)) for c in race["countyResults"]["counties"]]
        title = " ".join(race[k] for k in ("state", "office", "district", "party", "name")
                         if race[k])
        out += rows_of(str(race["race_id"]), title, -1, units, choices)
    return out


def ap_interactive(path):
    out = []
    for race in json.load(open(path))["results"]:
        top = race["summary"]
        ids = [c["candidateID"] for c in top["results"]]
        marks = {"X": "won", "R": "advanced"}
        choices = [(c["candidateID"], "", "", marks.get(c.get("winner"), ""))
                   for c in top["results"]]

        def unit(kind, name, of):
            return (kind, name, of["precinctsReporting"], of["precinctsTotal"],
                    {ids.index(c["candidateID"]): c["voteCount"] for c in of["results"]})

        units = [unit("total", "", top)]
        units += [unit("county", fips, of) for fips, of in race["results"].items()]
        out += rows_of(race["raceID"], "", -1, units, choices)
    return out
