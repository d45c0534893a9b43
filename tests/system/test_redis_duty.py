# SPDX-License-Identifier: ISC
"""Who serves, where Redis answers but not as it should: full, a replica, without rights, with a part of it gone."""
import os
import shutil
import signal
import time

import pytest

import harness
import pair

REFUSES = {  # Redis answers what is read, and takes no write, or no epoch, or shows no stream
    "full": ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
    "replica": ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
    "no-eval": ("ACL SETUSER default -eval", "ACL SETUSER default +eval"),
    "no-xread": ("ACL SETUSER default -xread", "ACL SETUSER default +xread"),
}


def published(redis):
    return int(redis.hget("tally:v1:h:totals", "won") or 0)


@pytest.mark.parametrize("what", REFUSES)
def test_who_starts_alone_serves(what):
    refuse, take = REFUSES[what]
    with pair.Pair() as p:
        p.redis.execute_command(*refuse.split())
        p.a.begin()
        p.a.wait_active()
        done = p.a.decide("call", "foe", "won")
        assert done.returncode == 0 and p.a.won() == 1, done
        before = p.a.polls()
        harness.wait_for(lambda: all(n > before[s] for s, n in p.a.polls().items()), 20, "it polls")
        p.redis.execute_command(*take.split())
        harness.wait_for(lambda: published(p.redis) == 1, 30, "it is published")
        p.b.begin()
        p.b.wait_standby(30)


def test_a_full_redis_keeps_the_roles(two):
    """The lease is renewed there, so that nobody takes over from who lives; and who dies is replaced."""
    a, b = two.a, two.b
    assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    two.redis.execute_command("CONFIG SET maxmemory 1")
    lease = two.redis.get("tally:v1:lease")
    harness.wait_for(lambda: two.redis.pttl("tally:v1:lease") < 5500, 10, "the lease grows old")
    harness.wait_for(lambda: two.redis.pttl("tally:v1:lease") > 7000, 10, "and is renewed")
    assert two.redis.get("tally:v1:lease") == lease and b.role() == "standby" and a.role() == "active"
    a.tallyd.kill()
    two.end_lease()
    b.wait_active(40)
    assert b.won() == 1
    a.begin()
    harness.wait_for(lambda: a.role() == "standby" and a.status()["lease"], 20, "a stands by")
    two.redis.execute_command("CONFIG SET maxmemory 0")
    harness.wait_for(lambda: int(two.redis.hget("tally:v1:snap:meta", "epoch")) == b.status()["epoch"], 30, "b is published")
    a.wait_standby(30)
    assert published(two.redis) == 1 and a.history() == b.history()


def test_a_replica_s_lease_that_nobody_can_renew_is_no_takeover(two):
    """The active one lives and cannot say so; a person can say that it does not."""
    a, b = two.a, two.b
    assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    two.redis.execute_command("REPLICAOF 127.0.0.1 1")
    harness.wait_for(lambda: "READONLY" in b.tallyd.text() and not two.redis.get("tally:v1:lease") and not b.status()["lease"], 40, "b sees no lease")
    assert b.role() == "standby" and a.role() == "active" and a.won() == 1
    assert b.tallyd.text().count("READONLY") < 3, "it is told again and again"
    code, text = b.code("/readyz")
    assert code == 503 and '"detail":"standby: ' in text and "another tallyd serves" not in text, text
    a.tallyd.kill()
    done = b.ctl("takeover", "--yes")
    assert done.returncode == 0 and "alone" in done.stdout and "was not stopped" in done.stdout, done
    b.wait_active()
    assert b.won() == 1
    two.redis.execute_command("REPLICAOF NO ONE")
    harness.wait_for(lambda: two.redis.get("tally:v1:lease") == b.status()["lease"], 30, "b holds the lease")
    a.begin()
    a.wait_standby(30)
    assert a.history() == b.history()


