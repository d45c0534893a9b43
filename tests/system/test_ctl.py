# SPDX-License-Identifier: ISC
"""tallyctl: each verb in each output, what it says when something is wrong, and what it exits with."""
import csv
import io
import json
import socket
import subprocess
import threading

import pytest

import harness
import small_night


@pytest.fixture(scope="module")
def house():
    with small_night.Small() as h:
        h.start_tallyd()
        harness.wait_for(lambda: h.polls().get("county", 0) > 1, 10, "a second poll")
        yield h


@pytest.mark.parametrize("words", (("totals",), ("races", "-o", "csv"), ("statement",), ("explain", "foe"), ("help",), ("-h",), ("--version",)))
def test_output_that_is_lost_is_said(house, words):
    """It was 0; and where standard output was closed the question's own socket took its place, and got the answer."""
    command = [harness.TALLYCTL, "--socket", house.folder / "control", *words]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 75 and "standard output: not all of it was written" in done.stderr, done
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 75 and "standard output: not all of it was written" in done.stderr, done


@pytest.mark.parametrize("words", (("match",), ("source", "lst"), ("endorse",), ("config", "x")))
def test_a_first_word_alone_says_what_goes_with_it(house, words):
    done = house.ctl(*words)
    assert done.returncode == 64 and f"no command '{' '.join(words)}'; there are\n  {words[0]} " in done.stderr, done.stderr
    assert {line.split()[0] for line in done.stderr.splitlines()[1:] if line.startswith("  " + words[0])} == {words[0]}


ROWS = {"status": [], "totals": [], "races": [], "coverage": [], "source": ["list"]}


@pytest.mark.parametrize("verb", ROWS)
def test_rows_in_every_output(house, verb):
    words = [verb, *ROWS[verb]]
    tsv = house.ctl(*words, "-o", "tsv")
    assert tsv.returncode == 0 and not tsv.stderr
    head, *rows = [line.split("\t") for line in tsv.stdout.splitlines()]
    assert rows and all(len(r) == len(head) for r in rows), tsv.stdout
    assert house.ctl(*words).stdout.split("\n")[0] == tsv.stdout.split("\n")[0], "tsv where it is no terminal"
    got = list(csv.reader(io.StringIO(house.ctl(*words, "-o", "csv").stdout)))
    assert got[0] == head and len(got) == len(rows) + 1 and all(len(r) == len(head) for r in got)
    table = house.ctl(*words, "-o", "table").stdout.splitlines()
    assert len(table) == len(rows) + 1 and table[0].split() == head
    assert json.loads(house.ctl(*words, "-o", "json").stdout)
    assert house.ctl("-o", "csv", *words).returncode == 0, "options may stand first"


def test_status(house):
    status = house.status()
    assert next(iter(status)) == "well" and status["well"] == "yes: 1 of 1 source answers"
    assert status["election"] == "A small night" and status["mode"] == "live" and status["ready"] == "yes"
    assert (status["sources"], status["sources_up"], status["endorsed"], status["races"]) == (1, 1, 2, 2)
    assert status["http_port"] == house.port and status["redis"] == "not configured"


def test_totals_agree_with_http(house):
    totals = dict(csv.reader(io.StringIO(house.ctl("totals", "-o", "csv").stdout)))
    data = json.loads(house.get("/v1/totals.json"))["data"]
    assert int(totals["endorsed"]) == data["endorsed"] == 2 and int(totals["pending"]) == data["pending"]
    for by in ("state", "office", "tag"):
        assert house.ctl("totals", "--by", by).returncode == 0
    done = house.ctl("totals", "--by", "moon")
    assert done.returncode == 64 and "--by state" in done.stderr and not done.stdout


