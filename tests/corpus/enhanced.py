# SPDX-License-Identifier: ISC
"""Enhanced Voting read a second time: the media export, and /data."""
import json

from common import STATISTIC, party_of, rows_of


def text(v):
    if isinstance(v, str):
        return v
    english = [t["text"] for t in v or [] if (t["languageId"] or "").startswith("en")]
    return (english or [t["text"] for t in v or []] or [""])[0]


def options_of(item):
    listed = item["summaryResults"]["ballotOptions"] if "summaryResults" in item else item["ballotOptions"]
    return [o for o in listed if not STATISTIC.match(text(o["name"]))]


def party(option):
    field = option.get("politicalParty", option.get("party"))
    if isinstance(field, dict):
        field = field.get("abbreviation") or text(field.get("name"))
    return party_of(text(option["name"]), field)


def units(counts, total):
    return (counts, total) if total else (-1, -1)


def vote_for(field):
    if isinstance(field, int):
        return field
    digits = "".join(c if c.isdigit() else " " for c in text(field)).split()
    return int(digits[0]) if len(digits) == 1 else -1


def contest(item, progress, shares):
    options, votes = options_of(item), {o["id"]: o["voteCount"] for o in options_of(item)}
    for _, share in shares:
        for o in options_of(share):
            if o["id"] not in {x["id"] for x in options}:
                options.append(o)
    at = {o["id"]: i for i, o in enumerate(options)}
    choices = [(o["id"], text(o["name"]), party(o), "won" if o.get("isWinner") else "") for o in options]
    for o in options[len(votes):]:
        of_all = [s["voteCount"] for _, share in shares for s in options_of(share) if s["id"] == o["id"]]
        votes[o["id"]] = None if None in of_all else sum(of_all)
    rows = [("total", "", *progress, {at[k]: v for k, v in votes.items()})]
    for name, share in shares:
        rows.append(("county", name, *units(share["precinctsReporting"], share["precinctsParticipating"]),
                     {at[o["id"]]: o["voteCount"] for o in options_of(share)}))
    for row in rows_of(item["id"], text(item["name"]), vote_for(item["voteFor"]), rows, choices):
        o = options[at[row[7]]]
        written = row[10] == "1" or o.get("isWriteIn") or o.get("isQualifiedWriteIn")
        derived = row[3] == "total" and at[row[7]] >= len(options_of(item))
        yield row[:10] + ("1" if written else "0",) + row[11:13] + ("1" if derived else "0",)


def read(path):
    doc = json.load(open(path, encoding="utf-8"))
    out = []
    if "results" not in doc:
        for item in doc["ballotItems"]:
            status = item["reportingStatus"] or {"reportingUnits": -1, "totalUnits": 0}
            out += contest(item, units(status["reportingUnits"], status["totalUnits"]), [])
        return out
    wide = doc["results"]["ballotItems"]
    known = {(i["id"], i["name"]) for i in wide}
    shares = {}
    for place in doc["localResults"]:
        for item in place["ballotItems"]:
            if (item["id"], item["name"]) in known:
                shares.setdefault((item["id"], item["name"]), []).append((place["name"], item))
    own = [i for place in doc["localResults"] for i in place["ballotItems"] if (i["id"], i["name"]) not in known]
    for item in wide + own:
        out += contest(item, units(item["precinctsReporting"], item["precinctsParticipating"]),
                       shares.get((item["id"], item["name"]), []))
    return out
