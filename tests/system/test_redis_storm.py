# SPDX-License-Identifier: ISC
"""Dashboards are never wrong, whatever becomes of Redis: the shipped clients on a night that is all messages. `make test-redis` runs
each part at its full count (FULL=1), `make test` a small one."""
import contextlib
import json
import os
import random
import signal
import threading
import time

import pytest
import redis

import harness
import schemas
import storm
import subscriber

FULL = bool(os.environ.get("FULL"))
SEED = int(os.environ.get("SEED", time.time_ns() % 1000000))
GOAL = 3           # seconds until all is shown again
LIMIT = 10 * GOAL
MEMORY = 64 << 20  # bytes that tallyd may grow by, whatever Redis does


def rss(house):
    pages = int(open(f"/proc/{house.tallyd.child.pid}/statm", encoding="ascii").read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def two_heartbeats(house):
    """After them no client can have missed the tail."""
    with house.redis.pubsub() as listener:
        listener.subscribe(f"{house.prefix}:heartbeat")
        heard = 0
        end = time.monotonic() + LIMIT
        while heard < 2:
            item = listener.get_message(timeout=1)
            heard += bool(item and item["type"] == "message")
            assert time.monotonic() < end, "no heartbeat"


def converge(house, clients, since, above=0):
    """Wait until Redis has the newest votes, under an epoch above this one, and every client has all of Redis; how long after
    `since` (Unix time) that was."""
    house.settle(LIMIT, above)
    meta = house.meta()
    for client in clients:
        harness.wait_for(lambda c=client: c.has(meta), LIMIT, f"{client.name} has it")
    return time.time() - since


def check_views(house, clients):
    """Every view is the daemon's own, of the newest votes. The count of messages that were taken."""
    house.settle(LIMIT)
    two_heartbeats(house)
    own, claims, messages = subscriber.without_minute(house.snapshot()), house.claims(), 0
    assert [own["totals"]] == [*subscriber.without_minute({"": json.loads(house.get("/v1/totals.json"))["data"]}).values()]
    assert house.is_shown(own)
    plain = house.redis.hgetall(f"{house.prefix}:h:totals")
    numbers = {name: n for name, n in own["totals"].items() if isinstance(n, int) and name in plain}
    assert "won" in numbers and numbers == {name: int(plain[name]) for name in numbers}, plain
    schemas.check_redis(house.redis)
    for client in clients:
        epoch, shown, known = client.end()
        messages += storm.check_order(client)
        assert epoch == house.meta()["epoch"]
        assert subscriber.without_minute(shown) == {c: d for c, d in own.items() if client.wants(c)}, client.name
        assert set(known) == {e for e, c in claims.items() if client.wants(f"calls:{c['state']}")}, client.name
        for person, claim in known.items():
            assert claim["id"] == claims[person]["id"] and claim["outcome"] == claims[person]["outcome"], (client.name, claim)
    return messages


def check_kept(house, desk):
    """What the desk was told is kept is what Redis has."""
    claims = house.claims()
    for person, outcome in desk.kept.items():
        if person not in desk.open:
            assert claims[person]["outcome"] == outcome, (person, outcome, claims.get(person))


class Trouble(threading.Thread):
    """Cuts a subscriber off now and then."""

    def __init__(self, house, rng, pause=0.7):
        super().__init__(daemon=True)
        self.house, self.rng, self.pause = house, rng, pause
        self.ended, self.cuts = threading.Event(), 0

    def run(self):
        while not self.ended.wait(self.pause * self.rng.random()):
            with contextlib.suppress(redis.RedisError):
                db = self.house.connect()
                ids = [c["id"] for c in db.client_list(_type="pubsub")]
                self.cuts += bool(ids and db.client_kill_filter(_id=self.rng.choice(ids)))
                db.close()

    def stop(self):
        self.ended.set()
        self.join(LIMIT)


def published(house):
    return sum(int(n) for (name, _), n in house.metrics().items() if name == "tallyd_redis_published_messages_total")


def restart_redis(house, rng):
    """kill -9, and empty again; when it answered."""
    house.redis_process.kill()
    time.sleep(rng.random())
    house.start_redis()
    return time.time()


def test_a_night_with_redis_killed():
    races, kills, least, pause = (200, 25, 200_000, 0.5) if FULL else (30, 3, 3_000, 0.15)
    print(f"SEED={SEED}")
    rng = random.Random(SEED)
    with storm.Storm(races) as house:
        house.start_redis()
        house.start_tallyd()
        clients = [house.client(language) for language in ("python", "asyncio", "node", "node")]
        desk = storm.Desk(house, rng.sample(list(house.ids), 100 if FULL else 20), 1 if FULL else 0.1)
        trouble, slowest, done = Trouble(house, rng), 0.0, 0
        desk.start()
        trouble.start()
        while done < kills or published(house) < least:
            due = published(house) + least // (kills + 2)
            while published(house) < due:
                house.rewrite()
                time.sleep(pause)
            if done < kills:
                done += 1
                answered = restart_redis(house, rng)
                for client in clients:
                    slowest = max(slowest, harness.wait_for(lambda c=client: c.has_begun(answered), LIMIT, client.name) - answered)
        trouble.stop()
        desk.stop()
        converge(house, clients, time.time())
        check_kept(house, desk)
        total, taken = published(house), check_views(house, clients)
        gaps = [why for c in clients for why in c.snapshots()]
        lost = sum(event[1] == "lost" for c in clients for event in c.seen)
    print(f"{total} messages, Redis killed {done} times, {trouble.cuts} clients cut off: {lost} losses, {len(gaps)} snapshots "
          f"({gaps.count('gap') + gaps.count('tail')} for gaps), {taken} messages taken; the slowest client had all "
          f"{slowest:.2f} s after Redis answered")
    assert trouble.cuts >= kills and total >= least


EVERY_KIND = ("totals", "totals:state:GA", "totals:state:*", "calls:GA", "calls:*", "race:GA:ga-0", "race:GA:*", "race:*", "*")


def test_undisturbed_clients_read_one_snapshot():
    with storm.Storm(40 if FULL else 10) as house:
        house.start_redis()
        house.start_tallyd()
        house.settle(LIMIT)
        languages = list(storm.LANGUAGES)
        clients = [house.client(languages[i % 3], kind) for i, kind in enumerate(EVERY_KIND * (3 if FULL else 1))]
        for client in clients:
            harness.wait_for(client.has_begun, LIMIT, client.name)
        desk = storm.Desk(house, list(house.ids)[:200 if FULL else 20], 0.05)
        desk.start()
        while desk.is_alive():
            house.rewrite()
            time.sleep(0.2)
        desk.stop()
        check_views(house, clients)
        for client in clients:
            assert client.snapshots() == ["start"], (client.name, client.channels)
            events = [e[1] for e in client.seen if e[1] in ("call", "retraction")]
            ours = [p for p in desk.kept if client.wants(f"calls:{house.ids[p][0]}")]
            back = [p for p in ours if desk.kept[p] == "pending"]
            assert (events.count("call"), events.count("retraction")) == (len(ours), len(back)), client.name
        assert len(desk.kept) >= 20


# ---- what may befall Redis; each is begun, lasts while votes change, and ends ----

def says(house, *words):
    """tallyctl status says what is wrong, and the way out; the log does."""
    harness.wait_for(lambda: all(word in house.status()["redis"] for word in words), LIMIT, f"{words} in the status")
    said = house.tallyd.text()
    assert all(word in said for word in words) and said.count(words[0]) <= 2, "it says so each time it tries"


@contextlib.contextmanager
def stopped(house):
    """It stands still."""
    os.kill(house.redis_process.child.pid, signal.SIGSTOP)
    yield 30 if FULL else 7
    os.kill(house.redis_process.child.pid, signal.SIGCONT)


@contextlib.contextmanager
def out_of_memory(house):
    house.redis.config_set("maxmemory", 1)
    yield 10 if FULL else 2
    says(house, "OOM")
    house.redis.config_set("maxmemory", 0)


@contextlib.contextmanager
def no_permission(house):
    house.redis.execute_command("ACL", "SETUSER", "default", "-evalsha")
    yield 10 if FULL else 2
    says(house, "may not do what it must (NOPERM", "users.acl")
    house.redis.execute_command("ACL", "SETUSER", "default", "+@all")


@contextlib.contextmanager
def a_channel_denied(house):
    house.redis.execute_command("ACL", "SETUSER", "default", "resetchannels", "&tally:v1:totals*", "&tally:v1:calls:*",
                                "&tally:v1:heartbeat")
    yield 10 if FULL else 2
    says(house, "may not publish on tally:v1:race:", "users.acl")
    house.redis.execute_command("ACL", "SETUSER", "default", "allchannels")


@contextlib.contextmanager
def emptied(house):
    house.redis.flushall()
    yield 0


@contextlib.contextmanager
def script_gone(house):
    house.redis.script_flush()
    yield 0


@contextlib.contextmanager
def read_only(house):
    """As after a failover that it did not see."""
    house.redis.execute_command("REPLICAOF", "127.0.0.1", "1")
    yield 3
    house.redis.execute_command("REPLICAOF", "NO", "ONE")


@pytest.mark.parametrize("trouble", (stopped, out_of_memory, no_permission, a_channel_denied, emptied, script_gone, read_only),
                         ids=lambda t: t.__name__)
def test_the_daemon_goes_on(trouble):
    with storm.Storm(200 if FULL else 40) as house:
        house.start_redis()
        house.start_tallyd()
        clients = [house.client("python"), house.client("node"), house.client("asyncio", "calls:GA")]
        house.settle(LIMIT)
        for client in clients:
            harness.wait_for(client.has_begun, LIMIT, client.name)
        before, polls, epoch = rss(house), house.polls(), house.meta()["epoch"]
        most, slowest, everything = before, 0.0, len(house.snapshot())
        assert everything == len(house.races) + len(storm.STATES) + 1
        with trouble(house) as seconds:
            end = time.monotonic() + seconds
            n = 0
            while time.monotonic() < end:
                house.rewrite()
                n += 1
                asked = time.monotonic()
                house.get("/v1/totals.json")
                assert house.get("/readyz")
                slowest = max(slowest, time.monotonic() - asked)
                if n % 5 == 1:
                    assert house.ctl("call", list(house.ids)[n], "won", "--reason", "read", "--yes").returncode == 0
                most = max(most, rss(house))
                if trouble is not stopped:  # whoever reads meanwhile sees all, or that there is nothing
                    with contextlib.suppress(redis.ResponseError):  # a full Redis refuses MULTI
                        assert len(house.snapshot()) in (0, everything)
                time.sleep(0.1)
        ended = time.time()
        took = converge(house, clients[:2], ended, epoch if trouble is not script_gone else 0)
        harness.wait_for(lambda: clients[2].has_begun(ended) if house.meta()["epoch"] > epoch else True, LIMIT, "the bot")
        assert seconds == 0 or all(n > polls[source] + 5 * seconds for source, n in house.polls().items()), "polling waited"
        print(f"{trouble.__name__}: all shown {took:.2f} s after it ended; HTTP within {slowest * 1000:.0f} ms; RSS {before >> 20} MB, "
              f"then {most >> 20} MB")
        assert most < before + MEMORY and slowest < 5
        harness.wait_for(lambda: house.get("/readyz") == "ok\n", LIMIT, "ready")
        check_views(house, clients)


def test_a_slow_subscriber_is_cut_and_comes_back():
    with storm.Storm(200 if FULL else 60) as house:
        house.start_redis("--client-output-buffer-limit", f"pubsub {8 if FULL else 2}mb 0 0")
        house.start_tallyd()
        house.settle(LIMIT)
        slow, quick = [house.client(language) for language in ("python", "node", "asyncio")], house.client("node")
        for client in [*slow, quick]:
            harness.wait_for(client.has_begun, LIMIT, client.name)
        epoch, before = house.meta()["epoch"], rss(house)
        for client in slow:
            client.child.send_signal(signal.SIGSTOP)

        def is_cut():
            house.rewrite()
            time.sleep(0.1)
            return len(house.redis.client_list(_type="pubsub")) == 1

        harness.wait_for(is_cut, 10 * LIMIT, "the slow ones are cut off")
        now = time.time()
        for client in slow:
            client.child.send_signal(signal.SIGCONT)
        took = converge(house, [*slow, quick], now)
        print(f"three slow subscribers had all {took:.2f} s after they went on; RSS {before >> 20} MB, then {rss(house) >> 20} MB")
        check_views(house, [*slow, quick])
        assert house.meta()["epoch"] == epoch and quick.snapshots() == ["start"]
        assert all(c.snapshots()[:2] == ["start", "start"] for c in slow)


def test_the_daemon_is_killed_in_a_storm():
    kills = 200 if FULL else 10
    print(f"SEED={SEED}")
    rng = random.Random(SEED)
    with storm.Storm(30, thin="20ms") as house:
        house.start_redis()
        clients = [house.client(language) for language in storm.LANGUAGES]
        desk = storm.Desk(house, rng.sample(list(house.ids), 150), 0.02)
        epochs, ready = [], 0
        longest = max(0.8, 4 * house.start_tallyd())  # seconds of a life
        house.tallyd.kill()
        for n in range(kills + 1):
            until = time.monotonic() + rng.uniform(0.05, longest)
            house.start_tallyd(ready=0, name=f"tallyd-{n % 5}")
            if n == 1:
                desk.start()
            while time.monotonic() < until:
                house.rewrite()
                time.sleep(0.03)
            epoch = house.meta().get("epoch", 0)
            ready += not epochs or epoch > epochs[-1]
            epochs.append(epoch)
            if n < kills:
                house.tallyd.kill()
        house.port = harness.wait_for(house.is_ready, LIMIT, "ready")["http_port"]
        desk.stop()
        converge(house, clients, time.time())
        check_kept(house, desk)
        log = [tuple(map(int, i.split("-"))) for i, _ in house.redis.xrange("tally:v1:log")]
        check_views(house, clients)
    assert log == sorted(set(log)) and epochs == sorted(epochs)
    print(f"{kills} kills, {ready} of them after it had begun to publish; {len(set(epochs))} epochs seen, {len(desk.kept)} calls kept")
    assert ready > kills // 4 and len(desk.kept) >= kills // 10
