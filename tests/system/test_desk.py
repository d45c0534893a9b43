# SPDX-License-Identifier: ISC
"""What the desk decides: shown first, asked for, kept before it is answered, and known again after kill -9."""
import contextlib
import itertools
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import threading

import pytest

import harness
import small_night

WHY = ("--reason", "the clerk said so")


@pytest.fixture
def house():
    with small_night.Small() as h:
        h.start_with_figures()  # or they come between what is shown and the yes to it
        yield h


def totals(house):
    return json.loads(house.get("/v1/totals.json"))["data"]


def outcome(house, endorsement):
    return re.search(rf"(?m)^{endorsement}: .*?^  outcome  (\w+)", house.ctl("explain", endorsement).stdout, re.S).group(1)


def test_a_call_is_shown_then_made_then_kept(house):
    look = house.ctl("call", "foe", "won", *WHY, "--dry-run")
    assert look.returncode == 0 and "now      0 won of 0 called" in look.stdout and "would be 1 won of 1 called" in look.stdout
    assert totals(house)["won"] == 0
    silent = house.ctl("call", "foe", "won", *WHY)
    assert silent.returncode == 64 and "--yes" in silent.stderr and "1 won of 1" in silent.stdout and totals(house)["won"] == 0
    done = house.ctl("call", "foe", "won", *WHY, "--basis", "newspaper", "--url", "https://news.example/1", "--yes")
    assert done.returncode == 0 and "is       1 won of 1 called" in done.stdout, done.stderr
    harness.wait_for(lambda: totals(house)["won"] == 1, 10, "the total")
    assert totals(house)["flips"] == 1 and totals(house)["called_by"] == {"desk": 1}
    said = house.ctl("explain", "foe").stdout
    login = house.ctl("call", "yew", "lost", *WHY, "--dry-run").stdout.split(" by ")[1].split(" at ")[0]
    for words in (f"desk: 1  call foe won by {login} at", "[newspaper, https://news.example/1]", "by desk: won", "<- stands"):
        assert words in said, said
    house.tallyd.kill()
    house.start_tallyd(name="tallyd-2")
    assert outcome(house, "foe") == "won" and totals(house)["won"] == 1
    back = house.ctl("uncall", "foe", "--reason", "not yet", "--yes")
    assert back.returncode == 0, back.stderr
    harness.wait_for(lambda: totals(house)["won"] == 0, 10, "the total")


def test_the_beginning_of_an_id_needs_a_person(house):
    """Where nobody sees whom it names it named somebody all the same."""
    look = house.ctl("call", "f", "won", *WHY, "--dry-run")
    assert look.returncode == 0 and re.search(r"would +1  call foe won by .*\nabout +GA  Di Foe, US Senate\n", look.stdout), look
    for words in (("call", "f", "won", *WHY, "--yes"), ("call", "f", "won", *WHY)):
        done = house.ctl(*words)
        assert done.returncode == (1 if "--yes" in words else 64) and totals(house)["won"] == 0, done
    code, seen = answer_yes(house, ("call", "f", "won", *WHY))
    assert code == 0 and "call foe won" in seen and "nothing is done yet" in seen
    assert totals(house)["won"] == 1
    refused = house.ctl("call", "Flo", "lost", *WHY, "--yes")  # a part of a name, as explain takes it
    assert refused.returncode == 1 and "one has that in it" in refused.stderr and "yew  Flo Yew" in refused.stderr, refused
    code, seen = answer_yes(house, ("call", "flo", "lost", *WHY))
    assert code == 0 and "call yew lost" in seen and "about    GA  Flo Yew" in seen.replace("\r", ""), seen


def test_all_decisions_are_listed(house):
    for words in (("call", "foe", "won", "--basis", "clerk", "--url", "https://clerk.example/1"), ("freeze",), ("uncall", "foe")):
        assert house.ctl(*words, *WHY, "--yes").returncode == 0
    got = json.loads(house.ctl("decisions", "-o", "json").stdout)
    assert [(d["what"], d["about"], d["argument"], d["basis"], d["url"]) for d in got] == [
        ("uncall", "foe", "", "", ""), ("freeze", "everything", "", "", ""), ("call", "foe", "won", "clerk", "https://clerk.example/1")], got
    assert [int(d["number"]) for d in got] == sorted((int(d["number"]) for d in got), reverse=True) and all(d["by"] and d["reason"] == WHY[1] for d in got)


