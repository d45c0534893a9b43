# SPDX-License-Identifier: ISC
"""tallyd as a person meets it: what it prints, and what it exits with."""
import csv
import io
import json
import subprocess

import pytest

import harness
import small_night


@pytest.fixture
def house():
    with small_night.Small() as h:
        yield h


def run(*args, limit=30, **more):
    return subprocess.run([harness.TALLYD, *map(str, args)], capture_output=True, text=True, timeout=limit, env=more, check=False)


def test_help_and_version():
    assert run("-V").stdout.startswith("tallyd 0.")
    done = run("-h")
    assert done.returncode == 0 and done.stdout.startswith("usage: tallyd") and "--clock" in done.stdout


@pytest.mark.parametrize("args,says", [
    (["-x"], "usage: tallyd"),
    (["extra"], "unexpected 'extra'"),
    (["-o", "races"], "-o goes with -1"),
    (["-c"], "usage: tallyd"),
    (["--clock", "yesterday"], "T must be like"),
    (["--clock", "2021-01-05T23:50:00Z,0"], "N must be a whole number"),
    (["--clock", "2021-01-05T23:50:00Z,2,soon"], "AT must be Unix seconds"),
])
def test_usage_is_64(args, says):
    done = run(*args)
    assert done.returncode == 64 and says in done.stderr and not done.stdout


