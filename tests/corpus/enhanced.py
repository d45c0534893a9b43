# SPDX-License-Identifier: ISC
"""Enhanced Voting read a second time: the media export and /data."""
import json

from common import cell, clean


def text(name):
    if isinstance(name, list):
        return next((n["text"] for n in name if n["languageId"] == "en"), name[0]["text"] if name else "")
    return name or ""


def rows(item, kind, unit, county=""):
    options = item.get("ballotOptions") or (item.get("summaryResults") or {}).get("ballotOptions") or []
    for o in options:
        yield {"contest_id": item["id"], "contest": clean(text(item["name"])), "unit_type": kind, "unit": clean(unit),
               "choice_id": o["id"], "choice": clean(text(o["name"])), "votes": cell(o["voteCount"])}


def read(path):
    d = json.load(open(path, encoding="utf-8-sig"))
    out = []
    if "data" in d:
        d["ballotItems"] = d["data"]
    if "ballotItems" in d:
        for item in d["ballotItems"]:
            out += rows(item, "total", "")
        return out
    of_state = {(item["id"], text(item["name"])) for item in d["results"]["ballotItems"]}
    for item in d["results"]["ballotItems"]:
        out += rows(item, "total", "")
    for place in d["localResults"] or []:
        for item in place["ballotItems"]:
            out += rows(item, *(("county", place["name"]) if (item["id"], text(item["name"])) in of_state else ("total", "")))
    return out
