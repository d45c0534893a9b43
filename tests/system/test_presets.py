# SPDX-License-Identifier: ISC
"""Formats that are declared: read again with the rest at a reload, and what is wrong with one leaves the running ones alone."""
import os
import signal

import pytest

import harness
import small_night

PRESET = """[format alder]
about = Alder County's own
engine = delimited
column.contest = Contest
column.choice = Candidate
column.votes = {votes}
"""

TABLE = """Contest,Candidate,Early,Total
US Senate,Cy Poe,60,100
US Senate,Di Foe,50,90
US House District 5,Gus Zed,20,30
US House District 5,Flo Yew,40,70
"""


@pytest.fixture
def house():
    with small_night.Small() as h:
        (h.folder / "formats").mkdir()
        h.write("formats/alder.conf", PRESET.format(votes="Early"))
        h.write("county.csv", TABLE)
        h.configure("format = clarity\nstate = GA\npath = county.xml\n", "format = alder\nstate = GA\npath = county.csv\n")
        h.start_tallyd()
        yield h
        assert h.tallyd.stop(20) == 0, h.tallyd.text()


def votes(house):
    return {c["endorsement_id"]: c["votes"] for r in house.races().values() for c in r["choices"] if c["endorsement_id"]}


def reload(house, says):
    before = house.tallyd.text().count(says)
    os.kill(house.tallyd.child.pid, signal.SIGHUP)
    harness.wait_for(lambda: house.tallyd.text().count(says) > before, 10, says)


def test_a_changed_preset_changes_its_sources(house):
    harness.wait_for(lambda: votes(house) == {"foe": 50, "yew": 40}, 10, "figures")
    small_night.replace(house.folder / "formats/alder.conf", PRESET.format(votes="Totl | Total"))
    reload(house, "reload: done")
    assert votes(house) == {"foe": 90, "yew": 70}  # of the payload that was there, read anew


def test_a_wrong_preset_is_refused_whole(house):
    harness.wait_for(lambda: votes(house) == {"foe": 50, "yew": 40}, 10, "figures")
    small_night.replace(house.folder / "formats/alder.conf", PRESET.format(votes="Total") + "colum.party = x\n")
    reload(house, "the running configuration stays")
    assert "formats/alder.conf:7:1: unknown key" in house.tallyd.text() and "did you mean column.party?" in house.tallyd.text()
    assert votes(house) == {"foe": 50, "yew": 40}


def test_metrics_have_the_name_people_know(house):
    def parsed():
        return [v for (name, labels), v in house.metrics().items()
                if name == "tallyd_parse_duration_seconds_count" and dict(labels)["format"] == "alder"]

    harness.wait_for(lambda: parsed() and parsed()[0] > 0, 10, "a payload of the preset")
    assert all(v == 0 for (name, labels), v in house.metrics().items()
               if name == "tallyd_parse_duration_seconds_count" and dict(labels)["format"] == "delimited")
