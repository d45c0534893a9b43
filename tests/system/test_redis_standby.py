# SPDX-License-Identifier: ISC
"""Two daemons: one serves, the other follows what is decided and takes over. TAKEOVERS= how often they race."""
import json
import os
import random
import re
import select
import signal
import socket
import subprocess
import threading
import time
import types

import pytest

import feeds
import harness
import pair
import small_night
from test_events import Reader

TAKEOVERS = int(os.environ.get("TAKEOVERS", "200" if os.environ.get("FULL") else "10"))


def test_the_standby_follows_and_takes_over_when_asked(two):
    a, b = two.a, two.b
    code, text = b.code("/readyz")
    assert code == 503 and json.loads(text)["detail"].startswith("standby"), text
    for page in ("/", "/v1/totals.json", "/v1/statement.txt", "/v1/open.csv", "/v1/totals.csv?by=state", "/v1/totals.csv?by=nonsense", "/v1/events"):
        got = harness.ask(types.SimpleNamespace(port=b.status()["http_port"]), page)
        assert (got.status, got.getheader("Content-Type"), got.getheader("Retry-After"), got.getheader("Cache-Control")) == (
            503, "application/problem+json", "2", "no-store") and "standby" in json.loads(got.body)["detail"], page
    metrics = b.code("/metrics")[1]
    assert 'tallyd_role{role="standby"} 1' in metrics and "tallyd_source" not in metrics
    assert b.code("/livez")[0] == 200
    refused = b.decide("call", "foe", "won")
    assert refused.returncode == 75 and "standby" in refused.stderr and "ask the active one" in refused.stderr
    assert b.ctl("totals").returncode == 75

    done = a.decide("call", "foe", "won")
    assert done.returncode == 0 and done.stdout.endswith("kept on both\n"), done
    assert b.history() == a.history() and b.history()[0]
    look = b.ctl("takeover", "--dry-run")
    assert look.returncode == 0 and "call foe won" in look.stdout and "its lease lives" in look.stdout, look
    assert a.ctl("takeover", "--yes").returncode == 1
    monitor = two.watch()
    b.take_over()
    assert b.won() == 1
    a.wait_standby()
    assert a.code("/readyz")[0] == 503
    assert "another tallyd serves now" in a.tallyd.text()
    assert a.history() == b.history()
    assert b.decide("uncall", "foe").stdout.endswith("kept on both\n")
    harness.wait_for(lambda: b.won() == 0, 10, "the total")
    a.take_over()
    assert a.won() == 0
    monitor.check()
    ids = two.calls()
    assert len(ids) == len(set(ids)) == 2, ids


def test_what_stands_again_has_its_own_id_on_either(two):
    """A call that stood again had the id that it had had, and who drops what is known lost its end."""
    a, b = two.a, two.b
    race = "2025-11-04-ga-us-senate"

    def listed(side):
        return [(c["id"], c["stands"], c.get("takes_back")) for c in json.loads(side.get("/v1/calls.json"))["calls"]]
    for words in (("call", "foe", "won"), ("mark", race, "void"), ("mark", race, "void", "off")):
        assert a.decide(*words).returncode == 0, words
    before = listed(a)
    assert [stands for _, stands, _ in before] == [True, False, False], before
    b.take_over()
    assert listed(b) == before
    for words in (("uncall", "foe"), ("release", race), ("call", "foe", "won")):
        assert b.decide(*words).returncode == 0, words
    harness.wait_for(lambda: b.won() == 1, 10, "the total")
    after = listed(b)
    assert [i for i, *_ in after[2:]] == [i for i, *_ in before] and after[1][2] == before[0][0], after
    assert [stands for _, stands, _ in after] == [True, False, False, False, False], after
    a.wait_standby()
    a.take_over()
    assert listed(a) == after
    ids = two.calls()
    assert len(ids) == len(set(ids)) == 5 and [i for i, *_ in reversed(after)] == ids, ids


