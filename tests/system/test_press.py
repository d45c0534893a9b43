# SPDX-License-Identifier: ISC
"""What the press is given over HTTP: the sentence as it was, what changed since, corrections, open races, and totals by what is
public; the same after a restart."""
import csv
import io
import json
import re

import pytest

import harness
import schemas
import small_night
from harness import ask


def rows(text):
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def stamp(answer):
    return answer.getheader("ETag").strip('"')


def call(house, winner, at=None):
    text = small_night.DDHQ.replace("CALLED", str(winner)).replace("WHEN", '"2025-11-05 03:40:11"' if winner != "null" else "null")
    text = text.replace("03:06:17", at or "03:06:30" if winner != "null" else "03:07:00")  # the same bytes again are an older copy
    small_night.replace(house.folder / "ddhq.json", text)


def says(house, text):
    def look():
        got = ask(house, "/v1/statement.txt")
        return got if text in got.body else None
    return harness.wait_for(look, 15, text)


@pytest.fixture(scope="module")
def house():
    with small_night.Small() as h:
        h.add_ddhq()
        h.write("endorsed.csv", small_night.LABELLED)
        h.configure("file = endorsed.csv", "file = endorsed.csv\npublish = office_level, tag:first\nmin-cell = 2\n\n[guards]\nretract = 1s")
        h.write("cycles.csv", "cycle,won,called\n2021,5,10\n2023,60,100\n")
        h.configure("[redis]", "[totals]\nbaseline-elected = 900\nbaseline-states = OH\nhistory = cycles.csv\npercent-from = 1\n\n[redis]")
        h.start_tallyd()
        # a call may come before the first figures, and until all sources were reached the totals say so
        harness.wait_for(lambda: rows(ask(h, "/v1/totals.csv").body)[0]["stale"] == "no", 15, "both sources read")
        yield h


def test_the_sentence_stays_citable(house):
    before = says(house, "No races called yet")
    call(house, 2)
    won = says(house, "one of our two endorsed candidates' races has been called: one won (100%), in one state, including one flip")
    assert stamp(won) != stamp(before)
    for cited in (before, won):
        for _ in range(2):
            again = ask(house, f"/v1/statement.txt?at={stamp(cited)}")
            assert (again.status, again.body, again.getheader("Content-Type")) == (200, cited.body, "text/plain; charset=utf-8")
    totals = json.loads(ask(house, "/v1/totals.json").body)
    schemas.validator("envelope").validate(totals)
    assert totals["data"]["lifetime"] == {"elected": 901, "states": ["GA", "OH"]} and totals["data"]["record"] == "so_far"
    assert totals["data"]["season"]["won_seats"] == 1 and totals["data"]["season"]["pending"] == 1
    table, = rows(ask(house, "/v1/totals.csv").body)
    assert {f"season_{name}": str(n) for name, n in totals["data"]["season"].items()} == {k: v for k, v in table.items() if k.startswith("season_")}
    assert list(table)[-5:] == ["lifetime_elected", "lifetime_states", "record", "checked_at", "stale"], table
    assert [table[n] for n in ("lifetime_elected", "lifetime_states", "record", "stale")] == ["901", "2", "so_far", "no"]
    assert not [name for name in rows(ask(house, "/v1/totals.csv?by=state").body)[0] if "season" in name], "a state has no season"
    long, slack = (ask(house, f"/v1/statement.txt?at={stamp(won)}&style={s}").body for s in ("long", "slack"))
    assert "(checked at " in long and "Called by DDHQ: one. Flips from Republican: one. The share won is the highest of the recorded cycles so far." in long
    assert "*one of our two* endorsed candidates' races has been called: *one won* (100%), in one state" in slack
    assert slack.replace("*", "") == won.body

    def change():
        got = json.loads(ask(house, f"/v1/totals.json?since={stamp(before)}").body)
        return got if got["changed"].get("won") else None
    got = harness.wait_for(change, 10, "the change")
    assert got["changed"]["won"] == {"was": 0, "now": 1, "change": 1} and got["changed"]["flips"]["change"] == 1
    assert got["changed"]["pending"] == {"was": 2, "now": 1, "change": -1} and "lost" not in got["changed"]
    assert f'{got["now"]["epoch"]}-{got["now"]["seq"]}' == stamp(ask(house, "/v1/statement.txt"))

    call(house, "null")
    says(house, "No races called yet")
    house.tallyd.stop()
    house.start_tallyd(name="again")
    for cited in (before, won):
        assert ask(house, f"/v1/statement.txt?at={stamp(cited)}").body == cited.body
    got = json.loads(ask(house, f"/v1/totals.json?since={stamp(won)}").body)["changed"]
    assert got["won"]["change"] == -1 and got["flips"]["change"] == -1


