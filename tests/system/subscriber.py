# SPDX-License-Identifier: ISC
"""The shipped client on a thread of the test's own; all that it saw is kept."""
import json
import sys
import threading
import time

import feeds
import harness

sys.path.insert(0, str(feeds.ROOT / "config" / "clients"))
import tally_client  # noqa: E402
import tally_view  # noqa: E402


class View(tally_view.View):
    """Keeps each snapshot as it was read: (real time, why, {"at": (epoch, seq), "totals": …, "races": {…}, …})."""

    def __init__(self):
        super().__init__()
        self.snapshots = []

    def restart(self, why, answers):
        meta, totals, *hashes = answers
        states, calls, races = ([json.loads(text) for text in h] for h in hashes)
        self.snapshots.append((time.time(), why, {
            "at": tuple(int(n or 0) for n in meta[:2]), "totals": json.loads(totals) if totals else None,
            "states": {e["data"]["state"]: e for e in states}, "calls": {c[0]["race_id"]: c for c in calls},
            "races": {e["data"]["race_id"]: e for e in races}}))
        return super().restart(why, answers)


def without_minute(shown):
    """{channel: data} but for what goes on each minute, whether there is news or not: a state's totals then also say since when the
    whole is as it is."""
    return {channel: {k: v for k, v in data.items() if k != "checked_at" and (k != "as_of" or not channel.startswith("totals:state:"))}
            for channel, data in shown.items()}


class Subscriber(threading.Thread, tally_client.Client):
    """Runs until stop(); what it saw is then in its lists."""

    def __init__(self, url):
        threading.Thread.__init__(self, daemon=True)
        tally_client.Client.__init__(self, url)
        self.view = View()
        self.snapshots = self.view.snapshots
        self.messages = []  # (real time, channel, envelope): every one, as it came
        self.news = []      # (channel, envelope) that were news to it
        self.gaps = []      # (channel, seq, whether the snapshot that was read then has it)
        self.told = []      # what else happened to it: stale, fresh, lost
        self.error = None
        self.subscribed = threading.Event()

    def run(self):
        try:
            for event in self.events():
                if not event.message:
                    self.told.append(event.what)
                elif event.what != "snapshot":
                    self.news.append((event.channel, event.message))
        except Exception as e:  # noqa: BLE001 - told by stop()
            self.error = e
            self.subscribed.set()

    def take(self, db, channel, message):
        self.messages.append((time.time(), channel, message))
        before = len(self.snapshots)
        yield from super().take(db, channel, message)
        if len(self.snapshots) > before and self.snapshots[-1][1] in ("gap", "tail"):
            self.gaps.append((channel, message["seq"], self.view.floor >= message["seq"]))

    def resync(self, db, why):
        yield from super().resync(db, why)
        self.subscribed.set()

    @property
    def shown(self):
        """channel -> data of the newest"""
        return {channel: envelope["data"] for channel, envelope in self.view.shown.items()}

    def begin(self):
        self.start()
        assert self.subscribed.wait(harness.PATIENCE), "no answer to PSUBSCRIBE"
        return self

    def stop(self):
        self.ended = True
        self.join(harness.PATIENCE)
        if self.error:
            raise self.error

    def of(self, prefix):
        """Envelopes that were news, on channels that begin so."""
        return [envelope for channel, envelope in self.news if channel.startswith(prefix)]