def test_who_watches_or_reads_one_that_was_taken_over_is_let_go(two):
    """Readers of its events heard its heart beat on."""
    reader = Reader(two.a.status()["http_port"], "?types=news")
    watch = subprocess.Popen([harness.TALLYCTL, "--socket", two.a.folder / "control", "watch"], stdout=subprocess.PIPE)
    told = b""
    try:
        assert b"No races called yet" in os.read(watch.stdout.fileno(), 4096)
        two.b.take_over()
        with pytest.raises((ValueError, ConnectionError)):  # the end of the stream, where a chunk's size would be
            end = time.monotonic() + harness.PATIENCE
            while time.monotonic() < end:
                reader.event()
        while b"this tallyd stands by now" not in told and select.select([watch.stdout], [], [], 10)[0]:
            told += os.read(watch.stdout.fileno(), 4096)
        assert b"this tallyd stands by now" in told
    finally:
        watch.terminate()
        watch.wait()
        reader.close()
    assert two.a.code("/v1/events")[0] == 503


def test_a_takeover_knows_what_is_joined_and_what_no_longer_is():
    with pair.Pair() as p:
        for side in (p.a, p.b):
            side.add_counties()
        a, b = p.start().a, p.b

        def shows(side, text):
            harness.wait_for(lambda: text in side.ctl("explain", "lou").stdout, 10, text)

        shows(a, "Robert J. O'Neil 40, Bob O'Neil 80")
        race = a.races()
        race = next(r for r in race if "lou" in str(race[r]))
        done = a.decide("match", "join", race, "Bob O'Neil", "=", "Robert J. O'Neil")
        assert done.returncode == 0 and done.stdout.endswith("kept on both\n"), done
        shows(a, "Robert J. O'Neil 120")
        b.take_over()
        shows(b, "Robert J. O'Neil 120")
        a.wait_standby()
        assert b.decide("match", "undo", race).returncode == 0
        a.take_over()
        shows(a, "Robert J. O'Neil 40, Bob O'Neil 80")


def test_what_only_one_has_is_said_so(two):
    two.a.decide("freeze")
    os.kill(two.b.tallyd.child.pid, signal.SIGSTOP)
    began = time.monotonic()
    done = two.a.decide("call", "foe", "won")
    os.kill(two.b.tallyd.child.pid, signal.SIGCONT)
    assert done.returncode == 75 and "kept here only" in done.stderr and re.search(r"\(last heard \d+ s ago\);", done.stderr), done
    assert 1.5 < time.monotonic() - began < 15
    harness.wait_for(lambda: two.b.history() == two.a.history(), 10, "the standby")
    assert two.a.decide("uncall", "foe").returncode == 0


def test_a_standby_that_is_gone_is_said_so(two):
    """Decisions are answered with 75 as long as it is: status, the answer and the log say why."""
    two.b.tallyd.kill()
    two.a.tallyd.kill()
    two.redis.delete("tally:v1:kept")  # which lives on for 10 s
    two.a.begin()
    two.a.wait_active()
    status = two.a.status()
    assert re.fullmatch(r"does not answer, last heard \d+ s ago", status["standby"]) and "see standby below" in status["well"], status
    done = two.a.decide("call", "foe", "won")
    assert done.returncode == 75 and re.search(r"\(last heard \d+ s ago\);", done.stderr), done
    harness.wait_for(lambda: "the standby was last heard" in two.a.tallyd.text(), 20, "the log says so")
    two.b.begin()
    harness.wait_for(lambda: "the standby is back" in two.a.tallyd.text(), 20, "the log says so")
    assert two.a.tallyd.text().count("role: the standby") == 2
    assert f"epoch {two.a.status()['epoch']} begins" in two.a.tallyd.text()


def test_one_that_was_always_alone_says_nothing_of_two():
    with pair.Pair() as p:
        p.a.begin()
        p.a.wait_active()
        done = p.a.decide("call", "foe", "won")
        assert done.returncode == 0 and "kept" not in done.stdout, done
        assert p.a.status()["standby"] == "none"


