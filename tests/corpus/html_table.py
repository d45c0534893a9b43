# SPDX-License-Identifier: ISC
"""A page of <h3> titles, each before its table, as the sample of html-table has them; read with a regular expression a line."""
import html
import re

from common import clean, write_in
from tables import number


def cells_of(line):
    return [clean(html.unescape(re.sub(r"<[^>]*>", "", c))) for c in re.split(r"<t[dh][^>]*>", line)[1:]]


def read(path, *_):
    page = re.sub(r"(?s)<!--.*?-->", "", path.read_bytes().decode("cp1252"))
    page = re.sub("[\x00-\x08\x0b\x0e-\x1f]", "\ufffd", page).replace("\x7f", "")
    contest, allowed, rows = None, "", []
    for line in page.splitlines():
        title = re.match(r"<h3>(.*)</h3>$", line)
        if title:
            contest = clean(html.unescape(title.group(1)))
            vote_for = re.search(r"\(Vote for ([0-9]+)\)$", contest)
            allowed = vote_for.group(1) if vote_for else ""
            contest = clean(contest[:vote_for.start()]) if vote_for else contest
        elif re.match(r"<tr>(?=<td)", line):
            name, votes, _ = cells_of(line)
            squeezed = re.sub("[^a-z]", "", name.lower())
            if name != "Total" and squeezed not in ("overvotes", "undervotes"):
                rows.append({"contest": contest, "votes_allowed": allowed, "unit_type": "total", "choice": name,
                             "write_in": write_in(name), "votes": number("" if votes == "*" else votes)})
    return rows
