# SPDX-License-Identifier: ISC
"""Endorsement lists made from the rows of real result files: true ones, and traps. A label is the row an endorsement was made from;
the matcher is never asked."""
import collections
import dataclasses
import json
import random
import subprocess

import names
import races

Source = collections.namedtuple("Source", "name format file county options")


@dataclasses.dataclass(frozen=True)
class Night:
    name: str
    state: str
    date: str
    sources: tuple


def source(name, form, file, county="", **options):
    return Source(name, form, file, county, tuple(options.items()))


def nights(cache):
    """Every night there are files of."""
    oregon = sorted((cache / "or-county-media-csv").glob("2018-05-15-*.csv"))
    minnesota = sorted(p.name for p in (cache / "mn-txt").glob("*.LegislativeByDistrict.txt"))[-2:-1]
    nights = [
        Night("GA 2020", "GA", "2020-11-03", (
            source("state", "clarity", "clarity/ga-2020-11-03-20201112-summary.json"),
            source("gwinnett", "clarity", "clarity/ga-gwinnett-2020-11-03-full-detail.xml", "Gwinnett"),
            source("bacon", "clarity", "clarity/ga-bacon-2020-11-03-detail.xml", "Bacon"),
            source("atkinson", "clarity", "clarity/ga-atkinson-2020-11-03-detail.xml", "Atkinson"))),
        Night("CO 2024", "CO", "2024-11-05", (source("state", "clarity", "clarity/co-2024-11-05-detail.xml"),)),
        Night("PA Allegheny 2024", "PA", "2024-11-05",
              (source("allegheny", "clarity", "clarity/pa-allegheny-2024-11-05-detail.xml", "Allegheny"),)),
        Night("PA 2018", "PA", "2018-11-06", (source("state", "pa-csv", "pa-export-csv/2018-11-06.csv"),)),
        Night("MN 2024", "MN", "2024-11-05", tuple(source("house", "mn", f"mn-txt/{m}") for m in minnesota)),
        Night("FL 2018", "FL", "2018-08-28", (source("state", "fl", "fl-elecresults/2018-08-28-070-20180829-043242.results.txt"),)),
        Night("NC 2024", "NC", "2024-11-05", (source("state", "nc", "nc-results-pct-tsv/2024-11-05.results_pct.zip"),)),
        Night("WA 2018", "WA", "2018-11-06", (source("state", "wa", "wa-allcounties-csv/2018-11-06.csv"),)),
        Night("WA Thurston 2023", "WA", "2023-11-07",
              (source("thurston", "wa", "wa-county-csv/2023-11-07-thurston-11.csv", "Thurston"),)),
        Night("OR 2018", "OR", "2018-05-15", tuple(
            source(p.stem[11:].replace("_", "-"), "or-media", f"or-county-media-csv/{p.name}", p.stem[11:].replace("_", " ").title())
            for p in oregon)),
        Night("HI 2018", "HI", "2018-11-06", (source("state", "hi-media", "hi-media-txt/2018-11-06.txt"),)),
        Night("MI 2018", "MI", "2018-11-06", (source("state", "mi-cenr", "mi-cenr-tab/2018-11-06.txt"),)),
        Night("IN 2018", "IN", "2018-11-06", (source("state", "in-enr", "in-enr-csv/2018-11-06.csv"),)),
    ]
    return [n for n in nights if n.sources and all((cache / s.file).exists() for s in n.sources)]


class Row:
    """A choice of a contest of a source, and what its text was understood to mean."""

    def __init__(self, night, src, contest, choice):
        units = {u["name"] for u in contest["units"] if u["type"] == "county" and u["name"]}
        where = contest["county"] or src.county or (next(iter(units)) if len(units) == 1 else "")
        self.source, self.contest, self.choice = src.name, contest["text"], choice["name"] or ""
        self.key = (src.name, contest["id"] or "", contest["text"], choice["id"] or "", self.choice, choice["party"] or "")
        self.place = (src.name, contest["county"], contest["id"], contest["text"])
        self.write_in = choice["write_in"]
        self.party = choice["party"] or ""
        self.person = names.Person(self.choice)
        self.race = None if self.nobody() else races.understand(night.state, contest["text"] or "", where.title())

    def nobody(self):
        return names.fold(self.choice) in ("", "write in", "write in miscellaneous", "yes", "no", "for", "against") \
            or names.fold(self.choice).startswith(("write in", "writein"))


