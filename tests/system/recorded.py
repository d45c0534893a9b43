# SPDX-License-Identifier: ISC
"""A recorded night played over HTTP, step by step: a site that has what was there at each step, a tallyd whose election clock shows the
time of the recording, and what must be on air by a reading of the payloads that has nothing of the daemon's own."""
import csv
import datetime
import hashlib
import json
import re
import os
import pathlib
import subprocess
import threading
import time

import feeds
import harness
import served
import subscriber

# the programs that play the record: these twice, and those of another compiler where they are built
BUILDS = [feeds.BUILD, feeds.BUILD] + [pathlib.Path(b).resolve() for b in os.environ.get("TALLYD_OTHER_BUILDS", "").split()]
IDLE = 20 * 60  # seconds of the night that are played; of a longer pause the daemon sleeps through the rest, and is started again
LEAD = 60       # seconds of the night before a step at which it is
SPEED = 600
CONF = """
[endorsements]
file = endorsed.csv

[poll]
interval = {interval}
jitter = 5%
networks = 127.0.0.0/8
max-per-host = 8
backoff = 20ms, 200ms

[redis]
url = {redis}
min-interval = 10ms

[archive]
directory = archive
""" + harness.CONF


class Site(served.Site):
    """{path: bytes} at a time, with ETags; knows how often each file that changed last was asked for since."""

    protocol = "HTTP/1.1"

    def __init__(self):
        super().__init__()
        self.files, self.asked, self.lock = {}, {}, threading.Lock()
        self.server.handle_error = lambda *_: None  # tallyd is stopped in the middle of it

    def answer(self, request):
        with self.lock:
            if request.path in self.asked:
                self.asked[request.path] += 1
            body, etag = self.files.get(request.path, (None, ""))
        same = body is not None and request.headers.get("If-None-Match") == etag
        served.send(request, b"" if same else body or b"", 404 if body is None else 304 if same else 200, ETag=etag)

    def show(self, files):
        with self.lock:
            before = self.files
            self.files = {path: (body, f'"{hashlib.md5(body).hexdigest()}"') for path, body in files.items()}
            self.asked = {path: 0 for path, file in self.files.items() if file != before.get(path)}

    def settled(self):
        """Each was asked for twice since: what the first answer brought is judged."""
        with self.lock:
            return all(n >= 2 for n in self.asked.values())


class Hold:
    """One unit of one contest as domain.md 6 has it: what is on air of it when payloads come, one after the other."""

    def __init__(self, confirm):
        self.air, self.since, self.confirm = {}, None, confirm

    def take(self, figures, when):
        falls = {name: (was - figures.get(name, 0), was) for name, was in self.air.items() if figures.get(name, 0) < was}
        large = {n: (fall, was) for n, (fall, was) in falls.items() if fall > 50 and fall * 1000 > was}
        lost = any(fall * 4 > was for fall, was in large.values())
        if large and (lost or self.since is None or when - self.since < self.confirm):
            self.since = self.since or when
            return
        self.air, self.since = figures, None


class Played:
    """What is left of a night."""

    def __init__(self):
        self.steps = 0
        self.wrong = []
        self.seen = {}  # race: (votes by endorsement, source) of each message, in order


def play(conf, endorsed, steps, expect, interval="50ms"):
    """conf: of the election and of its sources at {site}. endorsed: rows of the list, its columns first. steps: (when, {path: bytes}).
    expect(when, {path: bytes}) after each step: {race: {endorsement: votes}}, or a function that says what is wrong with {race: card}."""
    played = Played()
    with harness.House() as house, Site() as site:
        house.start_redis()
        house.conf = house.write("tallyd.conf", (conf + CONF).format(site=site.url, redis=house.redis_url, interval=interval))
        with open(house.folder / "endorsed.csv", "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows(endorsed)
        site.show(steps[0][1])
        client = subscriber.Subscriber(house.redis_url).begin()
        for at, (when, files) in enumerate(steps):
            if at == 0 or (when - steps[at - 1][0]).total_seconds() > IDLE:
                restart(house, when, at)
                began = time.time()
            else:  # never sooner after the last one than it was
                began = max(house.clock.real(when), began + (when - steps[at - 1][0]).total_seconds() / SPEED)
            time.sleep(max(0.0, began - time.time(), house.clock.real(when) - time.time()))
            site.show(files)
            began = time.time()
            harness.wait_for(site.settled, 30, f"polls at {when}")
            check(house, expect(when, files), when, played)
            assert client.error is None and house.tallyd.alive(), house.tallyd.text()[-3000:]
        assert house.tallyd.stop() == 0
        client.stop()
        played.documents = [replay(house, build) for build in BUILDS]
    for _, channel, envelope in client.messages:
        if channel.startswith("race:") or envelope["type"] == "race":
            note(played, envelope["data"])
    assert client.gaps == []
    return played


def replay(house, build):
    """All that is told when the record of it is played."""
    done = subprocess.run([build / "tallyd", "-c", house.conf, "--replay", house.folder / "archive", "-1", "-o", "documents"],
                          capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def check_record(played):
    """The record comes to the same bytes each time, with each compiler, and ends as the night did."""
    first, *others = played.documents
    assert all(other == first for other in others) and len(others) >= 1
    last = {}
    for line in first.decode().splitlines():
        _, channel, data = line.split(" ", 2)
        if channel.startswith("race:"):
            note(last_seen := Played(), json.loads(data))
            last |= {race: seen[-1] for race, seen in last_seen.seen.items()}
    assert {race: seen[-1] for race, seen in played.seen.items()} == last


def restart(house, when, number):
    if house.tallyd:
        assert house.tallyd.stop() == 0
    text = house.conf.read_text()
    if re.search(r"^dates = (\S+)$", text, re.M).group(1) > f"{when:%Y-%m-%d}":
        text = text.replace("mode = live", "mode = rehearsal")  # live is refused before the day
    conf, house.conf = house.conf, house.write("now.conf", text)
    house.clock = harness.Clock(when - datetime.timedelta(seconds=LEAD), SPEED, 0)
    house.start_tallyd(name=f"tallyd-{number}")
    house.conf = conf


def votes_of(card):
    return {c["endorsement_id"]: c["votes"] for c in card["choices"] if c["endorsement_id"]}


def note(played, card):
    played.seen.setdefault(card["race_id"], []).append((votes_of(card), tuple(card["sources"])))


def check(house, expected, when, played):
    """What is on air comes to be what was expected."""
    def cards():
        return {k: json.loads(v)["data"] for k, v in house.redis.hgetall("tally:v1:snap:races").items()}

    def wrong():
        shown = cards()
        if callable(expected):
            return expected(shown)
        return {race: (votes, shown.get(race) and votes_of(shown[race])) for race, votes in expected.items()
                if race not in shown or votes_of(shown[race]) != votes}

    last = []

    def right():
        last[:] = [wrong()]
        return not last[0]

    try:
        harness.wait_for(right, 5, "")
    except AssertionError:
        raise AssertionError(f"{when}: expected and on air: {last[0]}") from None
    played.steps += 1