def test_killed_while_calls_are_made(two):
    """What was kept on both is there, each call was told once, and by whoever lives then."""
    a, b = two.a, two.b
    acknowledged = []
    for n in range(8):
        if n == 5:
            two.call_feed(1)
        done = a.ctl("mark", race_of(a), "recount", *(["off"] if n % 2 else []), "--reason", f"step {n}", "--yes")
        if done.returncode == 0:
            acknowledged.append(f"step {n}")
    a.tallyd.kill()
    assert len(acknowledged) == 8
    began = time.monotonic()
    b.wait_active(40)
    print(f"taken over after {time.monotonic() - began:.1f} s")
    assert {r[4] for r in b.history()[0]} >= set(acknowledged)
    harness.wait_for(lambda: json.loads(b.get("/v1/totals.json"))["data"]["called"] == 1, 10, "the call")
    a.begin()
    a.wait_standby()
    assert a.history() == b.history()
    ids = two.calls()
    assert len(ids) == len(set(ids)) == 1, ids


def race_of(side):
    return next(i for i in side.races() if i.endswith("us-senate"))


def test_stopped_past_its_lease_and_woken(two):
    a, b = two.a, two.b
    monitor = two.watch()
    assert a.decide("call", "foe", "won").returncode == 0
    os.kill(a.tallyd.child.pid, signal.SIGSTOP)
    b.wait_active(40)
    epoch = b.status()["epoch"]
    os.kill(a.tallyd.child.pid, signal.SIGCONT)
    a.wait_standby()
    harness.wait_for(lambda: any(e > epoch - 1 for e, *_ in monitor.published), 10, "b publishes")
    owners = monitor.check()
    newest = owners[max(owners)]
    assert newest == {b.status()["lease"]}
    assert b.won() == 1 and a.history() == b.history()
    ids = two.calls()
    assert len(ids) == len(set(ids)) == 1, ids


def test_emptied_meanwhile(two):
    a, b = two.a, two.b
    assert a.decide("call", "foe", "won").returncode == 0
    history = b.history()
    for n in range(3):
        two.redis.flushall()
        done = a.ctl("mark", race_of(a), "recount", *(["off"] if n % 2 else []), "--reason", f"step {n}", "--yes")
        assert done.returncode == 0, done
        harness.wait_for(lambda: b.history() == a.history(), 10, "the standby")
    time.sleep(6)  # longer than the lease may be missing
    assert a.is_active() and b.role() == "standby"
    assert b.history()[0][:len(history[0])] == history[0] and b.rows("SELECT * FROM aside") == []
    two.redis.flushall()
    b.take_over()
    a.wait_standby()
    assert b.won() == 1 and a.history() == b.history()


def test_one_epoch_is_never_of_two_though_redis_forgets_it(two):
    """Each raises its own epochs over an emptied Redis while the other stands still and cannot be asked."""
    a, b = two.a, two.b
    ahead = int(time.time()) + 1000  # of every clock
    two.redis.xadd("tally:v1:log", {"channel": "none"}, id=f"{ahead}-1")
    os.kill(a.tallyd.child.pid, signal.SIGHUP)
    harness.wait_for(lambda: int(two.redis.hget("tally:v1:snap:meta", "epoch") or 0) > ahead, 20, "an epoch above it")
    time.sleep(1)  # b has looked
    monitor = two.watch()

    def emptied(side, times):
        for _ in range(times):
            above = side.status()["epoch"]
            two.redis.flushall()
            harness.wait_for(lambda e=above: side.status()["epoch"] > e and two.redis.exists("tally:v1:snap:totals"), 20, "an epoch")

    os.kill(a.tallyd.child.pid, signal.SIGSTOP)
    two.redis.flushall()
    b.take_over()
    emptied(b, 3)
    os.kill(b.tallyd.child.pid, signal.SIGSTOP)
    two.redis.flushall()
    os.kill(a.tallyd.child.pid, signal.SIGCONT)
    emptied(a, 4)
    os.kill(b.tallyd.child.pid, signal.SIGCONT)
    owners = monitor.owners()
    assert all(len(who) == 1 for who in owners.values()) and len(set.union(*owners.values())) == 2, owners


