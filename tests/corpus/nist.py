# SPDX-License-Identifier: ISC
"""NIST SP 1500-100 reports read a second time, as a tree: XML or JSON, versions 1 and 2. Totals only."""
import collections
import json
import re
import xml.etree.ElementTree as ET

from common import clean, party_of, write_in

TYPES = ("total absentee absentee-fwab absentee-in-person absentee-mail uocava early election-day provisional write-in other "
         "seats").split()
LEVELS = {"county": (0, 0), **dict.fromkeys("city municipality town township borough".split(), (1, 0)), "village": (1, 1),
          "precinct": (2, 0), "combined-precinct": (2, 0), "split-precinct": (2, 1), "ward": (2, 2), "polling-place": (2, 3),
          "vote-center": (2, 4), "drop-box": (2, 5), "ballot-batch": (2, 6), "ballot-style-area": (2, 7), "other": (2, 8)}
DISTRICTS = "congressional state-senate state-house county-council city-council judicial school special utility water".split()
FATES = {"winner": "won", "advanced-to-runoff": "advanced", "defeated": "lost"}
RANKS = ["national-level", "local-level", "state-level"]


class Node:
    """An element or object: its id, type, text, and what it holds by name; collections of version 1 are looked through."""

    def __init__(self):
        self.id = self.type = ""
        self.text = ""
        self.kids = collections.defaultdict(list)

    def all(self, *names):
        for name in names:
            yield from self.kids.get(name, ())
            for outer in (f"{name}Collection", f"{name}s"):
                if outer != "PartyIds":
                    for kid in self.kids.get(outer, ()):
                        yield from kid.all(name)

    def one(self, *names):
        found = [k for n in names for k in self.kids.get(n, ())]
        return found[-1].text.strip() if found else ""

    def ids(self, *names):
        return [i for n in names for k in self.kids.get(n, ()) for i in k.text.split()]

    def words(self, name):
        found = self.kids.get(name, ())
        if not found:
            return ""
        texts = list(found[-1].kids.get("Text", ()))
        if not texts:
            return found[-1].text.strip()
        best = next((t for t in texts if language(t).lower().startswith("en")), texts[0])
        return (best.one("Content", "content") or best.text).strip()


def language(node):
    return node.one("Language", "language")


def from_xml(e):
    node = Node()
    for key, value in e.attrib.items():
        local = key.split("}")[-1]
        if local in ("ObjectId", "objectId"):
            node.id = value.strip()
        elif local == "type":
            node.type = value.strip()
        elif local in ("Language", "language"):
            kid = Node()
            kid.text = value
            node.kids["Language"].append(kid)
    node.text = (e.text or "") + "".join(k.tail or "" for k in e)
    for k in e:
        node.kids[k.tag.split("}")[-1]].append(from_xml(k))
    return node


def unique(pairs):
    keys = [k for k, _ in pairs]
    assert len(keys) == len(set(keys)), "a key stands twice"
    return dict(pairs)


def from_json(v):
    node = Node()
    if not isinstance(v, dict):
        if v is None:
            return node
        node.text = {True: "true", False: "false"}.get(v, "not whole" if isinstance(v, float) else str(v)) \
            if not isinstance(v, (str, int)) or isinstance(v, bool) else str(v)
        return node
    for key, value in v.items():
        for item in value if isinstance(value, list) else [value]:
            if item is None and key != "Count":
                continue
            kid = from_json(item)
            if key in ("@id", "ObjectId", "objectId"):
                node.id = kid.text.strip()
            elif key in ("@type", "xsi:type", "type"):
                node.type = kid.text.strip()
            node.kids[key].append(kid)
    return node


def load(path):
    data = open(path, "rb").read().removeprefix(b"\xef\xbb\xbf")
    if not data.lstrip().startswith(b"{"):
        root = ET.fromstring(data)
        assert root.tag.split("}")[-1] == "ElectionReport"
        return from_xml(root)
    root = json.loads(data, object_pairs_hook=unique)
    if isinstance(root.get("ElectionReport"), dict):
        return from_json(root["ElectionReport"])
    assert root["@type"].endswith("ElectionReport")
    return from_json(root)


def named(node):
    """What its ExternalIdentifiers call it: a stable id and the rest."""
    best, rank, other = "", 0, {}
    for x in node.all("ExternalIdentifier"):
        kind, value = x.one("Type"), x.one("Value")
        other[kind] = value
        r = RANKS.index(kind) + 1 if kind in RANKS else 4 if kind == "other" and x.one("OtherType").lower() == "stable" else 0
        if r > rank and value:
            best, rank = value, r
    return best, other


