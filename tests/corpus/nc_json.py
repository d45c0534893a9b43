# SPDX-License-Identifier: ISC
"""North Carolina's live JSON read a second time."""
import json

from common import clean, party_of, rows_of


def number(text):
    if not text.strip():
        return None
    assert text.strip().isascii() and text.strip().isdigit(), text
    return int(text)


def count(row, key):
    try:
        return number(row.get(key, "")) if row.get(key, "").strip() else -1
    except AssertionError:
        return -1


def read(path):
    contests = {}
    for row in json.load(open(path, encoding="utf-8")):
        contest = contests.setdefault((row["cid"], row["gid"], clean(row["cnm"])), {"top": {}, "precincts": {}, "choices": {}})
        contest.setdefault("votes_allowed", count(row, "vfr"))
        choice = contest["choices"].setdefault((clean(row["bnm"]), party_of("", row["pty"])), len(contest["choices"]))
        place = contest["precincts"].setdefault(clean(row["aid"]), {}) if row.get("aid", "").strip() else contest["top"]
        assert place.setdefault(choice, number(row["vct"])) == number(row["vct"])
        if not row.get("aid", "").strip():
            contest["progress"] = count(row, "prt"), count(row, "ptl")
    out = []
    for (_, gid, name), c in contests.items():
        choices = [("", n, p, "") for n, p in c["choices"]]
        derived = "1" if c["precincts"] else "0"
        top = c["top"] or {i: sum(v[i] for v in c["precincts"].values() if i in v) for i in range(len(choices))}
        units = [("total", "", *c.get("progress", (-1, -1)), top)]
        out += [r[:13] + (derived,) for r in rows_of(gid, name, c["votes_allowed"], units, choices)]
    return out
