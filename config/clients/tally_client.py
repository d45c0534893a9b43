#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A client of tallyd for redis-py; asyncio's is tally_client_asyncio.py, Node's tally_client.js.

    for event in Client("redis://localhost", ["totals", "calls:*"]).events():
        ...

As a program it prints totals and calls as they change: tally_client.py [--url URL] [CHANNEL...]
"""
import json
import random
import re
import signal
import sys
import time
import urllib.parse

import redis

from tally_program import arguments, tell, tell_view
from tally_view import SILENCE, Event, View

PATIENCE = 5    # seconds for a snapshot
LATE = 2        # seconds without a word: Redis is asked whether it is there, and left when it says nothing for as long again
PAUSE_MOST = 1  # seconds between attempts


def moved(url, error):
    """The address of the Cluster's node that has our keys, when an error of another one names it; else None."""
    said = re.search(r"MOVED \d+ (\S*):(\d+)", str(error))  # redis-py 4.3 has the words alone, 6.1 where it is asyncio none
    to = error.node_addr if isinstance(error, redis.exceptions.MovedError) else said and said.groups()
    at = urllib.parse.urlsplit(url)
    host = to and (to[0] or at.hostname)
    user = "".join(at.netloc.rpartition("@")[:2])
    return to and at._replace(netloc=user + (f"[{host}]" if ":" in host else host) + f":{to[1]}").geturl()


def opened(text):
    """A message of tallyd; None: somebody else's."""
    try:
        m = json.loads(text)
        return m if m["epoch"] > 0 and m["type"] else None
    except (ValueError, TypeError, KeyError):
        return None


class Client:
    """`url` may be any node of a Cluster: the client goes where that sends it, and comes back to it when it is lost."""

    def __init__(self, url, channels=("*",), prefix="tally:v1"):
        self.url = self.at = url
        self.view = View(channels, prefix)
        self.heard = None   # when the last message came of the epoch shown
        self.stale = True
        self.pause = 0.05
        self.ended = False  # set it, and events() ends within a second

    def events(self):
        """Everything that is news, from now on; it connects, and connects again, by itself."""
        while not self.ended:
            db = redis.Redis.from_url(self.at, decode_responses=True, socket_timeout=LATE)
            listener, to = db.pubsub(), None
            try:
                yield from self.follow(db, listener)
            except (redis.RedisError, AttributeError) as e:  # the latter: redis-py 4.3 where a Unix socket breaks
                to = moved(self.at, e)
                self.at = to or self.url
                if not to:
                    yield Event("lost", f"{type(e).__name__}: {e}")
            finally:
                listener.close()
                db.close()
            yield from self.watch()
            if not self.ended:
                time.sleep(0.05 if to else self.pause * random.uniform(0.5, 1))
                self.pause = self.pause if to else min(2 * self.pause, PAUSE_MOST)

    def follow(self, db, listener):
        channels, patterns = self.view.subscriptions()
        listener.subscribe(*channels)
        if patterns:
            listener.psubscribe(*patterns)
        missing = len(channels) + len(patterns)
        alive = there = asked = time.monotonic()  # tallyd, Redis; and since when that is to answer
        while not self.ended:
            item = listener.get_message(timeout=0.5)
            now = time.monotonic()
            there, asked = (now, None) if item else (there, asked)
            alive = now if item and item["type"] != "pong" else alive
            if now - alive > SILENCE or (asked and now - asked > LATE):  # it hangs; another one may have its place
                raise redis.TimeoutError(f"silent for {round(now - alive)} s")
            if now - there > LATE and not asked:
                listener.ping()
                asked = now
            if item and item["type"] in ("subscribe", "psubscribe"):
                missing -= 1
                if missing <= 0:  # below 0: the library connected again by itself
                    yield from self.resync(db, "start")
                    self.pause = 0.05
            elif item and item["type"] in ("message", "pmessage") and missing <= 0:
                yield from self.take(db, item["channel"][len(self.view.prefix) + 1:], opened(item["data"]))
            yield from self.watch()

    def take(self, db, channel, message):
        if not message or message["epoch"] < self.view.epoch:  # no sign of life of what is shown
            return
        again, event = self.view.take(channel, message)
        if again:
            yield from self.resync(db, again)
        if message["epoch"] == self.view.epoch:
            self.heard = time.monotonic()
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


# ---- as a program ----

def main():
    args = arguments()
    client = Client(args.url, args.channels, args.prefix)

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
