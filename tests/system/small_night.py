# SPDX-License-Identifier: ISC
"""A night small enough to write down: two contests in a Clarity file that the tests rewrite, an endorsed candidate in each."""
import json
import os

import harness

ENDORSED = """endorsement_id,candidate_name,state,office,party,held_by,seats_to_fill
foe,Di Foe,GA,US Senate,Democratic,Republican,1
yew,Flo Yew,GA,US House 5,Democratic,,1
"""

CONF = """[election]
name = A small night
dates = 2025-11-04
mode = live
polls-close.GA = 19:00

[endorsements]
file = endorsed.csv

[poll]
interval = 50ms

[redis]
min-interval = 1ms
""" + harness.CONF + """
[source county]
format = clarity
state = GA
path = county.xml
late = yes
"""

LABELLED = """endorsement_id,candidate_name,state,office,party,held_by,seats_to_fill,office_level,tags
foe,Di Foe,GA,US Senate,Democratic,Republican,1,federal,first|secret
yew,Flo Yew,GA,US House 5,Democratic,,1,federal,first
"""

CONTEST = """<Contest key="{key}" text="{text}" voteFor="1" isQuestion="false" precinctsParticipating="12" precinctsReported="8">
<Choice key="1" text="{first}" party="REP" totalVotes="{n}"><VoteType name="Election Day" votes="{n}"><County name="Alder" votes="{n}"/></VoteType></Choice>
<Choice key="2" text="{second}" party="DEM" totalVotes="{m}"><VoteType name="Election Day" votes="{m}"><County name="Alder" votes="{m}"/></VoteType></Choice>
</Contest>
"""

DDHQ = """{"total":1,"next_page_url":null,"data":[{"race_id":71,"state":"Georgia","abb":"GA","name":"","race_date":"2025-11-04",
"office":"US Senate","district":"","party":null,"last_updated":"2025-11-05 03:06:17","toplineResults":{"votes":{"1":100,"2":90},
"precincts":{"total":12,"reporting":8},"called":CALLED,"called_time":WHEN},"countyResults":[],
"candidates":[{"cand_id":1,"first_name":"Cy","last_name":"Poe","party_name":"Republican"},
{"cand_id":2,"first_name":"Di","last_name":"Foe","party_name":"Democratic"}]}]}"""


def detail(poe=100, foe=90, yew=70, time="11/4/2025 9:05:50 PM EST", senate=True):
    contests = [CONTEST.format(key=10, text="US Senate", first="Cy Poe", n=poe, second="Di Foe", m=foe)] if senate else []
    contests.append(CONTEST.format(key=11, text="US House District 5", first="Gus Zed", n=30, second="Flo Yew", m=yew))
    return (f'<?xml version="1.0"?>\n<ElectionResult><Timestamp>{time}</Timestamp><ElectionName>General</ElectionName>'
            f'<ElectionDate>11/4/2025</ElectionDate><Region>GA</Region>\n{"".join(contests)}</ElectionResult>\n')


def decide(house, *words):
    done = house.ctl(*words, "--reason", "read out", "--yes")
    assert done.returncode == 0, done.stderr


def replace(path, text):
    """As every careful writer does it: the daemon sees the old file or the new one."""
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    os.replace(new, path)


class Small(harness.House):
    """The files of the night in a house; nothing runs yet."""

    def __init__(self):
        super().__init__()
        self.write("endorsed.csv", ENDORSED)
        self.write("county.xml", detail())
        self.conf = self.write("tallyd.conf", CONF)

    def add_ddhq(self):
        """A second source, which calls races; nothing is called yet."""
        self.write("ddhq.json", DDHQ.replace("CALLED", "null").replace("WHEN", "null"))
        replace(self.conf, self.conf.read_text() + "\n[source ddhq]\nlate = yes\nformat = ddhq\nstate = GA\npath = ddhq.json\n")

    def add_counties(self):
        """A seat of two counties, which spell the opponent in two ways."""
        head, *rest = ENDORSED.splitlines()
        self.write("endorsed.csv", "\n".join([f"{head},counties", *(f"{row}," for row in rest), "lou,Lou Low,GA,State Senate 4,Democratic,,1,Alder|Birch", ""]))
        text = self.conf.read_text()
        for county, rival, votes in (("Alder", "Robert J. O'Neil", 40), ("Birch", "Bob O'Neil", 80)):
            name = county.lower()
            self.write(f"{name}.csv", f"Contest,Candidate,Votes\nState Senate District 4,Lou Low,50\nState Senate District 4,{rival},{votes}\n")
            text += (f"\n[source {name}]\nlate = yes\nformat = delimited\nstate = GA\ncounty = {county}\ncovers = county\npath = {name}.csv\n"
                     "column.contest = Contest\ncolumn.choice = Candidate\ncolumn.votes = Votes\n")
        replace(self.conf, text)

    def configure(self, was, now):
        text = self.conf.read_text()
        assert was in text
        replace(self.conf, text.replace(was, now))

    def start_with_figures(self):
        self.start_tallyd()
        harness.wait_for(lambda: "leading" in self.ctl("races").stdout, 20, "figures")

    def races(self):
        done = self.ctl("races", "-o", "json")
        assert done.returncode == 0, done.stderr
        return {r["race_id"]: r for r in json.loads(done.stdout)}