def what_comes(said):
    """Of a preview or of the deed, without its tense and the time."""
    lines = [re.sub(r"^(would +)?(\d+  call .*) at .*?: ", r"\2: ", line) for line in said.splitlines() if line != "nothing is done yet"]
    lines = [re.sub(r"^(now|was) +", "before ", re.sub(r"^(would be|is) +", "after ", line)) for line in lines if not line.startswith("total ")]
    assert len(lines) > 5, said
    return lines


def answer_yes(house, words, meanwhile=lambda: None):
    """The command on a terminal, where somebody says yes to what it shows. Its exit code, and all that was seen."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(harness.TALLYCTL, [str(harness.TALLYCTL), "--socket", str(house.folder / "control"), *words])
    seen = b""
    while b"do it? [y/N]" not in seen:
        seen += os.read(fd, 4096)
    meanwhile()
    os.write(fd, b"y\n")
    with contextlib.suppress(OSError):
        while more := os.read(fd, 4096):
            seen += more
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    return code, seen.decode()


def test_many_calls_are_done_as_they_were_shown():
    """Each was shown against what was before all of them: two for one seat, and the second was refused with the first made."""
    with small_night.Small() as house:
        head, *rows = small_night.ENDORSED.splitlines()
        house.write("endorsed.csv", "\n".join([f"{head},race_id", *(f"{row},{row[:3]}" for row in rows), "poe,Cy Poe,GA,US Senate,Republican,,1,foe", ""]))
        house.start_with_figures()
        words = ("call", "--from", str(house.write("calls.csv", "endorsement_id,outcome\nfo,won\npoe,won\n")), *WHY)
        done = house.ctl(*words, "--dry-run")
        assert done.returncode == 1 and not done.stdout and "calls.csv:3: refused: " in done.stderr and "nothing is done: 1 of 2" in done.stderr, done
        words = ("call", "--from", str(house.write("calls.csv", "endorsement_id,outcome\nfo,won\nye,lost\n")), *WHY)
        done = house.ctl(*words, "--yes")
        assert done.returncode == 1 and "nothing is done: 2 of 2" in done.stderr and totals(house)["called"] == 0, "nobody saw whom it names"
        code, seen = answer_yes(house, words, lambda: small_night.decide(house, "mark", "foe", "recount"))
        assert code == 0 and totals(house)["called"] == 3, seen
        shown, done = (what_comes(part) for part in seen.replace("\r", "").replace("[y/N] y\n", "[y/N] ").split("do it? [y/N] "))
        assert any("Cy Poe, US Senate: lost by desk" in line for line in shown), shown
        assert [line for line in done if " call " not in line] == [line for line in shown if " call " not in line]


def test_what_is_no_longer_as_it_was_shown_is_not_done():
    with small_night.Small() as house:
        house.add_ddhq()
        house.start_with_figures()

        def ddhq_calls_the_other():
            small_night.replace(house.folder / "ddhq.json", small_night.DDHQ.replace("CALLED", "[1]").replace("WHEN", '"2025-11-05 03:07:00"'))
            harness.wait_for(lambda: totals(house)["lost"] == 1, 10, "the call")

        words = ("call", "--from", str(house.write("calls.csv", "endorsement_id,outcome\nfoe,won\nyew,lost\n")), *WHY)
        code, seen = answer_yes(house, words, ddhq_calls_the_other)
        assert code == 75 and "no longer what was shown; nothing is done" in seen and totals(house)["called"] == 1, seen
        assert "call foe" not in house.ctl("explain", "foe").stdout


def test_a_yes_is_to_what_was_shown_not_to_what_another_desk_made_of_it(house):
    """The other desk's later call was overwritten, with a retraction on air that nobody had seen."""
    words = ("call", "foe", "won", *WHY)
    code, seen = answer_yes(house, words, lambda: small_night.decide(house, "call", "foe", "lost"))
    assert code == 75 and "no longer what was shown; nothing is done. It would be now:" in seen, seen
    assert "news     RETRACTION" in seen.replace("\r", "").split("would be now:")[1] and "preview" not in seen, seen
    assert (totals(house)["won"], totals(house)["lost"]) == (0, 1)
    code, seen = answer_yes(house, words, lambda: small_night.decide(house, "mark", "2025-11-04-ga-us-house-5", "recount"))
    assert code == 0 and (totals(house)["won"], totals(house)["lost"]) == (1, 0), seen  # what is not of it keeps nobody up
    assert raw(house, "call", "foe", "lost", *WHY, "--confirmed=") == (64, "call has no --confirmed=; its options: --reason, --basis, --url, --dry-run\n")


