# SPDX-License-Identifier: ISC
"""A feed of figures whose names stand in another file: the two are one, also over a restart, and when only the names are new."""
import json

import pytest

import harness
import small_night

AREAS = {"Contests": [{"A": area, "C": ["10", "11"], "V": [[100, 90], [30, 70]]} for area in ("Alder", "-1")]}


def names(**more):
    return small_night.detail(**more)


@pytest.fixture
def house():
    with small_night.Small() as h:
        h.write("areas.json", json.dumps(AREAS))
        h.write("names.xml", names())
        h.configure("path = county.xml\n", "path = areas.json\ncompanion.names = names.xml\n")
        yield h
        assert h.tallyd.stop(20) == 0, h.tallyd.text()


def votes(house):
    return {c["endorsement_id"]: c["votes"] for r in house.races().values() for c in r["choices"] if c["endorsement_id"]}


def test_after_a_restart_the_figures_are_there_without_the_feed(house):
    house.start_tallyd()
    harness.wait_for(lambda: votes(house) == {"foe": 90, "yew": 70}, 10, "figures")
    assert house.tallyd.stop(20) == 0
    for name in ("areas.json", "names.xml"):
        (house.folder / name).unlink()
    house.start_tallyd(name="again")
    assert votes(house) == {"foe": 90, "yew": 70}
    assert "could not be read again" not in house.tallyd.text()


def test_new_names_for_the_same_figures(house):
    """A contest the first companion does not name is named by the next; companions are looked at again every 20 intervals."""
    small_night.replace(house.folder / "names.xml", names(senate=False))
    house.start_tallyd()
    harness.wait_for(lambda: votes(house).get("yew") == 70, 10, "figures")
    assert "foe" not in votes(house)
    small_night.replace(house.folder / "names.xml", names())
    harness.wait_for(lambda: votes(house).get("foe") == 90, 20, "figures of the contest that has a name now")
