# SPDX-License-Identifier: ISC
"""A night that is all messages: many races in files that are written anew with more votes each time, calls by the desk; and the
shipped clients as processes that follow it, each event of theirs traced."""
import json
import os
import shutil
import signal
import threading

import feeds
import harness
import small_night

CLIENTS = feeds.ROOT / "config" / "clients"
os.environ.setdefault("NODE_PATH", "/usr/share/nodejs")  # Debian's place for node-redis
LANGUAGES = {
    "python": ("/usr/bin/python3", CLIENTS / "tally_client.py"),
    "asyncio": ("/usr/bin/python3", CLIENTS / "tally_client_asyncio.py"),
    "node": (shutil.which("node") or "node", CLIENTS / "tally_client.js"),
}
STATES = ("GA", "OH", "NC", "PA", "WA")
COLUMNS = "endorsement_id,candidate_name,state,office,jurisdiction,party,held_by,seats_to_fill,race_id,source_hints\n"
CONF = """[election]
name = A storm
dates = 2025-11-04
mode = rehearsal
{polls}

[endorsements]
file = endorsed.csv

[poll]
interval = 50ms

[redis]
url = {redis}
min-interval = {thin}
heartbeat = 1s
""" + harness.CONF
SOURCE = """
[source {name}]
format = delimited
state = {state}
path = {name}.csv
column.contest = Contest
column.choice = Candidate
column.party = Party
column.votes = Votes
"""


