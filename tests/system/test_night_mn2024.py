# SPDX-License-Identifier: ISC
"""Minnesota, 5 November 2024: seven files at 48 times over HTTP, 20 endorsed candidates, 19 for the House and one for the Senate. After every step what is published is what the files say, but where votes fell by more than guards let
pass, there what was on air before; and the false zero of 23:10 is never on air.

`make test` plays the hours round it; FULL=1, `make night-mn2024`, all steps.
"""
import datetime
import os
import re

import pytest

import feeds
import recorded

CONFIRM = datetime.timedelta(minutes=7)  # between two steps, whatever a poll takes
CENTRAL = datetime.timedelta(hours=6)
WINDOW = ("2024-11-05T22:40", "2024-11-06T00:10")  # 54A and 55A lose their votes, others fall and are back
FILES = {"house": "LegislativeByDistrict", "president": "USPres", "president-counties": "USPresCty", "counties": "allracesbycounty",
         "state-senate": "stsenate", "us-house": "ushouse", "us-senate": "ussenate"}
DISTRICTS = "54A 54B 55A 23B 16B 11B 26B 26A 20B 22A 10A 27B 3A 10B 48A 12B 41B 36A 8A".split()
CONF = """[election]
name = Minnesota, 5 November 2024
dates = 2024-11-05
timezone = America/Chicago
mode = live
polls-close.MN = 20:00

[guards]
confirm = 7m

[source mn]
format = mn
state = MN
""" + "".join(f"url.{key} = {{site}}/{key}\n" for key in FILES)


def local(text):
    return datetime.datetime.fromisoformat(text[:11] + text[11:13] + ":" + text[-2:]).replace(tzinfo=datetime.timezone.utc) + CENTRAL


def all_steps(only=None):
    folder = feeds.folder("mn-txt") / "mn-txt"
    names = sorted({re.match(r"(2024-11-05-\d{3}-(\S{15}))\.", p.name).groups() for p in folder.glob("2024-11-05-*.txt")})
    return [(local(time), {f"/{key}": (folder / f"{name}.{file}.txt").read_bytes() for key, file in FILES.items()})
            for name, time in names if not only or only[0].replace(":", "") <= time <= only[1].replace(":", "")]


def house(body):
    """{district: {candidate: votes}}"""
    out = {}
    for line in body.decode("cp1252").splitlines():
        f = line.split(";")
        out.setdefault(f[5], {})[f[7]] = int(f[13])
    return out


def senate(files):
    """{candidate: votes}, as the file of counties has them for each, and that of the Senate in sum."""
    out, stated = {}, {}
    for line in files["/counties"].decode("cp1252").splitlines() + files["/us-senate"].decode("cp1252").splitlines():
        f = line.split(";")
        if f[3] == "0102":
            into = out if f[1] else stated
            into[f[7]] = into.get(f[7], 0) + int(f[13])
    assert out == stated
    return out


def endorsed(body):
    """{district: the DFL's candidate}"""
    rows = [line.split(";") for line in body.decode("cp1252").splitlines()]
    return {f[5]: f[7] for f in rows if f[10] == "DFL" and f[5] in DISTRICTS}


@pytest.fixture(scope="module")
def night():
    steps = all_steps(None if os.environ.get("FULL") else WINDOW)
    ours = endorsed(steps[-1][1]["/house"])
    assert len(ours) == 19
    holds = {d: recorded.Hold(CONFIRM) for d in ours}
    state = recorded.Hold(CONFIRM)
    said = []

    def expect(when, files):
        figures = house(files["/house"])
        if when >= local("2024-11-05T2000"):
            for district, hold in holds.items():
                hold.take(figures[district], when)
            state.take(senate(files), when)
        said.append({d: figures[d][ours[d]] for d in ours})
        on_air = {f"mn-{d.lower()}": {d: hold.air.get(ours[d])} for d, hold in holds.items() if hold.air}
        if state.air:
            on_air["mn-senate"] = {"klobuchar": state.air["Amy Klobuchar"]}
        return on_air

    columns = "endorsement_id candidate_name state office district party race_id seats_to_fill".split()
    senator = ["klobuchar", "Amy Klobuchar", "MN", "US Senate", "", "DFL", "mn-senate", 1]
    rows = [columns, senator] + [[d, name, "MN", "State House", d, "DFL", f"mn-{d.lower()}", 1] for d, name in ours.items()]
    played = recorded.play(CONF, rows, steps, expect)
    played.said, played.count, played.ours = said, len(steps), ours
    return played


def test_every_step_was_on_air_as_an_independent_sum_says(night):
    assert night.steps == night.count


def test_no_false_zero_was_ever_on_air(night):
    """54A: 7,921 votes are none at 23:10, with 15 of 15 precincts in all along."""
    votes = [v for by, _ in night.seen["mn-54a"] for v in by.values() if v is not None]
    said = [step["54A"] for step in night.said]
    assert 0 in said[said.index(7921):], "the recording has it"
    assert votes == sorted(votes) and 7921 in votes


def test_nothing_was_on_air_that_no_payload_says(night):
    for race, seen in night.seen.items():
        for by, _ in seen:
            for person, votes in by.items():
                if person in night.ours and votes:
                    assert any(said[person] == votes for said in night.said), (race, votes)


def test_its_record_comes_to_the_same(night):
    recorded.check_record(night)
