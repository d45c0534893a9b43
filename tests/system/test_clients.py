# SPDX-License-Identifier: ISC
"""The subscriber's rule as the shipped clients have it, against an invented publisher of which any message may be lost: after
each heartbeat the view is the publisher's own, nothing goes backward, no call is told twice. Node's is Python's, event by event."""
import asyncio
import json
import os
import pathlib
import random
import signal
import subprocess
import threading
import time

import pytest
import redis

import feeds
import harness
import storm
import subscriber  # noqa: F401 - the shipped clients' place is on the path with it
import tally_client
import tally_client_asyncio
from tally_view import View

SEEDS = range(12)
WANTED = (("*",), ("totals",), ("totals:state:GA",), ("totals:state:*",), ("calls:GA",), ("calls:*",), ("race:GA:r0",),
          ("race:GA:*",), ("race:*",), ("totals", "calls:OH"), ("race:OH:late",))
RUNNER = """
const {View} = require(process.argv[1] + '/tally_view.js');
const [channels, steps] = JSON.parse(require('fs').readFileSync(0));
const view = new View(channels), told = [];
for (const [verb, a, b] of steps) {
    if (verb === 'restart') told.push(view.restart(a, b).map(e => [e.what, e.channel, e.message || null]));
    else { const [again, e] = view.take(a, b); told.push([again || null, e ? [e.what, e.channel, e.message] : null]); }
}
console.log(JSON.stringify([view.reads(), told, view.shown, view.claims, view.epoch]));
"""