def test_a_right_configuration(house):
    done = run("-c", house.conf, "-t")
    assert (done.returncode, done.stdout, done.stderr) == (0, "the configuration is right: 1 source, 2 endorsed\n", "")
    done = run("-c", house.conf, "-t", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_missing_file_is_66(house):
    done = run("-c", house.folder / "none.conf", "-t")
    assert done.returncode == 66 and "none.conf" in done.stderr
    done = run("-c", house.folder / "nowhere/none.conf", "-t")
    assert done.returncode == 66 and done.stderr.count("\n") == 1 and "-c FILE names a configuration" in done.stderr
    done = run("-c", house.folder / "none" / "tallyd.conf")
    assert done.returncode == 66 and "none" in done.stderr


def test_every_problem_of_a_file_in_one_run(house):
    house.write("tallyd.conf", house.conf.read_text().replace("mode = live", "mod = live").replace("[poll]", "[pol]")
                .replace("format = clarity", "format = clarty") + "interval = 5 minutes\n")
    done = run("-c", house.conf, "-t")
    assert done.returncode == 78 and not done.stdout
    lines = house.conf.read_text().splitlines()
    for key, says in (("mod = live", "did you mean mode?"), ("[pol]", "did you mean [poll]?"),
                      ("format = clarty", "did you mean clarity?"), ("interval = 5 minutes", "write a number and its unit")):
        where = f"{house.conf}:{lines.index(key) + 1}:"
        at = done.stderr.index(where)
        assert says in done.stderr[at:at + 300], done.stderr


def test_problems_of_plan_and_list_come_together(house):
    house.configure("polls-close.GA = 19:00", "polls-close.TX = 19:00")
    house.write("endorsed.csv", small_night.ENDORSED + "x,,GA,US House 5,,,\n")
    done = run("-c", house.conf, "-t")
    assert done.returncode == 78
    assert "polls-close.TX: Texas has more than one time zone" in done.stderr
    assert "endorsed.csv:4: " in done.stderr and "candidate_name" in done.stderr, done.stderr
    house.write("endorsed.csv", small_night.ENDORSED)
    done = run("-c", house.conf, "-t")
    assert "polls-close.GA is missing" in done.stderr


def test_dump_says_where_each_value_comes_from(house):
    done = run("-c", house.conf, "-T")
    assert done.returncode == 0 and not done.stderr
    lines = done.stdout.splitlines()
    at = lines.index("interval = 50ms")
    assert lines[at - 1].startswith(f"# {house.conf}:")
    assert lines[next(i for i, x in enumerate(lines) if x.startswith("timeout = ")) - 1] == "# default"
    again = house.folder / "dumped.conf"
    again.write_text(done.stdout)
    assert run("-c", again, "-t").returncode == 0


def test_once_prints_each_output(house):
    done = run("-c", house.conf, "-1")
    assert done.returncode == 0 and not done.stderr and "two of our two endorsed" in done.stdout
    totals = json.loads(run("-c", house.conf, "-1", "-o", "totals").stdout)
    assert totals["endorsed"] == 2 and totals["pending"] == 2 and totals["no_results"] == 0
    races = list(csv.DictReader(io.StringIO(run("-c", house.conf, "-1", "-o", "races").stdout), delimiter="\t"))
    assert {r["ours"] for r in races} == {"Di Foe 90 trailing", "Flo Yew 70 leading"}
    matches = list(csv.DictReader(io.StringIO(run("-c", house.conf, "-1", "-o", "matches").stdout)))
    assert list(matches[0]) == ("endorsement_id,candidate_name,state,office,district,band,source,contest_id,contest,choice_id,"
                                "choice,party,votes,outcome,why").split(",")
    assert {(m["endorsement_id"], m["band"], m["contest_id"], m["choice_id"], m["votes"]) for m in matches} == {
        ("foe", "auto", "10", "2", "90"), ("yew", "auto", "11", "2", "70")}
    done = run("-c", house.conf, "-1", "-o", "everything")
    assert done.returncode == 64 and "statement, totals, races, cards, matches" in done.stderr and not done.stdout
    assert not (house.folder / "state").exists(), "-1 keeps nothing"


def test_once_tells_of_a_source_that_failed(house):
    text = house.conf.read_text()
    house.write("tallyd.conf", text + "\n[source other]\nformat = ddhq\npath = other.json\n")
    house.write("other.json", "<html><title>Busy</title></html>")
    done = run("-c", house.conf, "-1", "-o", "totals")
    assert done.returncode == 75
    assert done.stderr.startswith("tallyd: other: blocked") and done.stderr.count("\n") == 1, done.stderr
    assert json.loads(done.stdout)["no_results"] == 0, "the others' figures stand"


@pytest.mark.parametrize("text,says", [
    (None, "other.xml: No such file"),
    ("<ElectionResult>\n</Elsewhere>", "line 2, column"),
    ("<html><title>Busy</title></html>", "Busy"),
])
def test_once_tells_what_failed_and_how(house, text, says):
    house.write("tallyd.conf", house.conf.read_text() + "\n[source other]\nformat = clarity\nstate = GA\npath = other.xml\n")
    if text:
        house.write("other.xml", text)
    done = run("-c", house.conf, "-1")
    assert done.returncode == 75 and done.stdout
    assert done.stderr.startswith("tallyd: other: ") and says in done.stderr and "again" not in done.stderr, done.stderr


def test_matches_note_what_a_call_feed_lacks(house):
    house.add_ddhq()
    done = run("-c", house.conf, "-1", "-o", "matches")
    rows = {(m["endorsement_id"], m["source"], m["band"]) for m in csv.DictReader(io.StringIO(done.stdout))}
    assert rows == {("foe", "county", "auto"), ("foe", "ddhq", "auto"), ("yew", "county", "auto")}
    assert done.returncode == 0 and done.stderr == "tallyd: note: source ddhq makes calls and has no match for 1 of 2: yew\n"


def test_another_election_day_is_named(house):
    house.write("county.xml", small_night.detail().replace("<ElectionDate>11/4/2025", "<ElectionDate>11/3/2026"))
    house.start_tallyd()
    harness.wait_for(lambda: "[election] dates has 2025-11-04" in house.ctl("source", "list").stdout, 10, "the reason")
    assert "the feed's election day is 2026-11-03, [election] dates has" in house.ctl("source", "list").stdout


def test_a_simulated_clock_stays_at_home(house):
    clock = "2025-11-05T02:00:00Z,10"
    assert run("-c", house.conf, "-t", "--clock", clock).returncode == 0
    house.configure("listen = 127.0.0.1:0", "listen = 0.0.0.0:0")
    house.configure("[redis]", "[redis]\nurl = redis://203.0.113.5:6379/0")
    done = run("-c", house.conf, "-t", "--clock", clock)
    assert done.returncode == 78
    assert "--clock and --replay are refused unless Redis is on loopback" in done.stderr
    assert "--clock and --replay are refused unless HTTP is on loopback" in done.stderr


def test_credentials_are_found_and_never_shown(house):
    house.write("tallyd.conf", house.conf.read_text().replace("path = county.xml", "url = https://example.org/{credential:key}"))
    done = run("-c", house.conf, "-t")
    assert done.returncode == 78 and "no directory of credentials" in done.stderr
    secrets = house.folder / "secrets"
    secrets.mkdir()
    (secrets / "key").write_text("hush\n")
    (secrets / "key").chmod(0o600)
    for done in (run("-c", house.conf, "-t", "--credentials", secrets), run("-c", house.conf, "-T", CREDENTIALS_DIRECTORY=str(secrets))):
        assert done.returncode == 0 and "hush" not in done.stdout + done.stderr, done.stderr
    (secrets / "key").chmod(0o644)
    done = run("-c", house.conf, "-t", "--credentials", secrets)
    assert done.returncode == 78 and "chmod 600" in done.stderr and "hush" not in done.stderr


def test_two_daemons_do_not_share_a_state(house):
    house.start_tallyd()
    done = run("-c", house.conf)
    assert done.returncode == 75 and "in use by another tallyd" in done.stderr
    assert house.status()["ready"] == "yes"


def test_a_worker_that_is_not_there(house):
    house.configure("program = ", "program = /nowhere")
    for more in ([], ["-1"]):
        done = run("-c", house.conf, *more)
        assert done.returncode not in (0, -6, -11) and "/nowhere" in done.stderr, done
