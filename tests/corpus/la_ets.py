# SPDX-License-Identifier: ISC
"""Los Angeles County's fixed columns read a second time: by regular expression where the driver counts columns."""
import itertools
import re

from common import party_of, rows_of

RECORD = re.compile(r"(\d{3})([A-Z]{2})")
PRECINCTS = re.compile(r"TOTAL PRECINCTS(?P<total>[ \d,]{11}) {12}PRECINCTS REPORTING(?P<reporting>[ \d,]{0,10})")
ANSWER = re.compile(r"(?P<asked>.*?) *- (?P<answer>YES|NO) +(?P<votes>[\d,]+|Z,ZZZ,ZZ9)\b")


def number(text):
    return None if text.startswith("Z") else int(text.replace(",", ""))


def read(path):
    lines = [s for s in path.read_bytes().decode("utf-8", "replace").replace("\x1a", "").splitlines() if s.strip()]
    end = re.fullmatch(r"999EF.{10} *(\d+) *", lines[-1])
    assert end and int(end.group(1)) == len(lines)
    out = []
    for _, records in itertools.groupby(lines, key=lambda s: s[:3]):
        records = [(RECORD.match(s).group(2), s[15:]) for s in records]
        kinds = {}
        for kind, text in records:
            kinds.setdefault(kind, text)
        title = " ".join(next((kinds[k] for k in ("CC", "MC", "JC") if k in kinds), "").split())
        seen = PRECINCTS.match(kinds.get("PR", ""))
        total, reporting = (number(n) if n.strip() else -1 for n in seen.groups()) if seen else (-1, -1)
        allowed = re.search(r"(\d+)\s*$", kinds.get("VF", ""))
        allowed = int(allowed.group(1)) if allowed else -1

        def contest(text, choices, counts, most):
            return rows_of("", text, most, [("total", "", reporting, total, dict(enumerate(counts)))], choices)

        people = [s for kind, s in records if kind == "CN"]
        if people:
            out += contest(title, [("", s[3:26].strip(), party_of("", s[26:29]), "") for s in people],
                           [number(s[29:].split()[0]) for s in people], allowed)
        answers = [ANSWER.match(s) for kind, s in records if kind in ("MT", "JN")]
        for yes, no in zip(answers[::2], answers[1::2]):
            assert (yes["answer"], no["answer"]) == ("YES", "NO")
            asked = " ".join(yes["asked"].split())
            out += contest(f"{title}: {asked}", [("", "YES", "", ""), ("", "NO", "", "")],
                           [number(yes["votes"]), number(no["votes"])], -1)
    return out
