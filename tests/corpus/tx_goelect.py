# SPDX-License-Identifier: ISC
"""Texas read a second time."""
import base64
import json

from common import party_of, rows_of


def inner(document, key):
    return json.loads(base64.b64decode(document[key], validate=True))


def choice(c, key):
    return str(c[key]), c["N"], party_of("", c["P"]), ""


def read(path):
    document = json.load(open(path, encoding="utf-8"))
    out = []
    if "upload" not in document:
        for key in ("Federal", "StateWide", "Districted", "StateWideQ"):
            for race in ((inner(document, key) or {}).get("Races") or []) if key in document else []:
                votes = {i: c["V"] for i, c in enumerate(race["Candidates"])}
                assert all(v is None or isinstance(v, int) for v in votes.values())
                out += rows_of(str(race["id"]), race["N"], -1, [("total", "", -1, -1, votes)],
                               [choice(c, "ID") for c in race["Candidates"]])
        return out
    races = {}  # id -> name, choices in order of appearance, counties
    for county in inner(document, "upload").values():
        for race in county["Races"].values():
            _, choices, units = races.setdefault(str(race["OID"]), (race["N"], {}, []))
            choices.update({str(c["id"]): choice(c, "id") for c in race["C"].values()})
            units.append((county["N"], race["PR"], race["TP"], {str(c["id"]): c["V"] for c in race["C"].values()}))
    for oid, (name, choices, units) in races.items():
        sums = {k: [u[3][k] for u in units if k in u[3]] for k in choices}
        total = ("total", "", sum(u[1] for u in units), sum(u[2] for u in units),
                 {i: None if None in sums[k] else sum(sums[k]) for i, k in enumerate(choices)})
        rows = rows_of(oid, name, -1, [total] + [("county", n, pr, pt, {i: v[k] for i, k in enumerate(choices) if k in v})
                                                 for n, pr, pt, v in units], list(choices.values()))
        out += [r[:13] + ("1" if r[3] == "total" else "0",) for r in rows]
    return out
