# SPDX-License-Identifier: ISC
"""AP's interactive JSON read a second time."""
import json

from common import rows_of


def read(path):
    out = []
    for race in json.load(open(path))["results"]:
        top = race["summary"]
        ids = [c["candidateID"] for c in top["results"]]
        marks = {"X": "won", "R": "advanced"}
        choices = [(c["candidateID"], "", "", marks.get(c.get("winner"), ""))
                   for c in top["results"]]

        def unit(kind, name, of):
            return (kind, name, of["precinctsReporting"], of["precinctsTotal"],
                    {ids.index(c["candidateID"]): c["voteCount"] for c in of["results"]})

        units = [unit("total", "", top)]
        units += [unit("county", fips, of) for fips, of in race["results"].items()]
        out += rows_of(race["raceID"], "", -1, units, choices)
    return out
