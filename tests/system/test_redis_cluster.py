# SPDX-License-Identifier: ISC
"""In a Cluster our keys are at one node: it is found, and followed when it is lost or its slot moves; who had it before is never
written to. Subscribers follow it too."""
import contextlib
import os
import signal
import time

import pytest

import harness
import redis_sites
import storm
from redis_sites import PATIENCE
from test_redis_storm import FULL, LIMIT, MEMORY, check_views, converge, rss


@contextlib.contextmanager
def clustered():
    """A house that has settled, the node with our keys, and clients told of one without."""
    with redis_sites.Clustered(200 if FULL else 20) as house:
        owner = house.begin()
        house.start_tallyd()
        house.settle(LIMIT)
        clients = [house.client(language, url=f"redis://127.0.0.1:{house.way_in.port}") for language in storm.LANGUAGES]
        for client in clients:
            harness.wait_for(client.has_begun, LIMIT, client.name)
        yield house, owner, clients


def at(server):
    return f"127.0.0.1:{server.port}"


def go_on(house, seconds, most):
    """New votes, and HTTP that never waits; the most memory that tallyd had."""
    end = time.monotonic() + seconds
    while True:
        house.rewrite()
        asked = time.monotonic()
        house.get("/v1/totals.json")
        assert time.monotonic() - asked < 5
        most = max(most, rss(house))
        if time.monotonic() >= end:
            return most
        time.sleep(0.05)


def test_the_node_with_our_keys_is_found_and_followed_when_the_slot_moves():
    with clustered() as (house, owner, clients):
        others = [s for s in house.servers if s is not owner]
        assert house.status()["redis_at"] == at(owner)
        assert all(s.db().dbsize() == 0 and s.scripts_run() == 0 for s in others)
        polls, epoch = house.polls(), house.meta()["epoch"]
        target = next(s for s in others if s is not house.way_in)
        house.migrate(owner, target, lambda: go_on(house, 0.5, 0))
        answered = time.time()
        house.redis = target.db()
        took = converge(house, clients, answered, epoch)
        assert house.status()["redis_at"] == at(target)
        assert house.tallyd.text().count("our keys are on their way from") == 1
        assert all(n > polls[source] for source, n in house.polls().items()), "polling waited"
        assert owner.db().dbsize() == 0
        print(f"all shown {took:.2f} s after the slot had moved")
        check_views(house, clients)


def killed(owner):
    """It dies, and comes back empty."""
    owner.process.kill()
    yield
    owner.start()


def stopped(owner):
    """It hangs, and goes on as the master that it believes to be."""
    os.kill(owner.process.child.pid, signal.SIGSTOP)
    yield
    os.kill(owner.process.child.pid, signal.SIGCONT)


@pytest.mark.parametrize("way", (killed, stopped) if FULL else (killed,), ids=lambda w: w.__name__)
def test_its_replica_takes_its_place(way):
    with clustered() as (house, owner, clients):
        spare = house.add_replica(owner)
        polls, epoch, before = house.polls(), house.meta()["epoch"], rss(house)
        trouble = way(owner)
        next(trouble)
        most, end = before, time.monotonic() + PATIENCE
        while not spare.is_master() or "cluster_state:ok" not in house.ask(spare, "INFO"):
            most = go_on(house, 0, most)
            assert time.monotonic() < end, "the replica is not promoted"
        answered = time.time()
        house.redis = spare.db()
        house.settle(LIMIT, epoch)
        took = time.time() - answered
        everybody = converge(house, clients, answered, epoch)
        assert house.status()["redis_at"] == at(spare)
        assert most < before + MEMORY
        assert all(n > polls[source] for source, n in house.polls().items()), "polling waited"
        harness.wait_for(lambda: house.get("/readyz") == "ok\n", LIMIT, "ready")

        epoch = house.meta()["epoch"]
        next(trouble, None)
        # then it has read what was on its way to it when it was stopped, too
        harness.wait_for(lambda: not owner.clients(), LIMIT, "all connections leave the old one")
        ran = owner.scripts_run()
        harness.wait_for(lambda: (go_on(house, 0, 0), owner.is_replica())[1], PATIENCE, "the old one follows")
        assert owner.scripts_run() == ran, "the old node was written to"
        assert way is not killed or ran == 0
        harness.wait_for(owner.follows, PATIENCE, "the old one is in step")
        assert house.meta()["epoch"] == epoch, "the old node that came back disturbed the new one"
        print(f"{way.__name__}: all shown {took:.2f} s after the Cluster answered, to everybody {everybody:.2f} s; RSS {before >> 20} MB, then {most >> 20} MB")
        check_views(house, clients)
