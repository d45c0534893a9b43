# SPDX-License-Identifier: ISC
"""A real night end to end: three recorded feeds over HTTP, a real Redis, a subscriber that follows the rules, 300 times as fast.

The night is played once; each test looks at what was seen of it.
"""
import collections
import datetime
import json
import re
import time

import pytest

import ga2021
import harness
import schemas
import subscriber

FROM, TO = ga2021.moment("2021-01-05T23:50:00Z"), ga2021.moment("2021-01-06T07:30:00Z")
SPEED = 300
CALLED = {1: ga2021.moment("2021-01-06T04:13:32Z"), 0: ga2021.moment("2021-01-06T07:15:46Z")}  # by race: DDHQ's own step
LATE = 10 * 60  # seconds of the election's clock from a step until it must be on air: two real ones
EXPECTED = {  # from tests/unit/replay_ga2021.py: what the rules make of the payloads, by source; polls that brought nothing new apart
    "clarity": {"accepted", "blocked", "older"},
    "ddhq": {"accepted", "fall-flag", "fall-hold", "restored"},
    "ap": {"accepted", "older", "truncated", "fall-hold", "fall-desk", "restored"},
}


class Seen:
    """Everything that is left of the night."""


@pytest.fixture(scope="module")
def night():
    seen = Seen()
    with harness.House() as house:
        ga2021.begin(house, harness.Clock(FROM, SPEED))
        client = subscriber.Subscriber(house.redis_url).begin()
        seen.ready_seconds = house.start_tallyd()
        live_through(house, client)
        client.stop()
        late = subscriber.Subscriber(house.redis_url).begin()
        late.stop()
        seen.client, seen.late, seen.text = client, late, house.tallyd.text()
        seen.statement = house.get("/v1/statement.txt")
        seen.totals = json.loads(house.get("/v1/totals.json"))
        seen.verdicts, seen.metrics = house.verdicts(), house.metrics()
        seen.status, seen.sources = house.status(), house.sources()
        seen.exit = house.tallyd.stop()
        house.sim.stop()
        seen.stopped = house.clock.now()
        seen.sim = house.sim.text()
    print(f"ready after {seen.ready_seconds:.2f} s; loop delay p99 <= {seen.status['loop_delay_p99_us'] / 1000:g} ms; "
          f"{len(client.messages)} messages; {seen.statement}{seen.sim.splitlines()[-1]}")
    return seen


def live_through(house, client):
    """Wait for the end of the window; the daemon has to live that long."""
    end = house.clock.real(TO)
    while time.time() < end:
        assert house.tallyd.alive(), house.tallyd.text()[-4000:]
        assert client.error is None, client.error
        time.sleep(min(1.0, max(0.0, end - time.time())))


def when(envelope):
    return ga2021.moment(envelope["time"])


def votes_in(envelope):
    """{endorsement_id: votes} of a race message."""
    return {c["endorsement_id"]: c["votes"] for c in envelope["data"]["choices"] if c["endorsement_id"]}


def race_of(envelope):
    ids = {ga2021.RACES[e["endorsement_id"]] for e in envelope["data"]["endorsed"]}
    assert len(ids) == 1
    return ids.pop()


def outcomes(envelope):
    return {e["endorsement_id"]: e["outcome"] for e in envelope["data"]["endorsed"]}


def test_both_races_move_all_night(night):
    figures = collections.defaultdict(set)
    for envelope in night.client.of("race:"):
        figures[race_of(envelope)].add(tuple(sorted((k, v) for k, v in votes_in(envelope).items() if v)))
    assert set(figures) == {0, 1}
    for race, seen in figures.items():
        assert len(seen) >= 20, f"race {race}: only {len(seen)} different figures"


def test_every_figure_on_air_is_one_its_source_gave(night):
    truth = ga2021.truth()
    last, checked = {}, 0
    for envelope in night.client.of("race:"):
        race, votes = race_of(envelope), votes_in(envelope)
        if not any(votes.values()):
            continue
        assert len(envelope["data"]["sources"]) == 1, envelope
        source = envelope["data"]["sources"][0]
        pair = tuple(votes[p] for p in ga2021.PERSONS if ga2021.RACES[p] == race)
        orders = truth[source, race].get(pair)
        assert orders, f"{source} never said {votes}: {envelope}"
        # the same figures may stand in several steps: this is one not before the last that was shown
        newest = last.get((source, race))
        later = [o for o in orders if newest is None or o >= newest]
        assert later, f"{source} stepped back from {newest} to {orders[-1]}: {envelope}"
        last[source, race] = later[0]
        checked += 1
    assert checked > 40
    assert {source for source, _ in last} >= {"clarity"}


def test_votes_never_go_back_to_nothing(night):
    shown = {}
    for envelope in night.client.of("race:"):
        for person, votes in votes_in(envelope).items():
            assert votes or not shown.get(person), f"{person}: {shown[person]}, then {votes}: {envelope}"
            shown[person] = votes


def test_no_votes_before_polls_close(night):
    for envelope in night.client.of("race:"):
        if any(votes_in(envelope).values()):
            assert when(envelope) >= ga2021.moment("2021-01-06T00:00:00Z"), envelope


def test_no_outcome_before_its_call(night):
    calls = night.client.of("calls:")
    assert [c["type"] for c in calls] == ["call"] * 4, calls
    for call in calls:
        data = call["data"]
        race = ga2021.RACES[data["endorsement_id"]]
        late = (when(call) - CALLED[race]).total_seconds()
        assert 0 <= late <= LATE, f"{late} s after DDHQ's step: {call}"
        assert (data["by"], data["outcome"]) == ("ddhq", "won" if data["endorsement_id"] in ga2021.WON else "lost")
    for envelope in night.client.of("race:"):
        if when(envelope) < CALLED[race_of(envelope)]:
            assert set(outcomes(envelope).values()) == {"pending"}, envelope
    for envelope in night.client.of("totals"):
        data = envelope["data"]
        most = 2 * sum(when(envelope) >= moment for moment in CALLED.values())
        assert data["called"] <= most, envelope
        assert data["endorsed"] == 4 == data["won"] + data["lost"] + data["advanced"] + data["pending"]


