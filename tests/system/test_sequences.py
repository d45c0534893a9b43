# SPDX-License-Identifier: ISC
"""Whole nights of one feed, step by step: the same contest and the same choice keep the same key, and each step's totals are right.

What is the same is told here by the publishers' own fields, read without any of our code; tally-parse must then give one key for it,
through all steps, and to nobody else.
"""
import collections
import concurrent.futures
import csv
import io
import json
import sys

import pytest

import feeds

sys.path.insert(0, str(feeds.ROOT / "tests" / "corpus"))
import mn  # noqa: E402

CACHE = feeds.folder("fl-elecresults", "mn-txt")
FLORIDA = sorted((CACHE / "fl-elecresults").glob("2018-08-28-*.votes.txt"))

# what the feed says of one total: who it is by the feed's own fields, the name it must have, and its votes
Line = collections.namedtuple("Line", "who contest choice votes")


def totals(name, path, *args):
    """{(contest id, contest, choice id, choice, party): votes} of the totals."""
    done = feeds.parse("-f", name, *args, path)
    assert done.returncode == 0, f"{path.name}: {done.stderr.decode()}"
    rows = [r for r in csv.DictReader(io.StringIO(done.stdout.decode(), newline="")) if r["unit_type"] == "total"]
    out = {(r["contest_id"], r["contest"], r["choice_id"], r["choice"], r["party"]): int(r["votes"]) for r in rows}
    assert len(out) == len(rows), f"{path.name}: a key stands twice"
    return out


def each(work, items):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, items))


def words(text):
    return " ".join(text.split())


class Keys:
    """One key for each who, one who for each key."""

    def __init__(self):
        self.of, self.back = {}, {}

    def see(self, where, who, key):
        assert self.of.setdefault(who, key) == key, f"{where}: {who} was {self.of[who]}, is {key}"
        assert self.back.setdefault(key, who) == who, f"{where}: {key} was {self.back[key]}'s, is {who}'s"


def play(steps, find):
    """steps: (place, lines by who, totals by key); find gives a line's key among the totals, from its own fields alone."""
    keys = Keys()
    for where, lines, got in steps:
        assert len(lines) == len(got), f"{where}: {len(lines)} choices, tally-parse has {len(got)}"
        for line in lines:
            key = find(line, got)
            assert got[key] == line.votes, f"{where}: {line}: tally-parse has {got[key]}"
            keys.see(where, line.who, key)
    return keys


# ---- Florida ----

def records(path):
    for line in path.read_bytes().decode("utf-8-sig").split("\r\n"):
        if line.strip():
            yield line.strip()[1:-1].split("|")


def florida_votes(path):
    info = path.with_name(path.name.replace(".votes.", ".info."))
    races = {r[5]: r[3] for r in records(info) if r[0] == "r"}
    people = {(r[3], r[6]): words(f"{r[5]} {r[4]}") for r in records(info) if r[0] == "c"}
    sums = collections.Counter()
    for _, _, _, _, race, _, _, who, votes in records(path):
        sums[race, who] += int(votes)
    lines = [Line((race, who), races.get(race, ""), people.get((race, who), ""), n) for (race, who), n in sums.items()]
    return path.name, lines, totals("fl", path, "-c", info)


def test_florida_votes_keep_their_keys_through_all_steps():
    def find(line, got):
        mine = [k for k in got if (k[0], k[2]) == line.who]
        assert len(mine) == 1, line
        assert (mine[0][1].removesuffix(" (REP)").removesuffix(" (DEM)"), mine[0][3]) == (line.contest, line.choice)
        return mine[0]

    assert len(FLORIDA) == 73
    steps = each(florida_votes, FLORIDA)
    keys = play([(where, [s for s in lines if s.contest], {k: n for k, n in got.items() if k[1]}) for where, lines, got in steps], find)
    assert len({who[0] for who in keys.of}) == 142
    # a race that Info no longer has keeps its ids, which is what names are remembered by
    nameless = {who for _, lines, _ in steps for who, contest, _, _ in lines if not contest}
    assert nameless == {("260731", "70507")} and nameless < set(keys.of)
    for where, lines, got in steps:
        for line in lines:
            if not line.contest:
                assert got[line.who[0], "", line.who[1], "", ""] == line.votes, where