def test_figures_that_come_all_the_time_keep_nobody_from_calling():
    """Whatever came while it was rehearsed made it be rehearsed again, until it was given up: on a busy night, always."""
    count = 400
    with small_night.Small() as house:
        rows = [f"c{i},Cand Number{i},GA,State House {i},Democratic,,1" for i in range(count)]
        house.write("endorsed.csv", "\n".join([*small_night.ENDORSED.splitlines(), *rows, ""]))
        house.start_with_figures()
        words = ("call", "--from", str(house.write("calls.csv", "endorsement_id,outcome\n" + "".join(f"c{i},won\n" for i in range(count)))), *WHY, "--yes")
        over = threading.Event()

        def news():
            for n in itertools.count(1):
                small_night.replace(house.folder / "county.xml", small_night.detail(foe=90 + n, time=f"11/4/2025 9:{10 + n // 60:02d}:{n % 60:02d} PM EST"))
                if over.wait(0.02):
                    return

        feed = threading.Thread(target=news)
        feed.start()
        try:
            done = house.ctl(*words)
        finally:
            over.set()
            feed.join()
        assert done.returncode == 0 and totals(house)["won"] == count, done.stderr


def test_many_calls_of_one_file(house):
    """All are looked at, as one, before the first is made."""
    def file(text):
        return ("--from", str(house.write("calls.csv", text)))

    head = "endorsement_id,outcome,reason,basis\n"
    done = house.ctl("call", *file(head + "foe,won,the clerk,clerk\nnobody,won,r,\nyew,lost,r,\n"), "--yes")
    assert done.returncode == 1 and "calls.csv:3: refused: no endorsement" in done.stderr and "nothing is done: 1 of 3 calls are refused" in done.stderr, done.stderr
    assert not done.stdout and totals(house)["called"] == 0, "nobody asked to see them"
    for text, code, says in (
        ("", 65, "it is empty"), (head, 65, "no rows"), ("endorsement_id\nfoe\n", 65, "line 1: the column outcome is missing"),
        ("endorsement_id,outcome,colour\nfoe,won,red\n", 65, "line 1: 'colour' is no column"), (head + "foe,won,r\n", 65, "line 2: it has 3 fields"),
        (head + "foe,,r,\n", 65, "line 2: outcome is empty"), (head + "foe,won,r,\nfoe,lost,r,\n", 65, "line 3: foe is in line 2 already"),
        (head + "".join(f"c{i},won,r,\n" for i in range(1001)), 65, "line 1002: more than 1000 rows"),
    ):
        done = house.ctl("call", *file(text), "--yes")
        assert done.returncode == code and says in done.stderr and not done.stdout, (text, done)
    assert house.ctl("call", "--from", "/none", "--yes").returncode == 66
    assert house.ctl("uncall", *file(head), "--yes").returncode == 64
    words = file(head + "foe,won,the clerk,clerk\nyew,lost,,\n")
    assert house.ctl("call", *words).returncode == 1, "a call without a reason"
    shown = house.ctl("call", *words, "--reason", "all of them", "--dry-run")
    assert shown.returncode == 0 and totals(house)["called"] == 0 and shown.stdout.endswith("\nnothing is done yet\n"), shown
    assert "\nnow      0 won of 0 called" in shown.stdout and "\nwould be 1 won of 2 called" in shown.stdout
    done = house.ctl("call", *words, "--reason", "all of them")
    assert done.returncode == 64 and "needs --yes" in done.stderr and totals(house)["called"] == 0
    done = house.ctl("call", *words, "--reason", "all of them", "--yes")
    assert done.returncode == 0 and totals(house)["called"] == 2 and totals(house)["won"] == 1, done
    assert what_comes(done.stdout) == what_comes(shown.stdout), "what was shown is what is done"
    said = house.ctl("explain", "foe").stdout + house.ctl("explain", "yew").stdout
    assert "the clerk [clerk]" in said and "call yew lost by" in said and ": all of them\n" in said, said