def test_a_lost_stream_is_written_again(two):
    """DEL of it, an eviction: the active one notices within seconds, and a standby that starts then has all of it."""
    a, b = two.a, two.b
    assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    b.tallyd.stop()
    two.redis.delete("tally:v1:desk")
    harness.wait_for(lambda: two.redis.xlen("tally:v1:desk") > 1, 20, "the stream is whole again")
    b.begin()
    b.wait_standby()
    harness.wait_for(lambda: b.history() == a.history(), 20, "it is followed")
    assert b.status()["well"].startswith("yes: it stands by for")
    two.redis.delete("tally:v1:desk")
    harness.wait_for(lambda: two.redis.xlen("tally:v1:desk") > 1, 20, "the stream is whole again")
    harness.wait_for(lambda: b.status()["standby_kept"].startswith(f"{a.status()['epoch']}-"), 20, "and followed")
    a.tallyd.kill()
    two.end_lease()
    b.wait_active(40)
    assert b.won() == 1


def test_who_has_not_read_the_stream_does_not_take_over_by_itself():
    """It is lost, and nobody is there to write it again: what was announced may be on the other's disk only."""
    with pair.Pair() as p:
        a, b = p.a, p.b
        a.begin()
        a.wait_active()
        assert a.decide("call", "foe", "won").returncode == 0
        harness.wait_for(lambda: published(p.redis) == 1, 20, "it is published")
        a.tallyd.kill()
        p.end_lease()
        p.redis.delete("tally:v1:desk")
        b.begin()
        harness.wait_for(lambda: "does not take over by itself" in b.tallyd.text(), 40, "it says why")
        assert b.role() == "standby" and b.status()["well"].startswith("no: it stands by; nobody holds the lease; it has not all")
        assert published(p.redis) == 1
        assert "missing    the desk's stream of epoch" in b.ctl("takeover", "--dry-run").stdout
        a.begin()
        a.wait_active()
        b.wait_standby()
        harness.wait_for(lambda: b.history() == a.history(), 20, "it is followed")
        assert b.status()["well"].startswith("yes")
        a.tallyd.kill()
        p.end_lease()
        p.redis.delete("tally:v1:desk")
        b.wait_active(40)  # it had read all of it before
        assert b.won() == 1


def test_a_stream_that_is_lost_when_calls_were_told_that_the_standby_could_not_read_is_no_takeover(monkeypatch):
    """It had all of the epoch as far as it had seen, took over, and the call was gone."""
    with pair.Pair() as p:
        folder = p.house.folder / "credentials"
        folder.mkdir()
        for name in ("user", "password"):
            (folder / name).write_text("standby")
            (folder / name).chmod(0o600)
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
        p.redis.execute_command("ACL SETUSER standby on >standby ~* &* +@all")
        p.b.configure("[redis]\n", "[redis]\nuser-credential = user\npassword-credential = password\n")
        a, b = p.start().a, p.b
        p.redis.execute_command("ACL SETUSER standby -xread")
        harness.wait_for(lambda: "the desk's stream cannot be read" in b.tallyd.text(), 20, "it is cut off")
        done = a.decide("call", "foe", "won")
        assert done.returncode == 75 and "kept here only" in done.stderr, done
        harness.wait_for(lambda: published(p.redis) == 1, 20, "it is published")
        a.tallyd.kill()
        p.end_lease()
        p.redis.delete("tally:v1:desk")
        p.redis.execute_command("ACL SETUSER standby +xread")
        harness.wait_for(lambda: "does not take over by itself" in b.tallyd.text() or b.role() != "standby", 40, "it says why")
        assert b.role() == "standby" and b.status()["well"].startswith("no: it stands by; nobody holds the lease; it has not all")
        assert "missing    the desk's stream of epoch" in b.ctl("takeover", "--dry-run").stdout
        a.begin()
        a.wait_active()
        b.wait_standby()
        harness.wait_for(lambda: b.history() == a.history() and b.status()["well"].startswith("yes"), 20, "it is followed")
        a.tallyd.kill()
        p.end_lease()
        b.wait_active(40)
        assert b.won() == 1


