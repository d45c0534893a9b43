# SPDX-License-Identifier: ISC
"""Two daemons, each with a way of its own to Redis, and all that may befall them at once, at random; and the promises that are
kept all the same."""
import contextlib
import heapq
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time

import redis

import harness
import pair
import small_night
import storm
import subscriber
from way import Way

RACE = "2025-11-04-ga-us-senate"
BOTH, HERE = "kept on both", "kept here only"


class Town(storm.Shown, small_night.Small):
    """Where Redis, the feeds and the subscribers are."""


class Ear(threading.Thread):
    """Every message that is heard at Redis itself, of one life of it."""

    def __init__(self, house):
        super().__init__(daemon=True)
        self.db, self.heard, self.ready = house.connect(), [], threading.Event()

    def run(self):
        with contextlib.suppress(redis.RedisError, OSError, ValueError, AttributeError):
            listener = self.db.pubsub()
            listener.psubscribe("tally:v1:*")
            for item in listener.listen():
                self.ready.set()
                if item["type"] == "pmessage":
                    self.heard.append((item["channel"], json.loads(item["data"])))


class Person(threading.Thread):
    """Decides at one of the two, one thing after the other, whether it serves or not; keeps what was said of each."""

    def __init__(self, side, seed):
        super().__init__(daemon=True)
        self.side, self.rng, self.ended = side, random.Random(seed), threading.Event()
        self.said = []  # (began, ended, reason, words, code, text)
        self.error = None

    def words(self, n):
        return self.rng.choice((("polls", "GA", f"18:{n % 60:02}"), ("call", "yew", "won"), ("uncall", "yew"), ("call", "foe", "won"),
                                ("uncall", "foe"), ("mark", RACE, "recount"), ("mark", RACE, "recount", "off")))

    def run(self):
        try:
            for n in itertools.count(1):
                if self.ended.wait(self.rng.uniform(0.01, 0.3)):
                    return
                self.decide(f"{self.side.name} {n}", self.words(n))
        except Exception as e:  # noqa: BLE001 - told by stop()
            self.error = e

    def decide(self, reason, words):
        began = time.monotonic()
        done = self.side.ctl(*words, "--reason", reason, "--yes")
        self.said.append((began, time.monotonic(), reason, words, done.returncode, done.stdout + done.stderr))

    def stop(self):
        self.ended.set()
        self.join(2 * harness.PATIENCE)
        if self.error:
            raise self.error


