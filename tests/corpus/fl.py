# SPDX-License-Identifier: ISC
"""Florida read a second time: both shapes."""
import collections
import pathlib
import re

from common import clean, rows_of, write_in

PRIMARIES = {"Republican Primary": "REP", "Democratic Primary": "DEM"}


def text_of(path):
    """Without the characters that texts are cleaned of."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", pathlib.Path(path).read_bytes().decode("utf-8-sig", "replace"))


def number(text):
    if not text.strip():
        return None
    assert text.strip().isascii() and text.strip().isdigit(), text
    return int(text)


def count(text):
    return int(text) if text.strip().isascii() and text.strip().isdigit() else -1


def summed(contest_id, title, choices, units):
    """units: {name: (reporting, total, {choice position: votes})}, all there is"""
    sums = {i: [u[2][i] for u in units.values() if i in u[2]] for i in range(len(choices))}
    top = {i: None if not s or None in s else sum(s) for i, s in sums.items()}
    known = all(u[0] >= 0 and u[1] >= 0 for u in units.values())
    total = ("total", "", *(sum(u[n] for u in units.values()) if known else -1 for n in (0, 1)), top)
    counties = [("county", name, *u) for name, u in units.items()]
    for row in rows_of(contest_id, title, -1, [total, *counties], choices):
        yield row[:13] + ("1" if row[3] == "total" else "0",)


def records(path):
    text = text_of(path)
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.strip():
            assert line[0] == "[" and line.rstrip()[-1] == "]", line
            yield [f.strip() for f in line.strip()[1:-1].split("|")]


def of_votes(path, info):
    races, people, counties, precincts = {}, {}, {}, {}
    for kind, *f in records(info) if info else []:
        if kind == "r":
            races[f[4]] = f[2], f[3]
        elif kind == "c":
            people[f[2], f[5]] = f"{f[4]} {f[3]}"
        elif kind == "u":
            counties[f[3]] = f[2]
        elif kind == "p":
            precincts[f[2], f[3]] = count(f[4])
    contests = {}
    for kind, _, _, op, race, county, inside, who, votes in records(path):
        assert (kind, op) == ("V", "I")
        choices, units = contests.setdefault(race, ({}, {}))
        at = choices.setdefault(who, len(choices))
        name = counties.get(county, county)
        unit = units.setdefault(name, (count(inside), precincts.get((race, county), -1), {}))
        assert unit[2].setdefault(at, number(votes)) == number(votes)
    out = []
    for race, (choices, units) in contests.items():
        name, kind = races.get(race, ("", ""))
        party = PRIMARIES.get(kind, "")
        out += summed(race, f"{name} ({party})" if party else name,
                      [(who, clean(people.get((race, who), "")), party, "") for who in choices], units)
    return out


def of_results(path):
    lines = re.split(r"\r?\n", text_of(path))
    header = lines[0].split("\t")
    rows = [dict(zip(header, line.split("\t"))) for line in lines[1:] if line.strip()]
    people = collections.defaultdict(set)
    for r in rows:
        people[r["RaceName"], r["PartyCode"]].add((r["CanNameLast"], r["CanNameFirst"], r["CanNameMiddle"]))
    sizes = [len(v) for (_, party), v in people.items() if party in ("REP", "DEM")]
    several, one = (sum(n > 1 for n in sizes), sum(n == 1 for n in sizes))
    primary = several > 0 and 2 * several >= one
    contests = {}
    for r in rows:
        party = r["PartyCode"].strip()
        title = f"{r['RaceName']} ({party})" if primary and party != "NOP" else r["RaceName"]
        name = clean(f"{r['CanNameFirst']} {r['CanNameMiddle']} {r['CanNameLast']}")
        choices, units = contests.setdefault(clean(title), ({}, {}))
        at = choices.setdefault((name, "" if party in ("NOP", "WRI") else party), [len(choices), party == "WRI"])[0]
        unit = units.setdefault(r["CountyName"].strip(), (count(r["PrecinctsReporting"]), count(r["Precincts"]), {}))
        assert unit[2].setdefault(at, number(r["CanVotes"])) == number(r["CanVotes"])
    out = []
    for title, (choices, units) in contests.items():
        assert all(len(u[2]) == len(choices) for u in units.values())
        named = {n: w for (n, _), (_, w) in choices.items()}
        for row in summed("", title, [("", n, p, "") for n, p in choices], units):
            out.append(row[:10] + ("1" if named[row[8]] else write_in(row[8]),) + row[11:])
    return out


def read(path, info=None):
    return of_votes(path, info) if path.read_bytes().lstrip(b"\xef\xbb\xbf").startswith(b"[") else of_results(path)
