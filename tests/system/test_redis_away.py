# SPDX-License-Identifier: ISC
"""Redis is a view: emptied, killed or taken over in the middle of a night, it is whole again at once, and polling never waited."""
import contextlib
import socket
import sqlite3
import threading
import time
import urllib.error

import pytest

import ga2021
import harness
import small_night
import storm
import subscriber

FROM = ga2021.moment("2021-01-06T04:00:00Z")
SPEED = 300
BACK = 20  # seconds; the goal is 2


def meta(house):
    return {k: int(v) for k, v in house.redis.hgetall("tally:v1:snap:meta").items() if k in ("epoch", "seq")}


def whole(house, above):
    """Everything is there again, under a newer epoch than before."""
    now = meta(house)
    return now.get("epoch", 0) > above and house.redis.hlen("tally:v1:snap:races") == 2 and house.redis.exists(
        "tally:v1:snap:totals", "tally:v1:snap:states", "tally:v1:h:totals") == 3 and now


def came_back(house, above):
    began = time.monotonic()
    now = harness.wait_for(lambda: whole(house, above), BACK, "all snapshots under a new epoch")
    print(f"whole again after {time.monotonic() - began:.2f} s")
    return now["epoch"]


def begin(house):
    ga2021.begin(house, harness.Clock(FROM, SPEED))
    house.start_tallyd()
    harness.wait_for(lambda: house.redis.hlen("tally:v1:snap:races") == 2, BACK, "the first snapshots")
    return meta(house)["epoch"]


def test_emptied_and_restarted():
    with harness.House() as house:
        epoch = begin(house)
        client = subscriber.Subscriber(house.redis_url).begin()
        time.sleep(2)
        house.redis.flushall()
        epoch = came_back(house, epoch)
        before = house.redis.xlen("tally:v1:log")
        house.redis.script_flush()
        harness.wait_for(lambda: house.redis.xlen("tally:v1:log") > before, BACK, "a message after the script was lost")
        epoch = meta(house)["epoch"]
        client.stop()
        assert all(explained for *_, explained in client.gaps), client.gaps

        polls = house.polls()
        house.redis_process.kill()
        harness.wait_for(lambda: all(n > polls[source] + 10 for source, n in house.polls().items()), 20, "polls, which do not wait for Redis")
        assert house.get("/readyz").startswith("degraded")
        house.start_redis()
        came_back(house, 0)
        assert meta(house)["epoch"] > epoch
        harness.wait_for(lambda: house.get("/readyz") == "ok\n", BACK, "ready")
        assert int(house.redis.hget("tally:v1:h:totals", "called")) == 2
        assert house.redis.zcard("tally:v1:winners") == 1


def test_another_owner_fences_the_first():
    with harness.House() as house:
        epoch = begin(house)
        house.redis.hset("tally:v1:snap:meta", mapping={"epoch": epoch + 1000, "owner": "somebody else"})
        harness.wait_for(lambda: house.status()["role"] == "standby", BACK, "fenced")
        before = house.redis.xlen("tally:v1:log")
        time.sleep(1.5)
        assert house.redis.xlen("tally:v1:log") == before, "it publishes although it is fenced"
        with pytest.raises(urllib.error.HTTPError, match="503"):
            house.get("/readyz")
        assert house.tallyd.alive()


def test_it_is_tried_every_two_seconds_however_long_it_is_away():
    with small_night.Small() as house, socket.socket(socket.AF_UNIX) as door:
        door.bind(str(house.redis_socket))
        door.listen()
        door.settimeout(harness.PATIENCE)
        house.configure("[redis]\n", f"[redis]\nurl = {house.redis_url}\n")
        house.start_tallyd()
        house.tallyd.stop()
        with contextlib.closing(sqlite3.connect(house.folder / "state" / "tallyd.db")) as db, db:  # as it keeps that another is about
            db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('partner', ?)", (int(time.time()),))
        house.start_tallyd(ready=0)  # and so it waits, with the connection of its role alone
        door.accept()[0].close()
        tried = []
        while len(tried) < 2 or tried[-1] - tried[0] < 7:
            door.accept()[0].close()
            tried.append(time.monotonic())
        longest = max(b - a for a, b in zip(tried, tried[1:]))
        print(f"{len(tried)} attempts, at most {longest:.1f} s apart")
        assert longest < 3, tried


class SlowPipe:
    """Lets so many bytes a second through to a Unix socket."""

    def __init__(self, path, rate):
        self.path, self.rate, self.passed = str(path), rate, 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                near = self.door.accept()[0]
                near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.path)
                for a, b, rate in ((near, far, self.rate), (far, near, None)):
                    threading.Thread(target=self.pump, args=(a, b, rate), daemon=True).start()

    def pump(self, a, b, rate):
        with contextlib.suppress(OSError):
            while data := a.recv(2048):
                b.sendall(data)
                if rate:
                    self.passed += len(data)
                    time.sleep(len(data) / rate)
        for end in (a, b):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def test_a_slow_link_is_none_that_is_lost():
    """A snapshot that takes longer than a command may was begun again and again, an epoch each time."""
    with storm.Storm(40) as house:
        house.start_redis()
        pipe = SlowPipe(house.redis_socket, 40_000)
        conf = house.conf.read_text()
        house.conf.write_text(conf.replace(f"url = {house.redis_url}", f"url = redis://127.0.0.1:{pipe.port}"))
        house.start_tallyd()
        began = time.monotonic()
        harness.wait_for(lambda: house.redis.exists("tally:v1:snap:totals"), 120, "the snapshot")
        took = time.monotonic() - began
        print(f"{pipe.passed} bytes in {took:.1f} s")
        assert took > 6, "the test is of no use: nothing takes longer than a command may"
        assert "no answer" not in house.tallyd.text()
        pipe.door.close()