def word(n):
    """A name that no other number has."""
    text = ""
    for _ in range(3):
        n, at = divmod(n, 60)
        text += "bdfglmnprstv"[at % 12] + "aeiou"[at // 12]
    return text.capitalize() + "x"


class Shown:
    """What Redis shows of a house, and the shipped clients that follow it."""

    prefix = "tally:v1"

    def snapshot(self):
        """What Redis holds, as a client shows it: channel -> data."""
        read = self.redis.pipeline(transaction=True)
        read.get(f"{self.prefix}:snap:totals").hgetall(f"{self.prefix}:snap:states").hgetall(f"{self.prefix}:snap:races")
        totals, states, races = read.execute()
        found = {"totals": totals} if totals else {}
        found |= {f"totals:state:{s}": t for s, t in states.items()}
        found = {channel: json.loads(text)["data"] for channel, text in found.items()}
        for text in races.values():
            data = json.loads(text)["data"]
            found[f"race:{data['state']}:{data['race_id']}"] = data
        return found

    def claims(self):
        return {c["endorsement_id"]: c for text in self.redis.hvals(f"{self.prefix}:snap:calls") for c in json.loads(text)}

    def meta(self):
        return {k: int(v) for k, v in self.redis.hgetall(f"{self.prefix}:snap:meta").items() if k in ("epoch", "seq")}

    def client(self, language, *channels, url=None):
        name = f"{language}-{len(self.processes)}"
        return Client(self, name, *LANGUAGES[language], "--trace", "--url", url or self.redis_url, "--prefix", self.prefix,
                      *channels or "*")


class Storm(Shown, harness.House):
    """`races` in each of five states, one endorsed candidacy in each; nothing runs yet."""

    def __init__(self, races, thin="100ms"):
        super().__init__()
        self.races = [(state, n * len(STATES) + i) for i, state in enumerate(STATES) for n in range(races)]
        self.ids = {f"{state.lower()}-{n}": (state, n) for state, n in self.races}  # of race and of endorsement
        self.votes = 0
        rows = [f"{i},Ann {word(n)},{s},Mayor,Town of {word(n)},Democratic,Republican,1,{i},{s.lower()}=Mayor of {word(n)}\n"
                for i, (s, n) in self.ids.items()]
        self.write("endorsed.csv", COLUMNS + "".join(rows))
        self.conf = self.write("tallyd.conf", CONF.format(
            redis=self.redis_url, thin=thin, polls="\n".join(f"polls-close.{s} = 19:00" for s in STATES))
            + "".join(SOURCE.format(name=s.lower(), state=s) for s in STATES))
        self.rewrite()

    def __exit__(self, *why):
        for process in self.processes:  # one that a test has stopped cannot end
            if process.alive():
                process.child.send_signal(signal.SIGCONT)
        super().__exit__(*why)

    # ---- figures ----

    def figures(self, n):
        """Votes of ours and of theirs."""
        return 1000 + n + self.votes * 7, 990 + n + self.votes * 5

    def rewrite(self, more=1):
        """Every race anew."""
        self.votes += more
        for state in STATES:
            lines = ["Contest,Candidate,Party,Votes"]
            for at, n in self.races:
                if at == state:
                    ours, theirs = self.figures(n)
                    lines += [f"Mayor of {word(n)},Ann {word(n)},DEM,{ours}", f"Mayor of {word(n)},Bob Z{word(n)},REP,{theirs}"]
            small_night.replace(self.folder / f"{state.lower()}.csv", "\n".join(lines) + "\n")

    def is_shown(self, view):
        """Whether the races of a view have the newest votes."""
        return all(f"race:{s}:{i}" in view and
                   {c["endorsement_id"]: c["votes"] for c in view[f"race:{s}:{i}"]["choices"]}.get(i) == self.figures(n)[0]
                   for i, (s, n) in self.ids.items())

    def settle(self, limit, above=0):
        """Wait until Redis shows the newest votes, under an epoch newer than `above`."""
        harness.wait_for(lambda: self.meta().get("epoch", 0) > above and self.is_shown(self.snapshot()), limit,
                         "the newest votes in Redis")


class Client(harness.Process):
    """One of the shipped clients, and what it told."""

    def __init__(self, house, name, *args):
        self.name, self.channels = name, args[7:]
        super().__init__(house.folder, name, *args)
        house.processes.append(self)
        self.seen, self.read, self.at = [], 0, (0, 0)  # at: (epoch, seq) of the newest that it has

    def events(self):
        """Every event so far: (time, what, channel, epoch, seq, prev, id)."""
        with open(self.log, "rb") as f:
            f.seek(self.read)
            for line in f.read().splitlines(True):
                if not line.endswith(b"\n"):
                    break
                self.read += len(line)
                assert line.startswith(b"["), f"{self.name} says {line.decode()}{self.text()[self.read:]}"
                event = json.loads(line)
                self.seen.append(event)
                if event[0] != "view" and len(event) > 3:
                    self.at = max(self.at, (event[3], event[4]))
        return self.seen

    def has(self, meta):
        """Whether it has all up to this epoch and seq."""
        self.events()
        return self.at >= (meta["epoch"], meta["seq"])

    def has_begun(self, since=0):
        """The time of its first snapshot behind `since`."""
        return next((e[0] for e in self.events() if e[1] == "snapshot" and e[0] > since), None)

    def wants(self, channel):
        return any(channel.startswith(c[:-1]) if c.endswith("*") else channel == c for c in self.channels)

    def snapshots(self):
        return [e[2] for e in self.events() if e[1] == "snapshot"]

    def end(self):
        """(epoch, {channel: data}, {endorsement_id: claim}) as it shows them."""
        assert self.stop() == 0, self.text()[-2000:]
        *self.seen, view = self.events()
        assert view[0] == "view"
        return view[1:]


def check_order(client, forked=False):
    """No message was taken before the one that its `prev` names, none that is older than another of its channel or than the
    snapshot, and no call was told twice, unless there were two histories of the night (`forked`), whose
    numbers are of different calls. The count of messages."""
    epoch, floor, last, ids, news = 0, 0, {}, {}, 0
    for event in client.seen:
        _, what, channel, *rest = event
        if not rest:
            continue
        at, seq, prev, one = rest
        if what == "snapshot":
            assert (at, seq) >= (epoch, max(floor, *last.values(), 0)), f"{client.name}: backward: {event}"
            epoch, floor, last = at, seq, {}
            continue
        if one and not forked:
            assert ids.get(one[1:]) != one, f"{client.name}: {one} told again"
            ids[one[1:]] = one
        if prev is None:
            continue  # a call that the snapshot told of
        news += 1
        assert at == epoch, f"{client.name}: another epoch without a snapshot: {event}"
        assert seq > last.get(channel, floor), f"{client.name}: backward: {event}"
        assert prev == last[channel] if channel in last else prev <= floor, f"{client.name}: a gap that it did not see: {event}"
        last[channel] = seq
    return news


class Desk(threading.Thread):
    """Calls ours won, one after the other, and takes every fifth back; what is not answered is tried again."""

    def __init__(self, house, ids, pause):
        super().__init__(daemon=True)
        self.house, self.ids, self.pause = house, list(ids), pause
        self.kept = {}  # endorsement -> outcome, as the daemon acknowledged it
        self.open = set()  # whose last decision was never answered
        self.ended = threading.Event()
        self.error = None

    def run(self):
        try:
            while self.ids and not self.ended.wait(self.pause):
                one = self.ids.pop(0)
                if not self.decide(one, "call", one, "won"):
                    self.ids.append(one)
                elif len(self.kept) % 5 == 0:
                    self.decide(one, "uncall", one)
        except Exception as e:  # noqa: BLE001 - told by stop()
            self.error = e

    def decide(self, one, *words):
        self.open.add(one)
        done = self.house.ctl(*words, "--reason", "read out", "--yes")
        kept = done.returncode == 0 or " already" in done.stderr  # kept before it could be answered
        assert kept or done.returncode in (69, 75), (words, done)
        if kept:
            self.kept[one] = "won" if words[0] == "call" else "pending"
            self.open.remove(one)
        return kept

    def stop(self):
        self.ended.set()
        self.join()
        if self.error:
            raise self.error
