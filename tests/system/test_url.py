# SPDX-License-Identifier: ISC
"""`tallyctl --url`: what HTTP publishes, read by who has no socket; the figures are those of the socket."""
import csv
import io
import json
import threading

import pytest

import door
import harness
import served
import small_night


@pytest.fixture(name="house", scope="module")
def fixture_house():
    with small_night.Small() as h:
        h.add_ddhq()
        h.start_with_figures()
        done = h.ctl("call", "foe", "won", "--reason", "read out", "--url", "https://example.org/canvass", "--yes")
        assert done.returncode == 0, done.stderr  # there --url is the page on which a call rests
        yield h


def ask(url, *words):
    done = harness.subprocess.run([harness.TALLYCTL, "--url", url, *words], capture_output=True, text=True, timeout=20, check=False)
    return done


@pytest.fixture(name="far")
def fixture_far(house):
    return lambda *words: ask(f"http://127.0.0.1:{house.port}/", *words)


def rows(done):
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_figures_are_those_of_the_socket(house, far):
    near = {r["count"]: r["value"] for r in rows(house.ctl("totals", "-o", "tsv"))}
    there = {r["count"]: r["value"] for r in rows(far("totals", "-o", "tsv"))}
    seasons = {n for n in there if n.startswith(("season_", "lifetime_")) or n == "record"}
    assert set(there) - set(near) - seasons == {"as_of", "mode", "checked_at", "stale"} and there["season_won_seats"] == near["season won_seats"] and there["record"] == there["lifetime_elected"] == "" and all(there[n] == near[n] for n in set(near) & set(there))
    assert set(near) - set(there) == {"flips_from Republican", "season won_seats"}, "whom flips are from is in totals.json"
    for style in ([], ["--style", "long"], ["--style", "slack"]):
        assert far("statement", *style).stdout == house.ctl("statement", *style).stdout != ""
    near, there = rows(house.ctl("totals", "--by", "state", "-o", "tsv"))[0], rows(far("totals", "--by", "state", "-o", "tsv"))[0]
    assert all(there[n] == near[n] for n in near)
    near, there = rows(house.ctl("show", "yew", "-o", "tsv")), rows(far("show", "yew", "-o", "tsv"))
    assert [(r["choice"], r["votes"]) for r in near] == [(r["choice"], r["votes"]) for r in there] and len(near) == 2
    near, there = rows(house.ctl("calls", "-o", "tsv")), rows(far("calls", "-o", "tsv"))
    assert [(r["id"], r["candidate"], r["by"]) for r in near] == [(r["id"], r["candidate"], r["by"]) for r in there] and len(near) == 1
    assert [r["candidate"] for r in rows(house.ctl("todo", "-o", "tsv"))] == [r["candidate"] for r in rows(far("todo", "-o", "tsv"))] == ["Flo Yew"]
    assert {r["race_id"] for r in rows(far("races", "state:GA", "status:won", "-o", "tsv"))} == {"2025-11-04-ga-us-senate"}
    assert rows(far("status", "-o", "tsv")) == [{"what": "well", "is": "yes: ok"}]


def test_each_form(house, far):
    for verb in ("totals", "races", "calls"):
        assert json.loads(far(verb, "-o", "json").stdout) == json.loads(house.get(f"/v1/{verb}.json"))
    assert [s["source"] for s in json.loads(far("source", "list", "-o", "json").stdout)["sources"]] == ["county", "ddhq"]
    assert [(r["source"], r["state"], r["held"]) for r in rows(far("source", "list", "-o", "tsv"))] == [("county", "GA", "0"), ("ddhq", "GA", "0")]
    assert far("races", "-o", "table").stdout.splitlines()[0].split()[:2] == ["race_id", "state"]
    assert far("races", "-o", "csv").stdout.startswith("race_id,state,")


@pytest.mark.parametrize("words", [["coverage"], ["match", "list"], ["config", "dump"], ["reload"], ["match", "review"],
                                   ["uncall", "foe", "--reason", "x", "--yes"], ["status", "-o", "json"]])
def test_what_http_has_not_says_so(far, words):
    done = far(*words)
    assert done.returncode == 64 and any(why in done.stderr for why in ("needs the control socket", "over HTTP, ", "not published over HTTP: ")) and not done.stdout, done


def test_what_is_wrong_is_said(house, far):
    for words, code, says in ((["races", "state:XX"], 64, "not one of AL"), (["races", "nobody"], 0, ""), (["totals", "--by", "moon"], 64, "by=state"),
                              (["statement", "long"], 64, "--style")):
        done = far(*words)
        assert done.returncode == code and says in done.stderr, done
    for url, code, says in (("ftp://127.0.0.1/", 64, "write http://"), ("http://127.0.0.1:1/", 69, "cannot reach"),
                            (f"http://127.0.0.1:{house.port}/none", 1, "no such resource")):
        done = ask(url, "races")
        assert done.returncode == code and says in done.stderr, done


def told(lines):
    """Of lines of calls, without their time."""
    return [line.split("  ", 1)[1] for line in lines]