class Publisher:
    """Numbers messages as the daemon does; the state is what Redis would hold."""

    def __init__(self, rng):
        self.rng = rng
        self.epoch, self.claim, self.owner = 1000, 0, "east-5d2e-1.a"
        self.races = {f"r{i}": rng.choice(("GA", "OH")) for i in range(5)} | {"r0": "GA"}
        self.votes = {r: 0 for r in self.races}
        self.claims, self.events, self.shown = {}, [], {}
        self.begin()

    def begin(self, more=None):
        """Another epoch: everything is shown anew; of calls only the last ones are told, those that Redis never acknowledged;
        a message of the epoch before comes late."""
        late = [(c, dict(m, epoch=self.epoch, seq=m["seq"] + 1000)) for c, m in list(self.shown.items())[:1]]
        self.epoch += self.rng.randrange(1, 5) if more is None else more
        self.seq, self.prev, self.shown = 0, {}, {}
        out = [self.total(None)] + [self.total(s) for s in ("GA", "OH")] + [self.race(r) for r in list(self.races)]
        for race_id in {c["race_id"] for c in self.claims.values()}:
            self.seq += 1
            self.prev[f"calls:{self.races[race_id]}"] = self.seq
            for claim in self.claims.values():
                if claim["race_id"] == race_id:
                    claim.update(epoch=self.epoch, seq=self.seq)
        return out + [self.envelope(*event) for event in self.events[-3:]] + late

    def envelope(self, kind, channel, data):
        self.seq += 1
        m = {"type": kind, "epoch": self.epoch, "owner": self.owner.split("-")[-1], "seq": self.seq,
             "prev": self.prev.get(channel, 0), "data": data}
        self.prev[channel] = self.seq
        if kind in ("totals", "race"):
            self.shown[channel] = m
        return channel, m

    def total(self, state):
        data = {"called": self.claim} | ({"state": state} if state else {})
        return self.envelope("totals", f"totals:state:{state}" if state else "totals", data)

    def race(self, race_id):
        self.votes[race_id] += 1
        state = self.races[race_id]
        return self.envelope("race", f"race:{state}:{race_id}",
                             {"state": state, "race_id": race_id, "votes": self.votes[race_id]})

    def call(self):
        race_id = self.rng.choice(list(self.races))
        person, state = f"{race_id}-{self.rng.randrange(2)}", self.races[race_id]
        taken = person in self.claims and self.claims[person]["type"] == "call"
        back = not taken and person in self.claims and self.rng.random() < 0.5  # the call that was taken back stands again
        if not taken:
            self.claim += 1
        was = self.claims[person]["id"][1:] if taken or back else ""
        number = was if taken else f"{was.split('.')[0]}.{self.claim}" if back else self.claim
        claim = {"id": f"r{number}" if taken else f"c{number}", "race_id": race_id, "state": state,
                 "endorsement_id": person, "called_at": f"{self.claim:06}"}
        self.events.append(("retraction" if taken else "call", f"calls:{state}", claim | {"totals": {}}))
        channel, m = self.envelope(*self.events[-1])
        self.claims[person] = claim | {"type": m["type"]}
        for other in self.claims.values():
            if other["race_id"] == race_id:
                other.update(epoch=self.epoch, seq=self.seq)
        return channel, m

    def usurp(self):
        """Redis was emptied twice, and another owner has taken the same epoch: its numbers say nothing of those before."""
        self.owner = "west-77ab-2.b" if self.owner.startswith("east") else "east-5d2e-1.a"
        return self.begin(more=0)

    def step(self):
        """Messages of something that happens."""
        what = self.rng.random()
        if what < 0.02:
            return self.begin()
        if what < 0.03:
            return self.usurp()
        if what < 0.05 and "late" not in self.races:
            self.races["late"], self.votes["late"] = "OH", 0
            return [self.race("late")]
        if what < 0.3:
            return [self.call(), self.total(None)]
        if what < 0.4:
            return [self.total(self.rng.choice(("GA", "OH")))]
        return [self.race(r) for r in self.rng.sample(list(self.races), 2)]

    def heartbeat(self):
        last = {"totals": self.prev.get("totals", 0), "states": {}, "calls": {}, "races": {}}
        for channel, seq in self.prev.items():
            kind, _, name = channel.rpartition(":")
            if kind:
                last[{"totals:state": "states", "calls": "calls"}.get(kind, "races")][name] = seq
        return "heartbeat", {"type": "heartbeat", "epoch": self.epoch, "owner": self.owner.split("-")[-1], "seq": self.seq,
                             "prev": 0, "data": {"last": last}}

    def answer(self, commands):
        """What Redis answers to the reads of a client."""
        by_name = {"meta": {"epoch": str(self.epoch), "seq": str(self.seq), "owner": self.owner}, "states": {}, "calls": {}, "races": {}}
        for channel, m in self.shown.items():
            if channel.startswith("totals:state:"):
                by_name["states"][m["data"]["state"]] = json.dumps(m)
            elif channel.startswith("race:"):
                by_name["races"][m["data"]["race_id"]] = json.dumps(m)
        for race_id in {c["race_id"] for c in self.claims.values()}:
            by_name["calls"][race_id] = json.dumps([c for c in self.claims.values() if c["race_id"] == race_id])
        out = []
        for verb, key, *fields in commands:
            name = key.rsplit(":", 1)[1]
            if verb == "GET":
                out.append(json.dumps(self.shown["totals"]))
            elif verb == "HMGET":
                out.append([by_name[name].get(f) for f in fields])
            else:
                out.append(list(by_name[name].values()))
        return out