def test_races_and_filters(house):
    races = house.races()
    assert {r["office"] for r in races.values()} == {"US Senate", "US House 5"}
    done = house.ctl("races", "state:GA", "-o", "json")
    assert len(json.loads(done.stdout)) == 2
    assert {r["endorsements"] for r in csv.DictReader(io.StringIO(house.ctl("races").stdout), delimiter="\t")} == {"foe", "yew"}
    for word in ("state:TX", "status:won", "flag:conflict", "nobody"):
        done = house.ctl("races", word)
        assert done.returncode == 1 and "none of 2 races" in done.stderr and not done.stdout, word
    for word, known in (("status:bogus", "uncalled, partly_called, called, pending"), ("flip:maybe", "yes, no"), ("state:XX", "GA"), ("flag:red", "conflict")):
        done = house.ctl("races", word)
        assert done.returncode == 64 and known in done.stderr and not done.stdout, word
    for word in ("state:ga", "status:uncalled", "status:trailing", "flip:no", "office:federal", "poe", "foe"):
        assert house.ctl("races", word).returncode in ((1,) if word == "poe" else (0,)), word
    done = house.ctl("races", "colour:red")
    assert done.returncode == 64 and "colour" in done.stderr and not done.stdout


def test_explain(house):
    done = house.ctl("explain", "foe")
    assert done.returncode == 0
    for says in ("Di Foe", 'contest 10 "US Senate"', "90 votes", "match    auto"):
        assert says in done.stdout
    race = next(i for i in house.races() if i.endswith("us-senate"))
    assert "Cy Poe 100" in house.ctl("explain", race).stdout
    assert house.ctl("explain").returncode == 64
    assert house.ctl("explain", "Di F").stdout == done.stdout, "a part of a name"
    done = house.ctl("explain", "ga")
    assert done.returncode == 1 and race in done.stderr and "fits 2" in done.stderr and not done.stdout
    done = house.ctl("explain", "nobody")
    assert done.returncode == 1 and "nobody" in done.stderr and not done.stdout


def test_statement_is_what_http_says(house):
    assert house.ctl("statement").stdout == house.get("/v1/statement.txt")


def test_watch_prints_what_comes():
    with small_night.Small() as h:
        h.add_ddhq()
        h.start_tallyd()
        watch = h.start("watch", harness.TALLYCTL, "--socket", h.folder / "control", "watch")
        harness.wait_for(lambda: "No races called yet" in watch.text(), 10, "the first line")
        winner = small_night.DDHQ.replace("CALLED", "2").replace("WHEN", '"2025-11-05T03:14:49+00:00"')
        small_night.replace(h.folder / "ddhq.json", winner)
        harness.wait_for(lambda: "Foe" in watch.text(), 10, "the call")
        assert watch.alive()
        h.tallyd.stop()
        assert watch.child.wait(harness.PATIENCE) == 69 and "tallyd went away" in watch.text()


def test_who_only_listens_keeps_nobody_out():
    """So many who followed the calls shut the door to the desk, and were cut off without a word when the daemon ended."""
    with small_night.Small() as h:
        h.start_tallyd()
        many = [h.start("many", harness.TALLYCTL, "--socket", h.folder / "control", "tail", "-f") for _ in range(64)]
        harness.wait_for(lambda: h.ctl("status").returncode == 0 and any(not one.alive() for one in many), 10, "that one has made room")
        small_night.decide(h, "call", "foe", "won")
        harness.wait_for(lambda: many[0].text().count("CALL  ") > 50, 10, "that the others follow")
        h.tallyd.kill()
        assert {one.child.wait(harness.PATIENCE) for one in many} == {69} and "tallyd went away" in many[0].text()


