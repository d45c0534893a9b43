# SPDX-License-Identifier: ISC
"""Decision Desk HQ read a second time."""
import json

from common import rows_of


def read(path):
    out = []
    for race in json.load(open(path))["data"]:
        top = race["toplineResults"]
        ids = [c["cand_id"] for c in race["candidates"]]
        choices = [(str(c["cand_id"]), f"{c['first_name']} {c['last_name']}", c["party_name"],
                    "won" if c["cand_id"] == top["called"] else "") for c in race["candidates"]]

        def votes(of):
            return {ids.index(int(k)): v for k, v in of["votes"].items()}

        units = [("total", "", top["precincts"]["reporting"], top["precincts"]["total"],
                  votes(top))]
        units += [("county", c["county"], c["precincts"]["reporting"], c["precincts"]["total"],
                   votes(c)) for c in race["countyResults"]["counties"]]
        title = " ".join(race[k] for k in ("state", "office", "district", "party", "name")
                         if race[k])
        out += rows_of(str(race["race_id"]), title, -1, units, choices)
    return out
