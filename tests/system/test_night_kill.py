# SPDX-License-Identifier: ISC
"""kill -9 of tallyd again and again on a real night: what was called stays called, nothing is ever zero again."""
import json
import os
import random
import time

import ga2021
import harness
import subscriber

FROM, TO = ga2021.moment("2021-01-06T04:00:00Z"), ga2021.moment("2021-01-06T07:30:00Z")
SPEED = 600
KILLS = int(os.environ.get("KILLS", "20"))
READY = 20  # seconds, ten times the goal; bench measures it
PERIOD = (TO - FROM).total_seconds() / SPEED / KILLS


class Known:
    """What this client was told so far, over all epochs: none of it may be taken back."""

    def __init__(self):
        self.votes, self.called, self.ids, self.claims, self.counted = {}, {}, {}, {}, 0
        self.at, self.floor = (0, 0), (0, 0)

    def hear(self, envelope):
        """One that was on its way while a newer snapshot was read is no news; but none may be older than the one before."""
        at = envelope["epoch"], envelope["seq"]
        assert at >= self.at, (at, self.at, envelope)
        self.at = at
        if at > self.floor or envelope["type"] == "call":
            getattr(self, envelope["type"])(envelope["data"])

    def race(self, data):
        now = {c["endorsement_id"]: c["votes"] for c in data["choices"]}
        for ours in data["endorsed"]:
            person = ours["endorsement_id"]
            assert now.get(person) or person not in self.votes, f"{person} had {self.votes[person]}: {data}"
            if now.get(person):
                self.votes[person] = now[person]
            self.outcome(person, ours["outcome"])

    def outcome(self, person, outcome):
        assert outcome == self.called.get(person, outcome), f"{person} was {self.called[person]}, now {outcome}"
        if outcome != "pending":
            self.called[person] = outcome

    def call(self, data):
        assert self.ids.setdefault(data["endorsement_id"], data["id"]) == data["id"], f"announced again: {data}"
        self.outcome(data["endorsement_id"], data["outcome"])
        self.claims[data["endorsement_id"]] = data["outcome"]

    def retraction(self, data):
        raise AssertionError(f"a call was lost: {data}")

    def totals(self, data):
        """They count a call within the thinning's interval after it was told, and never go back."""
        assert data["called"] >= self.counted, f"{self.counted} were called: {data}"
        assert data["endorsed"] == 4
        self.counted = data["called"]

    def heartbeat(self, data):
        pass

    def snapshot(self, snap):
        """As a client that begins now reads it."""
        self.floor = max(self.floor, snap["at"])
        for envelope in snap["races"].values():
            self.race(envelope["data"])
        self.totals(snap["totals"]["data"])
        claims = {c["endorsement_id"]: c["outcome"] for race in snap["calls"].values() for c in race}
        for person, outcome in self.claims.items():
            assert claims.get(person) == outcome, (person, outcome, claims)
        self.claims |= claims


def look_again(house, told):
    """A new client, the page and the epoch after a restart."""
    meta = house.redis.hgetall("tally:v1:snap:meta")
    assert int(meta["epoch"]) > told["epoch"], (meta, told)
    told["epoch"] = int(meta["epoch"])
    page = json.loads(house.get("/v1/totals.json"))
    assert page["data"]["called"] >= told["called"], page
    told["called"] = page["data"]["called"]


def kill_and_kill(house, rng, ready):
    """Each time for a random while, ready or not."""
    told = {"epoch": 0, "called": 0}
    for n in range(KILLS + 1):
        began = time.monotonic()
        until = began + 2 * PERIOD * rng.random()
        house.start_tallyd(ready=0, name=f"tallyd-{n}")
        while n == KILLS or time.monotonic() < until:
            status = house.is_ready()
            if status:
                ready.append(time.monotonic() - began)
                house.port = status["http_port"]
                harness.wait_for(lambda: int(house.redis.hget("tally:v1:snap:meta", "epoch") or 0) > told["epoch"], READY,
                                 "a new epoch in Redis")
                look_again(house, told)
                break
            assert time.monotonic() < began + READY, "not ready"
        if n < KILLS:
            time.sleep(max(0.0, until - time.monotonic()))
            house.tallyd.kill()


def test_killed_at_any_moment():
    seed = int(os.environ.get("SEED", time.time_ns() % 1000000))
    print(f"SEED={seed}")
    ready = []
    with harness.House() as house:
        ga2021.begin(house, harness.Clock(FROM, SPEED), thin="250ms")
        client = subscriber.Subscriber(house.redis_url).begin()
        kill_and_kill(house, random.Random(seed), ready)
        house.clock.wait_until(TO)
        harness.wait_for(lambda: json.loads(house.get("/v1/totals.json"))["data"]["called"] == 4, READY, "four calls")
        harness.wait_for(lambda: len([c for c in client.of("race:") if c["data"]["sources"] == ["clarity"]]) >= 2, READY,
                         "both races")
        time.sleep(0.5)
        late = subscriber.Subscriber(house.redis_url).begin()
        for one in (client, late):
            one.stop()
        client.snapshots += late.snapshots
    print(f"{KILLS} kills; ready {len(ready)} times, after {min(ready):.2f} to {max(ready):.2f} s; "
          f"{len({e['epoch'] for _, _, e in client.messages})} epochs, {len(client.messages)} messages")
    check(client)
    assert len(ready) >= KILLS // 4, "hardly ever ready: kill later"


def check(client):
    """Everything in the order it came, snapshots between the messages they were read between."""
    known = Known()
    heard = [(t, known.hear, e) for t, _, e in client.messages]
    read = [(t, known.snapshot, s) for t, _, s in client.snapshots if s["totals"]]
    for _, take, what in sorted(heard + read, key=lambda item: item[0]):
        take(what)
    assert known.called == {p: "won" if p in ga2021.WON else "lost" for p in ga2021.PERSONS}
    assert known.claims == known.called and known.counted == 4 == len(set(known.ids.values())), known.ids
    assert known.votes == ga2021.FINAL
    assert all(explained for *_, explained in client.gaps), client.gaps
