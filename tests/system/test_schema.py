# SPDX-License-Identifier: ISC
"""The shipped JSON Schemas: valid themselves, in step with the code's names, and able to refuse."""
import copy
import json
import re

import jsonschema
import pytest

import feeds
import harness
import schemas
import storm
import subscriber
from schemas import FILES, load, validator


def counts():
    """The names of TALLY_COUNTS in tally.h, in order."""
    text = (feeds.ROOT / "daemon" / "core" / "tally.h").read_text()
    return re.findall(r"X\([A-Z_]+, ([a-z_]+)\)", text)


SEASON = ("endorsed", "won_seats", "won_nominations", "won_measures", "lost", "advanced", "pending")


def totals():
    return dict({name: 0 for name in counts()}, won=2, called=2, flips_from={"Republican": 2},
                win_rate={"num": 2, "den": 2, "percent": None}, win_or_advance_rate=None, called_by={"ddhq": 2},
                states_won=["GA"], territories_won=[], stale=False, season=dict.fromkeys(SEASON, 0),
                as_of="2021-01-06T07:15:46.000Z", checked_at=None)


def envelope(kind, data):
    return {"v": 1, "type": kind, "epoch": 1700000000, "owner": "71.5eed", "seq": 5, "prev": 0, "time": "2021-01-06T07:15:46.001Z",
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


# ---- the AsyncAPI document ----

def references(node):
    if isinstance(node, dict):
        yield from [node["$ref"]] if "$ref" in node else []
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from references(one)


def at(document, pointer):
    for part in pointer.removeprefix("#/").split("/"):
        document = document[part]
    return document


def test_asyncapi_is_whole():
    document = schemas.asyncapi()
    assert document["asyncapi"] == "3.0.0" and {"title", "version"} <= set(document["info"])
    for reference in references(document):
        assert at(document, reference) if reference.startswith("#/") else (schemas.FOLDER / reference).exists(), reference
    for name, channel in document["channels"].items():
        assert set(re.findall(r"\{(\w+)\}", channel["address"])) == set(channel.get("parameters", ())), name
        assert channel["messages"] and channel["description"]
    published = {o["channel"]["$ref"] for o in document["operations"].values() if o["action"] == "send"}
    assert published == {f"#/channels/{name}" for name in document["channels"]}
    types = load("envelope")["properties"]["type"]["enum"]
    assert {m for c in document["channels"].values() for m in c["messages"]} == set(types) == set(document["components"]["messages"])
    used = {r for r in references(document) if not r.startswith("#")} | {r for p in FILES for r in references(json.loads(p.read_text()))}
    assert {p.name for p in FILES} <= used, "a schema that nothing refers to"


# ---- a night ----

@pytest.fixture(scope="module")
def night():
    """A short storm with calls and retractions, all that was heard of it, and the document it serves."""
    with storm.Storm(5) as house:
        house.start_redis()
        client = subscriber.Subscriber(house.redis_url).begin()
        house.start_tallyd()
        desk = storm.Desk(house, list(house.ids)[:10], 0.05)
        desk.run()
        house.rewrite()
        house.settle(20)
        heard = len(client.messages)
        harness.wait_for(lambda: any(c == "heartbeat" for _, c, _ in client.messages[heard:]), 20, "a heartbeat")
        client.stop()
        channels, keys = schemas.check_redis(house.redis)
        yield {"messages": client.messages, "keys": keys, "channels": channels,
               "served": json.loads(house.get("/v1/schema.json"))}


def test_each_channel_of_a_night_is_described_and_each_described_is_heard(night):
    heard = {schemas.check_message(f"tally:v1:{channel}", envelope) for _, channel, envelope in night["messages"]}
    assert heard == set(schemas.asyncapi()["channels"])
    assert heard - night["channels"] == {"heartbeat"}, "the log has all but heartbeats"
    assert {e["type"] for _, _, e in night["messages"]} == set(load("envelope")["properties"]["type"]["enum"])


def test_each_key_of_a_night_is_described_and_each_described_is_there(night):
    told = {name for name, say in schemas.asyncapi()["x-keys"].items() if not say.get("private")}
    assert told <= night["keys"], told - night["keys"]


def test_what_is_served_is_the_files_and_stands_alone(night):
    served = night["served"]
    jsonschema.Draft202012Validator.check_schema(served)
    assert served["$defs"] == {path.name: json.loads(path.read_text()) for path in FILES}
    assert served["x-asyncapi"] == schemas.asyncapi()

    def alone(url):
        raise AssertionError(f"{url} is not in the document")

    resolver = jsonschema.RefResolver("schema.json", served, handlers={"": alone, "https": alone})
    check = jsonschema.Draft202012Validator(served, resolver=resolver)
    for _, _, envelope in night["messages"][:200]:
        check.validate(envelope)
        assert not check.is_valid({k: v for k, v in envelope.items() if k != "seq"})