def test_of_a_decision_that_got_no_answer_it_is_said_that_it_may_be_done(tmp_path):
    """A desk was told that tallyd went away, and not whether its call had been taken."""
    unknown, call = "whether it was done is not known: see tallyctl decisions", ("call", "foe", "won", "--reason", "x")

    def hangs_up():
        with server.accept()[0] as heard:
            heard.recv(65536)

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "control"))
        server.listen()
        for words, says in ((*call, "--yes"), True), ((*call, "--dry-run"), False), (("status",), False):
            thread = threading.Thread(target=hangs_up)
            thread.start()
            done = subprocess.run([harness.TALLYCTL, "--socket", tmp_path / "control", *words], capture_output=True, text=True, timeout=harness.PATIENCE)
            thread.join(harness.PATIENCE)
            assert done.returncode == 69 and (unknown in done.stderr) is says, (words, done.stderr)
    done = subprocess.run([harness.TALLYCTL, "--socket", tmp_path / "control", *call, "--yes"], capture_output=True, text=True, timeout=harness.PATIENCE)
    assert done.returncode == 69 and unknown not in done.stderr, "nobody heard it"


def test_tail_has_what_was_told_and_follows():
    with small_night.Small() as h:
        h.start_tallyd()
        harness.wait_for(lambda: "Di Foe 90" in h.ctl("races").stdout, 10, "the votes")
        assert h.ctl("tail").stdout == ""
        for words in (("call", "foe", "won"), ("uncall", "foe"), ("call", "yew", "lost")):
            assert h.ctl(*words, "--reason", "r", "--yes").returncode == 0
        lines = h.ctl("tail").stdout.splitlines()
        assert [line.split(": ", 1)[1] for line in lines] == ["won by desk", "no longer won by desk", "lost by desk"], lines
        assert "  RETRACTION  GA  Di Foe, US Senate" in lines[1] and h.ctl("tail", "1").stdout.splitlines() == lines[2:]
        assert h.ctl("tail", "few").returncode == 64
        follow = h.start("follow", harness.TALLYCTL, "--socket", h.folder / "control", "tail", "2", "-f")
        harness.wait_for(lambda: "lost by desk" in follow.text(), 10, "what was")
        assert h.ctl("uncall", "yew", "--reason", "r", "--yes").returncode == 0
        harness.wait_for(lambda: "no longer lost by desk" in follow.text(), 10, "what comes")


def test_show(house):
    rows = list(csv.DictReader(io.StringIO(house.ctl("show", "foe", "-o", "csv").stdout)))
    assert [(r["choice"], r["votes"], r["percent"], r["endorsement_id"]) for r in rows] == [("Cy Poe", "100", "52.6%", ""), ("Di Foe", "90", "47.3%", "foe")]
    assert json.loads(house.ctl("show", "senate", "-o", "json").stdout)["choices"][1]["votes"] == 90
    assert house.ctl("show").returncode == 64 and house.ctl("show", "nobody").returncode == 1 and "fits 2" in house.ctl("show", "ga").stderr


def test_a_dead_feed_is_said(house):
    with small_night.Small() as h:
        (h.folder / "county.xml").unlink()
        h.start_tallyd()
        harness.wait_for(lambda: "No news" in h.ctl("statement").stdout, 10, "the doubt")
        assert h.ctl("statement").stdout == "No races called yet; two of our two endorsed candidates' races remain to be called. No news yet from county.\n"
        assert h.status()["well"] == "no: 0 of 1 source answers"
        assert h.ctl("status", "-o", "tsv").stdout.splitlines()[1].startswith("well\tno: 0 of 1")
        small_night.replace(h.folder / "county.xml", small_night.detail())
        harness.wait_for(lambda: "No news" not in h.ctl("statement").stdout, 10, "the end of the doubt")
        assert h.status()["well"] == "yes: 1 of 1 source answers"


