# SPDX-License-Identifier: ISC
"""Read nights as night_dump writes them, and say where the core and the reference differ.

    SEED=1 N=300 build/tests/night_dump | /usr/bin/python3 tests/reference/compare.py

What the nights leave out, by rule: whatever a guard would hold, refuse or doubt (falls, zeros, swaps,
double loads, older copies, contests that go missing, test data, votes before polls close), and ids
and names that change: who is who is told, not found out."""

import json
import sys

from count import race_figures, slices
from model import Election


def published(doc):
    """A race's document, as race_figures has it; names at zero say nothing yet."""
    total = sum(c["votes"] for c in doc["choices"])
    shown = doc["choices"] if total else []
    return {
        "status": doc["status"],
        "seats": doc["seats"],
        "sources": sorted(doc["sources"]),
        "votes": {c["endorsement_id"] + c.get("primary", ""): c["votes"]
                  for c in shown if c["endorsement_id"]},
        "sum": total,
        "outcomes": {e["endorsement_id"]: e["outcome"] for e in doc["endorsed"]},
    }


def differences(el, figures):
    """(what, as published, as reckoned here)"""
    mine = slices(el)
    theirs = dict(figures["slices"], all=figures["all"])
    theirs["all"]["states_won"].sort()
    if set(theirs) != set(mine):
        yield "slices", sorted(theirs), sorted(mine)
    for name in sorted(set(theirs) & set(mine)):
        for key, value in mine[name].items():
            if theirs[name].get(key, value) != value:
                yield f"{name}: {key}", theirs[name][key], value
    for doc in figures["races"]:
        race = el.races[doc["race_id"]]
        reckoned = race_figures(el, race)
        for key, value in published(doc).items():
            if value != reckoned[key]:
                yield f"race {race.id}: {key}", value, reckoned[key]


def read(lines):
    """How many nights and events were compared, and whether all of it is the same: the first
    difference ends the reading, and is printed."""
    el, nights, events = None, 0, 0
    for line in lines:
        item = json.loads(line, parse_float=str)
        if item["kind"] == "night":
            el, at = Election(item), 0
            nights += 1
        elif item["kind"] == "event":
            event = item
            at += 1
        else:
            el.apply(event, item["refused"])
            events += 1
            found = list(differences(el, item))
            if found:
                print(f"SEED={el.night['seed']} N=1: after event {at}, {event['type']}:")
                for what, theirs, mine in found:
                    print(f"  {what}: the core says {theirs}, the reference {mine}")
                return nights, events, False
    return nights, events, True


def main():
    nights, events, same = read(sys.stdin)
    if same:
        print(f"reference: {nights} nights, {events} events, no difference")
    return 0 if same and nights else 1


if __name__ == "__main__":
    sys.exit(main())
