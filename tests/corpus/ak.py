# SPDX-License-Identifier: ISC
"""Alaska's file read a second time."""
import re

import flat

METRICS = ("Number of Precincts", "Number of Precincts for Race", "Number of Precincts Reporting", "Registered Voters", "Times Counted")


def read(path):
    sheet = flat.Sheet()
    for line in filter(None, flat.lines(path)):
        contest, choice, party, kind, votes, rest = re.fullmatch(r'"(.*?)" *,"(.*?)" *,"(.*?)" *,"(.*?)" *,(.*?) *,(.*)', line).groups()
        assert not rest.strip()
        if contest != "Race Statistics" and choice not in METRICS and kind == "Total":
            sheet.add(("", contest), ("", choice, party), flat.number(votes))
    return list(sheet.rows())
