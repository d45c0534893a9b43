# SPDX-License-Identifier: ISC
"""The night of 5 January 2021: its configuration, and what its payloads really say, read with nothing of the daemon's own."""
import datetime
import json
import string

import feeds

NIGHT = feeds.ROOT / "tests" / "nights" / "ga2021"
FOLDERS = {
    "clarity": "clarity/seq-ga-2021-01-05-runoff-json/ALL",
    "ddhq": "ddhq/seq-ga-2021-01-05-runoff",
    "ap": "ap/seq-ga-2021-01-05-runoff-apinteractive",
}
PERSONS = ("ga-ossoff", "ga-perdue", "ga-warnock", "ga-loeffler")
RACES = {"ga-ossoff": 0, "ga-perdue": 0, "ga-warnock": 1, "ga-loeffler": 1}
FINAL = {"ga-ossoff": 2190047, "ga-perdue": 2191369, "ga-warnock": 2208580, "ga-loeffler": 2172931}
WON, LOST = {"ga-ossoff", "ga-warnock"}, {"ga-perdue", "ga-loeffler"}
# positions in Clarity's arrays, DDHQ's and AP's ids
CLARITY = {"10000": ("ga-perdue", "ga-ossoff"), "10100": ("ga-loeffler", "ga-warnock")}
DDHQ = {"2273": "ga-ossoff", "8294": "ga-perdue"}
AP = {"GA21798": "ga-ossoff", "GA19900": "ga-perdue", "GA22251": "ga-warnock", "GA22243": "ga-loeffler"}


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def root():
    return feeds.folder("clarity", "ddhq", "ap")


def begin(house, clock, **more):
    """Redis, the night's sites by that clock, and its configuration in the house's folder. thin: least time between two messages;
    the usual 250 ms would hide from the tests what lasts a minute of a night that runs 300 times as fast."""
    house.start_redis()
    house.clock = clock
    values = {"endorsements": NIGHT / "endorsements.csv", "parse": feeds.PARSE, "redis": house.redis_url, "folder": house.folder,
              "feeds": house.start_sim(NIGHT / "night.txt", root(), clock), "thin": "10ms"} | more
    house.conf = house.write("tallyd.conf", string.Template((NIGHT / "tallyd.conf").read_text()).substitute(values))


# ---- what the payloads say ----

def clarity_figures(doc):
    out, stated = {}, {}
    for area in doc["Contests"]:
        into = stated if area["A"] == "-1" else out
        for contest, votes in zip(area["C"], area["V"]):
            for person, n in zip(CLARITY.get(contest, ()), votes):
                into[person] = into.get(person, 0) + n
    assert not stated or stated == out
    return out, None


def ddhq_figures(doc):
    out = {}
    for race in doc["data"]:
        for choice in race["candidates"]:
            person = f"ga-{choice['last_name'].lower()}"
            if person in RACES:
                out[person] = race["toplineResults"]["votes"][str(choice["cand_id"])]
    return out, max(race["last_updated"] for race in doc["data"])


def ap_figures(doc):
    out = {}
    for race in doc["results"]:
        for row in race["summary"]["results"]:
            if row["candidateID"] in AP:
                out[AP[row["candidateID"]]] = row["voteCount"]
    return out, doc["timestamp"]


READ = {"clarity": clarity_figures, "ddhq": ddhq_figures, "ap": ap_figures}


def versions(folder):
    """Clarity's pointer at a time, where its recorder did not damage it; else a number of the row's own."""
    rows = [line.split() for line in (folder.parent / "current_ver-observed.tsv").read_text().splitlines()
            if line.startswith("20")]

    def at(time, row):
        seen = [r[1].strip() if len(r) > 1 else "" for r in rows if r[0] <= time]
        good = seen and len(seen[-1]) == 6 and seen[-1].isdigit()
        return int(seen[-1]) if good else 273739 + row
    return at


def steps(source):
    """(when, order, figures or None) of every recorded poll; order grows with what the feed itself calls newer."""
    folder = root() / FOLDERS[source]
    version_at = versions(folder) if source == "clarity" else None
    for line in (folder / "MANIFEST.tsv").read_text().splitlines():
        if not line[0].isdigit():
            continue
        row, time, _, name = line.split("\t")[:4]
        if not (folder / name).exists():
            continue
        figures = order = None
        try:
            figures, order = READ[source](json.loads((folder / name).read_bytes()))
        except ValueError:
            pass
        yield moment(time), version_at(time, int(row)) if version_at else order, figures


def truth():
    """{(source, race): {(votes, votes): sorted orders of the steps that say so}}"""
    out = {}
    for source in FOLDERS:
        for _, order, figures in steps(source):
            if figures is None:
                continue
            for race in set(RACES.values()):
                pair = tuple(figures[p] for p in PERSONS if RACES[p] == race)
                out.setdefault((source, race), {}).setdefault(pair, set()).add(order)
    return {key: {pair: sorted(orders) for pair, orders in pairs.items()} for key, pairs in out.items()}
