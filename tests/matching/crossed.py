# SPDX-License-Identifier: ISC
"""Cross-filed primaries of Pennsylvania: nobody keeps files of a municipal primary for us, so that they are made, of the people of the
state's real files and the names of its real school districts, in the ways its counties write them. Who stands where is therefore known."""
import collections
import csv
import dataclasses
import random

import names

DATE = "2027-05-18"
DISTRICTS = """Abington_Heights:Lackawanna Avonworth:Allegheny Bald_Eagle_Area:Centre Bellwood-Antis:Blair Bermudian_Springs:Adams
Blue_Mountain:Schuylkill Brandywine_Heights:Berks Burgettstown_Area:Washington Cameron_County:Cameron Carlisle_Area:Cumberland
Central_Bucks:Bucks Clearfield_Area:Clearfield Conestoga_Valley:Lancaster Council_Rock:Bucks Cumberland_Valley:Cumberland
Dallastown_Area:York Delaware_Valley:Pike Donegal:Lancaster Downingtown_Area:Chester East_Penn:Lehigh Ephrata_Area:Lancaster
Everett_Area:Bedford Fox_Chapel_Area:Allegheny Gateway:Allegheny Gettysburg_Area:Adams Governor_Mifflin:Berks Hamburg_Area:Berks
Hempfield:Lancaster Hollidaysburg_Area:Blair Jim_Thorpe_Area:Carbon Kennett_Consolidated:Chester Lake-Lehman:Luzerne Ligonier_Valley:Westmoreland
Manheim_Township:Lancaster Moon_Area:Allegheny Mount_Pleasant_Area:Westmoreland Nazareth_Area:Northampton North_Allegheny:Allegheny
North_Hills:Allegheny North_Penn:Montgomery Northern_Lebanon:Lebanon Palmyra_Area:Lebanon Penn_Manor:Lancaster Pennridge:Bucks
Penns_Valley_Area:Centre Pine-Richland:Allegheny Quaker_Valley:Allegheny Red_Lion_Area:York Ridgway_Area:Elk Saucon_Valley:Northampton
Selinsgrove_Area:Snyder Seneca_Valley:Butler Souderton_Area:Montgomery South_Fayette:Allegheny Spring_Grove_Area:York
State_College_Area:Centre Susquenita:Perry Tredyffrin-Easttown:Chester Twin_Valley:Berks Tyrone_Area:Blair Upper_Merion_Area:Montgomery
Wallingford-Swarthmore:Delaware Warwick:Lancaster West_Chester_Area:Chester Wissahickon:Montgomery Wyoming_Valley_West:Luzerne""".split()
LISTED = ["School Director", "School Board", "School Board Director"]
# not to be cross-filed
OTHERS = [("Mayor", "Mayor {p} Borough", "{p} Borough"), ("Borough Council", "Member of Council {p} Borough", "{p} Borough"),
          ("Sheriff", "Sheriff", ""), ("Superior Court Judge", "Judge of the Superior Court", "")]


@dataclasses.dataclass
class Entry:
    row: dict
    kind: str
    lines: tuple = ()  # (source, party, contest) that are its own
    ways: tuple = ()


class Source:
    """A county's file in one of the ways they are written."""

    WAYS = {"prefix": "{party} {text}", "behind": "{text} - {long}", "brackets": "{text} ({letter})", "field": "{text} - {long}"}

    def __init__(self, name, way):
        self.name, self.way, self.rows = name, way, []

    def contest(self, text, party):
        long = {"DEM": "Democratic", "REP": "Republican"}[party]
        return self.WAYS[self.way].format(text=text, party=party, long=long, letter=party[0])

    def line(self, county, text, party, name, votes):
        self.rows.append((county, text, party, name, votes))
        return self.name, party, text

    def write(self, folder):
        with open(folder / f"{self.name}.csv", "w", encoding="utf-8", newline="") as f:
            out = csv.writer(f)
            if self.way == "field":  # the Report Center's own columns
                out.writerow(["Election Name", "County Name", "Office Name", "District Name", "Party Name", "Candidate Name", "Votes",
                              "Yes Votes", "No Votes"])
                for county, text, party, name, votes in self.rows:
                    out.writerow(["2027 Municipal Primary", county.upper(), text, "", {"DEM": "Democratic", "REP": "Republican"}[party], name, votes,
                                  0, 0])
                return f"[source {self.name}]\nformat = pa-csv\nstate = PA\npath = {self.name}.csv"
            out.writerow(["County", "Contest", "Candidate", "Party", "Votes"])
            for county, text, party, name, votes in self.rows:
                out.writerow([county, self.contest(text, party), name, party, votes])
        return (f"[source {self.name}]\nformat = delimited\nstate = PA\npath = {self.name}.csv\ncolumn.county = County\n"
                "column.contest = Contest\ncolumn.choice = Candidate\ncolumn.party = Party\ncolumn.votes = Votes")