def test_a_redis_emptied_while_the_standby_was_cut_off_is_no_takeover():
    """It had all that it had ever seen, took over, and the call that was told meanwhile was gone."""
    with pair.Pair() as p:
        way = p.b.folder / "way"
        way.symlink_to(p.house.redis_socket)
        p.b.configure(f"url = {p.house.redis_url}", f"url = unix://{way}")
        a, b = p.start().a, p.b
        way.unlink()
        p.redis.execute_command("CLIENT KILL TYPE normal SKIPME yes")
        harness.wait_for(lambda: "cannot connect" in b.tallyd.text(), 20, "it is cut off")
        assert a.decide("call", "foe", "won").returncode in (0, 75)
        harness.wait_for(lambda: published(p.redis) == 1, 20, "it is published")
        a.tallyd.kill()
        p.redis.flushall()
        way.symlink_to(p.house.redis_socket)
        harness.wait_for(lambda: "does not take over by itself" in b.tallyd.text() or b.role() != "standby", 40, "it says why")
        assert b.role() == "standby" and b.status()["well"].startswith("no: it stands by; nobody holds the lease; it has not all")
        a.begin()
        a.wait_active()
        b.wait_standby()
        harness.wait_for(lambda: b.history() == a.history() and b.status()["well"].startswith("yes"), 20, "it is followed")
        a.tallyd.kill()
        p.end_lease()
        b.wait_active(40)
        assert b.won() == 1


@pytest.mark.parametrize("call_first", (True, False))
def test_a_disk_put_back_to_an_older_copy_gives_way_to_what_was_told(two, call_first):
    """The active one's machine comes back, within its lease, as it was before a call that was kept on both."""
    a, b = two.a, two.b
    if call_first:
        assert a.decide("freeze").returncode == 0
    a.tallyd.kill()
    shutil.copytree(a.folder / "state", a.folder / "old")
    a.begin()
    a.wait_active()
    b.wait_standby()
    harness.wait_for(lambda: a.status()["standby"] == "follows", 20, "the standby is seen")
    assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    history = a.history()
    a.tallyd.kill()
    shutil.rmtree(a.folder / "state")
    shutil.copytree(a.folder / "old", a.folder / "state")
    a.begin()
    harness.wait_for(lambda: a.is_active() or b.is_active(), 40, "one serves")
    active, standby = two.sides()
    standby.wait_standby(30)
    assert active.won() == 1 and a.history() == b.history() == history
    harness.wait_for(lambda: int(two.redis.hget("tally:v1:snap:meta", "epoch")) == active.status()["epoch"], 20, "it is published")
    assert published(two.redis) == 1
    assert a.rows("SELECT * FROM aside") == b.rows("SELECT * FROM aside") == []
    assert len(two.calls()) == 1


def begin_and_copy(side, to):
    """It serves, and its state directory of before that lies here too."""
    side.begin()
    side.wait_active()
    assert side.decide("freeze").returncode == 0
    side.tallyd.stop()
    shutil.copytree(side.folder / "state", to)
    side.begin()
    side.wait_active()


@pytest.mark.parametrize("whose", ("its own", "another's"))
def test_who_began_without_redis_does_not_publish_over_what_was_told_there(whose):
    """On a disk from before the call, or that never had it: the snapshot and the desk's stream were replaced by its own."""
    with pair.Pair() as p:
        a, b = p.a, p.b
        begin_and_copy(a, a.folder / "old")
        assert a.decide("call", "foe", "won").returncode == 0
        harness.wait_for(lambda: published(p.redis) == 1, 20, "it is published")
        history = a.history()
        a.tallyd.kill()
        p.end_lease()
        shutil.rmtree(a.folder / "state")
        shutil.copytree(a.folder / "old", a.folder / "state")
        side = a if whose == "its own" else b
        redis = p.house.redis_process.child.pid
        os.kill(redis, signal.SIGSTOP)
        try:
            side.begin()
            side.wait_active()
            assert side.won() == 0
            assert side.decide("call", "yew", "won").returncode == 0
        finally:
            os.kill(redis, signal.SIGCONT)
        harness.wait_for(lambda: side.role() == "standby", 30, "it stands by")
        side.wait_active(40)
        harness.wait_for(lambda: p.redis.hget("tally:v1:snap:meta", "owner") == side.status()["lease"], 30, "it is published")
        assert side.won() == published(p.redis) == 1 and side.history() == history
        assert "call yew won" in str(side.rows("SELECT * FROM aside"))
        assert len(p.calls()) == 1


