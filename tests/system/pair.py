# SPDX-License-Identifier: ISC
"""Two daemons on one Redis and the same feeds: each in a house of its own, as on two machines."""
import contextlib
import json
import sqlite3
import threading
import time
import urllib.error

import harness
import small_night

WHY = ("--reason", "the clerk said so")


class Side(small_night.Small):
    """One of the two. Its `name` is in the log's file name."""

    def __init__(self, name, redis_url, feeds):
        super().__init__()
        self.name, self.starts = name, 0
        self.configure("[redis]\n", f"[redis]\nurl = {redis_url}\n")
        self.configure("path = county.xml", f"path = {feeds / 'county.xml'}")
        small_night.replace(self.conf, self.conf.read_text()
                            + f"\n[source ddhq]\nlate = yes\nformat = ddhq\nstate = GA\npath = {feeds / 'ddhq.json'}\n")

    def start(self, *args, **_):  # noqa: D102 - as of House, unless called without words
        return super().start(*args) if args else self.begin()

    def begin(self):
        """Start it; not waiting for anything but the socket."""
        self.starts += 1
        self.start_tallyd(ready=0, name=f"{self.name}-{self.starts}")
        return harness.wait_for(self.status, 20, "the control socket")

    def role(self):
        status = self.status()
        return status["role"] if status else None

    def is_active(self):
        status = self.status()
        if not status or status["role"] != "active" or status["ready"] != "yes":
            return False
        self.port = status["http_port"]
        return True

    def wait_active(self, limit=20):
        harness.wait_for(self.is_active, limit, f"{self.name} active")

    def wait_standby(self, limit=20):
        def follows():
            status = self.status()
            return status and status["role"] == "standby" and status["standby_kept"] and status["lease"]
        harness.wait_for(follows, limit, f"{self.name} standby")

    def take_over(self):
        done = self.ctl("takeover", "--yes")
        assert done.returncode == 0, done
        self.wait_active()

    def decide(self, *words):
        return self.ctl(*words, *WHY, "--yes")

    def won(self):
        return json.loads(self.get("/v1/totals.json"))["data"]["won"]

    def code(self, path):
        """What the page answers: (status, text)."""
        port = self.status()["http_port"]
        try:
            return 200, harness.http(port, path)
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def rows(self, query):
        with contextlib.closing(sqlite3.connect(self.folder / "state" / "tallyd.db", timeout=10)) as db:
            return db.execute(query).fetchall()

    def history(self):
        """Decisions and claims, as they are on its disk."""
        return (self.rows("SELECT number, verb, target, argument, reason FROM decisions ORDER BY number"),
                self.rows("SELECT number, endorsement_id, outcome, by FROM claims ORDER BY number"))


class Monitor(threading.Thread):
    """Every message that Redis publishes, and which owner's script published it, under which epoch."""

    def __init__(self, connect):
        super().__init__(daemon=True)
        self.connect, self.published, self.ready = connect, [], threading.Event()
        self.script, self.echo = None, ""

    def run(self):
        with contextlib.suppress(Exception), self.connect().monitor() as monitor:
            self.ready.set()
            for seen in monitor.listen():
                self.take(seen["client_type"] == "lua", seen["command"])

    def take(self, inside, command):
        words = command.split(" ")
        if not inside and words[0].upper() == "EVALSHA":
            keys = int(words[2])
            self.script = words[3 + keys:6 + keys]  # verb, epoch, owner
        elif inside and words[0].upper() == "PUBLISH":
            verb, epoch, owner = self.script
            self.published.append((int(epoch), owner, words[1], verb))
        elif words[0].upper() == "ECHO":
            self.echo = words[1]

    def owners(self):
        """{epoch: owners whose messages went out in it}, up to now."""
        now = str(time.monotonic())
        self.connect().echo(now)
        harness.wait_for(lambda: self.echo == now, 10, "the monitor has seen all so far")
        out = {}
        for epoch, owner, _, _ in list(self.published):
            out.setdefault(epoch, set()).add(owner)
        return out

    def check(self):
        owners = self.owners()
        assert owners, "nothing was published"
        assert all(len(who) == 1 for who in owners.values()), owners
        epochs = [epoch for epoch, *_ in self.published]
        assert epochs == sorted(epochs), "an older epoch spoke after a newer one"
        return owners


class Pair(contextlib.ExitStack):
    """Redis, feeds, and two daemons that are not started yet."""

    kind = small_night.Small  # of the house where Redis and the feeds are

    def __enter__(self):
        super().__enter__()
        self.house = self.enter_context(self.kind())
        self.house.start_redis()
        self.redis = self.house.redis
        self.feeds = self.house.folder
        self.call_feed(None)
        self.a, self.b = (self.enter_context(Side(name, self.url(name), self.feeds)) for name in "ab")
        return self

    def url(self, _name):
        """Where that one finds Redis."""
        return self.house.redis_url

    def start(self):
        """a serves, b stands by."""
        self.a.begin()
        self.a.wait_active()
        self.b.begin()
        self.b.wait_standby()
        harness.wait_for(lambda: self.a.status()["standby"] == "follows", 10, "the standby is seen")
        return self

    def end_lease(self):
        """Who held it died as long ago as a lease lives."""
        self.redis.pexpire("tally:v1:lease", 1)

    def watch(self):
        monitor = Monitor(self.house.connect)
        monitor.start()
        assert monitor.ready.wait(harness.PATIENCE)
        return monitor

    def call_feed(self, who):
        """ddhq calls the race for candidate 1 or 2, or for nobody."""
        called = (f"[{who}]", '"2025-11-05 03:10:00"') if who else ("null", "null")
        small_night.replace(self.feeds / "ddhq.json", small_night.DDHQ.replace("CALLED", called[0]).replace("WHEN", called[1]))

    def sides(self):
        """(active, standby)"""
        return (self.a, self.b) if self.a.is_active() else (self.b, self.a)

    def kept(self):
        """The desk's stream, entries in words."""
        return [fields for _, fields in self.redis.xrange("tally:v1:desk")]

    def calls(self):
        """All call events in the log: their ids."""
        return [json.loads(m["message"])["data"]["id"] for _, m in self.redis.xrange("tally:v1:log") if m["channel"].startswith("tally:v1:calls:")]
