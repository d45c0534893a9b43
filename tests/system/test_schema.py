# SPDX-License-Identifier: ISC
"""The shipped JSON Schemas: valid themselves, in step with the code's names, and able to refuse."""
import copy
import json
import pathlib
import re

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "config" / "schema"
FILES = sorted(FOLDER.glob("*.schema.json"))


def load(name):
    return json.loads((FOLDER / f"{name}.schema.json").read_text())


def validator(name):
    schema = load(name)
    resolver = jsonschema.RefResolver(f"file://{FOLDER}/", schema)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def counts():
    """The names of TALLY_COUNTS in tally.h, in order."""
    text = (ROOT / "daemon" / "core" / "tally.h").read_text()
    return re.findall(r"X\([A-Z_]+, ([a-z_]+)\)", text)


SEASON = ("endorsed", "won_seats", "won_nominations", "won_measures", "lost", "advanced", "pending")


def totals():
    return dict({name: 0 for name in counts()}, won=2, called=2, flips_from={"Republican": 2},
                win_rate={"num": 2, "den": 2, "percent": None}, win_or_advance_rate=None, called_by={"ddhq": 2},
                states_won=["GA"], territories_won=[], stale=False, season=dict.fromkeys(SEASON, 0),
                as_of="2021-01-06T07:15:46.000Z", checked_at=None)


def envelope(kind, data):
    return {"v": 1, "type": kind, "epoch": 1700000000, "seq": 5, "prev": 0, "time": "2021-01-06T07:15:46.001Z",
            "election": "2021-01-05", "mode": "rehearsal", "data": data}


def call():
    return {"id": "c2", "race_id": "2021-01-05-ga-senate", "endorsement_id": "ossoff", "candidate": "Jon Ossoff",
            "outcome": "won", "by": "ddhq", "basis": "", "reason": "", "called_at": "2021-01-06T07:15:46.000Z",
            "totals": totals()}


def race():
    return {"race_id": "2021-01-05-ga-senate", "state": "GA", "office": "U.S. Senate", "status": "called", "flags": [],
            "partial": False, "seats": 1, "units_reporting": None, "units_total": None, "updated": None,
            "sources": ["clarity"],
            "choices": [{"name": "Jon Ossoff", "party": None, "votes": None, "endorsement_id": "ossoff",
                         "outcome": "won"}]}


SAMPLES = {
    "totals": envelope("totals", totals()),
    "state": envelope("totals", {k: v for k, v in dict(totals(), state="GA").items()
                                 if k not in ("states_won", "territories_won", "stale", "season")}),
    "call": envelope("call", call()),
    "retraction": envelope("retraction", dict(call(), id="r2", outcome="pending")),
    "race": envelope("race", race()),
    "heartbeat": envelope("heartbeat", {"last": {"totals": 0, "states": {"GA": 4}, "calls": {}, "races": {"a": 5}}}),
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_is_a_schema(path):
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_totals_has_the_code_s_names():
    required = load("totals")["required"]
    assert required[:len(counts())] == counts() and len(counts()) > 20


@pytest.mark.parametrize("name", SAMPLES)
def test_accepts(name):
    validator("envelope").validate(SAMPLES[name])
    later = copy.deepcopy(SAMPLES[name])
    later["data"]["of_a_later_version"] = 1
    validator("envelope").validate(later)


def removals(node, path=()):
    if isinstance(node, dict):
        for key in node:
            yield path + (key,)
            yield from removals(node[key], path + (key,))


OPTIONAL = {"state", "GA", "a", "Republican", "ddhq"}


@pytest.mark.parametrize("name", SAMPLES)
def test_misses_every_field(name):
    check = validator("envelope")
    for path in removals(SAMPLES[name]):
        broken = copy.deepcopy(SAMPLES[name])
        node = broken
        for key in path[:-1]:
            node = node[key]
        if path[-1] in OPTIONAL and path != ("data", "state"):
            continue
        if path == ("data", "state") and name != "state":
            del node["state"]
            assert not check.is_valid(broken), path
            continue
        del node[path[-1]]
        assert not check.is_valid(broken), path


@pytest.mark.parametrize("name,path,value", [
    ("totals", ("data", "record"), "lowest"), ("totals", ("data", "season"), {}),
    ("totals", ("data", "won"), -1), ("totals", ("data", "won"), "2"), ("totals", ("data", "states_won"), ["Georgia"]),
    ("totals", ("data", "win_rate"), {"num": 0, "den": 0, "percent": 0}), ("call", ("data", "outcome"), "pending"),
    ("call", ("data", "id"), "r2"), ("retraction", ("data", "outcome"), "won"), ("race", ("data", "status"), "won"),
    ("race", ("data", "race_id"), "GA Senate"), ("race", ("type",), "totals"), ("heartbeat", ("seq",), 2**53),
    ("totals", ("time",), "2021-01-06T07:15:46Z"), ("totals", ("mode",), "prod"), ("totals", ("v",), 2),
])
def test_refuses(name, path, value):
    broken = copy.deepcopy(SAMPLES[name])
    node = broken
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    assert not validator("envelope").is_valid(broken)


def test_claims_of_a_race():
    claims = [dict({k: v for k, v in call().items() if k != "totals"}, epoch=1, seq=2, type="call")]
    validator("claims").validate(claims)
    del claims[0]["seq"]
    assert not validator("claims").is_valid(claims)


def test_lifetime_and_record_where_configured():
    message = envelope("totals", dict(totals(), lifetime={"elected": 900, "states": ["GA", "OH"]}, record="so_far"))
    validator("envelope").validate(message)
    message["data"]["lifetime"]["elected"] = "900"
    assert not validator("envelope").is_valid(message)