def test_a_freeze_of_all_is_the_first_thing_status_says(house):
    assert "frozen" not in house.status()
    assert house.ctl("freeze", *WHY, "--yes").returncode == 0
    assert house.ctl("status", "-o", "tsv").stdout.splitlines()[1].startswith("frozen\tall races: feeds call nothing new")
    assert house.ctl("release", *WHY, "--yes").returncode == 0
    assert next(iter(house.status())) == "well"


def test_what_a_guard_holds_is_named_with_both_figures(house):
    """Its own figure was in the log alone."""
    harness.wait_for(lambda: "Di Foe 90" in house.ctl("races").stdout, 10, "the votes")
    assert house.status()["held"] == 0 and house.ctl("source", "held").stdout.count("\n") == 1
    small_night.replace(house.folder / "county.xml", small_night.detail(poe=20, foe=95, time="11/4/2025 9:15:50 PM EST"))
    harness.wait_for(lambda: house.status()["held"] == 1, 10, "the hold")
    assert house.status()["well"] == "yes: 1 of 1 source answers; guards hold something, see held below"
    both = "US Senate: Cy Poe 100 (20 waits), Di Foe 90 (95 waits); fall-desk since "
    assert house.status()["held_first"].startswith("county: " + both) and "  held     " + both in house.ctl("explain", "foe").stdout
    assert "; held: US Senate" in house.ctl("source", "list").stdout
    rows = json.loads(house.ctl("source", "held", "county", "-o", "json").stdout)
    assert [(r["choice"], r["on_air"], r["waits"], r["verdict"]) for r in rows if not r["unit"]] == [
        ("Cy Poe", "100", "20", "fall-desk"), ("Di Foe", "90", "95", "fall-desk")]
    assert all(r["until"] == "they are back or the desk accepts it" for r in rows)
    look = house.ctl("source", "accept", "county", *WHY, "--dry-run").stdout
    assert "\nheld     US Senate: Cy Poe 100 -> 20, Di Foe 90 -> 95\nmoves    Di Foe: 90 unclear -> 95 leading\n" in look, look
    done = house.ctl("source", "held", "nowhere")
    assert done.returncode == 64 and "no source is named 'nowhere'; give one of county" in done.stderr


def test_a_source_is_polled_at_once():
    with small_night.Small() as house:
        house.configure("interval = 50ms", "interval = 10m")
        house.start_tallyd()
        for n in range(3):  # one of them may be the first, which comes by itself
            polls = house.polls().get("county", 0)
            harness.wait_for(lambda: house.ctl("source", "poll", "county").stdout.startswith("1 file is polled now"), 10, "its rest")
            harness.wait_for(lambda: house.polls().get("county", 0) > polls, 10, f"poll {n + 1}")  # noqa: B023
        assert house.ctl("source", "poll").returncode == 64


def test_what_is_refused_says_why_and_changes_nothing(house):
    for words, code, says in (
        (("call", "foe", "won", "--yes"), 64, "--reason"),
        (("call", "foe", *WHY, "--yes"), 64, "usage: tallyctl call ENDORSEMENT"),
        (("call", "nobody", "won", *WHY, "--yes"), 1, "nobody"),
        (("call", "foe", "won", *WHY, "--basis", "rumour", "--yes"), 64, "official, newspaper"),
        (("call", "foe", "won", *WHY, "--maybe"), 64, "--maybe"),
        (("uncall", "foe", *WHY, "--yes"), 1, "nothing to take back"),
        (("mark", "no-race", "void", *WHY, "--yes"), 1, "no-race"),
        (("freeze", "foe", "bar", *WHY, "--yes"), 64, "usage"),
        (("endorse", "status", "foe", "gone", *WHY, "--yes"), 64, "withdrawn"),
        (("polls", "GA", "late", *WHY, "--yes"), 64, "HH:MM"),
        (("call", "foe", "won", "--reason", "two\nlines", "--yes"), 64, "line ends"),
        (("status", "--yes"), 64, "decides nothing"),
    ):
        done = house.ctl(*words)
        assert done.returncode == code and says in done.stderr and not done.stdout, (words, done)
    assert totals(house)["called"] == 0


