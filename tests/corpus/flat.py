# SPDX-License-Identifier: ISC
"""What second readings of flat files share: rows gathered by contest, summed in plain dictionaries."""
import csv
import io
import re
import unicodedata

from common import clean


def folded(title):
    letters = "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]", " ", re.sub(r"['’.]", "", letters.lower())).split())


def lines(path):
    """The lines of a file, without their ends: UTF-8, a line that is none Windows-1252."""
    for line in path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = line.removesuffix(b"\r")
        try:
            yield line.decode()
        except UnicodeDecodeError:
            yield line.decode("cp1252", "replace")


def sheet_of(path):
    """Rows of a CSV as dictionaries; a row longer or shorter than the header is an error."""
    rows = csv.reader(io.StringIO("\n".join(lines(path)), newline=""), strict=True)
    names = next(rows)
    for row in rows:
        if row:
            assert len(row) == len(names), row
            yield dict(zip(names, row))


ANSWER = re.compile(r"(yes|no|for|against|approved?|rejected?|maintained|repealed|retain|remove|yes */ *for|no */ *against)$", re.I)


def number(text, thousands=False):
    """None: blank. What is no count is an error."""
    text = text.strip()
    if thousands and re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        text = text.replace(",", "")
    if text == "":
        return None
    assert re.fullmatch(r"[0-9]+", text), text
    return int(text)


def plus(a, b):
    return None if a is None or b is None else a + b


class Sheet:
    """Contests in order of appearance; each with choices in order and votes by (kind, unit)."""

    def __init__(self):
        self.contests = {}

    def add(self, contest, choice, votes, kind="total", unit="", county=""):
        """choice: id, name and, where the feed has no ids, what it says of the party."""
        key = (clean(county), *map(clean, contest))
        c = self.contests.setdefault(key, {"choices": {}, "cells": {}})
        if not any(clean(c) for c in choice[:2]) and not votes:
            return  # a placeholder for nobody
        c["choices"].setdefault(tuple(map(clean, choice)))
        at = (kind, clean(unit), tuple(map(clean, choice)))
        c["cells"][at] = plus(c["cells"][at], votes) if at in c["cells"] else votes

    def join_counties(self):
        """One contest where the same people stand in several counties and none of them elsewhere, else a contest a county. One
        person beside other races of the title is perhaps two of one name."""
        titles = {}
        for key in self.contests:
            titles.setdefault((key[1], *map(folded, key[2:])), []).append(key)
        joined = {}
        for keys in titles.values():
            if not all(key[0] for key in keys):
                continue
            crowds = {}
            for k in keys:
                people = frozenset(ch for ch in self.contests[k]["choices"]
                                   if not ANSWER.match(ch[1]) and not re.search(r"write-?\s?in|\(w/i\)", ch[1], re.I))
                crowds.setdefault(people, []).append(k)
            races = [(p, ks) for p, ks in crowds.items() if p and len(ks) > 1]
            if len(keys) == 1:
                joined[keys[0]] = keys[0]
            elif len(races) == 1 and (len(crowds) == 1 or len(races[0][0]) > 1) \
                    and not any(p & races[0][0] for p in crowds if p != races[0][0]):
                joined.update({k: races[0][1][0] for k in races[0][1]})
        out = {}
        for key, c in self.contests.items():
            if key not in joined:
                out[key] = c
                continue
            whole = out.setdefault(("", *joined[key][1:]), {"choices": {}, "cells": {}})
            whole["choices"].update(c["choices"])
            for (kind, unit, choice), votes in c["cells"].items():
                whole["cells"]["county", key[0], choice] = \
                    plus(whole["cells"].get(("county", key[0], choice), 0), votes)
        self.contests = out

    def rows(self):
        for (_, contest_id, contest), c in self.contests.items():
            units = dict.fromkeys((kind, unit) for kind, unit, _ in c["cells"] if kind != "total")
            for kind, unit in [("total", ""), *units]:
                for choice in c["choices"]:
                    votes = c["cells"].get((kind, unit, choice), "absent")
                    if kind == "total" and votes == "absent":
                        votes = 0
                        for u in units:
                            if (*u, choice) in c["cells"]:
                                votes = plus(votes, c["cells"][(*u, choice)])
                    if votes != "absent" and kind != "precinct":
                        yield {"contest_id": contest_id, "contest": contest, "unit_type": kind, "unit": unit,
                               "choice_id": choice[0], "choice": choice[1], "votes": "" if votes is None else str(votes)}