class Report:
    def __init__(self, root):
        self.root = root
        self.elections = list(root.all("Election"))
        self.things = {}
        kinds = {"GpUnit": root, "Party": root, "Office": root, "Person": root}
        for kind in kinds:
            for n in root.all(kind):
                self.define(kind, n)
        for e in self.elections:
            for n in e.all("Candidate"):
                self.define("Candidate", n)
        self.parents = collections.Counter(i for k, n in self.things.values() if k == "GpUnit" for i in n.ids("ComposingGpUnitIds"))
        self.uses = collections.Counter()
        for e in self.elections:
            for c in e.all("Contest"):
                self.uses.update({i for s in c.all("ContestSelection", "BallotSelection") for i in s.ids("CandidateIds")})

    def define(self, kind, node):
        if node.id:
            assert node.id not in self.things, f"{node.id} is defined twice"
            self.things[node.id] = kind, node

    def get(self, kind, id_):
        k, node = self.things.get(id_, (None, None))
        return node if k == kind else None

    def party(self, id_):
        node = self.get("Party", id_)
        if node is None:
            return ""
        short, name = node.words("Abbreviation"), node.words("Name")
        if short and not party_of("", short):
            return ""
        return party_of("", name) if name else short

    def person(self, candidate):
        if candidate.words("BallotName"):
            return candidate.words("BallotName")
        p = self.get("Person", candidate.one("PersonId"))
        if p is None:
            return ""
        return p.words("FullName") or " ".join(
            p.one(k) for k in ("FirstName", "MiddleName", "LastName", "Suffix") if p.one(k))


def count_of(row):
    if row.one("IsSuppressedForPrivacy") in ("true", "1"):
        return None
    assert len(row.kids["Count"]) == 1
    text = re.sub(r"\.0+$", "", row.one("Count"))
    if not text:
        return None
    assert re.fullmatch(r"[0-9]+", text), text
    return int(text)


def add(a, b):
    return None if a is None or b is None else a + b


def cells_of(selection):
    """(votes, types) by unit: the total, else the types added up; of a type the row of no device, else the devices."""
    rows = collections.defaultdict(dict)
    for row in selection.all("VoteCounts"):
        kind = row.one("Type") or "total"
        assert kind in TYPES, kind
        device = "".join(d.one(k) for d in row.all("DeviceClass", "Device") for k in ("Type", "OtherType", "Manufacturer", "Model"))
        if kind == "seats" or int(row.one("Round") or 1) > 1:
            continue
        key = kind, row.one("OtherType") if kind == "other" else ""
        had = rows[row.one("GpUnitId")].setdefault(key, {})
        assert had.setdefault(device, count_of(row)) == count_of(row), "twice"
    out = {}
    for unit, kinds in rows.items():
        votes = {}
        for key, devices in kinds.items():
            sum_ = 0
            for v in devices.values():
                sum_ = add(sum_, v)
            votes[key] = devices[""] if "" in devices else sum_
        if ("total", "") in votes:
            out[unit] = votes["total", ""], frozenset(TYPES)
            continue
        types = frozenset(k for k, _ in votes)
        assert "absentee" not in types or not types & {"absentee-fwab", "absentee-in-person", "absentee-mail", "uocava"}
        sum_ = 0
        for v in votes.values():
            sum_ = add(sum_, v)
        out[unit] = sum_, types
    return out


class Units:
    """Which units of one contest add up."""

    def __init__(self, report, contest, cells):
        self.report, self.contest = report, contest
        self.district = contest.one("ElectionDistrictId", "ElectoralDistrictId")
        self.ids = list(dict.fromkeys(u for c in cells for u in c if not self.whole(u)))
        for u in self.ids:
            assert report.get("GpUnit", u) is not None, f"no GpUnit {u}"
        self.below = {u: self.inner(u) & set(self.ids) for u in self.ids}
        self.places = [u for u in self.ids if self.level(u) is not None]
        inside = set().union(*(self.below[u] - {u} for u in self.places)) if self.places else set()
        self.outer = [u for u in self.places if u not in inside]

    def whole(self, u):
        node = self.report.get("GpUnit", u)
        return not u or u == self.district or (node is not None and node.one("Type") in ("state", "country"))

    def inner(self, u):
        found, todo = set(), [u]
        while todo:
            node = self.report.get("GpUnit", todo.pop())
            for k in node.ids("ComposingGpUnitIds") if node else ():
                if k not in found:
                    found.add(k)
                    todo.append(k)
        return found

    def level(self, u):
        node = self.report.get("GpUnit", u)
        if node.type.endswith("ReportingDevice"):
            return 2, 9
        kind = node.one("Type")
        if kind == "other" and self.below[u]:
            return None
        return LEVELS.get(kind)

    def check(self, cells):
        """No total is stated: the outermost units must lie side by side and hold all others."""
        start, end = self.report.root.one("SequenceStart"), self.report.root.one("SequenceEnd")
        assert not (start.isdigit() and end.isdigit() and int(start) < int(end))
        if not self.places:
            assert len({self.report.get("GpUnit", u).one("Type") for u in self.ids}) == 1
            return self.ids
        for u in self.ids:
            assert self.level(u) is not None or self.report.get("GpUnit", u).one("Type") in DISTRICTS + ["other"]
        assert self.outer
        if len({self.level(u) for u in self.outer}) > 1:
            assert all(self.report.parents[u] for u in self.outer)
        types = collections.defaultdict(set)
        for c in cells:
            for u, (_, t) in c.items():
                types[u] |= t
        for u in self.outer:
            for k in self.below[u]:
                assert k not in self.places or types[k] <= types[u]
        for c in cells:
            for u in c:
                if u in self.places and u not in self.outer:
                    assert any(u in self.below[o] and o in c for o in self.outer)
        return self.outer


