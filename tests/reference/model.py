# SPDX-License-Identifier: ISC
"""The election a second time, from the specification alone: what is said, what is called, what is
counted. Slow and plain on purpose; it shares nothing with the C core but the words.

A night is JSON lines: one of kind "night" (settings and endorsements), then pairs of "event" and
"figures". Whose line a choice is and which contest belongs to which race stand in the night:
matching is not the reference's business. Nor are the guards: a night for the reference has no
payload that one of them would hold or refuse."""

from dataclasses import dataclass, field

CALLED = ("won", "lost", "advanced")
APART = ("withdrawn", "disqualified", "not_on_ballot", "postponed")
FIFTY = set(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM "
    "NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY".split())


@dataclass
class Contest:
    """What one source says of one race, or of one county of it, on air."""

    source: int
    key: tuple
    race: str
    says: dict
    status: str

    def people(self):
        """name -> the indexes of its lines: the same name on several lines is one person."""
        out = {}
        for i, c in enumerate(self.says["choices"]):
            out.setdefault(c["name"], []).append(i)
        return out

    def votes(self, lines):
        return sum(self.says["total"][i] for i in lines)

    def total(self):
        return sum(self.says["total"])

    def mark(self, lines):
        marks = [self.says["choices"][i]["mark"] for i in lines]
        for m in ("won", "advanced"):
            if m in marks:
                return m
        return "lost" if marks and all(m == "lost" for m in marks) else None

    def marked(self, mark):
        return {name for name, lines in self.people().items() if self.mark(lines) == mark}

    @property
    def primary(self):
        """whose primary it is, of a race over those of several parties: "" elsewhere"""
        return self.says["primary"]

    def lines_of(self, endorsement_id):
        return [i for i, c in enumerate(self.says["choices"]) if endorsement_id in c["ours"]]

    def complete(self):
        r, t = self.says["reporting"], self.says["units"]
        return t is not None and t > 0 and r == t


@dataclass
class Offer:
    contests: list
    first: int  # the source whose name and place in the order it has
    county: str
    usable: bool
    lagging: bool = False

    def total(self):
        return sum(c.total() for c in self.contests)


@dataclass
class Race:
    id: str
    endorsements: list
    on_air: int | None = None
    counties: dict = field(default_factory=dict)  # county -> source on air
    lag_since: dict = field(default_factory=dict)  # (source, county) -> ms


@dataclass
class Claim:
    outcome: str  # "pending": taken back
    basis: str
    because: frozenset = frozenset()  # the winners whose marks made a candidacy lost


