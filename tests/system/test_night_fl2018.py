# SPDX-License-Identifier: ISC
"""Florida's primaries of 28 August 2018: three files at 73 times over HTTP, 20 endorsed candidates. After every step what is published is
the sum over the counties of the file it is said to come from; the results file, which stays at zero for two hours and then lags behind,
never drags back what the Votes file says.

`make test` plays the hours of a county's test votes, and of the results file's return; FULL=1, `make night-fl2018`, all steps.
"""
import datetime
import os
import re

import pytest

import feeds
import recorded

CONFIRM = datetime.timedelta(minutes=10)
EASTERN = datetime.timedelta(hours=4)
WINDOWS = (("20180828-202846", "20180828-204439"), ("20180828-215842", "20180828-225642"))
CLOSE = datetime.datetime(2018, 8, 29, 0, 0, tzinfo=datetime.timezone.utc)
HOUSE = {1: "Jennifer Zimmerman", 2: "Brandon Peters", 3: "Yvonne Hayes Hinson", 5: "Al Lawson", 6: "Nancy Soderberg", 7: "Stephanie Murphy",
         9: "Darren Soto", 10: "Val Demings", 12: "Chris Hunter", 15: "Kristen Carlson", 16: "David Shapiro", 17: "April Freeman",
         18: "Lauren Baer", 19: "David Holden", 20: "Alcee Hastings", 22: "Ted Deutch", 24: "Frederica Wilson", 26: "Debbie Mucarsel-Powell"}
OURS = {f"fl-{n}": (f"Representative in Congress, District {n}", "DEM", name) for n, name in HOUSE.items()} | {
    "fl-governor": ("Governor", "DEM", "Andrew Gillum"), "fl-senate": ("United States Senator", "REP", "Rick Scott")}
CONF = """[election]
name = Florida primaries, 28 August 2018
dates = 2018-08-28
timezone = America/New_York
mode = live
polls-close.FL = 20:00 America/New_York

[source results]
format = fl
state = FL
url = {site}/results
priority = 2

[source votes]
format = fl
state = FL
url = {site}/votes
companion.info = {site}/info
"""


def all_steps(windows=None):
    folder = feeds.folder("fl-elecresults") / "fl-elecresults"
    names = sorted({re.match(r"(2018-08-28-\d{3}-(\S{15}))\.", p.name).groups() for p in folder.glob("2018-08-28-*.txt")})
    return [(datetime.datetime.strptime(time, "%Y%m%d-%H%M%S").replace(tzinfo=datetime.timezone.utc) + EASTERN,
             {f"/{kind}": (folder / f"{name}.{kind}.txt").read_bytes() for kind in ("results", "votes", "info")})
            for name, time in names if not windows or any(a <= time <= b for a, b in windows)]


def lines(body):
    return body.decode("utf-8-sig", "replace").splitlines()


def results(files):
    """{(race, party): {county: {candidate: votes}}}"""
    out = {}
    for line in lines(files["/results"])[1:]:
        f = line.split("\t")
        name = " ".join(f"{f[12]} {f[11]}".split())
        out.setdefault((f[4], f[1]), {}).setdefault(f[5], {})[name] = int(f[14])
    return out


def votes(files):
    parties = {"Democratic Primary": "DEM", "Republican Primary": "REP"}
    races, people, out = {}, {}, {}
    for f in (line.strip("[]").split("|") for line in lines(files["/info"])):
        if f[0] == "r":
            races[f[5]] = (f[3], parties.get(f[4], ""))
        elif f[0] == "c":
            people[f[6]] = " ".join(f"{f[5]} {f[4]}".split())
    for f in (line.strip("[]").split("|") for line in lines(files["/votes"])):
        if f[0] == "V" and f[4] in races and f[7] in people:
            out.setdefault(races[f[4]], {}).setdefault(f[5], {})[people[f[7]]] = int(f[8])
    return out


@pytest.fixture(scope="module")
def night():
    steps = all_steps(None if os.environ.get("FULL") else WINDOWS)
    holds, stale = {}, set()

    def on_air(source, race, figures, when):
        """The sum over counties; it is judged by itself, whatever is held of one of them."""
        contest, party, person = OURS[race]
        total = {}
        for choices in figures[contest, party].values():
            for name, n in choices.items():
                total[name] = total.get(name, 0) + n
        hold = holds.setdefault((source, race), recorded.Hold(CONFIRM))
        hold.take(total, when)
        return hold.air[person]

    def expect(when, files):
        if when < CLOSE:
            return {}
        by = {"results": results(files), "votes": votes(files)}
        sums = {race: {source: on_air(source, race, figures, when) for source, figures in by.items()} for race in OURS}
        zero = {race for race, (contest, party, _) in OURS.items()
                if not any(v for c in by["results"][contest, party].values() for v in c.values())}
        stale.update(zero)

        def wrong(cards):
            out = {}
            for race, said in sums.items():
                card = cards.get(race, {"choices": [], "sources": []})
                got, source = recorded.votes_of(card).get(race), (card["sources"] or [None])[0]
                if not any(said.values()):
                    ok = not got
                else:
                    ok = source and got == said[source] and (race not in zero or source == "votes")
                if not ok:
                    out[race] = (said, got, source)
            return out
        return wrong

    rows = ["endorsement_id candidate_name state office district contest_party election_type race_id seats_to_fill".split()]
    for race, (contest, party, name) in OURS.items():
        office, _, district = contest.replace("Representative in Congress", "US House").partition(", District ")
        rows.append([race, name, "FL", office.replace("United States Senator", "US Senate"), district,
                     {"DEM": "Democratic", "REP": "Republican"}[party], "primary", race, 1])
    played = recorded.play(CONF, rows, steps, expect, interval="40ms")
    played.count, played.stale = len(steps), stale
    return played


def test_every_step_was_on_air_as_an_independent_sum_says(night):
    assert night.steps == night.count


def test_the_stale_file_never_drags_the_fresh_one_back(night):
    assert night.stale == set(OURS), "for two hours the results file is zero"
    sources = set()
    for race, seen in night.seen.items():
        figures = [(by[race], source) for by, source in seen if by.get(race) is not None]
        sources |= {source for _, source in figures}
        votes_on_air = [n for n, _ in figures]
        assert race == "fl-governor" or votes_on_air == sorted(votes_on_air), (race, figures)
        assert votes_on_air[-1] > 0 and 0 not in votes_on_air[next(i for i, n in enumerate(votes_on_air) if n):], race
    assert {("votes",), ("results",)} <= sources


def test_its_record_comes_to_the_same(night):
    recorded.check_record(night)
