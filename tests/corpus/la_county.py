# SPDX-License-Identifier: ISC
"""Los Angeles County's JSON read a second time."""
import json

from common import party_of, rows_of

WORDS = "zero one two three four five six seven eight nine ten".split()


def read(path):
    out = []
    for group in json.load(open(path, encoding="utf-8"))["Election"]["ContestGroups"]:
        for contest in group["Contests"]:
            words = contest["VoteFor"].split()
            choices = [("", c["Name"], party_of("", c["Party"]), "") for c in contest["Candidates"]]
            counts = [c["Votes"] for c in contest["Candidates"]]
            assert all(n is None or isinstance(n, int) for n in counts)
            out += rows_of("", contest["Title"], WORDS.index(words[-1]) if words else -1,
                           [("total", "", -1, -1, dict(enumerate(counts)))], choices)
    return out