def test_two_won_two_lost_in_the_end(night):
    for channel in ("totals", "totals:state:GA"):
        data = night.client.shown[channel]
        assert (data["won"], data["lost"], data["pending"], data["called"]) == (2, 2, 0, 4), channel
    seen = {}
    for envelope in night.client.of("race:"):
        seen.update(outcomes(envelope))
    assert seen == {p: "won" if p in ga2021.WON else "lost" for p in ga2021.PERSONS}


def test_a_winner_may_trail(night):
    trailing = [votes_in(e) for e in night.client.of("race:")
                if outcomes(e).get("ga-ossoff") == "won" and e["data"]["sources"] == ["clarity"]]
    assert trailing and all(v["ga-ossoff"] < v["ga-perdue"] for v in trailing)


def test_final_votes_are_claritys(night):
    final = {}
    for channel, data in night.client.shown.items():
        if channel.startswith("race:"):
            final.update({c["endorsement_id"]: c["votes"] for c in data["choices"] if c["endorsement_id"]})
            assert data["sources"] == ["clarity"]
    assert final == ga2021.FINAL


def test_every_message_and_snapshot_is_valid(night):
    envelopes = [e for _, _, e in night.client.messages]
    claims = []
    for _, _, snap in night.client.snapshots + night.late.snapshots:
        envelopes += [snap["totals"], *snap["states"].values(), *snap["races"].values()] if snap["totals"] else []
        claims += snap["calls"].values()
    assert len(envelopes) > 100 and len(claims) == 2
    for name, found in (("envelope", envelopes), ("claims", claims)):
        validate = schemas.validator(name)
        for one in found:
            errors = [f"{list(e.absolute_path)}: {e.message}" for e in validate.iter_errors(one)]
            assert not errors, f"{errors[:3]}: {one}"


def test_the_schema_refuses_what_is_wrong(night):
    """A schema that accepts anything would make the test above worthless."""
    validate = schemas.validator("envelope")
    by_type = {envelope["type"]: envelope for _, _, envelope in night.client.messages}
    assert set(by_type) == {"totals", "race", "call", "heartbeat"}
    for kind, envelope in by_type.items():
        for key in envelope:
            less = {k: v for k, v in envelope.items() if k != key}
            assert not validate.is_valid(less), f"{kind} without {key}"
        assert not validate.is_valid(envelope | {"seq": -1}), kind
        assert not validate.is_valid(envelope | {"mode": "prod"}), kind
        for key in ("won", "choices", "outcome", "last"):
            data = {k: v for k, v in envelope["data"].items() if k != key}
            assert key not in envelope["data"] or not validate.is_valid(envelope | {"data": data}), f"{kind} without {key}"
    totals = by_type["totals"]
    assert not validate.is_valid(totals | {"data": totals["data"] | {"won": "2"}})


def test_no_gap_for_an_undisturbed_client(night):
    client = night.client
    assert client.gaps == [] and client.told == ["fresh"]
    assert [why for _, why, _ in client.snapshots] == ["start", "epoch"]
    seqs = [e["seq"] for _, _, e in client.messages if e["type"] != "heartbeat"]
    assert seqs == sorted(set(seqs)), "a seq came twice, or out of order"
    assert len({e["epoch"] for _, _, e in client.messages}) == 1


def test_who_comes_late_sees_the_same(night):
    (_, _, snap), = night.late.snapshots
    claims = {c["endorsement_id"]: (c["type"], c["outcome"], c["by"]) for race in snap["calls"].values() for c in race}
    assert claims == {p: ("call", "won" if p in ga2021.WON else "lost", "ddhq") for p in ga2021.PERSONS}
    assert subscriber.without_minute(night.late.shown) == subscriber.without_minute(night.client.shown)


def test_each_verdict_occurs_over_http(night):
    seen = collections.defaultdict(set)
    for (source, verdict), n in night.verdicts.items():
        if n:
            seen[source].add(verdict)
    for source, expected in EXPECTED.items():
        assert not expected - seen[source], f"{source}: never {expected - seen[source]}; seen {seen[source]}"
        others = seen[source] - expected - {"unchanged", "early"}
        assert not others, f"{source}: {others} is not in the payloads"
        unchanged = night.metrics["tallyd_source_polls_total", frozenset({("source", source), ("result", "unchanged")})]
        assert unchanged > 10


def test_no_step_was_left_out(night):
    behind = int(re.search(r"behind (\d+)$", night.sim, re.M).group(1))
    # nobody asks any more while the end is looked at
    after = sum(TO - datetime.timedelta(minutes=1) <= when <= night.stopped for s in ga2021.FOLDERS for when, *_ in ga2021.steps(s))
    assert behind <= after < 10, night.sim


def test_the_press_gets_the_same(night):
    assert re.match(r"As of .* ET on Jan\. 6, .*four of our four endorsed candidates' races have been called: two won", night.statement), night.statement
    assert "%" not in night.statement
    totals = night.totals["data"]
    assert (totals["won"], totals["lost"], totals["endorsed"]) == (2, 2, 4)
    assert totals["called_by"] == {"ddhq": 4}
    assert night.totals["mode"] == "live" and night.totals["election"] == "2021-01-05"


def test_it_ends_cleanly(night):
    assert night.exit == 0
    assert not re.search(r"AddressSanitizer|runtime error|: error:", night.text)