def test_the_last_calls_are_those_of_the_socket(house, far):
    near, there = house.ctl("tail").stdout.splitlines(), far("tail").stdout.splitlines()
    assert told(near) == told(there) == ["CALL        GA  Di Foe, US Senate: won by desk"] and " UTC  CALL" in there[0], there
    assert far("tail", "1").stdout.splitlines() == there
    for words in (["tail", "none"], ["tail", "0"], ["tail", "1", "2"]):
        assert far(*words).returncode == 64


class Followed:
    """tallyctl while it prints: its lines, and what it says of the connection."""

    def __init__(self, url, *words):
        self.child = harness.subprocess.Popen([harness.TALLYCTL, "--url", url, *words], stdout=harness.subprocess.PIPE,
                                              stderr=harness.subprocess.PIPE, text=True)
        self.lines, self.said = [], []
        for stream, to in ((self.child.stdout, self.lines), (self.child.stderr, self.said)):
            threading.Thread(target=lambda stream=stream, to=to: to.extend(stream), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()

    def sees(self, text, where=None, limit=20):
        harness.wait_for(lambda: any(text in line for line in (self.lines if where is None else where)), limit, f"{text} in {self.lines} {self.said}")


def test_lines_come_by_themselves_and_none_twice_over_a_loss():
    with small_night.Small() as house:
        house.start_with_figures()
        with door.Door(house.port) as to, Followed(to.url, "watch") as watch, Followed(to.url, "tail", "-f") as tail:
            watch.sees("No races called yet")
            watch.sees("totals      0 won of 0 called, 0 flips, 2 to go; 1 leading, 1 trailing")
            harness.wait_for(lambda: to.asked.count("/v1/events?types=news") == 2, 10, "both listen")
            small_night.decide(house, "call", "foe", "won")
            watch.sees("CALL        GA  Di Foe, US Senate: won by desk", limit=2)
            watch.sees("totals      1 won of 1 called, 1 flip, 1 to go; 1 leading, 0 trailing")
            tail.sees("Di Foe", limit=2)
            assert not watch.said + tail.said, "news come by themselves"
            to.close()
            for one in (watch, tail):
                one.sees("connection lost", one.said)
                one.sees("may be out of date", one.said)
            small_night.decide(house, "uncall", "foe")
            small_night.decide(house, "call", "yew", "lost")
            to.open()
            for one in (watch, tail):
                one.sees("RETRACTION  GA  Di Foe, US Senate: no longer won by desk")
                one.sees("Flo Yew, US House 5: lost by desk")
                one.sees("connected again, after ", one.said)
            small_night.decide(house, "call", "foe", "advanced")
            watch.sees("totals      0 won of 1 called, 0 flips, 1 advanced, 0 to go; 0 leading, 0 trailing")
            assert told(tail.lines)[:3] == [
                "CALL        GA  Di Foe, US Senate: won by desk\n", "RETRACTION  GA  Di Foe, US Senate: no longer won by desk\n",
                "CALL        GA  Flo Yew, US House 5: lost by desk\n"]


def test_where_no_events_come_it_asks():
    with small_night.Small() as house:
        house.start_with_figures()
        with door.Door(house.port) as to:
            to.no_events = True
            with Followed(to.url, "tail", "-f") as tail:
                tail.sees("it is asked every 2 s", tail.said)
                small_night.decide(house, "call", "foe", "won")
                tail.sees("Di Foe")
                assert not [line for line in tail.said if "lost" in line]


def test_a_call_is_told_whatever_becomes_of_the_totals_behind_it():
    """It was taken for told, and never was, where the totals that are asked for next could not be had."""
    with small_night.Small() as house:
        house.start_with_figures()

        class Flaky(served.Site):
            down = False

            def answer(self, request):
                if request.path.startswith("/v1/events") or (self.down and request.path.startswith("/v1/totals")):
                    return request.send_error(503)
                with harness.urllib.request.urlopen(f"http://127.0.0.1:{house.port}{request.path}", timeout=10) as answer:
                    return served.send(request, answer.read())

        with Flaky() as site, Followed(site.url, "watch") as watch:
            watch.sees("totals      0 won")
            site.down = True
            small_night.decide(house, "call", "foe", "won")
            watch.sees("connection lost", watch.said)
            site.down = False
            watch.sees("totals      1 won of 1 called")
            assert [line for line in watch.lines if "CALL" in line and "Di Foe" in line], watch.lines


def test_who_listens_nowhere_is_told(house):
    done = ask("http://127.0.0.1:1/", "tail", "-f")
    assert done.returncode == 69 and "cannot reach" in done.stderr
    done = ask(f"http://127.0.0.1:{house.port}/none", "watch")
    assert done.returncode == 1 and not done.stdout


def test_another_server_moves_no_terminal():
    """Whoever answers at an address may say anything."""
    class Other(served.Site):
        def answer(self, request):
            status = 400 if "?state" in request.path else 200
            text = "a,b\r\n\"\x1b]0;x\x07\",\"\x9b2J\nz\"\r\n" if "csv" in request.path else "\x1b[2J\x9b2J\x07 \r\nok\n"
            served.send(request, text.encode(), status)

    with Other() as other:
        for words in (["statement"], ["totals"], ["races"], ["totals", "--by", "state"], ["races", "-o", "json"], ["races", "state:GA"], ["status"], ["tail"]):
            done = ask(other.url, *words)
            said = done.stdout + done.stderr
            assert said and not [c for c in said if c in "\x1b\x07\x9b\r"], (words, said)