class Listener:
    """A view, what it was told, and the same as steps for Node."""

    def __init__(self, channels):
        self.view = View(channels)
        self.steps, self.told, self.events, self.snapshots = [], [], [], 0

    def restart(self, publisher, why, cold=False):
        answers = publisher.answer(self.view.reads())
        if cold:
            answers = [[None] * 3] + [[] for _ in answers[1:]]
        self.steps.append(("restart", why, json.loads(json.dumps(answers))))
        events = self.view.restart(why, answers)
        self.told.append([list(e) for e in events])
        self.events += events
        self.snapshots += 1

    def take(self, publisher, channel, m):
        if channel != "heartbeat" and not self.view.wants(channel):
            return
        m = json.loads(json.dumps(m))
        self.steps.append(("take", channel, m))
        again, event = self.view.take(channel, m)
        self.told.append([again, list(event) if event else None])
        self.events += [event] if event else []
        if again:
            self.restart(publisher, again)

    def check_is(self, publisher):
        assert self.view.shown == {c: m for c, m in publisher.shown.items() if self.view.wants(c)}
        known, there = (  # a claim has the seq of its race's newest one in the snapshot
            {p: {k: v for k, v in c.items() if k not in ("epoch", "seq")} for p, c in claims.items()
             if self.view.wants(f"calls:{c['state']}")} for claims in (self.view.claims, publisher.claims))
        assert known == there

    def check_events(self):
        votes, ids = {}, {}
        for what, channel, m in self.events:
            if what == "race":
                assert m["data"]["votes"] > votes.get(channel, 0), (channel, m)
                votes[channel] = m["data"]["votes"]
            elif what in ("call", "retraction"):
                assert m["data"]["id"] != ids.get(m["data"]["endorsement_id"]), f"told again: {m}"
                ids[m["data"]["endorsement_id"]] = m["data"]["id"]


def play(seed, channels, loss):
    rng = random.Random(f"{seed} {channels}")
    publisher, client = Publisher(rng), Listener(channels)
    for _ in range(rng.randrange(20)):
        publisher.step()
    client.restart(publisher, "start", cold=rng.random() < 0.3)
    for _ in range(100):
        messages = publisher.step()
        if rng.random() < loss:  # connected again: nothing of the time between comes
            client.restart(publisher, "start")
            continue
        for channel, m in messages:
            if rng.random() >= loss:
                client.take(publisher, channel, m)
        if rng.random() < 0.3:
            client.take(publisher, *publisher.heartbeat())
            client.check_is(publisher)
    client.take(publisher, *publisher.heartbeat())
    client.check_is(publisher)
    client.check_events()
    return client


@pytest.mark.parametrize("channels", WANTED, ids=" ".join)
def test_the_view_is_the_publisher_s(channels):
    for seed in SEEDS:
        play(seed, channels, loss=0.1)


@pytest.mark.parametrize("channels", WANTED, ids=" ".join)
def test_undisturbed_it_reads_one_snapshot_an_epoch(channels):
    for seed in SEEDS:
        client = play(seed, channels, loss=0)
        whys = [step[1] for step in client.steps if step[0] == "restart"]
        assert set(whys[1:]) <= {"epoch", "again", "tail"}, whys
        assert whys.count("tail") <= (channels == ("race:GA:*",)), whys  # the new race's state is in no heartbeat
        assert "again" not in whys or not client.told[0], whys


@pytest.mark.parametrize("channels", WANTED, ids=" ".join)
def test_node_s_is_the_same(channels):
    for seed in SEEDS[:3]:
        client = play(seed, channels, loss=0.1)
        done = subprocess.run(["node", "-e", RUNNER, str(feeds.ROOT / "config" / "clients")], text=True, check=True,
                              input=json.dumps([channels, client.steps]), capture_output=True)
        reads, told, shown, claims, epoch = json.loads(done.stdout)
        assert reads == [list(c) for c in client.view.reads()]
        assert told == client.told
        assert (shown, claims, epoch) == (client.view.shown, client.view.claims, client.view.epoch)


STALE = """
const {Client} = require(process.argv[1] + '/tally_client.js');
const client = new Client('redis://localhost'), told = [];
for (const [begun, ago] of JSON.parse(require('fs').readFileSync(0))) {
    client.view.begun = begun;
    client.heard = performance.now() - ago * 1000;
    told.push([...client.watch()].map(e => e.what));
}
console.log(JSON.stringify(told));
"""