def total_of(units, cells, all_cells):
    whole = {v for u, (v, _) in cells.items() if units.whole(u)}
    if whole:
        assert len(whole) == 1
        kinds = frozenset().union(*(t for u, (_, t) in cells.items() if units.whole(u)))
        assert all(t <= kinds for u, (_, t) in cells.items() if u in units.places)
        return whole.pop(), "0"
    if not cells:
        return None, "0"
    outer = units.check(all_cells)
    sum_ = 0
    for u in outer:
        if u in cells:
            sum_ = add(sum_, cells[u][0])
    return sum_, "1"


def choice_of(report, s):
    """(stable id, name, party, write-in, winner)"""
    text, id_, party, fate, flag = s.words("Selection"), "", "", "", s.one("IsWriteIn") in ("true", "1")
    endorsers, names, incumbents = s.ids("EndorsementPartyIds"), [], False
    who = [] if text else s.ids("CandidateIds")
    chosen = endorsers[0] if len(endorsers) == 1 else None
    for i in who:
        c = report.get("Candidate", i)
        if c is None:
            assert flag, f"no candidate {i}"
            continue
        names.append(report.person(c))
        person = report.get("Person", c.one("PersonId"))
        if chosen is None:
            chosen = c.one("PartyId") or (person.one("PartyId") if person else "") or None
        if report.uses[i] == 1 and not fate:
            fate = FATES.get(c.one("PostElectionStatus"), "")
        flag = flag or c.one("PreElectionStatus") == "write-in"
        if len(who) == 1:
            id_ = named(c)[0]
    if not text:
        text = " / ".join(n for n in names if n)
        party = report.party(chosen) if chosen else ""
    for i in s.ids("PartyIds"):
        node = report.get("Party", i)
        if not text and node is not None:
            text, party = node.words("Name") or node.words("Abbreviation"), report.party(i)
    if not text and s.one("IsWriteIn") in ("true", "1"):
        text = "Write-in"
    assert text
    return named(s)[0] or id_, text, party, "1" if flag else write_in(text), fate


def title_of(report, c):
    text = c.words("Name") or " ".join(t for t in (c.words("BallotTitle"), c.words("BallotSubTitle")) if t)
    if not text:
        offices = [report.get("Office", i) for i in c.ids("OfficeIds", "OfficeId")]
        text = " / ".join(o.words("Name") for o in offices if o is not None)
    judge = report.get("Candidate", c.one("CandidateId"))
    judge = report.person(judge) if judge is not None else ""
    if judge and judge.lower() not in text.lower():
        text = f"{text} - {judge}" if text else judge
    return text


def apart(report, contests):
    """A text and an id for each contest, so that no two are the same."""
    out = [[named(c)[0], title_of(report, c)] for c in contests]
    for step in range(3):
        seen = collections.Counter(map(tuple, out))
        for c, key in zip(contests, [tuple(k) for k in out]):
            if seen[key] < 2:
                continue
            at = out[[id(x) for x in contests].index(id(c))]
            parties = c.ids("PrimaryPartyIds")
            district = report.get("GpUnit", c.one("ElectionDistrictId", "ElectoralDistrictId"))
            more = [report.party(parties[0]) if len(parties) == 1 else "", district.words("Name") if district else ""][step:step + 1]
            if step == 2:
                at[0] = c.id
            elif more[0]:
                at[1] = f"{at[1]} - {more[0]}"
    return out


def read(path):
    report = Report(load(path))
    contests = [c for e in report.elections for c in e.all("Contest")]
    out = []
    for c, (id_, text) in zip(contests, apart(report, contests)):
        selections = list(c.all("ContestSelection", "BallotSelection"))
        rows = [r for s in selections for r in s.all("VoteCounts")]
        for field in ("GpUnitId", "Type"):
            assert len({bool(r.one(field)) for r in rows}) < 2, f"some without {field}"
        cells = [cells_of(s) for s in selections]
        units = Units(report, c, cells)
        choices = [choice_of(report, s) for s in selections]
        ids = [x[0] for x in choices if x[0]]
        lines = {}
        for x, own in zip(choices, cells):
            votes, derived = total_of(units, own, cells)
            key = ("" if len(ids) > len(set(ids)) else x[0], *x[1:])
            if key in lines:
                assert key[1] == "Write-in"
                votes = add(lines[key][0], votes)
            lines[key] = votes, derived
        allowed = c.one("VotesAllowed")
        for (choice_id, name, party, flag, fate), (votes, derived) in lines.items():
            out.append({"contest_id": id_, "contest": clean(text), "votes_allowed": str(int(allowed)) if allowed.isdigit() else "",
                        "unit_type": "total", "units_reporting": c.one("SubUnitsReported"), "units_total": c.one("TotalSubUnits"),
                        "choice_id": choice_id, "choice": clean(name), "party": clean(party), "write_in": flag, "winner": fate,
                        "votes": "" if votes is None else str(votes), "derived": derived})
    return out
