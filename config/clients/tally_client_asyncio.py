#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A client of tallyd for redis-py with asyncio; the rule is in tally_view.py, the address as in tally_client.py.

    async for event in Client("redis://localhost", ["totals", "calls:*"]).events():
        ...
"""
import asyncio
import random
import signal
import time

import redis.asyncio as redis

from tally_client import LATE, PATIENCE, PAUSE_MOST, moved, opened
from tally_program import arguments, tell, tell_view
from tally_view import SILENCE, Event, View


class Client:
    def __init__(self, url, channels=("*",), prefix="tally:v1"):
        self.url = self.at = url
        self.view = View(channels, prefix)
        self.heard = None
        self.stale = True
        self.pause = 0.05
        self.ended = asyncio.Event()  # set it, and events() ends

    async def events(self):
        """Everything that is news, from now on; it connects, and connects again, by itself."""
        while not self.ended.is_set():
            db = redis.Redis.from_url(self.at, decode_responses=True)
            to = None
            try:
                async with db, db.pubsub() as listener:
                    async for event in self.follow(db, listener):
                        yield event
            except (redis.RedisError, OSError, asyncio.TimeoutError, AttributeError) as e:  # the last: as in tally_client.py
                to = moved(self.at, e)
                self.at = to or self.url
                if not to:
                    yield Event("lost", f"{type(e).__name__}: {e}")
            finally:
                await db.connection_pool.disconnect()
            for event in self.watch():
                yield event
            if not self.ended.is_set():
                await asyncio.sleep(0.05 if to else self.pause * random.uniform(0.5, 1))
                self.pause = self.pause if to else min(2 * self.pause, PAUSE_MOST)

    async def follow(self, db, listener):
        channels, patterns = self.view.subscriptions()
        await asyncio.wait_for(listener.subscribe(*channels), LATE)
        if patterns:
            await asyncio.wait_for(listener.psubscribe(*patterns), LATE)
        missing = len(channels) + len(patterns)
        stream = listener.listen()
        coming = None
        alive = there = asked = time.monotonic()  # as in tally_client.py
        try:
            while not self.ended.is_set():
                # a read is never cancelled while it goes on: half a message would be lost with it
                coming = coming or asyncio.ensure_future(stream.__anext__())
                done, _ = await asyncio.wait({coming}, timeout=0.5)
                item = coming.result() if done else None
                coming = None if done else coming
                now = time.monotonic()
                there, asked = (now, None) if item else (there, asked)
                alive = now if item and item["type"] != "pong" else alive
                if now - alive > SILENCE or (asked and now - asked > LATE):
                    raise redis.TimeoutError(f"silent for {round(now - alive)} s")
                if now - there > LATE and not asked:
                    await listener.ping()
                    asked = now
                if item and item["type"] in ("subscribe", "psubscribe"):
                    missing -= 1
                    if missing <= 0:  # below 0: the library connected again by itself
                        for event in await self.resync(db, "start"):
                            yield event
                        self.pause = 0.05
                elif item and item["type"] in ("message", "pmessage") and missing <= 0:
                    message = opened(item["data"])
                    if message and message["epoch"] >= self.view.epoch:
                        again, event = self.view.take(item["channel"][len(self.view.prefix) + 1:], message)
                        news = await self.resync(db, again) if again else [event] if event else []
                        if message["epoch"] == self.view.epoch:
                            self.heard = time.monotonic()
                        for one in news:
                            yield one
                for event in self.watch():
                    yield event
        finally:
            if coming:
                coming.cancel()

    async def resync(self, db, why):
        """The one place where snapshots are read."""
        async with db.pipeline(transaction=True) as read:
            for command in self.view.reads():
                read.execute_command(*command)
            return self.view.restart(why, await asyncio.wait_for(read.execute(), PATIENCE))

    def watch(self):
        """Whether what is shown may still be believed."""
        stale = self.heard is None or time.monotonic() - self.heard > SILENCE or not self.view.begun
        if stale != self.stale:
            self.stale = stale
            yield Event("stale" if stale else "fresh")


async def main():
    args = arguments()
    client = Client(args.url, args.channels, args.prefix)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, client.ended.set)
    async for event in client.events():
        tell(event, client.view, args.trace)
    if args.trace:
        tell_view(client.view)


if __name__ == "__main__":
    asyncio.run(main())