def test_fifteen_seconds_of_silence_are_stale():
    steps = [(False, 0), (True, 0), (True, 14), (True, 16), (True, 17), (True, 0)]
    expected = [[], ["fresh"], [], ["stale"], [], ["fresh"]]
    for client in (tally_client.Client("redis://localhost"), tally_client_asyncio.Client("redis://localhost")):
        told = []
        for begun, ago in steps:
            client.view.begun, client.heard = begun, time.monotonic() - ago
            told.append([event.what for event in client.watch()])
        assert told == expected
    done = subprocess.run(["node", "-e", STALE, str(feeds.ROOT / "config" / "clients")], input=json.dumps(steps), text=True,
                          check=True, capture_output=True)
    assert json.loads(done.stdout) == expected


SILENT = """
const {Client} = require(process.argv[1] + '/tally_client.js');
const now = performance.now.bind(performance);
const client = new Client(process.argv[2], ['totals']);
(async () => {
    setTimeout(() => { performance.now = () => now() + 16000; }, 1000); // it is subscribed by then, or is lost for being late
    for await (const event of client.events())
        if (event.what === 'lost') { console.log(event.channel); client.ended = true; }
})();
"""


def test_who_is_silent_for_fifteen_seconds_is_left(monkeypatch):
    """A node of a Cluster that hangs keeps its connections: another one may have its place long since."""
    def first_loss(client):
        patience = threading.Timer(harness.PATIENCE, setattr, (client, "ended", True))
        patience.start()
        try:
            return next((event.channel for event in client.events() if event.what == "lost"), None)
        finally:
            patience.cancel()

    async def first_loss_asyncio(client):
        async for event in client.events():
            if event.what == "lost":
                client.ended.set()
                return event.channel

    for module in (tally_client, tally_client_asyncio):
        monkeypatch.setattr(module, "SILENCE", 1)
    with harness.House() as house:
        house.start_redis()
        assert first_loss(tally_client.Client(house.redis_url, ["totals"])).startswith("TimeoutError: silent for ")
        lost = asyncio.run(asyncio.wait_for(first_loss_asyncio(tally_client_asyncio.Client(house.redis_url, ["totals"])), harness.PATIENCE))
        assert lost.startswith("TimeoutError: silent for ")
        done = subprocess.run(["node", "-e", SILENT, str(feeds.ROOT / "config" / "clients"), house.redis_url], text=True, check=True,
                              capture_output=True, timeout=60)
        assert done.stdout.startswith("silent for 1"), done


@pytest.mark.parametrize("language", storm.LANGUAGES)
def test_who_does_not_answer_is_left_soon(language):
    """A node that hangs was waited for until what it had told was stale; one that has nothing to tell is not left."""
    with storm.Storm(1) as house:
        house.conf.write_text(house.conf.read_text().replace("heartbeat = 1s", "heartbeat = 9s"))
        house.start_redis()
        house.start_tallyd()
        house.settle(20)
        client = house.client(language)
        harness.wait_for(client.has_begun, 20, client.name)
        asked = house.redis.info("commandstats").get("cmdstat_ping", {"calls": 0})["calls"]
        harness.wait_for(lambda: house.redis.info("commandstats").get("cmdstat_ping", {"calls": 0})["calls"] > asked + 2, 20, "it asks")
        assert '"lost"' not in client.text()
        os.kill(house.redis_process.child.pid, signal.SIGSTOP)
        hung = time.monotonic()
        try:
            harness.wait_for(lambda: '"lost"' in client.text(), 30, "it is left")
            assert time.monotonic() - hung < 12  # the figure is 5; what is not asked is waited for for 15
        finally:
            os.kill(house.redis_process.child.pid, signal.SIGCONT)
        begun = client.text().count('"snapshot"')
        harness.wait_for(lambda: client.text().count('"snapshot"') > begun, 20, "and it comes back")