def test_a_copy_of_the_state_directory_is_another_tallyd():
    """As of a cloned machine, under the same host name: it does not take itself for the one that serves."""
    with pair.Pair() as p:
        a, b = p.a, p.b
        begin_and_copy(a, b.folder / "state")
        monitor = p.watch()
        b.begin()
        b.wait_standby(40)
        assert a.is_active() and "is a copy of the other's" in b.tallyd.text() and "is a copy of the other's" in b.status()["well"]
        harness.wait_for(lambda: a.status()["standby"] == "follows", 20, "the standby is seen")
        assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
        assert a.history() == b.history()
        a.tallyd.kill()
        p.end_lease()
        b.wait_active(40)
        assert b.won() == 1 and len(p.calls()) == 1
        a.begin()
        a.wait_standby(40)
        assert a.history() == b.history() and b.is_active()
        b.decide("uncall", "foe")
        harness.wait_for(lambda: a.history() == b.history(), 20, "it is followed")
        monitor.check()


@pytest.mark.parametrize("now, then", (("mode = live", "mode = rehearsal"), ("dates = 2025-11-04", "dates = 2025-11-05"),
                                       ("name = A small night", "name = Another")))
def test_another_night_on_the_same_prefix_is_a_stranger(now, then):
    with pair.Pair() as p:
        a, b = p.a, p.b
        b.configure(now, then)
        a.begin()
        a.wait_active()
        b.begin()
        harness.wait_for(lambda: "give each a prefix of its own" in b.status()["well"], 20, "it is said")
        status = b.status()
        assert status["role"] == "standby" and status["well"].startswith("no: ") and status["standby_kept"] == "", status
        assert "A small night" in status["well"] and "give each a prefix of its own" in b.tallyd.text()
        assert not p.redis.exists("tally:v1:kept")
        done = a.decide("call", "foe", "won")
        assert done.returncode == 0 and "kept" not in done.stdout and a.status()["standby"] == "none", done
        assert b.history() == ([], [])
        harness.wait_for(lambda: b.rows("SELECT value FROM meta WHERE name = 'partner'") == [(1,)], 10, "it was seen long ago")
        refused = b.ctl("takeover", "--yes")
        assert refused.returncode == 1 and "give each a prefix of its own" in refused.stderr, refused
        if "mode" not in now:
            return
        a.tallyd.kill()
        p.end_lease()
        harness.wait_for(lambda: not b.status()["lease"], 20, "the lease is gone")
        time.sleep(6)  # longer than a lease may be missing
        assert b.role() == "standby" and published(p.redis) == 1
        a.begin()
        a.wait_active()
        assert a.won() == 1
        b.configure(then, now)
        if b.ctl("reload").returncode != 0:  # mode and day are for a start
            b.tallyd.stop()
            b.begin()
        harness.wait_for(lambda: b.status()["well"].startswith("yes") and b.history() == a.history(), 20, "it is followed")


def test_one_with_another_list_counts_for_nothing_until_it_has_the_same():
    with pair.Pair() as p:
        a, b = p.a, p.b
        same = (b.folder / "endorsed.csv").read_text()
        b.write("endorsed.csv", same + "zed,Gus Zed,GA,US House 5,,,1\n")
        a.begin()
        a.wait_active()
        b.begin()
        harness.wait_for(lambda: "its endorsement list is not the active one's" in b.status()["well"], 20, "it is said")
        assert b.status()["well"].startswith("no: it stands by for")
        harness.wait_for(lambda: a.status()["standby"] == "follows", 20, "the standby is seen")
        done = a.decide("call", "foe", "won")
        assert done.returncode == 75 and "kept here only" in done.stderr, done
        assert "differs    its endorsement list" in b.ctl("takeover", "--dry-run").stdout
        b.write("endorsed.csv", same)
        assert b.ctl("reload").returncode == 0
        harness.wait_for(lambda: b.status()["well"].startswith("yes: it stands by for"), 20, "the same list")
        assert a.decide("uncall", "foe").stdout.endswith("kept on both\n")
        b.write("endorsed.csv", same + "zed,Gus Zed,GA,US House 5,,,1\n")
        assert b.ctl("reload").returncode == 0
        a.tallyd.kill()
        p.end_lease()
        harness.wait_for(lambda: not b.status()["lease"], 20, "the lease is gone")
        time.sleep(6)
        assert b.role() == "standby"
        b.take_over()