def test_corrected_votes_are_still_listed_after_a_takeover(two):
    a, b = two.a, two.b

    def house(side):
        """Of which only the county tells."""
        return next(race for i, race in side.races().items() if "house" in i)

    def seen(side):
        """What is listed as corrected, and what the race is marked with."""
        return json.loads(side.get("/v1/corrections.json"))["corrections"], house(side)["flags"]

    def write(yew, minute):
        time = f"11/4/2025 9:{minute}:00 PM EST"
        small_night.replace(two.feeds / "county.xml", small_night.detail(yew=yew, time=time))

    write(950, 10)
    harness.wait_for(lambda: "950" in json.dumps(house(a)), 10, "the figures")
    write(800, 12)
    harness.wait_for(lambda: ("county", "fall-hold") in a.verdicts(), 10, "the fall is held")
    assert a.decide("source", "accept", "county").returncode == 0
    harness.wait_for(lambda: "800" in json.dumps(house(a)), 10, "the lower figures")
    before = seen(a)
    assert len(before[0]) == 1 and "corrected" in before[1], before
    for one, other in ((b, a), (a, b)):
        one.take_over()
        harness.wait_for(lambda side=one: "800" in json.dumps(house(side)), 10, "the figures")
        assert seen(one) == before
        other.wait_standby()


def test_what_a_guard_holds_is_held_after_a_takeover_too(two):
    """The daemon that takes over has no payload of before: it would air the fall that the other one held."""
    a, b = two.a, two.b

    def write(yew, minute, foe=90):
        time = f"11/4/2025 9:{minute}:00 PM EST"
        small_night.replace(two.feeds / "county.xml", small_night.detail(foe=foe, yew=yew, time=time))

    def house(side):
        """Of which only the county tells, once it has."""
        return next((json.dumps(race) for i, race in side.races().items() if "house" in i), "")

    def told():
        return [json.loads(m["message"]) for _, m in two.redis.xrange("tally:v1:log") if "house" in m["channel"]]

    write(950, 10)
    harness.wait_for(lambda: "950" in house(a), 10, "the figures")
    write(800, 12)
    harness.wait_for(lambda: ("county", "fall-hold") in a.verdicts(), 10, "the fall is held")
    assert "950" in house(a)
    write(800, 13, foe=91)
    for one, other in ((b, a), (a, b)):
        epoch = int(two.redis.hget("tally:v1:snap:meta", "epoch"))
        one.take_over()
        harness.wait_for(lambda side=one: all(n > 1 for n in side.polls().values()), 10, "it has read the feeds")
        shown = house(one)
        assert "950" in shown and "800" not in shown, shown
        assert "in_doubt" in shown
        cards = [json.dumps(m["data"]) for m in told() if m["epoch"] > epoch]
        assert cards and all("950" in c and "800" not in c for c in cards), cards
        other.wait_standby()
    write(960, 15)
    harness.wait_for(lambda: "960" in house(a), 10, "a rise ends it")
    b.take_over()
    harness.wait_for(lambda: "960" in house(b), 10, "and it is told that it ended")
    assert "in_doubt" not in house(b)


def test_that_a_race_has_another_source_is_still_said_after_a_takeover(two):
    a, b = two.a, two.b

    def write(foe, minute):
        time = f"11/4/2025 9:{minute}:00 PM EST"
        small_night.replace(two.feeds / "county.xml", small_night.detail(poe=900, foe=foe, time=time))

    def senate():
        """(sources, flags, votes) of the race of which ddhq tells too, as everybody is shown it."""
        shown = two.redis.hget("tally:v1:snap:races", "2025-11-04-ga-us-senate")
        race = json.loads(shown)["data"] if shown else {"sources": [], "flags": [], "choices": []}
        return race["sources"], race["flags"], [c["votes"] for c in race["choices"]]

    write(1200, 10)
    harness.wait_for(lambda: 1200 in senate()[2], 10, "the county's figures")
    write(1010, 12)  # held: ddhq takes its place
    harness.wait_for(lambda: senate()[0] == ["ddhq"] and "source_changed" in senate()[1], 10, "it is labelled")
    for one, other in ((b, a), (a, b)):
        one.take_over()
        harness.wait_for(lambda side=one: all(n > 1 for n in side.polls().values()), 10, "it has read the feeds")
        harness.wait_for(lambda: senate()[0] == ["ddhq"] and 90 in senate()[2], 10, "its figures")
        assert "source_changed" in senate()[1], senate()
        other.wait_standby()