def test_what_was_taken_back_is_listed_also_after_a_restart(house):
    def listed():
        return json.loads(ask(house, "/v1/corrections.json").body)["corrections"]
    first = harness.wait_for(lambda: [c for c in listed() if c["endorsement_id"] == "foe"], 15, "the correction")
    assert (first[0]["was"], first[0]["then"], first[0]["by"]) == ("won", "pending", "ddhq") and first[0]["why"] and first[0]["when"]
    text = ask(house, "/v1/corrections.txt")
    assert "1 correction, the latest first." in text.body and "Di Foe, US Senate, GA: was won, then pending. ddhq: " in text.body
    house.tallyd.stop()
    house.start_tallyd(name="once-more")
    assert listed() == first


def test_open_races(house):
    found = {r["endorsement_id"]: r for r in rows(ask(house, "/v1/open.csv").body)}
    assert found["foe"]["margin"] == "-10" and found["foe"]["standing"] == "trailing" and found["foe"]["why"] == "counting"
    assert found["yew"]["margin"] == "40" and found["yew"]["margin_percent"] == "40.00" and found["yew"]["units_reporting"] == "8"
    assert all(r["mode"] == "live" and r["as_of"].endswith("Z") for r in found.values())
    todo = house.ctl("todo", "-o", "csv")
    assert todo.returncode == 0 and "Flo Yew" in todo.stdout and todo.stdout.startswith("units,margin,percent,standing,")


def test_only_what_is_published_is_there(house):
    found = rows(ask(house, "/v1/totals.csv?by=state").body)
    assert [r["state"] for r in found] == ["GA"] and found[0]["endorsed"] == "2"
    assert rows(ask(house, "/v1/totals.csv").body)[0]["listed"] == "2"
    assert rows(ask(house, "/v1/totals.csv?by=office").body)[0]["office_level"] == "federal"
    tags = json.loads(ask(house, "/v1/totals.json?by=tag").body)["rows"]
    assert [t["tag"] for t in tags] == ["first"] and tags[0]["endorsed"] is None and tags[0]["hidden"].startswith("< 2 carry it, or do not, ")  # everybody: its complement is nobody
    for path in ("totals.json?by=party", "totals.json?by=secret", "totals.json?by=tag&state=GA", "totals.json?tag=first",
                 "totals.csv?by=tag&by2=state", "totals.json?by=tag,state", "open.csv?tag:secret", "corrections.json?x=1",
                 "totals.json?by=state&since=1-1", "statement.txt?style=loud", "statement.txt?at=x", "totals.json?since=1-0"):
        got = ask(house, f"/v1/{path}")
        assert got.status == 400 and got.getheader("Content-Type") == "application/problem+json", path
        assert "secret" not in got.body or "secret" in path, path
    assert ask(house, "/v1/statement.txt?at=5-5").status == 404
    assert ask(house, "/v1/statement.txt?at=99999999999-1").status == 404
    for path in ("totals.json", "totals.json?by=state", "totals.csv", "totals.csv?by=tag", "corrections.json", "corrections.txt",
                 "open.csv", "statement.txt"):
        got = ask(house, f"/v1/{path}")
        assert got.status == 200 and "secret" not in got.body and re.fullmatch(r'"\d+-\d+"', got.getheader("ETag")), path
        assert ask(house, f"/v1/{path}", If_None_Match=got.getheader("ETag")).status in (200, 304)


def test_calls_and_retractions_are_listed_also_after_a_restart(house):
    call(house, 2, at="03:08:00")
    says(house, "one won (100%)")

    def listed():
        got = ask(house, "/v1/calls.json")
        return json.loads(got.body)["calls"] if got.status == 200 else []
    got = harness.wait_for(lambda: listed() if len(listed()) == 3 else None, 10, "three events")
    assert [(c["type"], c["outcome"], c["stands"]) for c in got] == [
        ("call", "won", True), ("retraction", "pending", False), ("call", "won", False)]
    assert all(c["endorsement_id"] == "foe" and c["by"] == "ddhq" and c["time"] for c in got) and got[1]["was"] == "won" and got[1]["reason"]
    assert got[1]["id"] == "r" + got[2]["id"][1:]
    table = rows(ask(house, "/v1/calls.csv").body)
    assert [(r["id"], r["type"], r["stands"]) for r in table] == [(c["id"], c["type"], "yes" if c["stands"] else "no") for c in got]
    assert [(r["outcome"], r["was"]) for r in table] == [(c["outcome"], c.get("was", "")) for c in got] and table[0]["candidate"] == "Di Foe"
    race = json.loads(ask(house, f"/v1/races/{got[0]['race_id']}.json").body)
    assert race["race"]["race_id"] == got[0]["race_id"] and [c["id"] for c in race["calls"]] == [c["id"] for c in got]
    house.tallyd.stop()
    house.start_tallyd(name="calls-again")
    assert listed() == got
    assert rows(ask(house, "/v1/calls.csv").body) == table