def test_a_night_that_is_over_holds_nobody_up():
    """What a rehearsal of another machine left in Redis is no stranger that serves."""
    with pair.Pair() as p:
        a, b = p.a, p.b
        a.configure("mode = live", "mode = rehearsal")
        a.begin()
        a.wait_active()
        a.decide("call", "foe", "won")
        a.tallyd.stop()
        p.end_lease()
        b.begin()
        b.wait_active(20)
        assert b.history() == ([], []) and b.won() == 0
        harness.wait_for(lambda: p.redis.hget("tally:v1:snap:meta", "mode") == "live", 20, "it is published")


def test_well_is_not_said_while_redis_does_not_keep_what_is_shown():
    """As where it evicts keys; and why nothing is published by one that serves alone."""
    with pair.Pair() as p:
        p.redis.execute_command("REPLICAOF 127.0.0.1 1")
        p.a.begin()
        p.a.wait_active()
        status = p.a.status()
        assert "READONLY" in status["redis"] and status["well"].startswith("no: "), status
        p.redis.execute_command("REPLICAOF NO ONE")
        harness.wait_for(lambda: p.a.status()["well"].startswith("yes"), 30, "it is published")

        def evicted():
            p.redis.delete("tally:v1:snap:meta")
            return p.a.status()["redis"].startswith("connected, but not well: what is shown there is lost again and again")
        harness.wait_for(evicted, 20, "it is said")
        assert p.a.status()["well"].startswith("no: ") and p.a.get("/readyz").startswith("degraded")
        harness.wait_for(lambda: p.a.status()["well"].startswith("yes"), 40, "it is well again")


def test_a_redis_put_back_to_an_older_dump_takes_nothing_from_the_standby(two):
    """The active one is gone for good, and the standby was started again: what was kept on both was replaced by what Redis had before."""
    a, b = two.a, two.b
    assert a.decide("freeze").stdout.endswith("kept on both\n")
    two.redis.save()
    assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    history = b.history()
    for process in (a.tallyd, b.tallyd, two.house.redis_process):
        process.kill()
    two.house.start_redis()
    two.end_lease()
    b.begin()
    harness.wait_for(lambda: "does not take over by itself" in b.tallyd.text() or b.role() == "active", 40, "it says why")
    assert b.role() == "standby" and b.history() == history and b.rows("SELECT * FROM aside") == []
    b.take_over()
    assert b.won() == 1 and b.history() == history


@pytest.mark.parametrize("renewed", (False, True))
def test_a_lease_of_an_older_dump_is_nobody_s(two, renewed):
    """It lived for some seconds more, was taken for one that serves, and what was kept on both was replaced by what Redis had
    before; so it was where the active one could reach Redis to renew it, and not yet to publish."""
    a, b = two.a, two.b
    assert a.decide("freeze").stdout.endswith("kept on both\n")
    lease = two.redis.get("tally:v1:lease")
    two.redis.save()
    assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    history = b.history()
    for process in (a.tallyd, b.tallyd, two.house.redis_process):
        process.kill()
    two.house.start_redis()
    two.redis.set("tally:v1:lease", lease, px=60000 if renewed else 7900)
    b.begin()
    if renewed:
        harness.wait_for(lambda: b.status()["lease"], 20, "it has looked")
        time.sleep(10)  # longer than any lease lives
        assert b.role() == "standby" and b.history() == history
        two.end_lease()
    harness.wait_for(lambda: "does not take over by itself" in b.tallyd.text() or b.role() == "active", 40, "it says why")
    assert b.role() == "standby" and b.history() == history and b.rows("SELECT * FROM aside") == []
    b.take_over()
    assert b.won() == 1 and b.history() == history


