#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Writes endorsements.csv and ballots.csv beside this file: a night of 222 endorsed candidacies for local and legislative offices.

Nobody in it exists. What is given is the series it must reproduce, by the number of calls that are out (the ticks of ballots.csv):
at 10, 111 won, 9 to runoffs, 25 flips, 178 settled; at 17, 129 won of 193 called, 36 flips, 23 states; at 25, 144 won, 10 to runoffs,
43 flips. One call, a flip, is out at 12, gone at 13 and 14, and goes to the other side at 16.
"""
import csv
import itertools
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
DATE = "2025-11-04"
FIRST = """Abena Ander Bexley Calla Corin Dagny Delphine Edda Elan Fenna Garrick Halina Idris Jessamy Joaquin Kamila Lachlan Lorelei Magnus
Marisela Nerissa Niall Odalys Otis Perpetua Quincy Ravi Rosalba Severin Sunniva Tamar Theo Ursa Valentin Wilhelmina Xiomara Yannick
Zephyr""".split()
LAST = """Aldercroft Ashgrove Birchmere Blackthorne Brackenbury Carrowmore Chevington Dunmarsh Eastlake-Moor Elderwick Fallowfield Farthingale
Glenmarrow Greywater Hartsworth Hawksridge Hollowell Ironbridge Jarrowby Kestrelwood Kingsmarsh Larkhill Longacre Marchbanks Merrivale
Netherby Northcote Oakhampton Okonjo-Vale Pellworth Penhaligon Quarrington Ravensdale Redfern Rothesay Saltmarsh Silverlake Stonehouse
Tattershall Thistlewood Umberland Valdecasa Verwood Wainscott Westerhale Whitmarsh Winterbourne Yarrowdale Zambrano-Pike""".split()
WINNING = "VA NJ PA GA NY OH MI MN NC WA CO TX FL WI IL MA CT ME NH MD IA AZ KS".split()       # a win by the second milestone in each
LATER = "ID MT SC UT".split()                                                                      # no win by then
TOWNS = """Marlow Eastvale Granite Fork Port Sable Cedar Notch Linden Hale Copper Ridge Saint Odo Fairmont Wells Blue Harbor Tamarack""".split()

# what becomes of a candidacy that is alone in its race: (how many, outcome, flip, first and last tick of its call)
ALONE = [
    (25, "won", True, 1, 10), (77, "won", False, 1, 10), (55, "lost", False, 1, 10), (9, "advanced", False, 2, 10),
    (11, "won", True, 11, 17), (7, "won", False, 11, 17), (5, "lost", False, 11, 17), (1, "retracted", False, 12, 12),
    (7, "won", True, 18, 25), (8, "won", False, 18, 25), (4, "lost", False, 18, 25), (1, "advanced", False, 20, 20),
]
# two of ours on a board of three: outcomes, tick
BOARDS = [("won", "won", 3), ("won", "won", 6), ("won", "won", 9), ("won", "lost", 4), ("won", "lost", 7), ("won", "lost", 8)]


def names(rng):
    both = list(itertools.product(FIRST, LAST))
    rng.shuffle(both)
    return iter(both)


def office(rng, state, flip, runoff, used):
    """(office, level, district, jurisdiction, has parties); none twice in a state."""
    while True:
        town = f"City of {rng.choice(TOWNS)}"
        district = str(rng.randint(1, 98))
        kinds = [("State House", "state", district, "", True), ("State Senate", "state", district, "", True),
                 ("County Commission", "county", district, "", True)]
        if not flip:
            kinds += [("City Council", "local", district, town, False), ("Mayor", "local", "", town, False),
                      ("School Board", "school", district, f"{town.removeprefix('City of ')} School District", False)]
        if runoff:
            kinds = [("Mayor", "local", "", town, False), ("City Council", "local", district, town, False)]
        found = rng.choice(kinds)
        if (state, found) not in used:
            used.add((state, found))
            return found


class Night:
    def __init__(self):
        self.rng = random.Random(20251104)
        self.names, self.used = names(self.rng), set()
        self.endorsed, self.ballots = [], []
        self.race, self.person = 4100, 70100

    def candidate(self, race, who, party, votes, called, outcome, gone=""):
        self.person += 1
        self.ballots.append({"race": race["ap_race_id"], "state": race["state"], "office": race["office"], "seat": race["seat"],
                             "seats": race["seats"], "places": race["places"], "candidate": self.person, "first": who[0], "last": who[1],
                             "party": party, "votes": votes, "mark": outcome, "called": called, "gone": gone})
        return self.person

    def endorse(self, race, who, person, kind, flip):
        name, level, district, place, parties = kind
        held = "Republican" if flip else self.rng.choice(["Democratic", ""]) if parties else ""
        self.endorsed.append({
            "endorsement_id": f"e{len(self.endorsed) + 1:03}", "candidate_name": " ".join(who), "state": race["state"], "office": name,
            "office_level": level, "party": "Democratic", "district": district, "jurisdiction": place, "seats_to_fill": race["seats"],
            "advance_to": race["places"], "held_by": held, "ap_race_id": race["ap_race_id"], "ap_candidate_id": person,
            "tags": "first-time" if self.rng.random() < 0.4 else ""})

    def new_race(self, state, kind, seats, places):
        self.race += 1
        return {"ap_race_id": self.race, "state": state, "office": kind[0], "seats": seats, "places": places,
                "seat": " ".join(p for p in (kind[3], f"District {kind[2]}" if kind[2] else "") if p)}

    def alone(self, state, outcome, flip, tick):
        kind = office(self.rng, state, flip or outcome == "retracted", outcome == "advanced", self.used)
        race = self.new_race(state, kind, 1, 2 if outcome == "advanced" else "")
        ours, theirs = next(self.names), next(self.names)
        lead = self.rng.randint(20, 900)
        low = self.rng.randint(900, 9000)
        party = "GOP" if kind[4] else "NP"
        mine = "Dem" if kind[4] else "NP"
        if outcome == "won":
            person = self.candidate(race, ours, mine, low + lead, tick, "X")
            self.candidate(race, theirs, party, low, "", "")
        elif outcome == "lost":
            person = self.candidate(race, ours, mine, low, "", "")
            self.candidate(race, theirs, party, low + lead, tick, "X")
        elif outcome == "advanced":
            person = self.candidate(race, ours, mine, low + lead, tick, "R")
            self.candidate(race, theirs, party, low, tick, "R")
            self.candidate(race, next(self.names), party, low // 2, "", "")
        else:
            person = self.candidate(race, ours, mine, low, 12, "X", gone=13)
            self.candidate(race, theirs, party, low + 5, 16, "X")
        self.endorse(race, ours, person, kind, flip or outcome == "retracted")

    def board(self, state, first, second, tick):
        kind = ("School Board", "school", "", f"{state} Union Free School District {tick}", False)
        race = self.new_race(state, kind, 3, "")
        ours = [next(self.names), next(self.names)]
        votes = sorted(self.rng.sample(range(900, 9000), 5), reverse=True)
        people = [self.candidate(race, ours[0], "NP", votes[0], tick - 1, "X"),  # one seat is called before the others
                  self.candidate(race, ours[1], "NP", votes[1 if second == "won" else 4], tick if second == "won" else "",
                                 "X" if second == "won" else "")]
        others = 1 if second == "won" else 2
        for i in range(3):
            self.candidate(race, next(self.names), "NP", votes[2 + i - (second != "won")], tick if i < others else "",
                           "X" if i < others else "")
        for who, person in zip(ours, people):
            self.endorse(race, who, person, kind, False)

    def make(self):
        plan = []
        for count, outcome, flip, first, last in ALONE:
            plan += [(outcome, flip, first + (last - first) * i // max(count - 1, 1)) for i in range(count)]
        first_wins = [p for p in plan if p[0] == "won" and p[2] <= 17]
        later = [p for p in plan if p not in first_wins or p[2] > 17]
        for i, p in enumerate(first_wins):
            self.alone(WINNING[i % len(WINNING)], *p)
        for i, p in enumerate(later):
            states = WINNING + LATER if p[0] != "won" else WINNING + LATER[:2]
            self.alone(states[-1 - i % len(states)], *p)
        for i, board in enumerate(BOARDS):
            self.board(WINNING[i * 3], *board)
        assert len(self.endorsed) == 222 and len({e["state"] for e in self.endorsed}) == len(WINNING + LATER)


def write(name, rows):
    with open(HERE / name, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    night = Night()
    night.make()
    write("endorsements.csv", night.endorsed)
    write("ballots.csv", night.ballots)
