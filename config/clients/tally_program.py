# SPDX-License-Identifier: ISC
"""The words of tally_client.py and tally_client_asyncio.py as programs: what they are told, and what they print."""
import argparse
import json
import time

from tally_view import Event, View

USAGE = 64  # exit status


def arguments():
    p = argparse.ArgumentParser(description="Print what tallyd publishes to Redis, as it changes.")
    p.add_argument("--url", default="redis://localhost:6379/0", help="redis://[user:password@]host:port/db, unix:///path?db=0; of a Cluster any node that stays")
    p.add_argument("--prefix", default="tally:v1")
    p.add_argument("--trace", action="store_true", help="every event as a line of JSON, and the view at the end")
    p.add_argument("channels", nargs="*", metavar="CHANNEL", help="totals, totals:state:GA, calls:GA, race:GA:ID, calls:*, ...")
    p.error = lambda why: p.exit(USAGE, f"{why}\n")
    args = p.parse_args()
    args.channels = args.channels or ["totals", "calls:*"]
    if not args.url.startswith(("redis://", "rediss://", "unix://")):
        p.error(f"--url: {args.url} is no redis://, rediss:// or unix://")
    try:
        View(args.channels)
    except ValueError as e:
        p.error(str(e))
    return args


def tell(event, view, trace):
    """A line that says the same as the one before is not said again: Redis is tried twice a second."""
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
        on = f"{t['advanced']} advanced, " if t["advanced"] else ""
        line = f"{t.get('state', 'totals')}: {t['won']} won of {t['called']} called, {t['flips']} flip{'s' * (t['flips'] != 1)}, {on}{t['pending'] - t['void']} to go"
    elif event.what == "race":
        line = f"{event.channel}: " + ", ".join(f"{c['name']} {c['votes']}" for c in m["data"]["choices"])
    else:
        line = f"({event.what} {event.channel}".strip() + ")"
    if line != tell.said:
        print(line, flush=True)
    tell.said = line


tell.said = None


def tell_view(view):
    shown = {channel: envelope["data"] for channel, envelope in view.shown.items()}
    print(json.dumps(["view", view.epoch, shown, view.claims]), flush=True)