def florida_results(path):
    sums = collections.Counter()
    lines = path.read_bytes().decode().split("\r\n")
    header = lines[0].split("\t")
    for line in filter(None, lines[1:]):
        row = dict(zip(header, line.split("\t")))
        sums[tuple(row[k] for k in ("RaceName", "PartyCode", "CanNameLast", "CanNameFirst", "CanNameMiddle"))] += int(row["CanVotes"])
    return path.name, [Line(k, (k[0], k[1]), words(f"{k[3]} {k[4]} {k[2]}"), n) for k, n in sums.items()], totals("fl", path)


def test_florida_results_keep_their_keys_through_all_steps():
    def find(line, got):
        name, party = line.contest
        text = words(name if party == "NOP" else f"{name} ({party})")
        return "", text, "", line.choice, "" if party == "NOP" else party

    paths = [p.with_name(p.name.replace(".votes.", ".results.")) for p in FLORIDA]
    keys = play(each(florida_results, paths), find)
    assert len({(who[0], who[1]) for who in keys.of}) == 142


def test_floridas_two_shapes_name_contests_alike():
    """What the last step says of both files' contests."""
    _, _, votes = florida_votes(FLORIDA[-1])
    _, _, results = florida_results(FLORIDA[-1].with_name(FLORIDA[-1].name.replace(".votes.", ".results.")))
    assert {k[1] for k in votes} == {k[1] for k in results}
    assert len({k[0] for k in votes}) == len({k[1] for k in votes})


# ---- Minnesota ----

def minnesota_rows(path):
    """(county's name, office id, office, candidate, name): votes; what is no choice left out"""
    sums = {}
    for line in filter(None, path.read_bytes().decode("windows-1252").split("\r\n")):
        f = line.split(";")
        if f[7].removeprefix("ESTIMATED ") != "BLANKS":
            who = f[1] and mn.COUNTIES[int(f[1]) - 1], f[3], words(f[4]), f[6], words(f[7])
            assert f[0] == "MN" and not f[2] and who not in sums, f"{path.name}: {line}"
            sums[who] = int(f[13])
    return sums


def minnesota(path):
    """Each row's key: the county is part of it where the contest is the county's own, and each key's sum."""
    done = feeds.parse("-f", "mn", "-o", "json", path)
    assert done.returncode == 0, f"{path.name}: {done.stderr.decode()}"
    got = {}
    for contest in json.loads(done.stdout)["contests"]:
        total = next(u for u in contest["units"] if u["type"] == "total")
        for choice, votes in zip(contest["choices"], total["votes"]):
            key = contest["county"] or "", contest["id"], contest["text"], choice["id"], choice["name"]
            assert key not in got, f"{path.name}: {key} stands twice"
            got[key] = votes
    rows, keys, sums = minnesota_rows(path), {}, collections.Counter()
    for who, votes in rows.items():
        keys[who] = who if who in got else ("", *who[1:])
        assert keys[who] in got, f"{path.name}: {who} is in no contest"
        sums[keys[who]] += votes
    assert sums == got, f"{path.name}: {[(k, sums[k], got.get(k)) for k in sums | got if sums[k] != got.get(k)][:3]}"
    return path.name, keys


@pytest.mark.parametrize("file", ["USPres", "USPresCty", "ussenate", "ushouse", "stsenate", "LegislativeByDistrict", "allracesbycounty"])
def test_minnesota_keeps_its_keys_through_all_steps(file):
    paths = sorted((CACHE / "mn-txt").glob(f"2024-11-05-*.{file}.txt"))
    assert len(paths) == 48
    was = {}
    for name, keys in each(minnesota, paths):
        for who, key in keys.items():
            assert was.setdefault(who, key) == key, f"{name}: {who} was {was[who]}, is {key}"