@pytest.mark.parametrize("answer, won", ((b"y\n", 1), (b"n\n", 0), (b"\n", 0)))
def test_on_a_terminal_it_asks(house, answer, won):
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(harness.TALLYCTL, [str(harness.TALLYCTL), "--socket", str(house.folder / "control"), "call", "foe", "won", *WHY])
    seen = b""
    while b"do it? [y/N]" not in seen:
        seen += os.read(fd, 4096)
    assert b"1 won of 1 called" in seen
    os.write(fd, answer)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    assert code == (0 if won else 1)
    harness.wait_for(lambda: totals(house)["won"] == won, 10, "the total")


def test_nothing_answered_is_lost_by_kill_9(house):
    race = next(i for i in house.races() if i.endswith("us-senate"))
    for n in range(12):
        words = ("mark", race, "recount", "off") if n % 2 else ("mark", race, "recount")
        done = house.ctl(*words, "--reason", f"step {n}", "--yes")
        assert done.returncode == 0, done.stderr
        house.tallyd.kill()
        house.start_tallyd(name=f"tallyd-{n}")
        said = house.ctl("explain", race).stdout
        assert f": step {n}\n" in said and ("recount" in said.split("\n")[0]) == (n % 2 == 0), said


def test_a_reload_keeps_what_the_desk_said(house):
    assert house.ctl("endorse", "status", "yew", "withdrawn", *WHY, "--yes").returncode == 0
    harness.wait_for(lambda: totals(house)["withdrawn"] == 1, 10, "the total")
    house.configure("name = A small night", "name = A smaller night")
    os.kill(house.tallyd.child.pid, signal.SIGHUP)
    harness.wait_for(lambda: house.status()["election"] == "A smaller night", 10, "the reload")
    assert totals(house)["withdrawn"] == 1 and totals(house)["endorsed"] == 1


@pytest.fixture
def yewling():
    with small_night.Small() as h:
        small_night.replace(h.folder / "county.xml", small_night.detail().replace("Flo Yew", "Yewling"))
        h.start_tallyd()
        yield h


def test_a_match_is_decided_and_known_again(yewling):
    house = yewling
    harness.wait_for(lambda: "Yewling" in house.ctl("match", "accept", "yew", "county", "yewling", *WHY, "--dry-run").stdout, 10, "the name")
    assert "no feed has it" in house.ctl("explain", "yew").stdout
    done = house.ctl("match", "accept", "yew", "county", "yewling", *WHY, "--yes")
    assert done.returncode == 0, done.stderr
    house.tallyd.kill()
    house.start_tallyd(name="tallyd-3")
    assert "match    decided" in house.ctl("explain", "yew").stdout
    rows = json.loads(house.ctl("match", "decisions", "-o", "json").stdout)
    assert [(r["endorsement_id"], r["what"], r["choice"]) for r in rows] == [("yew", "accept", "Yewling")]
    assert house.ctl("match", "list").stdout.count("\n") == 1, "nothing waits"
    assert house.ctl("match", "undo", "yew", *WHY, "--yes").returncode == 0
    harness.wait_for(lambda: "no feed has it" in house.ctl("explain", "yew").stdout, 10, "the undo")
    rows = json.loads(house.ctl("match", "decisions", "-o", "json").stdout)
    assert [(r["what"], r["state"]) for r in rows] == [("accept", f"undone by {rows[1]['number']}"), ("undo", "undo")]


