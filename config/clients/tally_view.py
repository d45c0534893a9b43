# SPDX-License-Identifier: ISC
"""What a subscriber of tallyd knows, and the rule by which it is never wrong; no I/O. tally_client.py and
tally_client_asyncio.py bring the messages.

The rule: subscribe first, then read the snapshot; drop what is not newer than it by (epoch, seq); a `prev` that is not the
last seq of its channel, a heartbeat that tells of more than came, a larger epoch, or one epoch with another owner: read the
snapshot again. 15 s without a message are stale. A call whose id was the last one told of its candidacy is dropped. An older snapshot never replaces a
newer one.
"""
import collections
import json
import re

SILENCE = 15  # seconds
CHANNEL = re.compile(r"\*|totals|totals:\*|(totals:state|calls):([A-Z]{2}|\*)|race:(\*|[A-Z]{2}:(\*|[^\s*]+))|heartbeat")
CHANNELS = "there are totals, totals:state:GA, calls:GA, race:GA:ID, heartbeat; and totals:*, calls:*, race:GA:*, race:*, *"

# what: a type of message that was news, "snapshot" (channel: why; message: its epoch and seq), "lost" (channel: why), "stale",
# "fresh"
Event = collections.namedtuple("Event", "what channel message", defaults=("", None))


def is_pattern(channel):
    return channel.endswith("*")


class View:
    """Channels are given without the prefix, as CHANNELS has them; ValueError: one is none of tallyd's."""

    def __init__(self, channels=("*",), prefix="tally:v1"):
        strange = [c for c in channels if not CHANNEL.fullmatch(c)]
        if strange:
            raise ValueError(f"tallyd has no channel {strange[0]}: {CHANNELS}")
        self.channels, self.prefix = tuple(channels), prefix
        self.shown = {}     # channel -> its newest envelope
        self.claims = {}    # endorsement_id -> its newest claim (with type, epoch, seq)
        self.epoch = self.floor = self.newest = 0  # floor: every seq up to it is in the snapshot
        self.owner = ""     # whose snapshot it is
        self.last = {}      # channel -> seq of its newest message behind the snapshot
        self.races = {}     # race_id -> channel, of every race of the snapshot
        self.told = {}      # endorsement_id -> the id of the call or retraction that was told last
        self.begun = self.whole = False  # whole: nothing was missed since the snapshot

    # ---- which ----

    def subscriptions(self):
        """Full names: (channels, patterns). The heartbeat closes the tail's gap: it is always one of them."""
        names = [f"{self.prefix}:{c}" for c in self.channels if not is_pattern(c)]
        patterns = [f"{self.prefix}:{c}" for c in self.channels if is_pattern(c)]
        return list(dict.fromkeys([*names, f"{self.prefix}:heartbeat"])), patterns

    def wants(self, channel):
        return any(channel.startswith(c[:-1]) if is_pattern(c) else channel == c for c in self.channels)

    def wants_kind(self, kind):
        return any((is_pattern(c) and kind.startswith(c[:-1])) or c.startswith(kind) for c in self.channels)

    # ---- the snapshot ----

    def reads(self):
        """Commands that read it, to be run in one MULTI; the first is of its number."""
        key = f"{self.prefix}:snap:"
        commands = [("HMGET", key + "meta", "epoch", "seq", "owner")]
        if self.wants("totals"):
            commands.append(("GET", key + "totals"))
        for kind, name in (("totals:state:", "states"), ("calls:", "calls"), ("race:", "races")):
            fields = [c.rsplit(":", 1)[1] for c in self.channels if c.startswith(kind)]
            if fields and kind != "calls:" and "*" not in fields and not self.wants(kind):
                commands.append(("HMGET", key + name, *fields))
            elif self.wants_kind(kind):
                commands.append(("HVALS", key + name))
        return commands

    def restart(self, why, answers):
        """Events of a snapshot that was read; none when it is missing, or older than what is known: nothing goes backward."""
        meta, *values = answers
        epoch, seq = (int(n or 0) for n in meta[:2])
        owner = (meta[2] or "").rpartition("-")[2]
        if epoch == 0 or epoch < self.epoch or (epoch == self.epoch and owner == self.owner and seq < self.newest):
            self.whole = False
            return []
        self.epoch, self.owner, self.floor, self.newest, self.last, self.whole = epoch, owner, seq, seq, {}, True
        texts = [t for v in values for t in (v if isinstance(v, (list, tuple)) else [v]) if t]
        self.shown, self.races, claims = {}, {}, []
        for one in map(json.loads, texts):
            if isinstance(one, list):
                claims += one
            else:
                self.show(self.channel_of(one), one)
        self.claims = {c["endorsement_id"]: c for c in claims if self.wants(f"calls:{c['state']}")}
        missed = sorted((c for c in self.claims.values() if self.is_news(c)), key=lambda c: c["called_at"] or "")
        events = [Event("snapshot", why, {"epoch": epoch, "seq": seq, "data": {}})]
        if self.begun:  # one that begins now was told nothing before, and has missed nothing
            events += [Event(c["type"], f"calls:{c['state']}", {"epoch": epoch, "seq": c["seq"], "data": c}) for c in missed]
        self.begun = True
        return events

    def channel_of(self, envelope):
        data = envelope["data"]
        if envelope["type"] == "race":
            return f"race:{data['state']}:{data['race_id']}"
        return f"totals:state:{data['state']}" if "state" in data else "totals"

    def show(self, channel, envelope):
        if envelope["type"] == "race":
            self.races[envelope["data"]["race_id"]] = channel
        if self.wants(channel):
            self.shown[channel] = envelope

    # ---- messages ----

    def take(self, channel, m):
        """One message: (why the snapshot must be read again or None, the event it makes or None)."""
        if m["epoch"] < self.epoch:
            return None, None
        another = m["epoch"] > self.epoch or m.get("owner", self.owner) != self.owner
        if another or not self.whole:
            return "epoch" if another else "again", None
        if m["type"] == "heartbeat":
            return "tail" if self.is_behind(m["data"]["last"]) else None, None
        known = self.last.get(channel)
        if m["seq"] <= max(self.floor, known or 0):
            return None, None
        if (m["prev"] > self.floor) if known is None else (m["prev"] != known):
            return "gap", None
        self.last[channel] = self.newest = m["seq"]
        if m["type"] not in ("call", "retraction"):
            self.show(channel, m)
            return None, Event(m["type"], channel, m)
        claim = m["data"]
        kept = {k: v for k, v in claim.items() if k != "totals"}
        self.claims[claim["endorsement_id"]] = dict(kept, type=m["type"], epoch=m["epoch"], seq=m["seq"])
        return None, Event(m["type"], channel, m) if self.is_news(claim) else None

    def is_news(self, claim):
        was = self.told.get(claim["endorsement_id"])
        self.told[claim["endorsement_id"]] = claim["id"]
        return was != claim["id"]

    def is_behind(self, last):
        told = {"totals": last["totals"]}
        told.update({f"totals:state:{state}": n for state, n in last["states"].items()})
        told.update({f"calls:{state}": n for state, n in last["calls"].items()})
        told.update({self.races.get(race_id, f"race:?:{race_id}"): n for race_id, n in last["races"].items()})
        return any(n > max(self.floor, self.last.get(c, 0)) and (self.wants(c) or self.may_be(c)) for c, n in told.items())

    def may_be(self, channel):
        """A race that is not in the snapshot: its state is not known, so it may be one of ours."""
        return channel.startswith("race:?:") and any(
            c.startswith("race:") and (is_pattern(c) or c.endswith(channel[6:])) for c in self.channels)