def test_winners(house):
    found = rows(ask(house, "/v1/winners.csv").body)
    assert [(r["endorsement_id"], r["kind"], r["by"], "flip" in r) for r in found] == [("foe", "seat", "ddhq", False)]  # held_by is not published
    bom = ask(house, "/v1/winners.csv?bom=1")
    assert bom.body.startswith("\ufeffas_of,mode,")


def test_races_are_chosen_by_words(house):
    def ids(query):
        got = ask(house, f"/v1/races.json{query}")
        assert got.status == 200, got.body
        return [r["race_id"] for r in json.loads(got.body)["races"]]
    everything = ids("")
    assert len(everything) == 2
    won = ids("?status:won")
    assert len(won) == 1 and won == ids("?status=won") == ids("?q=status:won+state:GA") == ids("?state=GA&status=won&q=") == ids("?status%3Awon")
    assert ids("?closest:1") == ids("?q=yew") != won  # the called one is not to be called any more
    assert ids("?state:TX") == []
    table = rows(ask(house, "/v1/races.csv?status:won").body)
    assert {r["race_id"] for r in table} == set(won) and [r["standing"] for r in table if r["endorsement_id"] == "foe"] == ["won"]
    for query, why in (("?colour:red", "no filter"), ("?flip:yes", "not published here"), ("?tag:secret", "not published here"), ("?closest:0", "from 1"),
                       ("?status:maybe", "is not one of"), ("?q=%00", "decoded")):
        got = ask(house, f"/v1/races.json{query}")
        assert got.status == 400 and why in got.body, (query, got.body)
    assert ask(house, "/v1/races/none.json").status == 404
    assert house.ctl("races", "closest:1").stdout.count("\n") == 2


def test_sources(house):
    def heard():
        found = {s["source"]: s for s in json.loads(ask(house, "/v1/sources.json").body)["sources"]}
        return found if all(s["fresh"] and s["verdict"] and s["last_success"] for s in found.values()) else None

    found = harness.wait_for(heard, 10, "news of both")
    assert set(found) == {"county", "ddhq"}, found

    def told():  # the poll that changed it last may be the last one, by a hair
        table = {r["source"]: r for r in rows(ask(house, "/v1/sources.csv").body)}
        assert set(table) == set(found) and all(table[name]["own_time"] == found[name]["own_time"] != "" for name in found), table
        return all(r["answers"] == "yes" and r["held"] == "0" and r["mode"] == "live" and r["now"] >= r["last_success"] >= r["last_change"] != ""
                   for r in table.values())
    harness.wait_for(told, 10, "what is known of both")


def test_a_page_is_the_newest_also_when_many_others_were_asked_for(house):
    def found():
        got = ask(house, "/v1/races.json?q=foe")
        return got.status, json.loads(got.body)["races"]
    first = found()
    for i in range(70):
        assert ask(house, f"/v1/races.json?q=w{i}").status == 200
    assert found() == first and first[0] == 200
    assert ask(house, "/v1/races.json?q=" + "x" * 3000).status == 400


def test_a_count_does_not_follow_the_calls_of_a_night():
    """Seven of forty carry a tag that is only counted; they are called one by one, and then five who do not. Whoever reads
    everything sees one step, of all twelve; and so after a restart."""
    people = "".join(f"p{i},Person Number{i},GA,US House {i + 1},Democratic,Republican,1,{'quiet' if i < 7 else ''}\n" for i in range(40))
    with small_night.Small() as h:
        h.start_redis()
        h.write("endorsed.csv", "endorsement_id,candidate_name,state,office,party,held_by,seats_to_fill,tags\n" + people)
        h.configure("file = endorsed.csv", "file = endorsed.csv\npublish = sum:quiet")
        h.configure("min-interval = 1ms", f"min-interval = 1ms\nurl = {h.redis_url}")
        h.start_tallyd()

        def there(path):
            got = ask(h, path)  # 503 while a change waits for the disk
            return json.loads(got.body) if got.status == 200 else None

        def row():
            return harness.wait_for(lambda: there("/v1/totals.json?by=tag"), 10, "totals by tag")["rows"][0]

        for n in range(12):
            assert (row()["won"], row()["endorsed"], row()["as_of"]) == (None, 7, None), n
            done = h.ctl("call", f"p{n}", "won", "--reason", "read out", "--yes")
            assert done.returncode == 0, done.stderr
            harness.wait_for(lambda n=n: (there("/v1/totals.json") or {"data": {"won": -1}})["data"]["won"] == n + 1, 10, f"{n + 1} won")
        harness.wait_for(lambda: row()["won"] == 7, 10, "the step")
        assert (row()["called"], row()["pending"], row()["waiting"]) == (7, 0, 0)
        told = "".join(str(entry) for entry in h.redis.xrange("tally:v1:log"))
        assert "p11" in told and "quiet" not in told
        before = row()
        h.tallyd.stop()
        h.start_tallyd()
        assert row() == before