class Election:
    def __init__(self, night):
        self.night = night
        self.sources = night["sources"]
        self.endorsements = night["endorsements"]
        if any(e["incumbent"] is True for e in self.endorsements):
            for e in self.endorsements:  # a list that names incumbents says who is none
                e["incumbent"] = e["incumbent"] is True
        self.races = {}
        for e in self.endorsements:
            self.races.setdefault(e["race"], Race(e["race"], [])).endorsements.append(e)
        self.contests = [{} for _ in self.sources]
        self.own_time = [None] * len(self.sources)
        self.success = [None] * len(self.sources)
        self.advisory = set()
        self.stood = {}  # (source, contest), ours or not -> whoever had a winner's mark there
        # (race, authority, endorsement, primary) -> [Claim]: what is said of one primary says
        # nothing of another; of a race over one contest the primary is ""
        self.claims = {}
        self.fading = {}  # the same -> since ms
        self.decided = set()  # (race, authority, endorsement) that was ever called
        self.conflict_seats = set()  # (race, authority) with more winners than seats
        self.moved = set()  # (race, authority) of which moved marks say another thing now
        self.now = 0

    # ---- what is said ----

    def apply(self, event, refused=False):
        self.now = event["now"]
        heard = None
        if event["type"] == "batch":
            heard = self.take(event)
        elif event["type"] == "unchanged":
            heard = event["source"]
            self.success[heard] = self.now
        for race in self.races.values():
            self.merge(race)
            self.look(race, heard)

    def take(self, event):
        source, own = event["source"], event["own"]
        status = ("unknown", "unofficial", "complete", "official", "certified")[event["status"]]
        before = self.own_time[source]
        if own is not None and before is not None and own < before:
            return None  # never back to a payload older by its own timestamp
        if own is not None:
            self.own_time[source] = own
        self.success[source] = self.now
        for says in event["contests"]:
            key = (says["county"], says["id"], says["text"])
            new = Contest(source, key, says["race"], says, status)
            if self.sources[source]["authority"] == "official":
                stood = self.stood.setdefault((source, key), set())
                now = new.marked("won") | new.marked("advanced")
                if stood - now and now - stood:  # whenever
                    self.advisory.add(source)
                stood |= now
            if says["race"] is not None:
                self.contests[source][key] = new
        for c in self.contests[source].values():
            c.status = status
        return source

    def fresh(self, source):
        at = self.success[source]
        return at is not None and self.now - at <= self.sources[source]["stale_after"]

    # ---- one race, one source ----

    @staticmethod
    def is_of(contest, race):
        """a primary in which nobody of ours stands is none of the race"""
        return contest.race == race.id and any(contest.lines_of(e["id"]) for e in race.endorsements)

    def offers(self, race):
        parts, out = {}, []
        for i, s in enumerate(self.sources):
            if not s["votes"]:
                continue
            mine = [c for c in self.contests[i].values() if self.is_of(c, race)]
            counties = {}
            for c in mine:
                county = (s["county"] or c.says["county"]) if s["covers"] == "county" else ""
                counties.setdefault(county, []).append(c)
            for county, contests in counties.items():
                if s["part"]:
                    parts.setdefault(county, []).append((i, contests))
                else:
                    out.append(Offer(contests, i, county, self.fresh(i)))
        every = [i for i, s in enumerate(self.sources) if s["part"]]  # one place's, in these nights
        for county, of in parts.items():
            there = [i for i, _ in of]
            if there == every:  # else it is not complete, and never shown
                usable = all(self.fresh(i) for i in every)
                out.append(Offer([c for _, cs in of for c in cs], there[0], county, usable))
        return out

    def look_at_lag(self, race, offers):
        for o in offers:
            key = (o.first, o.county)
            others = [p.total() for p in offers
                      if p is not o and p.county == o.county and p.usable and p.total() > 0]
            behind = any((p - o.total()) * 10000 > p * self.night["lag_bp"] for p in others)
            if not behind:
                race.lag_since.pop(key, None)
                continue
            since = race.lag_since.setdefault(key, self.now)
            o.lagging = self.now - since >= self.night["lag_ms"]

    @staticmethod
    def choose(offers, on_air, priority):
        good = [o for o in offers if o.usable and not o.lagging and o.total() > 0]
        mine = next((o for o in offers if o.first == on_air), None)
        if not good:  # none is fit to take over: the last known figures are better than none
            if mine is not None and mine.total() > 0:
                return mine
            good = [o for o in offers if o.total() > 0]
            if not good:
                return None
        if mine is not None and mine.usable:  # who has less cannot take over, and bars nobody
            good = [o for o in good if o is mine or o.total() >= mine.total()] or [mine]
        return min(good, key=lambda o: (-priority(o.first), -o.total(), o.first))

    def merge(self, race):
        offers = self.offers(race)
        self.look_at_lag(race, offers)
        priority = lambda i: self.sources[i]["priority"]
        race.figures = []
        whole = [o for o in offers if not o.county]
        chosen = self.choose(whole, race.on_air, priority)
        if chosen:
            race.on_air, race.counties, race.figures = chosen.first, {}, [chosen]
        else:
            race.on_air = None
            for county in sorted({o.county for o in offers if o.county}):
                c = self.choose([o for o in offers if o.county == county],
                                race.counties.get(county), priority)
                if c:
                    race.counties[county] = c.first
                    race.figures.append(c)
        # (primary, name) -> votes, and endorsement -> its (primary, name): never summed over parties
        race.people, race.ours = {}, {}
        for o in race.figures:
            for c in o.contests:
                for name, lines in c.people().items():
                    line = (c.primary, name)
                    race.people[line] = race.people.get(line, 0) + c.votes(lines)
                for e in race.endorsements:
                    lines = c.lines_of(e["id"])
                    if lines:
                        line = (c.primary, c.says["choices"][lines[0]]["name"])
                        mine = race.ours.setdefault(e["id"], [])
                        if line not in mine:
                            mine.append(line)

    def stated(self, race, name, endorsed):
        """seats or places: what all who state it agree on, else None"""
        said = {e[endorsed] for e in race.endorsements if e[endorsed] > 0}
        for per_source in self.contests:
            for c in per_source.values():
                if c.race == race.id and c.says[name] > 0:
                    said.add(c.says[name])
        return said.pop() if len(said) == 1 else None

    def lines(self, race, e):
        """(primary, name) of it in any source"""
        return [(c.primary, c.says["choices"][c.lines_of(e["id"])[0]]["name"])
                for per_source in self.contests for c in per_source.values()
                if self.is_of(c, race) and c.lines_of(e["id"])]

    def primaries(self, race):
        """of how many parties, where anybody of ours stands"""
        return len({c.primary for per_source in self.contests for c in per_source.values()
                    if self.is_of(c, race)})

    def room(self, race, each):
        return each and each * max(1, self.primaries(race))

    def progress(self, race, e):
        seen = {self.progress_in(race, line) for line in race.ours.get(e["id"], [])}
        if "leading" in seen:
            return "leading"
        if "unclear" in seen or {"trailing", "no_results"} <= seen:
            return "unclear"
        return "trailing" if "trailing" in seen else "no_results"

    @staticmethod
    def is_partial(race):
        """a sum that lacks a county of the race: who leads in it is not known"""
        summed = any(o.county for o in race.figures)
        return summed and len(race.figures) < max(e["counties"] for e in race.endorsements)

    def progress_in(self, race, line):
        votes = {who: v for who, v in race.people.items() if who[0] == line[0]}
        if not sum(votes.values()):
            return "no_results"
        ranked = any(c.says["ranked"] for o in race.figures for c in o.contests)
        edge = self.stated(race, "places", "advance_to") or self.stated(race, "seats", "seats")
        if edge is None or ranked or self.is_partial(race):
            return "unclear"
        mine = votes[line]
        above = sum(v > mine for v in votes.values())
        even = sum(v == mine for v in votes.values())
        if above >= edge:
            return "trailing"
        if above + even > edge or mine == 0:
            return "unclear"
        return "leading"

    # ---- calls ----

    def may_call(self, source, contest):
        s = self.sources[source]
        if s["calls"] == "no":
            return False
        if s["authority"] != "official":
            return True
        if s["covers"] != "race":
            return False
        return s["calls"] == "live" or contest.status in ("complete", "official", "certified")

    def contests_of(self, race, by):
        """primary -> the contest by which the authority speaks of it"""
        out = {}
        for i, s in enumerate(self.sources):
            if s["authority"] == by:
                for c in self.contests[i].values():
                    if self.is_of(c, race) and self.may_call(i, c):
                        out.setdefault(c.primary, c)
        return out

    def stands_in(self, race, e):
        """the primaries in which any source has it"""
        return sorted({primary for primary, _ in self.lines(race, e)})

    def word(self, race, by, e, contest):
        """(outcome or None for uncalled, basis, because); None: says nothing that can be used"""
        seats = self.stated(race, "seats", "seats")
        places = self.stated(race, "places", "advance_to")
        winners, going_on = contest.marked("won"), contest.marked("advanced")
        if seats is not None and len(winners) > seats:
            self.conflict_seats.add((race.id, by))
            return None
        lines = contest.lines_of(e["id"])
        if not lines:
            return None
        own = contest.mark(lines)
        if own:
            return own, "mark", frozenset()
        if seats is not None and winners and len(winners) >= seats:
            return "lost", "seats", frozenset(winners)
        if places is not None and going_on and len(going_on) >= places:
            return "lost", "places", frozenset(going_on)
        if not contest.says["stated"]:
            return None
        return None, "", frozenset()

    def last(self, race, by, e, primary):
        claims = self.claims.get((race.id, by, e["id"], primary))
        return claims[-1] if claims else None

    def claim(self, race, by, e, primary, claim):
        self.claims.setdefault((race.id, by, e["id"], primary), []).append(claim)

    def says(self, race, by, e):
        """what an authority's claims on its lines come to: one line won is a win; lost is who has
        lost on every line there is, and could stand on no other"""
        primaries = [""] if by == "unopposed" else self.stands_in(race, e)
        last = [self.last(race, by, e, p) for p in primaries]
        outcomes = [c.outcome if c else "pending" for c in last]
        for outcome in ("won", "advanced"):
            if outcome in outcomes:
                return outcome
        open_elsewhere = primaries != [""] and self.primaries(race) == 1
        if outcomes and set(outcomes) == {"lost"} and not open_elsewhere:
            return "lost"
        return "pending"

    def look(self, race, heard):
        for by in self.night["order"]:
            self.conflict_seats.discard((race.id, by))
            self.moved.discard((race.id, by))
            contests = self.contests_of(race, by)
            for e in race.endorsements:
                if e["status"] in APART:
                    continue
                for primary in self.stands_in(race, e):
                    said = primary in contests and self.word(race, by, e, contests[primary])
                    if said and contests[primary].source in self.advisory:
                        self.differ(race, by, e, primary, said[0])
                    elif said:
                        self.hear(race, by, e, contests[primary], said, heard)
                if self.says(race, by, e) != "pending":
                    self.decided.add((race.id, by, e["id"]))
            self.follow(race, by)
        for e in race.endorsements:
            if e["status"] in ("unopposed", "elected_unopposed") and not self.last(
                    race, "unopposed", e, ""):
                self.claim(race, "unopposed", e, "", Claim("won", "unopposed"))
                self.decided.add((race.id, "unopposed", e["id"]))

    # ---- lost by what others of ours were given ----

    def speaks_of(self, race, by, e):
        """has any source that speaks for the authority a line of it?"""
        return any(self.is_of(c, race) and c.lines_of(e["id"])
                   for s, of in zip(self.sources, self.contests)
                   if s["authority"] == by and s["calls"] != "no" for c in of.values())

    def stood_against(self, race, e, other):
        """known to stand in one race: side by side in a contest of any source; or no source has
        the other at all, and only the list speaks of the two"""
        theirs = [c for of in self.contests for c in of.values()
                  if self.is_of(c, race) and c.lines_of(other["id"])]
        return not theirs or any(c.lines_of(e["id"]) for c in theirs)

    def follow(self, race, by):
        """Of whom the authority has no line at all, its marks say nothing: but where it has given
        others of ours all there is, who stood against every one of them is out."""
        for e in race.endorsements:
            if e["status"] in APART or self.speaks_of(race, by, e):
                continue
            because = self.room_taken(race, by, e)
            last = self.last(race, by, e, "")
            stands = last is not None and last.outcome == "lost"
            if because and not stands:
                self.claim(race, by, e, "", Claim("lost", because))
                self.decided.add((race.id, by, e["id"]))
            if stands and not because:
                self.claim(race, by, e, "", Claim("pending", "follows no more"))

    def room_taken(self, race, by, e):
        """by what the others of ours have: "seats", "places" or None"""
        for outcome, basis, room in (("won", "seats", self.stated(race, "seats", "seats")),
                                     ("advanced", "places",
                                      self.stated(race, "places", "advance_to"))):
            others = [o for o in race.endorsements
                      if o is not e and self.says(race, by, o) == outcome]
            if room and len(others) >= room and all(
                    self.stood_against(race, e, o) for o in others):
                return basis
        return None

    def differ(self, race, by, e, primary, outcome):
        """a source whose mark has moved: what it says calls nothing, nor takes anything back"""
        last = self.last(race, by, e, primary)
        if last and last.outcome != "pending" and outcome not in (None, last.outcome):
            self.moved.add((race.id, by))

    def hear(self, race, by, e, contest, said, heard):
        outcome, basis, because = said
        primary = contest.primary
        key, last = (race.id, by, e["id"], primary), self.last(race, by, e, primary)
        stands = last.outcome if last else "pending"
        if (outcome or "pending") == stands:
            self.fading.pop(key, None)
            if last and outcome:
                last.basis, last.because = basis, because
            return
        if stands == "pending":
            self.claim(race, by, e, primary, Claim(outcome, basis, because))
            return
        # another word than the call that stands: first that one is taken back
        if not outcome and last.basis in ("seats", "places"):
            if last.because <= contest.marked("won" if last.basis == "seats" else "advanced"):
                return  # no mark has gone: only the number of seats is in question now
        since = self.fading.setdefault(key, self.now)
        if heard == contest.source and self.now - since >= self.night["retract_ms"]:
            del self.fading[key]
            self.claim(race, by, e, primary, Claim("pending", "retracted"))
            if outcome:
                self.claim(race, by, e, primary, Claim(outcome, basis, because))

    def authority(self, race):
        for by in list(self.night["order"]) + ["unopposed"]:
            if any((race.id, by, e["id"]) in self.decided for e in race.endorsements):
                return by  # also of what was taken back since
        return None

    def outcome(self, race, e):
        by = self.authority(race)
        return self.says(race, by, e) if by else "pending"

    def conflict(self, race):
        if any(r == race.id for r, _ in self.conflict_seats | self.moved):
            return True
        for e in race.endorsements:
            said = {self.says(race, by, e) for by in self.night["order"]}
            if len(said - {"pending"}) > 1:
                return True
        return False

    def fades(self, race):
        """A call whose mark is gone, and not yet seen gone again: it stands, under review."""
        return any(key[0] == race.id for key in self.fading)

    def race_called(self, race):
        """(seats known to be called, places known to be, whether that is all of either)"""
        by = self.authority(race)
        seats = self.stated(race, "seats", "seats")
        places = self.stated(race, "places", "advance_to")
        won, going_on = set(), set()
        if by and not any(r == race.id for r, _ in self.conflict_seats):
            for primary, c in self.contests_of(race, by).items():
                won |= {(primary, name) for name in c.marked("won")}
                going_on |= {(primary, name) for name in c.marked("advanced")}
        derived, outcomes = set(), set()
        for e in race.endorsements:
            if e["status"] in APART:
                continue
            outcome = self.outcome(race, e)
            outcomes.add(outcome)
            mine = self.lines(race, e) or [("", e["name"])]
            if outcome == "won" and not won & set(mine):
                won.add(mine[0])
            if outcome == "advanced" and not going_on & set(mine):
                going_on.add(mine[0])
            if outcome == "lost":
                derived |= {self.last(race, by, e, p).basis for p in self.stands_in(race, e)}
        # a loss says that somebody else has the seat, where there is but one
        seats_room, places_room = self.room(race, seats), self.room(race, places)
        all_ours = (bool(outcomes) and "pending" not in outcomes and seats in (None, 1) and
                    (self.primaries(race) <= 1 or "won" not in outcomes))
        seats_called = max(len(won), seats or 0 if "seats" in derived else 0)
        places_called = max(len(going_on), places or 0 if "places" in derived else 0)
        every = ((all_ours and places is None) or
                 (seats is not None and seats_called >= seats_room) or
                 (places is not None and places_called >= places_room))
        return seats_called, places_called, every