class Maker:
    def __init__(self, people, seed):
        self.random = random.Random(f"{seed} crossed")
        self.people = [p for p in people if p.whole]
        self.given = {p.first for p in self.people if len(p.first) > 2}
        self.sources = [Source(f"county-{w}", w) for w in Source.WAYS]
        self.true, self.traps = [], []

    def roster(self, n):
        """People no two of whom share a surname."""
        found = {}
        while len(found) < n:
            p = self.random.choice(self.people)
            found.setdefault(p.family()[0], p)
        return list(found.values())

    def ballot(self, person, source):
        """A name as this file writes them."""
        if source.way == "field":
            return f"{' '.join(person.last)}, {names.text(person.first, person.middle, [], person.suffix)}".upper()
        return names.text(person.first, person.middle, person.last, person.suffix)

    def put(self, source, race, party, person):
        return source.line(race["county"], race["text"], party, self.ballot(person, source), self.random.randrange(10, 5000))

    def entry(self, race, kind, person, lines, party, **more):
        name, ways = names.write(person, self.given, self.random)
        row = {"candidate_name": name, "state": "PA", "office": self.random.choice(race["offices"]), "district": race["district"],
               "jurisdiction": self.random.choice(race["places"]), "county": race["county"],
               "election_type": "primary", "party": party, **more}
        (self.true if lines else self.traps).append(Entry(row, kind, tuple(lines), tuple(ways)))

    # ---- boards and benches ----

    def races(self):
        out = []
        for word in DISTRICTS:
            place, county = word.replace("_", " ").split(":")
            region = self.random.choice(["", "", "", "1", "2", "3"])
            out.append({"text": f"School Director {place}" + (f" Region {region}" if region else ""), "county": county,
                        "places": [place, f"{place} School District"], "offices": LISTED, "district": region})
        for county in ("Adams", "Berks", "Bucks", "Butler", "Centre", "Elk", "Lehigh", "York"):
            out.append({"text": f"Judge of the Court of Common Pleas {county} County", "county": county, "places": [""], "district": "",
                        "offices": ["Court of Common Pleas", "Judge of the Court of Common Pleas", "Common Pleas Judge"]})
            for k in (1, 2):
                code = f"{len(out):02}-{k}-01"
                out.append({"text": f"Magisterial District Judge {code}", "county": county, "places": [""], "district": code,
                            "offices": ["Magisterial District Judge"]})
        self.random.shuffle(out)
        return out

    def fill(self, race, source):
        """Who stands in both primaries, who in one, and the traps that this roster gives."""
        both_a, both_b, dem, rep, twin, other, stray = self.roster(7)
        for p in (both_a, both_b):
            lines = [self.put(source, race, party, p) for party in ("DEM", "REP")]
            self.entry(race, "both primaries", p, lines, self.random.choice(["", "", "D", "R", "Democratic", "Republican", "Nonpartisan"]))
        for p, party in ((dem, "DEM"), (rep, "REP")):
            lines = [self.put(source, race, party, p)]
            self.entry(race, "one primary", p, lines, self.random.choice(["", party, party[0]]))
        self.twins(race, source, twin)
        self.surname(race, source, other)
        self.put(source, race, "REP", stray)
        self.entry(race, "other party's primary", stray, [], "D")
        self.entry(race, "its contest_party has somebody else", stray, [], "", contest_party="Democratic")
        elsewhere = dict(race, places=["Nowhere Area School District"]) if "School" in race["text"] else dict(race, county="Fayette")
        self.entry(elsewhere, "another place", both_a, [], "")

    def twins(self, race, source, p):
        """Two people of one first and last name."""
        a, b = copy_of(p), copy_of(p)
        if self.random.random() < 0.5:
            a.middle, b.middle = ["Q."], ["X."]
        else:
            a.suffix, b.suffix = "", "Jr"
        self.put(source, race, "DEM", a)
        self.put(source, race, "REP", b)
        plain = copy_of(p)
        plain.middle, plain.suffix = [], ""
        self.entry(race, "two of one name", plain, [], self.random.choice(["", "D", "R"]))

    def surname(self, race, source, p):
        """Another of the surname in the other party."""
        first = self.random.choice(sorted(g for g in self.given if g[0] != p.first[0]))
        q = copy_of(p)
        q.first, q.middle, q.suffix, q.nicks = first, [], "", []
        lines = [self.put(source, race, "DEM", p)]
        if q.could_be(p):
            return
        self.put(source, race, "REP", q)
        self.entry(race, "same surname in the other", p, lines, "")

    def closed(self, word, source):
        """Offices for which nobody may stand in both: of two of one name it is not known that they are one."""
        place, county = word.replace("_", " ").split(":")
        office, text, where = self.random.choice(OTHERS)
        race = {"text": text.format(p=place), "county": county, "places": [where.format(p=place)], "offices": [office],
                "district": ""}
        p = self.roster(1)[0]
        for party in ("DEM", "REP"):
            self.put(source, race, party, p)
        self.entry(race, "not to be cross-filed", p, [], "")

    def terms(self, word, source):
        """One name for the term of two years in one primary, for that of four in the other."""
        place, county = word.replace("_", " ").split(":")
        race = {"county": county, "places": [place], "offices": LISTED, "district": ""}
        stand = {w for s in self.sources for _, text, _, name, _ in s.rows if place in text for w in names.fold(name).split()}
        p = next(q for q in self.roster(12) if q.family()[0] not in stand)
        for party, years in (("DEM", 2), ("REP", 4)):
            self.put(source, dict(race, text=f"School Director {place} {years} Year Term"), party, p)
        self.entry(race, "two terms", p, [], "")

    def make(self, folder):
        for i, race in enumerate(self.races()):
            self.fill(race, self.sources[i % len(self.sources)])
        for i, word in enumerate(DISTRICTS):
            self.closed(word, self.sources[i % len(self.sources)])
            if i % 3 == 0:
                self.terms(word, self.sources[(i + 1) % len(self.sources)])
        return [s.write(folder) for s in self.sources]


def copy_of(p):
    q = names.Person("X Y")
    q.first, q.middle, q.last, q.suffix, q.nicks = p.first, list(p.middle), list(p.last), p.suffix, []
    return q


def judge(entries, found, sources):
    """counts, and what is wrong or missed"""
    n, bad = collections.Counter(), []
    ways = {s.name: s for s in sources}
    for i, e in enumerate(entries):
        rows = found[f"e{i}"]
        auto = [r for r in rows if r["band"] in ("auto", "decided")]
        own = {(s, ways[s].contest(text, party), party) for s, party, text in e.lines}
        got = {(r["source"], r["contest"], r["party"][:3].upper()) for r in auto}
        wrong = got - own
        n["links"] += len(auto)
        n["wrong"] += len(wrong)
        n["true" if e.lines else "traps"] += 1
        n["auto"] += bool(e.lines) and got == own
        n["review"] += bool(e.lines) and got != own and any(r["band"] == "review" for r in rows)
        n["joined"] += len(got) > 1
        n["misjoined"] += len(got) > 1 and bool(wrong)
        n[e.kind] += 1
        if wrong or (e.lines and got != own):
            bad.append((("WRONG " if wrong else "missed ") + e.kind, e, rows, sorted(own)))
    return n, bad
