# SPDX-License-Identifier: ISC
"""What second readings share: text as tally-parse cleans it, and rows as tuples of its CSV."""
import re
import unicodedata

PARTY_MARK = re.compile(r"\((rep|dem|lib|grn|gre|ind|con|r|d|l|g|npa|wfp)\)\s*$", re.I)
NO_PARTY = re.compile(r"(np|non|none|non[- ]?partisan|y|n|yes|no|[0-9]+)?$", re.I)
STATISTIC = re.compile(r"(over|under)\s*votes?$", re.I)


def clean(text):
    text = re.sub("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text or "")
    text = unicodedata.normalize("NFC", " ".join((text or "").replace("\u00a0", " ").split()))
    while len(text.encode()) > 200:
        text = text[:-1]
    return text.rstrip()


def cell(number):
    return "" if number is None or number < 0 else str(number)


def party_of(name, field):
    field = clean(field)
    if not NO_PARTY.match(field):
        return field
    mark = PARTY_MARK.search(clean(name))
    return mark.group(1) if mark else ""


def write_in(name):
    return "1" if re.search(r"write[- ]?in|\(w/i\)", name or "", re.I) else "0"


def rows_of(contest_id, contest, votes_allowed, units, choices):
    """units: (type, name, reporting, total, {choice position: votes}); choices: (id, name, party, winner)"""
    for kind, unit, reporting, total, votes in units:
        for at, (choice_id, name, party, winner) in enumerate(choices):
            if kind != "total" and at not in votes:
                continue
            yield (contest_id, clean(contest), cell(votes_allowed), kind, clean(unit),
                   cell(reporting), cell(total), choice_id, clean(name), party, write_in(name),
                   winner, cell(votes.get(at)), "0")
