# SPDX-License-Identifier: ISC
"""The master is who Sentinel says it is: failovers are followed, and who was it before is never written to."""
import contextlib
import itertools
import json
import os
import signal
import threading
import time

import pytest
import redis

import harness
import redis_sites
from redis_sites import PATIENCE
from test_redis_storm import FULL, LIMIT, rss

TRY_AGAIN = 75


@contextlib.contextmanager
def watched(races=None):
    with redis_sites.Watched(races or (200 if FULL else 20)) as house:
        os.environ["CREDENTIALS_DIRECTORY"] = str(house.folder)
        try:
            house.begin()
            house.start_tallyd()
            house.settle(LIMIT)
            yield house
        finally:
            del os.environ["CREDENTIALS_DIRECTORY"]


def killed(house, master):
    """It dies, and comes back empty, as the master that it was."""
    master.process.kill()
    yield
    master.start()


def stopped(house, master):
    """It hangs, and goes on as the master that it believes to be."""
    os.kill(master.process.child.pid, signal.SIGSTOP)
    yield
    os.kill(master.process.child.pid, signal.SIGCONT)


def asked(house, master):
    """A person tells a Sentinel to fail over; says it again, to the next one, while it cannot (a server that begins to follow cuts
    all connections, also theirs) or when nothing came of what it began."""
    ports, other, again = itertools.cycle(house.sentinel_ports), house.other(master), 0

    def fails_over():
        nonlocal again
        house.rewrite()
        if time.monotonic() > again and other.is_replica():
            try:
                house.ask(next(ports), "SENTINEL", "FAILOVER", "board")
                again = time.monotonic() + 2 * redis_sites.FAILOVER_TIMEOUT
            except redis.ResponseError as e:
                assert any(word in str(e) for word in ("NOGOODSLAVE", "INPROG")), e
                again = time.monotonic() + 0.5
        return other.is_master()
    harness.wait_for(fails_over, PATIENCE, "a Sentinel fails over")
    yield


def fail_over(house, master, way):
    """What tallyd does while the master goes and comes back. Seconds until all was shown after the new one was master; None: a
    Sentinel that began its own failover meanwhile has made the old one the master again, and tallyd has gone there."""
    other, epoch = house.other(master), house.meta()["epoch"]
    polls = house.polls()
    trouble = way(house, master)
    next(trouble)
    house.rewrite()
    harness.wait_for(other.is_master, PATIENCE, "a new master")
    promoted = time.time()
    house.look_at(other)
    house.settle(LIMIT, epoch)
    took = time.time() - promoted
    harness.wait_for(lambda: house.get("/readyz") == "ok\n", LIMIT, "ready")
    assert all(n > polls[source] for source, n in house.polls().items()), "polling waited"

    epoch = house.meta()["epoch"]
    next(trouble, None)
    # then it has read what was on its way to it when it was stopped, too
    harness.wait_for(lambda: not master.clients() or other.is_replica(), LIMIT, "all connections leave the old one")
    if other.is_replica():
        house.look_at(master)
        harness.wait_for(lambda: house.rewrite() or master.is_master() and not other.clients(), PATIENCE, "one master")
        house.settle(LIMIT)
        return None
    ran = master.scripts_run()
    assert master.epoch_written(house.prefix) < epoch, "the old master was written to under the new one's epoch"
    since = time.monotonic()

    def follows():
        """A Sentinel tells it so when it asks it how it is, every 10 s, and nobody was late to answer for the last 8: on a busy
        machine that may never be. Then a person does."""
        house.rewrite()
        time.sleep(0.05)
        if time.monotonic() - since > 20 and master.is_master():
            master.db().execute_command("REPLICAOF", "127.0.0.1", other.port)
        return master.is_replica()
    harness.wait_for(follows, PATIENCE, "the old one follows")
    assert master.scripts_run() == ran, "the old master was written to"
    assert way is not killed or ran == 0
    harness.wait_for(master.follows, PATIENCE, "the old one is in step")
    house.settle(LIMIT)
    assert house.meta()["epoch"] == epoch, "the old master that came back disturbed the new one"
    return took


