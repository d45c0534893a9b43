#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A client of tallyd for redis-py; asyncio's is tally_client_asyncio.py, Node's tally_client.js.

    for event in Client("redis://localhost", ["totals", "calls:*"]).events():
        ...

As a program it prints totals and calls as they change: tally_client.py [--url URL] [CHANNEL...]
"""
import argparse
import json
import random
import signal
import sys
import time

import redis

from tally_view import SILENCE, Event, View

PATIENCE = 5    # seconds for an answer of Redis
PAUSE_MOST = 1  # seconds between attempts


class Client:
    def __init__(self, url, channels=("*",), prefix="tally:v1"):
        self.url = url
        self.view = View(channels, prefix)
        self.heard = None   # when the last message came
        self.stale = True
        self.pause = 0.05
        self.ended = False  # set it, and events() ends within a second

    def events(self):
        """Everything that is news, from now on; it connects, and connects again, by itself."""
        while not self.ended:
            db = redis.Redis.from_url(self.url, decode_responses=True, socket_timeout=PATIENCE)
            listener = db.pubsub()
            try:
                yield from self.follow(db, listener)
            except (redis.RedisError, AttributeError) as e:  # the latter: redis-py 4.3 where a Unix socket breaks
                yield Event("lost", f"{type(e).__name__}: {e}")
            finally:
                listener.close()
                db.close()
            yield from self.watch()
            if not self.ended:
                time.sleep(self.pause * random.uniform(0.5, 1))
                self.pause = min(2 * self.pause, PAUSE_MOST)

    def follow(self, db, listener):
        channels, patterns = self.view.subscriptions()
        listener.subscribe(*channels)
        if patterns:
            listener.psubscribe(*patterns)
        missing = len(channels) + len(patterns)
        while not self.ended:
            item = listener.get_message(timeout=0.5)
            if item and item["type"] in ("subscribe", "psubscribe"):
                missing -= 1
                if missing <= 0:  # below 0: the library connected again by itself
                    yield from self.resync(db, "start")
                    self.pause = 0.05
            elif item and item["type"] in ("message", "pmessage") and missing <= 0:
                self.heard = time.monotonic()
                yield from self.take(db, item["channel"][len(self.view.prefix) + 1:], json.loads(item["data"]))
            yield from self.watch()

    def take(self, db, channel, message):
        again, event = self.view.take(channel, message)
        if again:
            yield from self.resync(db, again)
        if event:
            yield event

    def resync(self, db, why):
        """The one place where snapshots are read."""
        with db.pipeline(transaction=True) as read:
            for command in self.view.reads():
                read.execute_command(*command)
            answers = read.execute()
        yield from self.view.restart(why, answers)

    def watch(self):
        """Whether what is shown may still be believed."""
        stale = self.heard is None or time.monotonic() - self.heard > SILENCE or not self.view.begun
        if stale != self.stale:
            self.stale = stale
            yield Event("stale" if stale else "fresh")


# ---- as a program; tally_client_asyncio.py is the same one ----

def arguments():
    p = argparse.ArgumentParser(description="Print what tallyd publishes to Redis, as it changes.")
    p.add_argument("--url", default="redis://localhost:6379/0", help="redis://[user:password@]host:port/db, unix:///path?db=0")
    p.add_argument("--prefix", default="tally:v1")
    p.add_argument("--trace", action="store_true", help="every event as a line of JSON, and the view at the end")
    p.add_argument("channels", nargs="*", metavar="CHANNEL", help="totals, totals:state:GA, calls:GA, race:GA:ID, calls:*, ...")
    return p.parse_args()


def tell(event, view, trace):
    m = event.message
    if event.what == "snapshot" and not trace:
        for channel, shown in sorted(view.shown.items()):
            if shown["type"] == "totals":
                tell(Event("totals", channel, shown), view, trace)
        return
    if trace:
        of = [m["epoch"], m["seq"], m.get("prev"), m["data"].get("id")] if m else []
        line = json.dumps([round(time.time(), 3), event.what, event.channel, *of])
    elif event.what in ("call", "retraction"):
        d = m["data"]
        line = f"{event.what.upper()} {d['candidate']}, {d['race_id']}: {d['outcome']} by {d['by']}"
    elif event.what == "totals":
        t = m["data"]
        line = f"{t.get('state', 'totals')}: {t['won']} won of {t['called']} called, {t['flips']} flips, {t['pending']} to go"
    elif event.what == "race":
        line = f"{event.channel}: " + ", ".join(f"{c['name']} {c['votes']}" for c in m["data"]["choices"])
    else:
        line = f"({event.what} {event.channel})"
    print(line, flush=True)


def tell_view(view):
    shown = {channel: envelope["data"] for channel, envelope in view.shown.items()}
    print(json.dumps(["view", view.epoch, shown, view.claims]), flush=True)


def main():
    args = arguments()
    client = Client(args.url, args.channels or ["totals", "calls:*"], args.prefix)

    def end(*_):
        client.ended = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    for event in client.events():
        tell(event, client.view, args.trace)
    if args.trace:
        tell_view(client.view)


if __name__ == "__main__":
    sys.exit(main())
