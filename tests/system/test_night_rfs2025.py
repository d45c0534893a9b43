# SPDX-License-Identifier: ISC
"""The series of November 2025 as a night: AP's calls over HTTP, a real Redis, a subscriber. At each milestone totals, sentence and
snapshot are right; the one call that is taken back lowers the totals in the very message that says so."""
import csv
import datetime
import json

import pytest

import browser
import feeds
import harness
import served
import subscriber

NIGHT = feeds.ROOT / "tests" / "nights" / "rfs2025"
START = datetime.datetime(2025, 11, 5, 1, 0, tzinfo=datetime.timezone.utc)
SPEED = 60  # a retraction must stand for a minute: a second here
CONF = """[election]
name = The series of November 2025
dates = 2025-11-04
{polls}

[endorsements]
file = {night}/endorsements.csv
publish = sum:first-time

[poll]
interval = 30ms
networks = 127.0.0.0/8

[redis]
url = {redis}
min-interval = 1ms
""" + harness.CONF + """
[source ap]
format = ap
url = {site}/v3/elections/2025-11-04
"""
MILESTONES = {
    10: ({"won": 111, "lost": 58, "advanced": 9, "pending": 44, "settled": 178, "flips": 25},
         "169 of our 222 endorsed candidates' races have been called: 111 won (65%), across 23 states, including 25 flips;"
         " nine advance to runoffs and 44 remain to be called."),
    17: ({"won": 129, "lost": 64, "called": 193, "advanced": 9, "pending": 20, "flips": 36},
         "193 of our 222 endorsed candidates' races have been called: 129 won (66%), across 23 states, including 36 flips;"
         " nine advance to runoffs and 20 remain to be called."),
    25: ({"won": 144, "lost": 68, "advanced": 10, "pending": 0, "flips": 43},
         "212 of our 222 endorsed candidates' races have been called: 144 won (67%), across 25 states, including 43 flips;"
         " 10 advance to runoffs."),
}