def test_an_older_snapshot_never_replaces_a_newer_one():
    rng = random.Random(1)
    publisher, view = Publisher(rng), View()
    old = publisher.answer(view.reads())
    for channel, m in [publisher.race("r0"), publisher.call()]:
        view.restart("start", publisher.answer(view.reads())) if not view.begun else view.take(channel, m)
    shown = dict(view.shown)
    assert view.restart("start", old) == [] and view.shown == shown and not view.whole
    assert view.restart("start", [[None] * 3, None, [], [], []]) == [] and view.shown == shown
    again, _ = view.take(*publisher.heartbeat())
    assert again == "again"
    assert view.restart(again, publisher.answer(view.reads()))[0][:2] == ("snapshot", "again")


@pytest.mark.parametrize("language", storm.LANGUAGES)
def test_as_a_program_it_prints_totals_and_calls(language):
    with storm.Storm(1) as house:
        house.start_redis()
        house.start_tallyd()
        house.settle(20)
        program = house.start("program", *storm.LANGUAGES[language], "--url", house.redis_url)
        harness.wait_for(lambda: "totals: 0 won of 0 called, 0 flips, 5 to go\n" in program.text(), 20, program.text)
        for words, line in ((("call", "ga-0", "won"), "CALL Ann Bababax, ga-0: won by desk\n"),
                            (("uncall", "ga-0"), "RETRACTION Ann Bababax, ga-0: pending by desk\n")):
            assert house.ctl(*words, "--reason", "read", "--yes").returncode == 0
            harness.wait_for(lambda: line in program.text(), 20, line)
        assert "totals: 1 won of 1 called, 1 flip, 4 to go\n" in program.text()
        for words, line in ((("call", "ga-0", "advanced"), "totals: 0 won of 0 called, 0 flips, 1 advanced, 4 to go\n"),
                            (("mark", f"{storm.STATES[1].lower()}-1", "void"), "totals: 0 won of 0 called, 0 flips, 1 advanced, 3 to go\n")):
            assert house.ctl(*words, "--reason", "read", "--yes").returncode == 0
            harness.wait_for(lambda: line in program.text(), 20, program.text)
        house.redis_process.kill()
        harness.wait_for(lambda: "(stale)\n" in program.text(), 40, program.text)
        lost = [line for line in program.text().splitlines() if line.startswith("(lost")]
        assert len(lost) < 6 and not any(a == b for a, b in zip(lost, lost[1:])), "thirty lines, the same each, hid that it is stale"
        assert program.stop() == 0


@pytest.mark.parametrize("language", storm.LANGUAGES)
def test_the_heartbeat_among_its_channels_is_heard_once(language):
    with storm.Storm(1) as house:
        house.start_redis()
        house.start_tallyd()
        house.settle(20)
        program = house.start("program", *storm.LANGUAGES[language], "--url", house.redis_url, "totals", "heartbeat", "totals")
        harness.wait_for(lambda: "totals: 0 won of 0 called, 0 flips, 5 to go\n" in program.text(), 20, program.text)
        assert program.stop() == 0


def test_channels_are_tallyd_s():
    for strange in ("totals:GA", "race:ga-0", "cals:*", "", "tally:v1:totals", "race:GA", "*:*"):
        with pytest.raises(ValueError, match="tallyd has no channel"):
            View([strange])
    View([c for channels in WANTED for c in channels] + ["heartbeat", "totals:*"])


