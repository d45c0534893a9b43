# SPDX-License-Identifier: ISC
"""A subscriber exactly as the README tells one to be: subscribe first, then read the snapshot; drop what it holds already;
a `prev` that is not the last seq seen on that channel, or a larger epoch, reads the snapshot again."""
import json
import threading
import time

import jsonschema

import feeds

SCHEMA = feeds.ROOT / "config" / "schema"
SILENCE = 15


def validator(name):
    """Of one of the shipped schemas: envelope, or claims for snap:calls."""
    schema = json.loads((SCHEMA / f"{name}.schema.json").read_text())
    return jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver(f"file://{SCHEMA}/", schema))


class Subscriber(threading.Thread):
    """Runs until stop(); what it saw is then in its lists."""

    def __init__(self, connect, prefix="tally:v1"):
        super().__init__(daemon=True)
        self.connect, self.prefix = connect, prefix
        self.messages = []   # (real time, channel, envelope): every one, as it came
        self.accepted = []   # those that were news to this client
        self.snapshots = []  # (real time, why, {"totals": …, "races": {…}, …})
        self.gaps = []       # (channel, prev, last seen, explained)
        self.silences = []
        self.shown = {}      # channel -> data of the newest
        self.epoch, self.last = 0, {}
        self.error = None
        self.subscribed, self.ended = threading.Event(), threading.Event()

    # ---- the thread ----

    def run(self):
        try:
            self.follow()
        except Exception as e:  # noqa: BLE001 - told by stop()
            self.error = e
            self.subscribed.set()

    def follow(self):
        self.db = self.connect()
        pubsub = self.db.pubsub()
        pubsub.psubscribe(f"{self.prefix}:*")
        heard = time.monotonic()
        while not self.ended.is_set():
            item = pubsub.get_message(timeout=0.1)
            if item and item["type"] == "psubscribe":
                self.resync("start")
                self.subscribed.set()
            elif item and item["type"] == "pmessage":
                heard = time.monotonic()
                self.take(item["channel"].removeprefix(f"{self.prefix}:"), json.loads(item["data"]))
            if time.monotonic() - heard > SILENCE:
                self.silences.append(time.time())
                heard = time.monotonic()
        pubsub.close()

    def resync(self, why):
        read = self.db.pipeline(transaction=True)
        read.get(f"{self.prefix}:snap:totals")
        for name in ("states", "calls", "races", "meta"):
            read.hgetall(f"{self.prefix}:snap:{name}")
        totals, states, calls, races, meta = read.execute()
        snap = {"totals": json.loads(totals) if totals else None,
                "states": {k: json.loads(v) for k, v in states.items()},
                "calls": {k: json.loads(v) for k, v in calls.items()},
                "races": {k: json.loads(v) for k, v in races.items()},
                "meta": meta}
        self.snapshots.append((time.time(), why, snap))
        self.epoch = max(self.epoch, int(meta.get("epoch", 0)))
        self.last = {}
        if snap["totals"]:
            self.know("totals", snap["totals"])
        for state, envelope in snap["states"].items():
            self.know(f"totals:state:{state}", envelope)
        for race_id, envelope in snap["races"].items():
            self.know(f"race:{envelope['data']['state']}:{race_id}", envelope)
        for claims in snap["calls"].values():
            for claim in claims:
                self.know(f"calls:{claim['state']}", claim)

    def know(self, channel, envelope):
        if envelope["epoch"] == self.epoch:
            self.last[channel] = max(self.last.get(channel, 0), envelope["seq"])
            if "data" in envelope:
                self.shown[channel] = envelope["data"]

    def take(self, channel, envelope):
        self.messages.append((time.time(), channel, envelope))
        if envelope["epoch"] < self.epoch:
            return
        if envelope["epoch"] > self.epoch:
            self.resync("epoch")
            self.epoch = max(self.epoch, envelope["epoch"])
        if envelope["type"] == "heartbeat":
            self.compare_with(envelope["data"]["last"])
            return
        if envelope["seq"] <= self.last.get(channel, 0):
            return
        if envelope["prev"] != self.last.get(channel, 0):
            missed = (channel, envelope["prev"], self.last.get(channel, 0))
            self.resync("gap")
            # what was missed is in the snapshot, when it is as new as the message before this one
            self.gaps.append((*missed, self.last.get(channel, 0) >= envelope["prev"]))
            if envelope["seq"] <= self.last.get(channel, 0):
                return
        self.last[channel] = envelope["seq"]
        self.shown[channel] = envelope["data"]
        self.accepted.append((time.time(), channel, envelope))

    def compare_with(self, last):
        """A heartbeat tells of messages that never came, with nothing behind them."""
        told = {"totals": last["totals"]} if last["totals"] else {}
        told |= {f"totals:state:{k}": n for k, n in last["states"].items()}
        told |= {f"calls:{k}": n for k, n in last["calls"].items()}
        known = {c.rsplit(":", 1)[1]: c for c in self.last if c.startswith("race:")}
        told |= {known.get(k, f"race:?:{k}"): n for k, n in last["races"].items()}
        behind = [(c, n, self.last.get(c, 0)) for c, n in told.items() if n > self.last.get(c, 0)]
        if behind:
            self.resync("gap")
            self.gaps += [(*b, self.last.get(b[0], 0) >= b[1]) for b in behind]

    # ---- the test ----

    def begin(self):
        self.start()
        assert self.subscribed.wait(10), "no answer to PSUBSCRIBE"
        return self

    def stop(self):
        self.ended.set()
        self.join(10)
        if self.error:
            raise self.error

    def of(self, prefix):
        """Envelopes that were news, on channels that begin so."""
        return [envelope for _, channel, envelope in self.accepted if channel.startswith(prefix)]