def test_reload_is_answered_when_it_is_done():
    """It could only be sent as a signal, and what was wrong was in the log alone."""
    with small_night.Small() as h:
        h.start_tallyd()
        done = h.ctl("config", "check")
        assert done.returncode == 0 and "the configuration is right" in done.stdout, done
        h.configure("name = A small night", "name = A smaller night")
        assert "name = A small night" in h.ctl("config", "dump").stdout and h.status()["election"] == "A small night"
        done = h.ctl("reload")
        assert (done.returncode, done.stdout) == (0, "done; 1 source, 2 endorsed\n") and h.status()["election"] == "A smaller night", done
        h.configure("mode = live", "mode = alive\ncolour = red")
        for words in (("config", "check"), ("reload",)):
            done = h.ctl(*words)
            assert done.returncode == 78 and not done.stdout, done
            for says in ("tallyd.conf:4:8: mode", "colour", "2 problems; nothing of it is used"):
                assert says in done.stderr, done.stderr
        assert "the running configuration stays" in done.stderr and h.status()["mode"] == "live"
        h.configure("mode = alive\ncolour = red", "mode = live")
        h.write("endorsed.csv", small_night.ENDORSED.replace("foe,Di Foe,GA", "foe,Di Foe,Gia"))
        done = h.ctl("reload")
        assert done.returncode == 78 and '"Gia"' in done.stderr, done
        h.write("endorsed.csv", small_night.ENDORSED)
        assert h.ctl("reload").returncode == 0 and h.tallyd.text().count("reload: done") == 2


def test_wrong_words(house):
    done = house.ctl("statsu")
    assert done.returncode == 64 and "did you mean 'status'?" in done.stderr
    done = house.ctl("mtch", "list")
    assert done.returncode == 64 and "no command 'mtch'; did you mean 'match list'?" in done.stderr
    done = house.ctl("--nonsense")
    assert done.returncode == 64 and "no option '--nonsense'" in done.stderr
    for command in (("source", "poll", "county"), ("status",)):  # the reason ate the source's name
        done = house.ctl(*command, "--reason", "x")
        assert done.returncode == 64 and f"{' '.join(command[:2])} decides nothing: it has no --reason" in done.stderr
    done = house.ctl("source", "lst")
    assert done.returncode == 64 and "no command" in done.stderr
    done = house.ctl("status", "-o", "yaml")
    assert done.returncode == 64 and "table, json, csv, tsv" in done.stderr
    assert house.ctl("status", "-o").returncode == 64
    for words in (("watch", "nonsense"), ("status", "nonsense"), ("statement", "now"), ("source", "list", "all")):
        done = house.ctl(*words)
        assert done.returncode == 64 and words[-1] in done.stderr and not done.stdout, words
    for words in (("statement",), ("explain", "foe"), ("watch",)):
        done = house.ctl("-o", "json", *words)
        assert done.returncode == 64 and "it has no -o json; -o is for status, totals" in done.stderr and not done.stdout
    done = house.ctl()
    assert done.returncode == 64 and "usage: tallyctl" in done.stderr


def test_help_and_version(house):
    done = house.ctl("-h")
    assert done.returncode == 0 and "source list" in done.stdout and "explain" in done.stdout
    assert house.ctl("help").stdout == done.stdout and house.ctl("help", "nothing").returncode == 64
    assert [line.split()[1] for line in house.ctl("help", "match").stdout.splitlines() if line.startswith("  match ")] == ["list", "review", "decisions", "accept", "reject", "alias", "join", "undo"]
    assert house.ctl("help", "uncall").stdout.startswith("usage: tallyctl uncall ENDORSEMENT --reason TEXT")
    assert house.ctl("-V").stdout.startswith("tallyctl 0.")


