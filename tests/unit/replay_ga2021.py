#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What the rules of the guards make of the recorded night of 5 January 2021, from the payloads and manifests
alone and with nothing of the daemon's own code: the counts expected by tests/nights/ga2021/night.

usage: replay_ga2021.py FOLDER    where ../shared/feeds/unpack put clarity, ddhq and ap
"""
import collections
import datetime
import json
import pathlib
import sys

FROM, TO = "2021-01-05T22:00", "2021-01-06T07:30:00+00:00"  # the first poll serves what stood there at 23:50
CONFIRM = 600


def clarity(doc):
    """{(contest, unit): {choice: votes}}; the total is the sum over areas."""
    out = {}
    for area in doc["Contests"]:
        for contest, votes in zip(area["C"], area["V"]):
            if area["A"] != "-1":
                out[contest, area["A"]] = dict(enumerate(votes))
            total = out.setdefault((contest, ""), {})
            if area["A"] != "-1":
                for choice, n in enumerate(votes):
                    total[choice] = total.get(choice, 0) + n
    return out, None


def ddhq(doc):
    out, own = {}, ""
    for race in doc["data"]:
        own = max(own, race["last_updated"])
        out[race["race_id"], ""] = race["toplineResults"]["votes"]
        for county in race["countyResults"]["counties"]:
            out[race["race_id"], county["county"]] = county["votes"]
    return out, own


def ap(doc):
    out = {}
    for race in doc["results"]:
        rows = [("", race["summary"]), *race["results"].items()]
        for unit, row in rows:
            out[race["raceID"], unit] = {r["candidateID"]: r["voteCount"] for r in row["results"]}
    return out, doc["timestamp"]


SOURCES = {
    "clarity": ("clarity/seq-ga-2021-01-05-runoff-json/ALL", clarity),
    "ddhq": ("ddhq/seq-ga-2021-01-05-runoff", ddhq),
    "ap": ("ap/seq-ga-2021-01-05-runoff-apinteractive", ap),
}


def versions(folder):
    """The pointer as it was observed at a time, where its recorder did not damage it."""
    rows = [line.split() for line in (folder.parent / "current_ver-observed.tsv").read_text().splitlines()
            if line.startswith("20")]

    def at(time, row):
        seen = [r[1].strip() if len(r) > 1 else "" for r in rows if r[0] <= time]
        ok = seen and len(seen[-1]) == 6 and seen[-1].isdigit()
        return int(seen[-1]) if ok else 273739 + row
    return at


def kind_of_fall(was, new):
    """The rule's own words, by the worst choice."""
    worst = "none"
    for choice, before in was.items():
        fall = before - new.get(choice, 0)
        if fall <= 0:
            continue
        if fall <= 50 or fall * 1000 <= before:
            kind = "fall-flag"
        elif new.get(choice, 0) > 0 and fall * 4 <= before:
            kind = "fall-hold"
        else:
            kind = "fall-desk"
        worst = max(worst, kind, key=["none", "fall-flag", "fall-hold", "fall-desk"].index)
    if any(was.values()) and not any(new.values()):
        worst = "fall-desk"
    return worst


def judge_unit(key, new, air, holds, when, body, count):
    was = air.setdefault(key, new)
    kind = kind_of_fall(was, new)
    if key in holds:
        since, first, deep = holds[key]
        if kind in ("none", "fall-flag"):
            count["restored"] += 1
        elif not deep and kind == "fall-hold" and body != first and when - since >= CONFIRM:
            count["corrected"] += 1
        else:
            if kind == "fall-desk" and not deep:
                count["fall-desk"] += 1
            holds[key] = (since, first, deep or kind == "fall-desk")
            return
        del holds[key]
    elif kind in ("fall-hold", "fall-desk"):
        count[kind] += 1
        holds[key] = (when, body, kind == "fall-desk")
        return
    elif kind == "fall-flag":
        count[kind] += 1
    elif (sum(was.values()) >= 500
          and all(1.95 * n <= new[c] <= 2.05 * n for c, n in was.items() if n)):
        print("looks doubled:", key, was, new, file=sys.stderr)
    air[key] = new


def replay(root, name):
    folder, read = root / SOURCES[name][0], SOURCES[name][1]
    version_at = versions(folder) if name == "clarity" else None
    payloads, notes = collections.Counter(), collections.Counter()
    air, holds, past, current, newest = {}, {}, set(), None, None
    for line in (folder / "MANIFEST.tsv").read_text().splitlines():
        if not line[0].isdigit():
            continue
        row, time, _, file = line.split("\t")[:4]
        if not FROM <= time <= TO or not (folder / file).exists():
            continue
        body = (folder / file).read_bytes()
        try:
            figures, own = read(json.loads(body))
        except ValueError:
            payloads["blocked" if body.lstrip().startswith(b"<") else "truncated"] += 1
            continue
        if version_at:
            own = version_at(time, int(row))
        if body == current:
            payloads["unchanged"] += 1
            continue
        seen_before = body in past and not own > newest and not holds
        if seen_before or (newest is not None and own < newest):
            payloads["older"] += 1
            continue
        payloads["accepted"] += 1
        current, newest = body, own
        past.add(body)
        when = datetime.datetime.fromisoformat(time).timestamp()
        for key, new in figures.items():
            judge_unit(key, new, air, holds, when, body, notes)
    return payloads, notes, holds, air


def main():
    root = pathlib.Path(sys.argv[1])
    for name in SOURCES:
        payloads, notes, holds, _ = replay(root, name)
        for verdict, n in sorted(payloads.items()):
            print(f"payload {name} {verdict} {n}")
        for verdict, n in sorted(notes.items()):
            print(f"note {name} {verdict} {n}")
        print(f"held {name} {len(holds)}")


if __name__ == "__main__":
    main()