def test_who_publishes_there_is_followed_though_it_has_less(two):
    """As where a person let one serve whose epochs are lower."""
    a, b = two.a, two.b
    lease = two.redis.get("tally:v1:lease")
    two.redis.save()
    assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    for process in (a.tallyd, b.tallyd, two.house.redis_process):
        process.kill()
    two.house.start_redis()
    two.redis.set("tally:v1:lease", lease, px=60000)
    b.begin()
    harness.wait_for(lambda: "nothing is taken of it" in b.tallyd.text(), 20, "it is older")
    assert b.history()[0] and b.role() == "standby"
    two.redis.hincrby("tally:v1:snap:meta", "seq", 1)
    harness.wait_for(lambda: b.history() == ([], []), 20, "it is followed")
    assert "call foe won" in str(b.rows("SELECT * FROM aside"))


def test_a_dump_under_a_standby_that_lives_is_older_too(two):
    """It had all that it had seen, and took over: a call that was told last may be in nothing but what is lost."""
    a, b = two.a, two.b
    two.redis.save()
    assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    history = b.history()
    for process in (a.tallyd, two.house.redis_process):
        process.kill()
    two.house.start_redis()
    two.end_lease()
    harness.wait_for(lambda: "does not take over by itself" in b.tallyd.text() or b.role() == "active", 40, "it says why")
    assert b.role() == "standby" and b.history() == history and b.rows("SELECT * FROM aside") == []
    b.take_over()
    assert b.won() == 1 and b.history() == history


def test_what_was_given_up_does_not_come_back_with_an_older_dump(two):
    """b called yew alone, and gave that up when a went on; a dump of before brought it back, in the place of what was kept on both."""
    a, b = two.a, two.b
    b.take_over()
    a.wait_standby()
    a.tallyd.kill()
    assert b.decide("call", "yew", "won").returncode == 75
    harness.wait_for(lambda: published(two.redis) == 1, 20, "it is published")
    two.redis.save()
    b.tallyd.kill()
    two.redis.flushall()
    a.begin()
    a.take_over()
    b.begin()
    b.wait_standby()
    harness.wait_for(lambda: a.status()["standby"] == "follows", 20, "the standby is seen")
    assert "call yew won" in str(b.rows("SELECT * FROM aside"))
    assert a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    history = b.history()
    for process in (a.tallyd, b.tallyd, two.house.redis_process):
        process.kill()
    two.house.start_redis()
    b.begin()
    harness.wait_for(lambda: "does not take over by itself" in b.tallyd.text() or b.role() == "active", 40, "it says why")
    assert b.role() == "standby" and b.history() == history
    b.take_over()
    assert b.history() == history


def test_a_standby_with_nothing_new_shows_that_it_lives(two):
    two.redis.pexpire("tally:v1:kept", 5000)
    harness.wait_for(lambda: two.redis.pttl("tally:v1:kept") > 6000, 20, "it is said again")


def test_what_is_kept_of_another_epoch_than_ours_is_no_kept_on_both(two):
    """As of a standby that served before, in higher epochs, in a Redis that was emptied since."""
    a, b = two.a, two.b
    place, instance = two.redis.get("tally:v1:kept").split(" ")
    b.tallyd.kill()
    two.redis.set("tally:v1:kept", f"{int(place.split('-')[0]) + 1000}-9 {instance}")
    done = a.decide("call", "foe", "won")
    assert done.returncode == 75 and "kept here only" in done.stderr, done


def test_who_died_while_it_read_at_its_takeover_reads_again(two):
    """It took its own epoch for a sign that its disk had all, and served without what had been decided and told."""
    a, b = two.a, two.b
    instance = two.redis.get("tally:v1:kept").split(" ")[1]
    b.tallyd.kill()
    assert a.decide("call", "foe", "won").returncode == 75
    harness.wait_for(lambda: published(two.redis) == 1, 20, "it is published")
    a.tallyd.kill()
    two.redis.set("tally:v1:lease", instance + "1.a", px=60000)
    two.redis.hset("tally:v1:snap:meta", mapping={"next": int(two.redis.hget("tally:v1:snap:meta", "epoch")) + 1, "next_owner": instance + "1.a"})
    b.begin()
    b.wait_active()
    assert b.won() == 1 and b.history() == a.history()
