# SPDX-License-Identifier: ISC
"""A feed that says where to ask next for what has changed, as AP's does: followed, given up after any failure, and there after a crash."""
import contextlib
import json
import os
import sqlite3
import urllib.parse

import pytest

import harness
import served
import small_night

SECRET = "k3y-of-ours"


def race(number, office, seat, votes, minute):
    people = {"10": (("Cy", "Poe", "GOP"), ("Di", "Foe", "Dem")), "11": (("Gus", "Zed", "GOP"), ("Flo", "Yew", "Dem"))}[number]
    candidates = [{"first": first, "last": last, "party": party, "candidateID": f"{number}{i}", "polID": str(i), "polNum": str(i),
                   "ballotOrder": i + 1, "voteCount": votes[i]} for i, (first, last, party) in enumerate(people)]
    return {"test": False, "raceID": number, "raceType": "General", "raceTypeID": "G", "officeID": office[0], "officeName": office,
            "seatNum": seat, "seatName": f"District {seat}" if seat else "", "national": True, "numWinners": 1, "statePostal": "GA",
            "reportingUnits": [{"statePostal": "GA", "stateName": "Georgia", "level": "state", "precinctsReporting": 8,
                                "precinctsTotal": 12, "lastUpdated": f"2025-11-05T02:{minute:02}:00Z", "candidates": candidates}]}


def senate(poe, foe, minute):
    return race("10", "U.S. Senate", "", (poe, foe), minute)


def house_5(zed, yew, minute):
    return race("11", "U.S. House", "5", (zed, yew), minute)


class Wire(served.Site):
    """Answers /all and /since/N with what `answers` says for them, HTTP 500 where it says nothing; remembers what it was asked."""

    def __init__(self):
        super().__init__()
        self.answers, self.asked = {}, []

    def answer(self, request):
        url = urllib.parse.urlsplit(request.path)
        self.asked.append((url.path, urllib.parse.parse_qs(url.query)))
        body = self.answers.get(url.path, b"")
        served.send(request, body, 200 if body else 500)

    def say(self, path, minute, following, *races):
        """What follows it has no news until something is said there."""
        text = {"electionDate": "2025-11-04", "timestamp": f"2025-11-05T02:{minute:02}:00.000Z", "races": races,
                "nextrequest": f"{self.url}/since/{following}?minDateTime=2025-11-05T02%3A{minute:02}%3A00.000Z"}
        self.answers.setdefault(f"/since/{following}", json.dumps(text | {"races": []}).encode())
        self.answers[path] = json.dumps(text).encode()

    def paths(self):
        return [path for path, _ in self.asked]


@pytest.fixture
def wire():
    with Wire() as w:
        yield w


@pytest.fixture
def house(wire, monkeypatch):
    with small_night.Small() as h:
        keys = h.folder / "credentials"
        keys.mkdir()
        (keys / "ap-key").write_text(SECRET)
        (keys / "ap-key").chmod(0o600)
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(keys))
        h.configure("[poll]\n", "[poll]\nnetworks = 127.0.0.0/8\nbackoff = 50ms, 100ms\n")
        h.configure("[source county]\nformat = clarity\nstate = GA\npath = county.xml\n",
                    f"[source ap]\nformat = ap\nurl = {wire.url}/all?level=state&apiKey={{credential:ap-key}}\n")
        yield h
        assert h.tallyd.stop(20) == 0, h.tallyd.text()
        assert SECRET not in "".join(p.text() for p in h.processes)


def votes(house):
    return {c["endorsement_id"]: c["votes"] for r in house.races().values() for c in r["choices"] if c["endorsement_id"]}


def changes_kept(house):
    """How many changes are on disk beside all of it, which took those before it away."""
    with contextlib.closing(sqlite3.connect(f"file:{house.folder}/state/tallyd.db?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM deltas").fetchone()[0]


def expect(house, foe, yew):
    harness.wait_for(lambda: votes(house) == {"foe": foe, "yew": yew}, 30, f"{foe} and {yew} votes")


def test_full_delta_delta_failure_full_crash(house, wire):
    wire.say("/all", 0, 1, senate(100, 90, 0), house_5(30, 70, 0))
    house.start_tallyd()
    expect(house, 90, 70)
    wire.say("/since/1", 1, 2, senate(110, 95, 1))
    expect(house, 95, 70)
    wire.say("/since/2", 2, 3, house_5(31, 75, 2))
    expect(house, 95, 75)
    # one that cannot be had: all of it is asked for, and then what has changed since that
    wire.say("/all", 3, 4, senate(120, 99, 3), house_5(32, 77, 3))
    del wire.answers["/since/3"]
    expect(house, 99, 77)
    assert set(wire.paths()) >= {"/since/3"}
    del wire.answers["/all"]
    harness.wait_for(lambda: changes_kept(house) == 1, 30, "the change of nothing on disk")
    wire.say("/since/4", 4, 5, senate(121, 101, 4))
    expect(house, 101, 77)
    harness.wait_for(lambda: changes_kept(house) >= 2, 30, "the change on disk")
    wire.answers.clear()
    house.tallyd.kill()
    house.start_tallyd(name="again")
    assert votes(house) == {"foe": 101, "yew": 77}  # of all of it and the change since, with no feed there
    assert "could not be read again" not in house.tallyd.text()

    # and then all of it is asked for before anything else
    before = len(wire.asked)
    wire.say("/all", 6, 7, senate(130, 111, 6), house_5(40, 88, 6))
    expect(house, 111, 88)
    assert set(wire.paths()[before:]) - {"/since/7"} == {"/all"}

    keys = [query.get("apiKey") for _, query in wire.asked]
    assert keys == [[SECRET]] * len(keys)
    assert os.environ["CREDENTIALS_DIRECTORY"] not in house.tallyd.text()


def test_a_change_of_nothing_keeps_the_feed_fresh(house, wire):
    wire.say("/all", 0, 1, senate(100, 90, 0), house_5(30, 70, 0))
    wire.say("/since/1", 1, 2)
    wire.say("/since/2", 2, 2)
    house.start_tallyd()
    harness.wait_for(lambda: wire.paths().count("/since/2") > 3, 10, "the same answer, several times")
    assert votes(house) == {"foe": 90, "yew": 70}
    assert wire.paths().count("/all") == 1
    verdicts = {v for (source, v), n in house.verdicts().items() if n}
    assert verdicts <= {"accepted", "unchanged"}, verdicts
