# SPDX-License-Identifier: ISC
"""Decision Desk HQ read a second time: version 2, and 3 or 4."""
import json

from common import rows_of


def listed(v):
    return [] if v in (None, "") else v if isinstance(v, list) else [v]


def race_of(race):
    new = "topline_results" in race
    top = race["topline_results" if new else "toplineResults"]
    called = [str(c) for c in listed(top["called_candidates" if new else "called"])]
    advancing = [str(c) for c in listed(top.get("advancing_candidates"))]
    ids = [str(c["cand_id"]) for c in race["candidates"]]
    assert len(set(ids)) == len(ids) and set(called + advancing) <= set(ids)
    choices = [(i, " ".join(c[k] for k in ("first_name", "middle_name", "last_name", "suffix") if c.get(k)), c["party_name"],
                "advanced" if i in advancing else "won" if i in called else "") for i, c in zip(ids, race["candidates"])]

    def unit(kind, name, of):
        precincts = of.get("precincts") or {}
        total = precincts.get("total") or -1
        return (kind, name, precincts["reporting"] if total > 0 else -1, total,
                {ids.index(k): v for k, v in of["votes"].items()})

    units = [unit("total", "", top)]
    for county in race["counties"] if new else race["countyResults"]["counties"]:
        units.append(unit("county", county["county"], county))
        units += [unit("municipality", f"{county['county']} / {town['vcu']}", town) for town in county.get("vcus") or []]
    keys = ("state_name" if new else "state", "office", "district", "party", "name")
    title = " ".join(str(race[k]) for k in keys if race[k] not in (None, ""))
    return rows_of(str(race["race_id"]), title, -1, units, choices)


def read(path):
    return [row for race in json.load(open(path))["data"] for row in race_of(race)]