def test_an_opponent_of_two_spellings_is_joined_as_it_is_said_and_known_again():
    """A sum of two counties that spell an opponent in two ways was in doubt for the night, and only the configuration helped."""
    with small_night.Small() as house:
        house.add_counties()
        house.start_tallyd()

        def on_air():
            return house.ctl("explain", "lou").stdout

        def doubt():
            return "Robert J. O'Neil 40, Bob O'Neil 80" in on_air() and "in_doubt" in on_air()

        def sum_stands():
            return "Lou Low 100, Robert J. O'Neil 120\n" in on_air() and "in_doubt" not in on_air()

        harness.wait_for(doubt, 10, "the sum in doubt")
        command = re.search(r"(?m)^way out: .*?: (tallyctl match join .*)$", on_air()).group(1)
        race = command.split()[3]
        tallyctl = f"{harness.TALLYCTL} --socket {house.folder / 'control'}"

        def type_it(more):
            return subprocess.run(["sh", "-c", command.replace("tallyctl", tallyctl, 1) + more], capture_output=True, text=True, timeout=60, check=False)

        look = type_it(" --dry-run")
        assert look.returncode == 0 and "no longer in_doubt" in look.stdout and "unclear -> 100 trailing" in look.stdout, look
        assert doubt()
        done = type_it(" --yes")
        assert done.returncode == 0, done.stderr
        harness.wait_for(sum_stands, 10, "the sum")
        assert re.search(r"(?m)^joined: Bob O'Neil = Robert J. O'Neil, decision 1; it has 80 in birch$", on_air())
        house.tallyd.kill()
        house.start_tallyd(name="tallyd-2")
        harness.wait_for(sum_stands, 10, "the sum after the restart")
        row = json.loads(house.ctl("match", "decisions", "-o", "json").stdout)[0]
        assert (row["what"], row["choice"], row["joined_to"], row["race_id"]) == ("join", "Bob O'Neil", "Robert J. O'Neil", race)
        no = house.ctl("match", "join", race, "Lou Low", "=", "Bob O'Neil", *WHY, "--yes")
        assert no.returncode == 1 and "one of ours" in no.stderr, no
        assert house.ctl("match", "undo", race, *WHY, "--yes").returncode == 0
        harness.wait_for(doubt, 10, "the doubt again")
        house.tallyd.kill()
        house.start_tallyd(name="tallyd-3")
        harness.wait_for(doubt, 10, "the doubt after the restart")


def test_what_is_accepted_stays_accepted(house):
    def held():
        return "fall" in house.ctl("explain", "foe").stdout

    def votes():
        return next(iter(re.findall(r"Di Foe (\d+)", house.ctl("explain", "foe").stdout)), None)

    small_night.replace(house.folder / "county.xml", small_night.detail(poe=1000, foe=900, time="11/4/2025 9:06:50 PM EST"))
    harness.wait_for(lambda: votes() == "900", 10, "the votes")
    small_night.replace(house.folder / "county.xml", small_night.detail(poe=1000, foe=300, time="11/4/2025 9:07:50 PM EST"))
    harness.wait_for(held, 10, "the hold")
    assert votes() == "900"
    done = house.ctl("source", "accept", "county", *WHY, "--yes")
    assert done.returncode == 0 and votes() == "300", done.stderr
    house.tallyd.kill()
    house.start_tallyd(name="tallyd-2")
    assert votes() == "300" and not held()