@pytest.mark.parametrize("ways", ((killed, stopped, asked) * 4,) if FULL else ((killed, asked),), ids=lambda w: f"{len(w)}-times")
def test_failovers_are_followed(ways):
    with watched() as house:
        before = rss(house)
        master = house.servers[0]
        for way in ways:
            took = fail_over(house, master, way)
            if took is None:
                print(f"{way.__name__}: undone by another failover of the Sentinels")
                continue
            print(f"{way.__name__}: all shown {took:.2f} s after the new master was one; RSS {before >> 20} MB, then {rss(house) >> 20} MB")
            master = house.other(master)


def takes_over(side):
    """A person says it again while the answer is "try again": nobody is master yet."""
    done = side.ctl("takeover", "--yes")
    assert done.returncode in (0, TRY_AGAIN) or "is the active one already" in done.stderr, done
    return done.returncode != TRY_AGAIN


@pytest.mark.parametrize("way", (killed, stopped) if FULL else (killed,), ids=lambda w: w.__name__)
def test_a_takeover_in_the_middle_of_a_failover(way, monkeypatch):
    """A person makes the standby the active one while the master is gone and both want replicas in step: no epoch has two owners,
    and what was kept on both is there."""
    with redis_sites.WatchedPair() as two:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(two.house.folder))
        two.start()
        a, b, (master, replica) = two.a, two.b, two.house.servers
        for server in (master, replica):
            server.db().config_set("min-replicas-max-lag", 10)
            server.db().config_set("min-replicas-to-write", 1)
            two.hear(server)
        assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
        trouble = way(None, master)
        next(trouble)
        two.call_feed(1)  # what it calls then is told once, by whoever serves
        asked = threading.Thread(target=a.decide, args=("call", "yew", "won"))
        asked.start()
        harness.wait_for(lambda: takes_over(b), PATIENCE, "the takeover")
        harness.wait_for(replica.is_master, PATIENCE, "a new master")
        two.hear(replica)
        if way is killed:  # at once what Sentinel would make of it after a while
            two.hear(master.start("--replicaof", "127.0.0.1", str(replica.port)))
        else:
            next(trouble, None)
        asked.join()
        began = time.time()
        harness.wait_for(lambda: replica.db().info("replication").get("min_slaves_good_slaves") == 1, PATIENCE, "it has a replica")
        answers = time.time()
        b.wait_active(LIMIT)
        a.wait_standby(LIMIT)
        harness.wait_for(lambda: a.history() == b.history(), LIMIT, "the same history on both")
        assert any(row[1:3] == ("call", "foe") for row in b.history()[0]), b.history()
        harness.wait_for(lambda: "won" in json.dumps(replica.db().hvals("tally:v1:snap:calls")), LIMIT, "all is shown")
        took = time.time() - answers
        owners = two.owners()
        assert all(len(who) == 1 for who in owners.values()) and len(owners) > 1, owners
        newest = json.loads(replica.db().get("tally:v1:snap:totals"))
        assert {newest["owner"]} == owners.get(newest["epoch"], {newest["owner"]}) and b.status()["lease"].endswith(newest["owner"])
        ids = [json.loads(m["message"])["data"]["id"] for _, m in replica.db().xrange("tally:v1:log") if ":calls:" in m["channel"]]
        assert len(ids) == len(set(ids)), ids
        print(f"{way.__name__}: {answers - began:.2f} s until the new master had a replica, all as it was {took:.2f} s after it")