def table(name):
    with open(NIGHT / name, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def candidate(row, tick, order):
    gone = int(row["gone"] or 999)
    out = bool(row["called"]) and int(row["called"]) <= tick < gone
    said = {"first": row["first"], "last": row["last"], "party": row["party"], "candidateID": row["candidate"], "polID": row["candidate"],
            "ballotOrder": order, "polNum": row["candidate"], "voteCount": int(row["votes"])}
    return {**said, "winner": row["mark"]} if out else said


class Desk(served.Site):
    """AP as far as this night needs it: every race of the ballots, with the calls that are out at a tick."""

    def __init__(self):
        super().__init__()
        self.races = {}
        for row in table("ballots.csv"):
            self.races.setdefault(row["race"], []).append(row)
        self.body = b""

    def answer(self, request):
        served.send(request, self.body, Content_Type="application/json")

    def show(self, tick, now):
        when = now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        called = {race: any("winner" in candidate(row, tick, 1) for row in rows) for race, rows in self.races.items()}
        races = [{"test": False, "raceCallStatus": "Called" if called[race] else "Too Early to Call", "raceID": race, "raceType": "General", "raceTypeID": "G", "officeID": "X", "officeName": rows[0]["office"],
                  "seatName": rows[0]["seat"], "national": False, "numWinners": int(rows[0]["seats"]),
                  **({"numRunoff": int(rows[0]["places"])} if rows[0]["places"] else {}), "tabulationStatus": "Active Tabulation",
                  "reportingUnits": [{"statePostal": rows[0]["state"], "stateName": rows[0]["state"], "level": "state",
                                      "lastUpdated": when, "precinctsReporting": 9, "precinctsTotal": 10, "precinctsReportingPct": 90.0,
                                      "candidates": [candidate(row, tick, i + 1) for i, row in enumerate(rows)]}]}
                 for race, rows in self.races.items()]
        self.body = json.dumps({"electionDate": "2025-11-04", "timestamp": when, "races": races}).encode()


@pytest.fixture(scope="module")
def night():
    """The house and its subscriber after the last tick, with what was seen at each milestone."""
    with harness.House() as h, Desk() as desk:
        h.start_redis()
        states = sorted({row["state"] for row in table("endorsements.csv")})
        polls = "\n".join(f"polls-close.{s} = 19:00 America/New_York" for s in states)
        h.conf = h.write("tallyd.conf", CONF.format(polls=polls, night=NIGHT, redis=h.redis_url, site=desk.url))
        h.clock = harness.Clock(START, SPEED, in_seconds=0)
        h.seen = {}
        desk.show(0, h.clock.now())
        h.start_tallyd()
        h.subscriber = subscriber.Subscriber(h.redis_url)
        h.subscriber.start()
        assert h.subscriber.subscribed.wait(10)
        for tick in range(1, 26):
            desk.show(tick, h.clock.now())
            expected = totals_at(tick)
            harness.wait_for(lambda: differences(totals(h), expected) == [] or not h.tallyd.alive(), 20, f"tick {tick}: {expected}")
            if tick in MILESTONES:
                h.seen[tick] = look(h, tick)
        h.subscriber.stop()
        yield h


def totals_at(tick):
    """What the ballots say is called, by simple counting."""
    ours = {row["ap_candidate_id"]: row for row in table("endorsements.csv")}
    rows, out = {}, {"won": 0, "lost": 0, "advanced": 0}
    for row in table("ballots.csv"):
        rows.setdefault(row["race"], []).append(row)
    for race in rows.values():
        def mark(row):
            said = candidate(row, tick, 1)
            return said.get("winner", "")
        winners = sum(mark(row) == "X" for row in race)
        for row in race:
            if row["candidate"] in ours:
                out["won"] += mark(row) == "X"
                out["advanced"] += mark(row) == "R"
                out["lost"] += mark(row) == "" and winners == int(race[0]["seats"])
    return out


def totals(h):
    return json.loads(h.get("/v1/totals.json"))["data"]


def differences(found, expected):
    return [f"{k}: {found[k]}, not {v}" for k, v in expected.items() if found[k] != v]


def look(h, tick):
    end = MILESTONES[tick][1]
    sentence = harness.wait_for(lambda: (lambda s: s if end in s else None)(h.get("/v1/statement.txt").strip()), 10, end)
    envelope = json.loads(h.get("/v1/totals.json"))
    return {"totals": envelope["data"], "stamp": f"{envelope['epoch']}-{envelope['seq']}", "sentence": sentence, "plain": h.redis.hgetall("tally:v1:h:totals"),
            "snapshot": json.loads(h.redis.get("tally:v1:snap:totals"))["data"], "tags": json.loads(h.get("/v1/totals.json?by=tag"))}


@pytest.mark.parametrize("tick", MILESTONES)
def test_milestone(night, tick):
    seen, (expected, end) = night.seen[tick], MILESTONES[tick]
    assert not differences(seen["totals"], expected) and not differences(seen["snapshot"], expected)
    assert {k: int(v) for k, v in seen["plain"].items() if k in expected} == expected
    head, _, tail = seen["sentence"].partition(", ")
    assert head.startswith("As of ") and head.endswith(" p.m. ET on Nov. 4") and tail == end
    assert seen["totals"]["flips_from"] == {"Republican": expected["flips"]} and seen["totals"]["called_by"] == {"ap": seen["totals"]["settled"]}
    if tick == 17:
        assert len(seen["totals"]["states_won"]) == 23
        assert seen["totals"]["win_rate"] == {"num": 129, "den": 193, "percent": 66}
        assert seen["totals"]["win_or_advance_rate"] == {"num": 138, "den": 202, "percent": 68}


def test_totals_fall_in_the_message_of_the_retraction(night):
    calls = [m["data"] for _, channel, m in night.subscriber.messages if channel.startswith("calls:")]
    at = [i for i, c in enumerate(calls) if c["outcome"] == "pending"]
    assert len(at) == 1
    before, taken = calls[at[0] - 1]["totals"], calls[at[0]]
    assert taken["totals"]["won"] == before["won"] - 1 and taken["totals"]["flips"] == before["flips"] - 1
    assert taken["totals"]["pending"] == before["pending"] + 1 and taken["by"] == "ap" and taken["reason"]
    won = [c["totals"]["won"] for c in calls]
    assert [i for i in range(1, len(won)) if won[i] < won[i - 1]] == at
    again = [c["outcome"] for c in calls if c["endorsement_id"] == taken["endorsement_id"]]
    assert again == ["won", "pending", "lost"]
    listed = json.loads(night.get("/v1/corrections.json"))["corrections"]
    assert [(c["endorsement_id"], c["was"], c["then"]) for c in listed] == [(taken["endorsement_id"], "won", "pending")]


def test_the_subscriber_saw_it_all(night):
    assert night.subscriber.gaps == [] and night.subscriber.shown["totals"]["won"] == 144
    for message in (m for _, _, m in night.subscriber.messages if m["type"] == "totals"):
        t = message["data"]
        assert t["endorsed"] == t["won"] + t["lost"] + t["advanced"] + t["pending"], t


def test_milestones_stay_citable_and_say_what_changed(night):
    for tick, seen in night.seen.items():
        assert night.get(f"/v1/statement.txt?at={seen['stamp']}").strip() == seen["sentence"], tick
    changed = json.loads(night.get(f"/v1/totals.json?since={night.seen[10]['stamp']}"))["changed"]
    assert changed["won"] == {"was": 111, "now": 144, "change": 33} and changed["flips"]["change"] == 18
    assert changed["pending"] == {"was": 44, "now": 0, "change": -44} and "endorsed" not in changed


def test_a_tag_that_is_only_summed_is_on_no_channel(night):
    ours = sum("first-time" in row["tags"] for row in table("endorsements.csv"))
    tags = night.seen[17]["tags"]["rows"]
    assert [t["tag"] for t in tags] == ["first-time"] and tags[0]["endorsed"] == ours
    for _, _, message in night.subscriber.messages:
        assert "first-time" not in json.dumps(message)


def test_the_board_shows_the_night(night):
    """README's picture is of this page."""
    page = night.get("/")
    assert "144 won of 212 called" in page and "43 flips" in page and "was won, then" in page  # the one that was taken back
    if browser.missing():
        pytest.skip(browser.missing())
    with browser.Browser() as web:
        web.open(f"http://127.0.0.1:{night.status()['http_port']}/", height=800)
        web.live()
        assert web.ask("axe") == [] and web.ask("errors") == []
        web.ask("shot", path=str(browser.shots() / "board.png"), full=False)