def read(night, cache, parse):
    out = []
    for src in night.sources:
        options = [w for k, v in src.options for w in ("-O", f"{k}={v}")]
        done = subprocess.run([parse, "-f", src.format, *options, "-o", "json", cache / src.file], capture_output=True, check=True)
        for contest in json.loads(done.stdout)["contests"]:
            out += [Row(night, src, contest, choice) for choice in contest["choices"]]
    return out


@dataclasses.dataclass
class Entry:
    """An endorsement of a list: its columns, and what is known of it."""
    row: dict
    kind: str
    label: Row = None  # whose it is; None: nobody's in these files
    person: names.Person = None
    race: races.Race = None
    clear: bool = True  # can a person with the list alone tell it from every other row?
    ways: tuple = ()


class Maker:
    def __init__(self, night, rows, seed):
        self.night, self.rows = night, rows
        self.random = random.Random(f"{seed} {night.name}")
        self.county_of_city = self.random.random() < 0.6
        self.named = [r for r in rows if not r.nobody()]
        self.given = {r.person.first for r in self.named if len(r.person.first) > 2}
        self.by_family = collections.defaultdict(list)
        for r in self.named:
            self.by_family[r.person.family()[0]].append(r)
        self.understood = [r for r in self.named if r.race and r.person.whole]
        self.races = collections.defaultdict(set)
        for r in self.understood:
            self.races[r.race.office].add(r.race)
        self.rosters = collections.defaultdict(list)
        for r in rows:
            self.rosters[r.place].append(r)

    def could_be(self, person, race):
        """Rows that this person, endorsed for this race, might be: of another person's reading, no matcher's."""
        found = []
        for r in self.by_family[person.family()[0]]:
            if person.could_be(r.person) and (r.race is None or not r.race.excludes(race)):
                found.append(r)
        return found

    def entry(self, kind, person, race, label=None, name=None, **more):
        row = races.write(race, self.random, self.county_of_city)
        row["candidate_name"] = name or names.text(person.first, person.middle, person.last, person.suffix)
        row.update(more)
        return Entry(row, kind, label, person, race)

    # ---- true ones ----

    def is_clear(self, e):
        """By rule, not by exception: nobody else in the files could be meant, and the file itself says the parts of the race."""
        label, race = e.label, e.race
        others = [r for r in self.could_be(e.person, race)
                  if r.race != race or r.person.could_be(label.person) and r.place[0] == label.place[0] and r is not label]
        if others:
            return False
        if race.office in races.COUNTY_OFFICES and not race.county:
            return False  # a county's office of no county
        if race.office in races.PLACE_OFFICES and race.office != "mayor" and not race.place:
            return False
        return True

    def true(self, row):
        name, ways = names.write(row.person, self.given, self.random)
        more = {"party": row.party} if row.party and self.random.random() < 0.5 else {}
        if row.write_in:
            more["status"] = "write_in"
        e = self.entry("true", row.person, row.race, row, name, **more)
        e.ways = tuple(ways)
        e.clear = self.is_clear(e)
        return e

    # ---- traps: nobody in these files may be matched ----

    def sibling(self, row):
        others = sorted(g for g in self.given if g[:3] != row.person.first[:3])  # else perhaps forms of one name
        first = self.random.choice([g for g in others if g[0] == row.person.first[0]] or others) if self.random.random() < 0.6 \
            else self.random.choice(others)
        return self.other_person(row, first=first)

    def cousin(self, row):
        first = names.COUSIN.get(row.person.first)
        return self.other_person(row, first=first, sure=True) if first else None

    def near_miss(self, row):
        last = names.near(list(row.person.last), self.random)
        return self.other_person(row, last=last) if last else None

    def same_surname(self, row):
        mates = [r for r in self.rosters[row.place] if r is not row and r.person.whole and not r.nobody()]
        if not mates:
            return None
        return self.other_person(row, first=self.random.choice(mates).person.first)

    def other_suffix(self, row):
        if row.person.suffix.lower() not in ("jr", "sr", "ii", "iii"):
            return None
        return self.other_person(row, suffix="Sr." if row.person.suffix.lower() != "sr" else "Jr.", sure=True)

    def other_middle(self, row):
        if len(row.person.middle) != 1 or len(row.person.middle[0].strip(".")) != 1:
            return None
        letter = next(c for c in "QXZ" if c != row.person.middle[0][0])
        return self.other_person(row, middle=[letter + "."], sure=True)

    def surname_only(self, row):
        e = self.entry("surname only", row.person, row.race, None, " ".join(row.person.last))
        return e

    def other_person(self, row, first=None, middle=None, last=None, suffix=None, sure=False):
        p = names.Person("X Y")
        p.first, p.middle, p.last, p.suffix = first or row.person.first, middle or [], last or row.person.last, suffix or ""
        p.nicks = []
        if not sure and p.could_be(row.person):
            return None
        if any(names.fold(r.choice) != names.fold(row.choice) or not sure for r in self.could_be(p, row.race)):
            return None
        return self.entry("", p, row.race)

    def other_race(self, row, race):
        p = row.person
        if any(r for r in self.could_be(p, race)):
            return None
        return self.entry("", p, race)

    def wrong_district(self, row):
        if not row.race.district:
            return None
        others = sorted({r.district for r in self.races[row.race.office] if r.district} - {row.race.district})
        return self.other_race(row, dataclasses.replace(row.race, district=self.random.choice(others))) if others else None

    def wrong_seat(self, row):
        if not row.race.seat.isdigit():
            return None
        return self.other_race(row, dataclasses.replace(row.race, seat=str(int(row.race.seat) + self.random.choice([1, 2, 10]))))

    def two_counties(self, row):
        """The same full name and office in another county or town."""
        if not row.race.county and not row.race.place:
            return None
        others = sorted({(r.county, r.place) for r in self.races[row.race.office] if r.county != row.race.county or r.place != row.race.place})
        if not others or row.race.office not in races.COUNTY_OFFICES | races.PLACE_OFFICES:
            return None
        county, place = self.random.choice(others)
        return self.other_race(row, dataclasses.replace(row.race, county=county, place=place))

    def wrong_office(self, row):
        """A judge and a legislator of one name; a commissioner and a council member."""
        other = {"house": ["senate", "circuit", "district court", "congress"], "senate": ["house", "circuit", "superior court"],
                 "congress": ["house", "senate"], "district court": ["house", "circuit"], "circuit": ["senate", "district court"],
                 "superior court": ["district court", "house"], "commission": ["county council", "sheriff", "school"],
                 "county council": ["commission", "school"], "sheriff": ["coroner", "prosecutor"], "trustee": ["township board"],
                 "township board": ["trustee"], "assessor": ["auditor", "treasurer"], "auditor": ["treasurer", "recorder"],
                 "recorder": ["assessor", "court clerk"], "court clerk": ["recorder", "auditor"], "prosecutor": ["sheriff"],
                 "town council": ["city council", "mayor"], "city council": ["mayor", "school"], "school": ["city council"],
                 "school director": ["city council"], "deeds": ["sheriff"], "da": ["house"], "treasurer": ["auditor"],
                 "coroner": ["sheriff"], "surveyor": ["assessor"], "mayor": ["city council"]}.get(row.race.office)
        if not other:
            return None
        return self.other_race(row, dataclasses.replace(row.race, office=self.random.choice(other)))

    def other_term(self, row):
        race = dataclasses.replace(row.race, unexpired=not row.race.unexpired)
        e = self.other_race(row, race)
        if e and not race.unexpired:
            e.row["term"] = "full"
        return e

    def said_in_office(self, row):
        """Another term or election, said in the office; the file says the usual one, or nothing."""
        if row.race.unexpired or any(w in names.fold(row.contest).split() for w in ("special", "vacancy", "partial", "unexpired")):
            return None
        e = self.other_race(row, dataclasses.replace(row.race, unexpired=True))
        if not e:
            return None
        del e.row["term"]
        e.row["office"] += self.random.choice([" (Unexpired Term)", " - Special Election", " (Special)"])
        return e

    def city_of_its_name(self, row):
        """A county's office of the city that has the county's name, as Baltimore's and St. Louis's."""
        if row.race.office not in races.COUNTY_OFFICES or not row.race.county:
            return None
        e = self.entry("", row.person, row.race)
        e.row["county"], e.row["jurisdiction"] = f"{row.race.county} City", ""
        return e

    def part_of_county(self, row):
        """A county's sort of office, of a town that the file says nothing of."""
        if row.race.office not in races.COUNTY_OFFICES or not row.race.county:
            return None
        e = self.entry("", row.person, row.race)
        e.row["county"], e.row["jurisdiction"] = row.race.county, self.random.choice(["Quarryville Township", "Town of Quarryville"])
        return e

    def half_a_state(self, row):
        """The town without the word that it has in common with its state: Wilkesboro, where North Wilkesboro votes."""
        first, _, rest = row.race.place.partition(" ")
        if not rest or first.lower() not in ("north", "south", "west", "new"):
            return None
        return self.other_race(row, dataclasses.replace(row.race, place=rest))

    def other_day(self, row):
        """A row of another day: the file is of this one."""
        e = self.entry("", row.person, row.race)
        e.row["election_date"] = "2030-06-04"
        return e

    def other_primary(self, row):
        if not row.race.party:
            return None
        party = "Republican" if row.race.party == "Democratic" else "Democratic"
        return self.other_race(row, dataclasses.replace(row.race, party=party))

    def other_party(self, row):
        """The same name for the same office, of another party."""
        other = {"democratic": "Republican", "democrat": "Republican", "dem": "Republican", "dfl": "Republican", "d": "Republican",
                 "republican": "Democratic", "rep": "Democratic", "r": "Democratic"}.get(row.party.lower())
        return self.entry("", row.person, row.race, party=other) if other and not row.race.party else None

    def no_district(self, row):
        """The list does not say the part that the contest is of."""
        if not row.race.district or row.race.office == "trustee":
            return None
        return self.entry("", row.person, dataclasses.replace(row.race, district=""))

    def no_place(self, row):
        if row.race.office == "prosecutor":
            return None  # circuits are numbered through the state: the number is place enough
        if row.race.office not in races.COUNTY_OFFICES or not row.race.county or len(self.races[row.race.office]) < 2:
            return None
        return self.entry("", row.person, dataclasses.replace(row.race, county=""))

    def write_in_line(self, row):
        """A write-in candidacy where the file has only the lump of all write-ins."""
        lumps = [r for r in self.rosters[row.place] if r.nobody() and "write" in names.fold(r.choice)]
        if not lumps:
            return None
        stranger = self.random.choice(self.understood).person
        if self.could_be(stranger, row.race):
            return None
        return self.entry("", stranger, row.race, status="write_in")

    def write_in_twin(self, row):
        """A write-in of the name of a candidate on the ballot; or on the ballot of the name of a write-in."""
        return self.entry("", row.person, row.race, **({} if row.write_in else {"status": "write_in"}))

    TRAPS = ("sibling", "cousin", "near_miss", "same_surname", "other_suffix", "other_middle", "surname_only", "wrong_district",
             "wrong_seat", "two_counties", "wrong_office", "other_term", "said_in_office", "city_of_its_name", "part_of_county", "half_a_state", "other_day", "other_primary", "other_party", "no_district", "no_place", "write_in_line",
             "write_in_twin")

    def pick(self, count):
        """Rows of every kind of office in turn, so that a file of 3,000 township boards is not all of the benchmark."""
        seen, groups = set(), collections.defaultdict(list)
        for r in self.understood:
            if (r.race, names.fold(r.choice)) not in seen:
                seen.add((r.race, names.fold(r.choice)))
                groups[r.race.office].append(r)
        for group in groups.values():
            self.random.shuffle(group)
        out = []
        while len(out) < count and any(groups.values()):
            for group in groups.values():
                if group and len(out) < count:
                    out.append(group.pop())
        return out

    def lists(self, count):
        """(true entries, traps), about `count` of each, and the row each trap was made from as its `label` for the report only."""
        rows = self.pick(count)
        true = [self.true(r) for r in rows]
        contests = collections.defaultdict(set)
        for e in true:
            contests[e.race, e.label.place[0]].add(e.label.place)
        for e in true:  # by its words one race of the list, and two contests of the file: incumbents and the others, say
            e.clear &= len(contests[e.race, e.label.place[0]]) == 1
        traps, turn = [], 0
        for r in rows * 2:
            for _ in self.TRAPS:
                kind = self.TRAPS[turn % len(self.TRAPS)]
                turn += 1
                e = getattr(self, kind)(r)
                if e:
                    e.kind, e.clear = kind, False
                    traps.append(e)
                    break
            if len(traps) >= count:
                break
        return true, traps