def test_a_master_without_replicas_is_waited_for():
    with watched() as house:
        master, replica = house.servers
        db = master.db()
        db.config_set("min-replicas-max-lag", 1)
        db.config_set("min-replicas-to-write", 1)
        house.settle(LIMIT)
        replica.process.kill()
        harness.wait_for(lambda: (house.rewrite(), time.sleep(0.1), "NOREPLICAS" in house.tallyd.text())[2], LIMIT, "it says so")
        assert "too few replicas follow it (its min-replicas-to-write)" in house.tallyd.text()
        polls = house.polls()
        harness.wait_for(lambda: all(n > polls[s] + 5 for s, n in house.polls().items()), LIMIT, "polling goes on")
        assert house.get("/readyz").startswith("degraded")
        house.rewrite()
        replica.start("--replicaof", "127.0.0.1", str(master.port))
        harness.wait_for(lambda: db.info("replication").get("min_slaves_good_slaves") == 1, PATIENCE, "the replica is good")
        back = time.time()
        house.settle(LIMIT)
        print(f"all shown {time.time() - back:.2f} s after the replica was good")


def test_sentinels_that_do_not_know_the_master():
    with redis_sites.Watched(2) as house:
        os.environ["CREDENTIALS_DIRECTORY"] = str(house.folder)
        try:
            house.begin()
            house.conf.write_text(house.conf.read_text().replace("sentinel-master = board", "sentinel-master = bord"))
            house.start_tallyd()
            harness.wait_for(lambda: "knows no master bord: look at sentinel-master" in house.tallyd.text(), LIMIT, "it says so")
            assert house.servers[0].scripts_run() == 0
        finally:
            del os.environ["CREDENTIALS_DIRECTORY"]


def test_passwords_that_are_put_right_are_taken_by_a_reload(monkeypatch):
    """The Sentinels', then the master's."""
    with redis_sites.Watched(2) as house:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(house.folder))
        house.begin()
        right = {name: (house.folder / f"{name}-password").read_text() for name in ("sentinel", "redis")}
        for name in right:
            house.write(f"{name}-password", "mistaken").chmod(0o600)
        house.start_tallyd()
        for name, said in (("sentinel", "the Sentinel 127.0.0.1"), ("redis", "it refuses the user or password")):
            harness.wait_for(lambda text=said: text in house.status()["redis"], LIMIT, said)
            house.write(f"{name}-password", right[name]).chmod(0o600)
            assert house.ctl("reload").returncode == 0
        house.settle(LIMIT)


def test_a_sentinel_that_was_cut_off_is_not_believed():
    """Its configuration is older than the others': it still names the master of before."""
    with watched() as house:
        master = house.servers[0]
        cut = house.sentinels[0]
        os.kill(cut.child.pid, signal.SIGSTOP)
        fail_over(house, master, killed)
        epoch = house.meta()["epoch"]
        os.kill(cut.child.pid, signal.SIGCONT)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            house.rewrite()
            time.sleep(0.05)
        house.settle(LIMIT)
        assert house.meta()["epoch"] == epoch


def test_the_master_of_before_is_not_gone_back_to_while_who_knows_better_is_slow():
    """Two of three Sentinels have not heard of the failover, and the one that made it does not answer: all the news there is is old."""
    with watched() as house:
        (master, replica), (knows, *others) = house.servers, house.sentinels
        for sentinel in others:
            sentinel.kill()
        epoch = house.meta()["epoch"]

        def fails_over():
            with contextlib.suppress(redis.ResponseError):
                house.ask(house.sentinel_ports[0], "SENTINEL", "FAILOVER", "board")
            return replica.is_master()
        harness.wait_for(fails_over, PATIENCE, "the failover")
        house.look_at(replica)
        house.rewrite()
        house.settle(PATIENCE, epoch)
        harness.wait_for(lambda: not master.clients(), LIMIT, "all connections leave the old one")
        epoch, ran = house.meta()["epoch"], master.scripts_run()
        os.kill(knows.child.pid, signal.SIGSTOP)
        for port in house.sentinel_ports[1:]:
            house.start_sentinel(port)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            house.rewrite()
            time.sleep(0.05)
        assert not master.is_replica() and master.scripts_run() == ran, "the old master was written to"
        os.kill(knows.child.pid, signal.SIGCONT)
        house.settle(LIMIT)
        assert house.meta()["epoch"] == epoch