@pytest.mark.parametrize("language", storm.LANGUAGES)
@pytest.mark.parametrize("strange", ("total", "calls:ga"))
def test_a_channel_that_tallyd_has_not_is_an_error(language, strange):
    done = subprocess.run([*map(str, storm.LANGUAGES[language]), "totals", strange], capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 64 and done.stdout == ""
    assert done.stderr.startswith(f"tallyd has no channel {strange}: there are totals, totals:state:GA, ")


@pytest.mark.parametrize("language", storm.LANGUAGES)
@pytest.mark.parametrize("words", (("--nonsense",), ("--url",), ("--url", "http://x")), ids=" ".join)
def test_a_word_that_it_has_not_is_an_error(language, words):
    done = subprocess.run([*map(str, storm.LANGUAGES[language]), *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 64 and done.stdout == "" and words[-1] in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("language", storm.LANGUAGES)
def test_what_others_write_on_its_channels_is_passed_over(language):
    """It ended by it."""
    with storm.Storm(1) as house:
        house.start_redis()
        house.start_tallyd()
        house.settle(20)
        program = house.start("program", *storm.LANGUAGES[language], "--url", house.redis_url)
        harness.wait_for(lambda: "totals: 0 won of 0 called, 0 flips, 5 to go\n" in program.text(), 20, program.text)
        for text in ("not json", "5", "null", "[]", "{}", '{"epoch": "x", "type": "totals"}'):
            house.redis.publish("tally:v1:totals", text)
        assert house.ctl("call", "ga-0", "won", "--reason", "read", "--yes").returncode == 0
        harness.wait_for(lambda: "CALL Ann Bababax, ga-0: won by desk\n" in program.text(), 20, program.text)
        assert program.stop() == 0


def test_messages_of_an_older_epoch_are_no_sign_of_life():
    """An epoch that is lower than what is shown was passed over, and what is shown said to be fresh for ever."""
    with storm.Storm(1) as house:
        house.start_redis()
        house.start_tallyd()
        house.settle(20)
        client = tally_client.Client(house.redis_url, ["totals"])
        follower = threading.Thread(target=lambda: list(client.events()))
        follower.start()
        try:
            harness.wait_for(lambda: not client.stale, 20, "fresh")
            client.view.epoch += 10**9
            heard = client.heard
            beats = house.redis.info("commandstats")["cmdstat_publish"]["calls"]
            harness.wait_for(lambda: house.redis.info("commandstats")["cmdstat_publish"]["calls"] > beats + 2, 60, "heartbeats")
            assert client.heard == heard
        finally:
            client.ended = True
            follower.join()


def test_messages_of_another_database_are_no_sign_of_life():
    """Channels are of all databases: a rehearsal in another one kept what nobody published any more fresh."""
    with storm.Storm(1) as house:
        house.start_redis()
        house.start_tallyd()
        house.settle(20)
        clients = [house.client(language) for language in storm.LANGUAGES]
        for client in clients:
            harness.wait_for(lambda c=client: '"fresh"' in c.text(), 20, client.name)
        house.tallyd.kill()
        other = json.dumps({"v": 1, "type": "heartbeat", "epoch": house.meta()["epoch"] + 1000, "seq": 1, "owner": "other",
                            "data": {"last": {"totals": 1, "states": {}, "calls": {}, "races": {}}}})

        def stale():
            house.redis.publish("tally:v1:heartbeat", other)
            time.sleep(0.5)
            return all('"stale"' in c.text().rpartition('"fresh"')[2] for c in clients)
        harness.wait_for(stale, 100, "all know that it is stale")


@pytest.mark.parametrize("path", sorted(p for p in storm.CLIENTS.iterdir() if p.is_file()), ids=lambda p: p.name)
def test_is_small(path: pathlib.Path):
    assert len(path.read_text().splitlines()) <= 150


def test_another_node_is_named_as_each_redis_py_says_it():
    words = redis.exceptions.ResponseError("MOVED 3 other:6")
    piped = redis.exceptions.ResponseError("Command # 1 (GET x) of pipeline caused error: MOVED 3 other:6")
    wordless = redis.exceptions.MovedError("3 other:6")
    wordless.args = ("Command # 1 (GET x) of pipeline caused error: {exception.args}",)
    same = redis.exceptions.MovedError("3 :6")
    for error, host in ((words, "other"), (piped, "other"), (wordless, "other"), (same, "first"),
                        (redis.exceptions.MovedError("3 ::1:6"), "[::1]")):
        assert tally_client.moved("redis://me:pw@first:5/2", error) == f"redis://me:pw@{host}:6/2"
    for error in (redis.exceptions.ResponseError("ERR other"), redis.ConnectionError("refused"), OSError(5, "gone")):
        assert tally_client.moved("redis://first:5", error) is None