def test_redis_away_at_a_start_a_person_says_who_serves(two):
    a, b = two.a, two.b
    assert a.decide("call", "foe", "won").returncode == 0
    a.tallyd.stop()
    b.tallyd.stop()
    two.house.redis_process.kill()
    b.begin()
    time.sleep(4)
    assert b.role() == "looking"
    assert b.code("/readyz")[0] == 503 and b.ctl("races").returncode == 75
    look = b.ctl("takeover", "--dry-run")
    assert "Redis does not answer" in look.stdout and "call foe won" in look.stdout
    b.take_over()
    assert b.won() == 1
    done = b.decide("uncall", "foe")
    assert done.returncode == 75 and "kept here only" in done.stderr
    two.house.start_redis()
    harness.wait_for(lambda: two.redis.exists("tally:v1:snap:totals"), 20, "the snapshot")
    a.begin()
    a.wait_standby()
    assert a.history() == b.history()


def test_what_was_kept_here_only_is_put_aside(two):
    """a decides while b cannot hear it, and dies; a person lets b go on without it; a follows b, and shows what was lost."""
    a, b = two.a, two.b
    assert a.decide("freeze").returncode == 0
    two.house.redis_process.kill()
    done = a.decide("call", "foe", "won")
    assert done.returncode == 75
    a.tallyd.kill()
    two.house.start_redis()
    harness.wait_for(lambda: "does not take over by itself" in b.tallyd.text(), 40, "it says that there may be more")
    b.take_over()
    assert b.won() == 0
    a.begin()
    a.wait_standby()
    assert a.history() == b.history()
    aside = [what for _, what in a.rows("SELECT * FROM aside")]
    assert any("call foe won" in what for what in aside), aside
    assert "kept here only" in a.tallyd.text()


def test_the_shipped_rights_are_enough(monkeypatch):
    with pair.Pair() as p:
        for line in (feeds.ROOT / "config" / "redis" / "users.acl").read_text().splitlines():
            words = line.split()
            if words[:2] == ["user", "tally-publisher"]:
                p.redis.execute_command("ACL", "SETUSER", *words[1:])
        folder = p.house.folder / "credentials"
        folder.mkdir()
        for name, text in (("user", "tally-publisher"), ("password", "change-me-publisher")):
            (folder / name).write_text(text)
            (folder / name).chmod(0o600)
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
        for side in (p.a, p.b):
            side.configure("[redis]\n", "[redis]\nuser-credential = user\npassword-credential = password\n")
        p.start()
        assert p.a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
        p.b.take_over()
        p.a.wait_standby()
        assert p.b.won() == 1
        assert [c["user"] for c in p.redis.client_list()].count("tally-publisher") == 3


def test_a_standby_reloads_and_is_what_it_read_when_it_takes_over(two):
    for side in (two.b, two.a):
        side.configure("name = A small night", "name = A smaller night")
        os.kill(side.tallyd.child.pid, signal.SIGHUP)
        harness.wait_for(lambda s=side: s.status()["election"] == "A smaller night", 10, "the reload")
    assert two.b.role() == "standby"
    harness.wait_for(lambda: two.b.status()["well"].startswith("yes"), 10, "both are of one night")
    assert two.a.decide("call", "foe", "won").stdout.endswith("kept on both\n")
    two.b.take_over()
    assert two.b.won() == 1 and two.b.status()["election"] == "A smaller night"
    two.b.configure("name = A smaller night", "name = A tiny night")
    os.kill(two.b.tallyd.child.pid, signal.SIGHUP)
    harness.wait_for(lambda: two.b.status()["election"] == "A tiny night", 10, "the reload of one that took over")
    assert two.b.won() == 1


def test_the_service_manager_is_told_that_a_standby_is_up(tmp_path, monkeypatch):
    with pair.Pair() as p, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        p.a.begin()
        p.a.wait_active()
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        p.b.begin()
        assert manager.recv(4096).decode().startswith("READY=1\nSTATUS=does not serve")
        p.b.take_over()
        assert "READY=1\nSTATUS=2 sources, 2 endorsed" in (manager.recv(4096).decode() for _ in range(100))