class Chaos(pair.Pair):
    """`most`: seconds that anything lasts at most."""

    kind = Town

    def __init__(self, seed, most):
        super().__init__()
        self.seed, self.rng, self.most = seed, random.Random(seed), most
        self.ways = {}

    def url(self, name):
        self.ways[name] = way = Way(self.house.folder / f"way-{name}", self.house.redis_socket, f"{self.seed} {name}")
        self.callback(way.end)
        return way.url

    def __enter__(self):
        super().__enter__()
        self.sides_of = {"a": self.a, "b": self.b}
        self.began = time.monotonic()
        self.ears, self.log, self.asked = [], [], []
        self.due, self.count = [], itertools.count()  # what is to end: (when, number, what)
        self.down, self.stopped = set(), set()  # sides that were killed; that stand still
        self.redis_down = False
        self.dump = None
        self.votes = 0
        self.callback(self.let_go)  # before they are ended
        return self

    def let_go(self):
        for side in self.sides_of.values():
            with contextlib.suppress(ProcessLookupError, AttributeError):
                os.kill(side.tallyd.child.pid, signal.SIGCONT)
        for way in self.ways.values():
            way.open()

    def start(self):
        self.hear()
        super().start()
        url = self.url("clients")
        self.clients = [self.house.client(language, url=url) for language in ("python", "node")]
        for client in self.clients:
            harness.wait_for(client.has_begun, 10, client.name)
        self.persons = [Person(side, f"{self.seed} {name}") for name, side in self.sides_of.items()]
        for person in self.persons:
            person.start()
        return self

    def hear(self):
        self.ears.append(Ear(self.house))
        self.ears[-1].start()
        assert self.ears[-1].ready.wait(harness.PATIENCE)

    def tell(self, what):
        self.log.append(f"{time.monotonic() - self.began:6.2f} {what}")

    # ---- what may befall them ----

    def later(self, what):
        """It ends after a while, a short one mostly."""
        heapq.heappush(self.due, (time.monotonic() + self.most * self.rng.random() ** 3, next(self.count), what))

    def some_way(self):
        name = self.rng.choice(list(self.ways))
        way = self.ways[name]
        links = [one for one in way.links if not one.ended]
        return name, way, [self.rng.choice(links)] if links and self.rng.random() < 0.5 else links

    def stall(self):
        name, way, links = self.some_way()
        there, back = self.rng.choice(((True, True), (True, False), (False, True)))
        self.tell(f"way {name}: {len(links)} stand still, there {there}, back {back}")
        way.stall(links, there, back)

        def end():
            self.tell(f"way {name}: they go on")
            way.stall(links, False, False)
        self.later(end)

    def cut(self):
        name, way, links = self.some_way()
        self.tell(f"way {name}: {len(links)} are cut")
        way.cut(links)

    def close(self):
        name, way, _ = self.some_way()
        self.tell(f"way {name}: closed")
        way.closed = True
        way.cut(way.links)

        def end():
            self.tell(f"way {name}: open")
            way.closed = False
        self.later(end)

    def break_up(self):
        name, way, _ = self.some_way()
        self.tell(f"way {name}: in pieces")
        way.pieces = True

        def end():
            way.pieces = False
        self.later(end)

    def some_side(self):
        """One that runs."""
        able = [name for name in self.sides_of if name not in self.down | self.stopped]
        name = self.rng.choice(able) if able else None
        return name, self.sides_of.get(name)

    def stand_still(self):
        name, side = self.some_side()
        if side:
            self.tell(f"{name} stands still")
            os.kill(side.tallyd.child.pid, signal.SIGSTOP)
            self.stopped.add(name)
            self.later(lambda: self.wake(name))

    def wake(self, name):
        self.tell(f"{name} goes on")
        self.stopped.remove(name)
        os.kill(self.sides_of[name].tallyd.child.pid, signal.SIGCONT)

    def kill(self):
        name, side = self.some_side()
        if side:
            self.tell(f"{name} is killed")
            side.tallyd.kill()
            self.down.add(name)
            self.later(lambda: self.revive(name))

    def revive(self, name):
        self.tell(f"{name} is started")
        self.sides_of[name].begin()
        self.down.remove(name)

    def take_over(self):
        name, side = self.some_side()
        if side:
            self.tell(f"a person asks {name} to take over")
            self.asked.append(subprocess.Popen([harness.TALLYCTL, "--socket", side.folder / "control", "takeover", "--yes"],
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def empty(self):
        if not self.redis_down:
            self.tell("Redis is emptied")
            self.redis.flushall()

    def let_lease_end(self):
        if not self.redis_down:
            self.tell("the lease ends")
            self.end_lease()

    def save(self):
        if not self.redis_down:
            self.tell("Redis is dumped")
            self.redis.save()
            self.dump = self.house.folder / "older.rdb"
            shutil.copy(self.house.folder / "dump.rdb", self.dump)

    def kill_redis(self):
        if not self.redis_down:
            self.tell("Redis is killed")
            self.house.redis_process.kill()
            self.redis_down = True
            self.later(self.revive_redis)

    def revive_redis(self):
        old = self.dump and self.rng.random() < 0.6
        self.tell(f"Redis is started, {'from an older dump' if old else 'empty'}")
        now = self.house.folder / "dump.rdb"
        now.unlink(missing_ok=True)
        if old:
            shutil.copy(self.dump, now)
        self.house.start_redis()
        self.redis = self.house.redis
        self.redis_down = False
        self.hear()

    def count_votes(self):
        self.votes += 1
        minute = f"11/4/2025 9:{10 + self.votes % 50}:00 PM EST"
        small_night.replace(self.feeds / "county.xml", small_night.detail(
            poe=100 + self.votes, foe=90 + 2 * self.votes, yew=70 + 3 * self.votes, time=minute))

    def call_by_feed(self):
        self.call_feed(self.rng.choice((1, 2, None)))

    def play(self, seconds):
        """So long."""
        kinds = {self.stall: 6, self.cut: 3, self.close: 2, self.break_up: 2, self.stand_still: 3, self.kill: 3, self.take_over: 2,
                 self.empty: 1, self.let_lease_end: 2, self.save: 2, self.kill_redis: 2, self.count_votes: 6, self.call_by_feed: 2}
        end = time.monotonic() + seconds
        pause = self.rng.choice((0.6, 1.5, 3))  # a storm, or one thing after the other
        while (now := time.monotonic()) < end:
            at = min(end, now + self.rng.uniform(0, pause))
            while self.due and self.due[0][0] <= at:
                when, _, what = heapq.heappop(self.due)
                time.sleep(max(0, when - time.monotonic()))
                what()
            time.sleep(max(0, at - time.monotonic()))
            for name, side in self.sides_of.items():
                assert name in self.down or side.tallyd.alive(), f"{name} ended:\n{side.tallyd.text()[-3000:]}"
            self.rng.choices(list(kinds), kinds.values())[0]()

    def heal(self):
        """All that was begun ends, in any order."""
        self.rng.shuffle(self.due)
        for _, _, what in self.due:
            what()
        self.due = []
        self.let_go()
        for person in self.persons:
            person.stop()
        for process in self.asked:
            process.wait(2 * harness.PATIENCE)
        self.tell("all is well again")

    # ---- what holds ----

    def served(self):
        """(active, standby), when one serves and the other has all of it; a person says who it is where nobody takes over."""
        def settled():
            for side in self.sides_of.values():
                status = side.status()
                if status and status["role"] in ("standby", "looking") and not status["lease"] and (
                        "does not take over by itself" in status["well"] or "another tallyd may serve" in status["well"]):
                    self.tell(f"nobody serves; a person says that {side.name} does")
                    side.ctl("takeover", "--yes")
            active, standby = self.sides()
            ours, other = active.status(), standby.status()
            return (active.is_active() and ours and other and ours["standby"] == "follows" and other["role"] == "standby" and
                    other["well"].startswith("yes") and (active, standby))
        return harness.wait_for(settled, 60, "one serves and the other follows")

    def aside(self):
        """What one of them had alone when the other went on."""
        return [what for side in self.sides_of.values() for _, what in side.rows("SELECT * FROM aside")]

    def check_histories(self):
        """What was kept on both is in both, in its order; what was kept here stands, or lies aside. The count of both."""
        active, standby = self.served()
        last = Person(active, "")
        last.decide(f"last {next(self.count)}", ("polls", "GA", "17:00"))
        assert last.said[0][4] == 0 and last.said[0][5].endswith(BOTH + "\n"), last.said
        self.persons.append(last)
        harness.wait_for(lambda: active.history() == standby.history(), 20, "the same history on both")
        place, aside = {row[4]: row[0] for row in active.history()[0]}, self.aside()
        said = [s for person in self.persons for s in person.said]
        both = [s for s in said if s[4] == 0]
        here = [s for s in said if s[4] == 75 and HERE in s[5]]
        assert all(s[5].endswith(BOTH + "\n") for s in both), [s for s in both if not s[5].endswith(BOTH + "\n")]
        lost = [s for s in both if s[2] not in place]
        assert not lost, f"kept on both, and lost: {lost}"
        lost = [s for s in here if s[2] not in place and not any(f" {s[2]}" in what for what in aside)]
        assert not lost, f"kept here, and lost: {lost}, {aside}"
        for one, other in itertools.permutations(both, 2):
            assert one[1] > other[0] or place[one[2]] < place[other[2]], f"in another order: {one}, {other}"
        return len(both), len(here)

    def check_heard(self):
        """No two in one epoch, nothing twice, and no call that nobody made."""
        owners, reasons = {}, {s[2]: s for person in self.persons for s in person.said}
        for ear in self.ears:
            newest = (0, 0)
            for channel, m in list(ear.heard):
                owners.setdefault(m["epoch"], set()).add(m["owner"])
                if m["type"] != "heartbeat":
                    assert (m["epoch"], m["seq"]) > newest, f"twice, or backward: {channel} {m['epoch']}-{m['seq']} after {newest}"
                    newest = (m["epoch"], m["seq"])
                if m["type"] == "call" and m["data"]["by"] == "desk":
                    made = reasons.get(m["data"]["reason"])
                    assert made and made[3] == ("call", m["data"]["endorsement_id"], "won"), f"nobody made this call: {m}, {made}"
                elif m["type"] == "call":
                    assert m["data"]["endorsement_id"] == "foe", m
        assert all(len(who) == 1 for who in owners.values()), f"two in one epoch: { {e: w for e, w in owners.items() if len(w) > 1} }"
        return len(owners), sum(len(ear.heard) for ear in self.ears)

    def check_views(self):
        """Every client shows what the pages do."""
        active, _ = self.served()
        self.house.redis = self.redis
        pages = lambda: subscriber.without_minute({"": json.loads(active.get("/v1/totals.json"))["data"]})[""]  # noqa: E731
        harness.wait_for(lambda: self.redis.hget("tally:v1:snap:meta", "owner") == active.status()["lease"] and
                         subscriber.without_minute(self.house.snapshot()).get("totals") == pages(), 20, "Redis shows what the pages do")
        for client in self.clients:
            harness.wait_for(lambda c=client: c.has(self.house.meta()), 30, f"{client.name} has it")
        own, claims = subscriber.without_minute(self.house.snapshot()), self.house.claims()
        won = {one for one, c in claims.items() if c["outcome"] == "won"}
        assert len(won) == own["totals"]["won"], (claims, own["totals"])
        words = [row[1] for row in active.history()[0] if row[2] == "yew" and row[1] in ("call", "uncall")]
        assert ("yew" in won) == (words[-1:] == ["call"]), (words, claims)
        for client in self.clients:
            epoch, shown, known = client.end()
            storm.check_order(client, forked=bool(self.aside()))
            assert epoch == self.house.meta()["epoch"] and subscriber.without_minute(shown) == own, client.name
            assert {one: (c["id"], c["outcome"]) for one, c in known.items()} == {
                one: (c["id"], c["outcome"]) for one, c in claims.items()}, client.name

    def check(self):
        """All of it; and again when the other one serves, and when both have been started anew."""
        both, here = self.check_histories()
        _, standby = self.served()
        standby.take_over()
        self.check_histories()
        for side in self.sides_of.values():
            side.tallyd.kill()
            side.begin()
        self.check_histories()
        self.check_views()
        epochs, messages = self.check_heard()
        return f"{both} decisions kept on both, {here} on one; {messages} messages in {epochs} epochs"
