# SPDX-License-Identifier: ISC
"""Redis is a view: emptied, killed or taken over in the middle of a night, it is whole again at once, and polling never waited."""
import time
import urllib.error

import pytest

import ga2021
import harness
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
        time.sleep(2)
        assert house.get("/readyz").startswith("degraded")
        assert all(n > polls[source] + 10 for source, n in house.polls().items()), "polling waited for Redis"
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