class Race:
    """Takeovers, decisions, calls by a feed, and what goes wrong meanwhile, at random."""

    def __init__(self, two, rng):
        self.two, self.rng = two, rng
        self.monitor = two.watch()
        self.steps, self.kept, self.kills, self.flushes = 0, [], 0, 0
        self.ids = []  # of call events, as a bot heard them
        self.bot = two.house.connect().pubsub(ignore_subscribe_messages=True)
        self.bot.psubscribe("tally:v1:calls:*", "tally:v1:race:*")
        self.bare = []  # race cards without figures, which all had some before

    def hear(self):
        while (m := self.bot.get_message(timeout=0.01)) is not None:
            data = json.loads(m["data"])["data"]
            if ":calls:" in m["channel"]:
                self.ids.append(data["id"])
            elif not all(choice["votes"] for choice in data["choices"]) or not data["choices"]:
                self.bare.append(data)

    def decide(self, side):
        self.steps += 1
        reason = f"step {self.steps}"
        words = self.rng.choice((("polls", "GA", f"18:{self.steps % 60:02}"), ("call", "yew", "won"), ("uncall", "yew")))
        done = side.ctl(*words, "--reason", reason, "--yes")
        if done.returncode == 0 and "kept on both" in done.stdout:
            self.kept.append(reason)
        return done

    def settle(self):
        """One serves, the other follows."""
        def settled():
            roles = sorted(str(s.role()) for s in (self.two.a, self.two.b))
            return roles == ["active", "standby"] and any(s.is_active() for s in (self.two.a, self.two.b))
        harness.wait_for(settled, 60, "one serves and one follows")
        active, standby = self.two.sides()
        standby.wait_standby()
        return active, standby

    def disturb(self, active):
        what = self.rng.random()
        if what < 0.1:
            self.flushes += 1
            self.two.redis.flushall()
        elif what < 0.2:
            self.kills += 1
            active.tallyd.kill()
        elif what < 0.5:
            self.two.call_feed(self.rng.choice((1, 2, None)))

    def take_over(self, side):
        harness.wait_for(lambda: side.ctl("takeover", "--yes").returncode in (0, 1), 30, "a takeover")

    def round(self):
        active, standby = self.settle()
        for _ in range(self.rng.randrange(3)):  # in peace: taken, and kept on both, or refused
            done = self.decide(active)
            assert done.returncode == 1 or done.stdout.endswith("kept on both\n"), done
        crowd = [threading.Thread(target=self.decide, args=(active,)) for _ in range(self.rng.randrange(2))]
        for t in crowd:
            t.start()
        self.disturb(active)
        if self.rng.random() < 0.3:  # both ask at once
            crowd.append(threading.Thread(target=active.ctl, args=("takeover", "--yes")))
            crowd[-1].start()
        self.take_over(standby)
        for t in crowd:
            t.join()
        if not active.tallyd.alive():
            active.begin()
        self.hear()

    def check(self):
        active, standby = self.settle()
        harness.wait_for(lambda: active.history() == standby.history(), 20, "the same history on both")
        reasons = {row[4] for row in active.history()[0]}
        assert set(self.kept) <= reasons, sorted(set(self.kept) - reasons)
        owners = self.monitor.check()
        self.hear()
        assert not self.bare, (len(self.bare), self.bare[0])
        twice = len(self.ids) - len(set(self.ids))
        print(f"{len(owners)} epochs, {len(self.monitor.published)} messages, {self.kills} kills, emptied {self.flushes} times; "
              f"{len(self.kept)} of {self.steps} decisions kept on both; {len(self.ids)} call events, {twice} twice")
        assert twice <= self.kills, self.ids


def test_racing_for_takeovers(two):
    seed = int(os.environ.get("SEED", time.time_ns() % 1000000))
    print(f"SEED={seed}")
    race = Race(two, random.Random(seed))
    for _ in range(TAKEOVERS):
        race.round()
    race.check()
    assert len(race.kept) >= TAKEOVERS // 5