def raw(house, *words, half_close=False):
    """The exit code and the body that the socket gives for these words, sent by no tallyctl."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(str(house.folder / "control"))
        s.sendall(b"\x1f".join(w if isinstance(w, bytes) else w.encode() for w in words) + b"\n")
        if half_close:
            s.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: s.recv(65536), b""))
    head, _, body = answer.partition(b"\n")
    return (int(head.split()[0]), body.decode()) if head else None


def test_a_dry_run_behind_the_64th_word_is_not_done_for_real(house):
    code, says = raw(house, "call", "foe", "won", *WHY * 31, "--dry-run")
    assert code == 64 and "more than 64 words" in says
    assert totals(house)["won"] == 0
    code, says = raw(house, "call", "foe", "won", *WHY * 30, "--dry-run")
    assert code == 0 and "1 won of 1" in says and totals(house)["won"] == 0


@pytest.mark.parametrize("bad", (b"\x1b[2J", b"\x07", b"\0", b"\r", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", "\u202e", "\u200b", "\u2028", "\x85"))
def test_a_reason_that_hides_something_is_refused(house, bad):
    bad = bad if isinstance(bad, bytes) else bad.encode()
    for words, name in (
        (("--reason", b"so" + bad), "--reason"),
        ((b"--reason=so" + bad,), "--reason"),
        ((*WHY, "--url", b"https://news.example/" + bad), "--url"),
        ((*WHY, "--basis", b"clerk" + bad), "--basis"),
        ((*WHY, b"--x" + bad), "a word"),
        ((*WHY, b"word" + bad), "a word"),
    ):
        code, says = raw(house, "call", "foe", "won", *words)
        assert code == 64 and says.startswith(name + " has bytes"), says
        assert says[:-1].isprintable()
    assert totals(house)["won"] == 0


def test_a_reason_is_at_most_1000_bytes_and_a_url_is_of_the_web(house):
    for words, says in (
        (("--reason", "é" * 501), "--reason is 1002 bytes long, 2 too many; at most 1000"),
        ((*WHY, "--url", "https://" + "x" * 1000), "--url is 1008 bytes long"),
        ((*WHY, "x" * 1001), "a word is 1001 bytes long"),
        ((*WHY, "--url", "javascript:alert(1)"), "http:// or https://"),
        ((*WHY, "--url=ftp://news.example"), "http:// or https://"),
        (("--reason", "x" * 70000), "65536 bytes"),
    ):
        done = house.ctl("call", "foe", "won", *words, "--yes")
        assert done.returncode == 64 and says in done.stderr, done
    assert totals(house)["won"] == 0
    why = "é" * 500
    done = house.ctl("call", "foe", "won", "--reason", why, "--url", "http://news.example/ä", "--yes")
    assert done.returncode == 0, done.stderr
    house.tallyd.kill()
    house.start_tallyd(name="tallyd-2")
    assert why in house.ctl("explain", "foe").stdout


def test_who_closes_the_sending_side_is_answered_still(house):
    code, says = raw(house, "call", "foe", "won", *WHY, half_close=True)
    assert code == 0 and "1 won of 1" in says
    assert raw(house, "totals", half_close=True)[0] == 0


def test_idle_clients_make_way_and_those_that_wait_stay(house):
    def connect(first=b""):
        s = socket.socket(socket.AF_UNIX)
        s.connect(str(house.folder / "control"))
        s.settimeout(harness.PATIENCE)
        s.sendall(first)
        return s

    with contextlib.ExitStack() as stack:
        watch = stack.enter_context(connect(b"watch\n"))
        seen = watch.recv(4096)
        idle = [stack.enter_context(connect(b"stat" if n % 2 else b"")) for n in range(40)]
        assert [one.recv(1) for one in idle] == [b""] * 40, "who asks nothing goes"
        assert house.ctl("call", "foe", "won", *WHY, "--yes").returncode == 0
        while b"foe" not in seen.lower():
            piece = watch.recv(4096)
            assert piece, "the watch was dropped"
            seen += piece
        for n in range(64):  # all places, that of the watch too
            stack.enter_context(connect(b"stat" if n % 2 else b""))
        assert house.ctl("status").returncode != 0, "all places are taken"
        harness.wait_for(lambda: house.ctl("status").returncode == 0, 15, "a place")


def test_a_restart_names_what_the_list_has_lost_until_it_is_back(house):
    """A called row was taken out of the list while the daemon was down: the number fell, and nothing said so."""
    assert house.ctl("call", "foe", "won", *WHY, "--yes").returncode == 0
    status = house.status()
    assert status["orphaned"] == 0 and "orphaned" not in status["well"] and house.get("/readyz") == "ok\n"
    assert house.tallyd.stop(20) == 0
    house.write("endorsed.csv", "".join(x for x in small_night.ENDORSED.splitlines(True) if not x.startswith("foe")))
    house.start_tallyd(name="without")
    says = r"foe was called won by desk at .+ in \S*us-senate, and the list has no such row any more"
    assert re.search(rf"list: {says}: it does not count; put its row back, with its endorsement_id and race, and reload", house.tallyd.text())
    status = house.status()
    assert status["orphaned"] == 1 and re.match(says, status["orphaned_first"]) and status["well"].startswith("no: ") and "orphaned below" in status["well"]
    todo = json.loads(house.ctl("todo", "-o", "json").stdout)
    assert (todo[0]["id"], todo[0]["standing"]) == ("foe", "orphaned") and re.search("was called won by desk", todo[0]["why"])
    assert house.get("/readyz").startswith("degraded: the list has lost")
    harness.wait_for(lambda: house.metrics()["tallyd_lost", frozenset()] == 1, 10, "its metric")
    house.write("endorsed.csv", small_night.ENDORSED)
    os.kill(house.tallyd.child.pid, signal.SIGHUP)
    harness.wait_for(lambda: totals(house)["won"] == 1, 10, "the call, back with its row")
    assert house.status()["orphaned"] == 0 and house.get("/readyz") == "ok\n"
    harness.wait_for(lambda: house.metrics()["tallyd_lost", frozenset()] == 0, 10, "its metric")
    assert house.ctl("todo").stdout.count("orphaned") == 0


def test_the_sentence_has_a_decision_when_it_is_answered():
    """It came up to min-interval and a write to the disk after the answer, while the totals were there at once."""
    with small_night.Small() as house:
        house.configure("min-interval = 1ms", "min-interval = 300ms")
        house.start_tallyd()
        for words, says in ((("call", "foe", "won"), "one won"), (("call", "yew", "lost"), "two of our two"), (("uncall", "foe"), "one of our two"),
                            (("endorse", "status", "yew", "withdrawn"), "No races called yet")):
            done = house.ctl(*words, *WHY, "--yes")
            assert done.returncode == 0, done.stderr
            said = house.ctl("statement").stdout
            assert says in said, (words, said)
            assert house.get("/v1/statement.txt").strip() == said.strip()


@pytest.mark.parametrize("race", ((), ("2025-11-04-ga-us-senate",)))
def test_the_log_says_that_a_freeze_keeps_a_call_back(race):
    """It said "won by ddhq" of a call that did not count."""
    with small_night.Small() as house:
        house.add_ddhq()
        house.start_tallyd()
        harness.wait_for(lambda: house.polls().get("ddhq", 0) > 1, 10, "the call feed")
        assert house.ctl("freeze", *race, *WHY, "--yes").returncode == 0
        text = small_night.DDHQ.replace("CALLED", "2").replace("WHEN", '"2025-11-05T03:14:49+00:00"')
        small_night.replace(house.folder / "ddhq.json", text)
        harness.wait_for(lambda: "call: foe won by ddhq" in house.tallyd.text(), 10, "the call")
        line = next(x for x in house.tallyd.text().splitlines() if "call: foe won by ddhq" in x)
        assert ("its race is frozen" if race else "all races are frozen") in line and totals(house)["won"] == 0
        done = house.ctl("release", *race, *WHY, "--dry-run")
        assert done.returncode == 0, done.stderr
        look = done.stdout
        assert re.search(r"news     CALL        GA  Di Foe, US Senate: won by ddhq  \[1 won of 1 called", look), look


def answers_meanwhile(house):
    """How many times /livez answered between the question for a preview and its answer; what the preview says."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(str(house.folder / "control"))
        s.sendall(b"\x1f".join(w.encode() for w in ("freeze", *WHY, "--dry-run")) + b"\n")
        n = 0
        while not select.select([s], [], [], 0)[0]:
            house.get("/livez")
            n += 1
        return n, b"".join(iter(lambda: s.recv(65536), b"")).decode()


def test_a_preview_of_a_large_list_does_not_stop_the_daemon():
    with small_night.Small() as house:
        names = ("".join(chr(97 + i // 17 ** k % 17) for k in range(4)) for i in range(8000))
        with (house.folder / "endorsed.csv").open("a") as f:
            f.writelines(f"x{i},Ann B{name},GA,Mayor of {name},,,1\n" for i, name in enumerate(names))
        house.start_tallyd()

        def seen():
            n, says = answers_meanwhile(house)
            assert says.startswith("0 ") and "freeze by" in says, says
            return n >= 3
        # where the loop waits for the copy, at most one answer is on its way when the question comes
        harness.wait_for(seen, 60, "pages while a preview runs")
