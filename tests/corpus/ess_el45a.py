# SPDX-License-Identifier: ISC
"""ES&S summary reports read a second time, by the fixed columns of their pages."""
import html
import re

from common import STATISTIC, clean, party_of, write_in

COUNTS = re.compile(r"PRECINCTS COUNTED|REGISTERED VOTERS|BALLOTS CAST|VOTER TURNOUT")
PARTY = re.compile(r"democrat|republican|libertarian|green|constitution|reform|.party", re.I)
HEADS = re.compile(r".*TOTAL VOTES     %.*")


def pages(path):
    text = open(path, encoding="utf-8", errors="replace", newline="").read()
    if not text.lstrip().startswith("<"):
        return text.split("\f")
    return [html.unescape(re.sub("<[a-zA-Z/!][^>]*>", "", pre)) for pre in re.findall("(?is)<pre[^>]*>(.*?)</pre", text)]


def blocks(path):
    """Each contest: its lines, with the heading above it."""
    heading = ""
    for page in pages(path):
        lines = page.split("\n")
        start = next(i for i, line in enumerate(lines) if HEADS.match(line))
        for block in re.split(r"\n(?: *\n)+", "\n".join(lines[start + 1:]).strip("\n")):
            block = block.split("\n")
            while block and block[0].lstrip().startswith("*"):
                heading = block.pop(0).strip(" *()-")
            if len(block) == 1 and ".  ." not in block[0]:
                heading = block[0]
            elif block and not COUNTS.match(block[0].strip()):
                yield heading if PARTY.search(heading) else "", block


def read(path):
    out = []
    for heading, block in blocks(path):
        title = " ".join(line.strip() for line in block[:next(i for i, s in enumerate(block) if s.startswith("(VOTE FOR"))])
        vote_for = int(re.search(r"\d+", next(s for s in block if s.startswith("(VOTE FOR"))).group())
        done, of = map(int, re.search(r"\(WITH (\d+) OF (\d+) ", "\n".join(block)).groups())
        for line in block:
            if not line.startswith(" ") or line.strip().startswith("("):
                continue
            name = line[:40]
            while name and (name[-1] == " " or name[-1] == "." and (len(name) - 1) % 3 == 0):
                name = name[:-1]
            name, total = clean(re.sub(r"[\x00-\x1f\x7f]", "", name)), line[40:51].replace(",", "").strip()
            cut = re.search(r" *(\([^()]*)$", name) if line[39:40] not in " ." else None
            party = party_of(cut[1] + ")" if cut else name, "")
            name = name[:cut.start()] if cut else name
            if not STATISTIC.match(name):
                out.append({"contest": f"{heading} - {title}" if heading else title, "votes_allowed": str(vote_for),
                            "unit_type": "total", "units_reporting": str(done), "units_total": str(of), "choice": name,
                            "party": party, "write_in": write_in(name), "votes": str(int(total)) if total else ""})
    return out