def test_no_daemon_is_69(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        done = subprocess.run([harness.TALLYCTL, "--socket", path, "status"], capture_output=True, text=True, timeout=10, check=False)
        assert done.returncode == 69 and "is it running" in done.stderr and not done.stdout
    done = subprocess.run([harness.TALLYCTL, "--socket", "/" + "x" * 200, "status"], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 64 and "longer than" in done.stderr


def test_an_answer_that_is_none(tmp_path):
    path = tmp_path / "fake"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve(answers):
        for text in answers:
            link, _ = listener.accept()
            link.recv(1000)
            link.sendall(text)
            link.close()

    answers = {b"": 69, b"HTTP/1.1 400 Bad Request\r\n": 70, b"0 999\nshort": 69, b"0 x\n": 70, b"3 3\nno\n": 3, b"0 3\nok\n": 0}
    thread = threading.Thread(target=serve, args=(answers,))
    thread.start()
    for text, code in answers.items():
        done = subprocess.run([harness.TALLYCTL, "--socket", path, "statement"], capture_output=True, timeout=10, check=False)
        assert done.returncode == code, (text, done)
        assert (done.stdout, done.stderr) == ((b"ok\n", b"") if code == 0 else (b"", done.stderr))
    thread.join(10)


def test_a_table_that_is_too_long_is_said(tmp_path):
    """Of more than 64 MB as a table nothing was printed, with exit 0."""
    body = b"race_id\tstate\n" + b"x" * 10000 + b"\tGA\n" + b"x\tGA\n" * 7000

    def serve():
        for _ in range(2):
            with listener.accept()[0] as link:
                link.recv(1000)
                link.sendall(b"0 %d\n" % len(body) + body)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "fake"))
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        run = lambda output: subprocess.run([harness.TALLYCTL, "--socket", tmp_path / "fake", "races", "-o", output],
                                            capture_output=True, timeout=harness.PATIENCE, check=False)
        table, tsv = run("table"), run("tsv")
        thread.join(harness.PATIENCE)
    assert table.returncode == 65 and table.stdout == b"" and b"more than 64 MB" in table.stderr and b"-o tsv" in table.stderr, table.stderr
    assert tsv.returncode == 0 and tsv.stdout == body


def test_a_list_is_checked_before_it_is_used(tmp_path):
    """Without a daemon, and by the words of tallyd -t."""
    def check(*words):
        return subprocess.run([harness.TALLYCTL, "endorse", "check", *words], capture_output=True, text=True, timeout=20, check=False)

    path = tmp_path / "list.csv"
    path.write_text("Full Name,state,office,tags,helld_by,seats_to_fill,status\nA B,GA,US Senate,x|y,D,1,\nC D,Gia,US Senate,,D,1,\n"
                    "E F,NJ,,x,D,a,won\n")
    done = check(path, "candidate_name=Full Name")
    assert done.returncode == 1 and done.stdout == "" and done.stderr.count(f"{path}:") == 4, done
    conf = tmp_path / "tallyd.conf"
    conf.write_text("[election]\ndates = 2026-11-03\nmode = test\npolls-close.GA = 19:00\npolls-close.NJ = 20:00\n[endorsements]\n"
                    "file = list.csv\ncolumn.candidate_name = Full Name\n[workers]\nprogram = tally-parse\n")
    test = subprocess.run([harness.TALLYD, "-t", "-c", conf], capture_output=True, text=True, timeout=20, check=False)
    assert [line for line in done.stderr.splitlines() if line.startswith("/")] == [line for line in test.stderr.splitlines() if line.startswith(f"{path}:")]
    assert test.stderr.splitlines()[-1].endswith(f"{path}: 4 problems; nothing of it is used"), test  # and not tallyd.conf's
    path.write_text("Full Name,state,office,tags,helld_by,seats_to_fill,status,election_date\nA B,GA,US Senate,x|y,D,1,,2026-11-03\n"
                    "C D,GA,School Board,x,D,2,unopposed,\nE F,NJ,Mayor,,D,1,,\nG H,NJ,Mayor,,D,1,,\n")
    done = check(path, "column.candidate_name=Full Name")
    assert done.returncode == 0, done
    held = dict(line.split("\t") for line in done.stdout.splitlines())
    assert held == {"what": "is", "rows": "4", "races": "3", "states": "GA 2, NJ 2", "offices": "local 2, federal 1, school 1",
                    "status": "active 3, unopposed 1", "a win is of a": "seat 4", "election day": "not said 3, 2026-11-03 1",
                    "tags": "x 2, y 1"}
    assert "did you mean held_by?" in done.stderr
    assert check(tmp_path / "none").returncode == 66 and check().returncode == 64 and check(path, "nonsense").returncode == 64
