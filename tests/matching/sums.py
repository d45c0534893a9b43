# SPDX-License-Identifier: ISC
"""The choices of a race summed over counties, ours and all others: each must be one person, or stay apart and be flagged. Real files: the
county files of Oregon, whose candidates have one id through the state, and Michigan's, cut by county as each would file it. The ids tell who
is who and are never asked by the merging of two sources; the votes on air must be the sums of one id's."""
import collections
import csv
import dataclasses
import json
import random
import subprocess

import names

LUMPS = ("write in", "writein", "write ins", "scattering", "miscellaneous", "misc")


@dataclasses.dataclass
class Line:
    source: str
    contest: str  # its id
    title: str
    person: tuple  # the state's id of it
    name: str
    votes: int
    write_in: bool
    party: str


@dataclasses.dataclass
class County:
    name: str
    section: str
    lines: list


def lump(name):
    return names.fold(name) in LUMPS or not name


def read(parse, form, file, source, options=()):
    args = [w for o in options for w in ("-O", o)]
    done = subprocess.run([parse, "-f", form, *args, "-o", "json", file], capture_output=True, check=True)
    lines = []
    for contest in json.loads(done.stdout)["contests"]:
        total = next(u for u in contest["units"] if u["type"] == "total")
        for choice, votes in zip(contest["choices"], total["votes"]):
            who = ("write-in",) if choice["write_in"] and lump(choice["name"] or "") else (choice["id"], names.fold(choice["name"] or "")
                                                                                          if (choice["id"] or "-")[0] == "-" else "")
            lines.append(Line(source, contest["id"], contest["text"], who, choice["name"] or "", votes, choice["write_in"], choice["party"] or ""))
    return lines


def oregon(cache, parse):
    out = []
    for file in sorted((cache / "or-county-media-csv").glob("2018-05-15-*.csv")):
        name = file.stem[11:].replace("_", "-")
        county = name.replace("-", " ").title()
        section = f"[source {name}]\nformat = or-media\nstate = OR\ncounty = {county}\npath = {file}"
        out.append(County(county, section, read(parse, "or-media", file, name)))
    return out


# ---- one state file cut by county ----

def plain(first, middle, last):
    return names.text(first, [middle], [last])


WAYS = {"as filed": plain,
        "capitals": lambda f, m, v: plain(f, m, v).upper(),
        "last name first": lambda f, m, v: f"{v}, {names.text(f, [m], [])}",
        "with dots and marks": lambda f, m, v: f"{plain(f, m, v)} (I)",
        "without the middle name": lambda f, m, v: plain(f, "", v)}


def michigan(cache, folder, ways, twins=False):
    """`ways`: how the counties in turn write names. `twins`: in every second county the last on the ballot of every fourth contest is another
    person, a "Jr." of the name. A Green is not endorsed, so that it is none of ours."""
    rows = list(csv.reader((cache / "mi-cenr-tab" / "2018-11-06.txt").read_text("cp1252").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    counties = collections.defaultdict(list)
    for r in rows[1:]:
        if len(r) > 15:
            counties[r[5]].append(r)
    out = []
    for i, (county, mine) in enumerate(sorted(counties.items())):
        name, way = county.lower().replace(" ", "-").replace(".", ""), WAYS[ways[i % len(ways)]]
        lines = []
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as f:
            w = csv.writer(f)
            w.writerow(["Id", "Contest", "Candidate", "Party", "Votes", "Write-in"])
            for r in mine:
                contest, who = f"{r[1]}-{r[2]}", way(r[12].strip(), r[13].strip(), r[11].strip())
                who = r[11] if r[11] in ("Yes", "No") else who
                twin = bool(twins and i % 2 and r[2][-3] in "048" and r[8] == "GRN")
                who += " Jr." if twin else ""
                w.writerow([contest, r[6], who, r[8], r[15], r[16]])
                key = (r[10], names.fold(plain(r[12], r[13], r[11])) if r[10].startswith("-") else "", twin)
                lines.append(Line(name, contest, r[6], key, who, int(r[15] or 0), r[16] == "W", r[8]))
        section = (f"[source {name}]\nformat = delimited\nstate = MI\ncounty = {county.title()}\npath = {folder / name}.csv\ncolumn.contest-id = Id\n"
                   "column.contest = Contest\ncolumn.choice = Candidate\ncolumn.party = Party\ncolumn.votes = Votes\ncolumn.write-in = Write-in\n"
                   "value.write-in.W = yes")
        out.append(County(county.title(), section, lines))
    return out


# ---- what comes of it ----

def races(counties, most, seed):
    """{race id: lines} of contests that several counties have, and the list that endorses one person in each."""
    contests = collections.defaultdict(list)
    for c in counties:
        for line in c.lines:
            contests[line.contest].append((c, line))
    picked = []
    for contest, lines in contests.items():
        people = [n for n in lines if not n[1].write_in and n[1].party != "GRN" and names.Person(n[1].name).whole and names.fold(n[1].name) not in ("yes", "no")]
        if len({n[1].source for n in lines}) > 1 and people:
            picked.append((contest, lines, people[0][1]))
    random.Random(seed).shuffle(picked)
    found, rows = {}, []
    for i, (contest, lines, one) in enumerate(picked[:most]):
        ours = {n.person for _, n in lines if n.person == one.person}
        hints = sorted({f"{n.source}={contest}" for _, n in lines})
        aliases = sorted({n.name for _, n in lines if n.person in ours} - {one.name})
        found[f"r{i}"] = [n for _, n in lines]
        rows.append({"endorsement_id": f"e{i}", "race_id": f"r{i}", "candidate_name": one.name, "office": one.title, "aliases": "|".join(aliases),
                     "source_hints": "|".join(hints), "counties": "|".join(sorted({c.name for c, _ in lines}))})
    return found, rows


def judge(found, cards):
    """merges made and wrong, lines left apart and those that nobody flagged"""
    n, bad = collections.Counter(), []
    for card in cards:
        lines = found[card["race_id"]]
        people, known = collections.defaultdict(list), collections.defaultdict(set)
        for x in lines:
            people[x.person].append(x)
            known[names.fold(x.name) if not (x.write_in and lump(x.name)) else ""].add(x.person)
        shown = collections.defaultdict(list)
        for row in card["choices"]:
            who = known[names.fold(row["name"]) if not lump(row["name"]) else ""]
            shown[frozenset(who)].append(row["votes"])
        n["races"] += 1
        apart = 0
        for who, votes in shown.items():
            own = [x for p in who for x in people[p]]
            if sum(x.votes for x in own) != sum(v or 0 for v in votes) or len(votes) < len(who):
                n["wrong"] += 1
                bad.append((card["race_id"], lines[0].title, sorted(who), votes, [(x.source, x.name, x.votes) for x in own][:6]))
            n["merges"] += len(own) - len(votes)
            n["others"] += (len(own) - len(votes)) * (not any(r["endorsement_id"] for r in card["choices"] if known[names.fold(r["name"])] == set(who)))
            apart += max(0, len(votes) - len(who))
        n["apart"] += apart
        n["unflagged"] += apart > 0 and "in_doubt" not in card["flags"]
        n["doubtful"] += "in_doubt" in card["flags"]
    return n, bad
