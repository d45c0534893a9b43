# SPDX-License-Identifier: ISC
"""A script of faults, calls and what is expected, played onto a recorded night: the report says what was on air when, and each difference."""
import datetime
import re
import shutil
import subprocess

import pytest

import harness
import small_night

START = datetime.datetime(2025, 11, 5, 1, 0, tzinfo=datetime.timezone.utc)  # 20:00 there
SPEED = 60
RACE = "2025-11-04-ga-us-senate"
# minutes past, and the figures; two minutes of the script, which are two seconds, are for a machine that has other things to do until they are
# recorded. The last is where the record ends: when the same is said again is left to the night
STEPS = ((3, 900, 950), (6, 1900, 2050), (9, 2000, 2150), (12, 2200, 2300), (15, 2200, 2300))

SCRIPT = f"""# a night of trouble
20:05:20 fault county 404 for 175s
    source county http-status
    race {RACE}: Cy Poe 900, Di Foe 950 from county
20:07:10 tick
    race {RACE}: Di Foe 950
20:08:20 tick
    source county accepted
    race {RACE}: Cy Poe 1900, Di Foe 2050
20:08:22 fault county zeroed for 4s
    source county empty
    race {RACE}: Di Foe 2050
20:08:28 fault county cut for 2s
    source county truncated
20:08:32 fault county page for 2s
    source county blocked
    race {RACE}: Di Foe 2050
20:08:36 fault county flap-back for 2s
    source county older
    race {RACE}: Di Foe 2050
20:08:40 desk call foe won
    is foe won by desk
    count won 1, called 1
    says one won
20:08:44 desk uncall foe
    count won 0
20:08:45 desk release {RACE}
20:11:10 fault county swapped for 5s
    race {RACE}: Di Foe 2150, Cy Poe 2000 [in_doubt] from county
20:11:20 fault county doubled Alder for 5s
    race {RACE}: Di Foe 2150, Cy Poe 2000
20:11:30 marks ddhq Di Foe won
    is foe won by ddhq
    count won 1
2025-11-05T01:14:30Z tick
    race {RACE}: Cy Poe 2200, Di Foe 2300 [] from county
    is yew unclear
"""


@pytest.fixture(scope="module")
def night():
    with small_night.Small() as house:
        house.add_ddhq()
        house.configure("[source ddhq]\n", "[source ddhq]\nvotes = no\n")  # else its old figures are on air while county is in doubt
        house.configure("polls-close.GA = 19:00", "polls-close.GA = 19:00 America/New_York")
        house.configure("interval = 50ms", "interval = 50ms\nbackoff = 50ms, 200ms")
        small_night.replace(house.conf, house.conf.read_text() + "\n[archive]\ndirectory = archive\n")
        house.clock = harness.Clock(START, SPEED)
        house.start_tallyd()
        for minute, poe, foe in STEPS:
            house.clock.wait_until(START + datetime.timedelta(minutes=minute))
            small_night.replace(house.folder / "county.xml", small_night.detail(poe=poe, foe=foe, time=f"11/4/2025 8:{minute:02}:00 PM EST"))
            harness.wait_for(lambda foe=foe: f"Di Foe {foe}" in house.ctl("races", "-o", "tsv").stdout or str(foe) in house.ctl(
                "show", "foe", "-o", "tsv").stdout, 10, "on air")
        polls = house.polls()
        harness.wait_for(lambda: all(house.polls()[s] > n + 1 for s, n in polls.items()), 10, "another poll")
        house.tallyd.stop()
        yield house


def rehearse(night, script, *words):
    night.write("script", script)
    return subprocess.run([harness.TALLYD, "-c", night.conf, "--replay", night.folder / "archive", "--rehearse", night.folder / "script", *words],
                          capture_output=True, text=True, timeout=60, check=False)


def test_a_night_of_trouble_goes_as_it_should(night):
    done = rehearse(night, SCRIPT, "-1")
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("\n22 expected, 0 not as expected\n")
    assert re.search(r"^20:05:20  script   fault county 404 for 175s$", done.stdout, re.M)
    assert re.search(r"^20:05:20  verdict  county: http-status: HTTP 404$", done.stdout, re.M)
    assert re.search(r"^20:11:20  verdict  county: doubled: US Senate / Alder$", done.stdout, re.M)
    assert re.search(r"^20:08:40  call     .*Di Foe.*won", done.stdout, re.M)
    assert re.search(r"^20:08:44  call     .*Di Foe", done.stdout, re.M)
    assert "on air" in done.stdout


def test_rehearsals_are_the_same_to_the_byte(night):
    assert rehearse(night, SCRIPT, "-1").stdout == rehearse(night, SCRIPT, "-1").stdout


def test_each_difference_is_told_and_ends_in_no(night):
    done = rehearse(night, f"20:11:30 tick\n    is foe won by desk\n    race {RACE}: Di Foe 215\n    count won 0\n    race nobody: A 1\n23:00 tick\n", "-1")
    assert done.returncode == 1
    assert re.findall(r"DIFFERS  line (\d+): (\w+)", done.stdout) == [("2", "is"), ("3", "race"), ("5", "race")], done.stdout
    assert "Di Foe 2150" in done.stdout and "4 expected, 3 not as expected; 1 lines" not in done.stdout
    assert done.stdout.endswith("4 expected, 3 not as expected\n")


def test_every_wrong_line_is_told_at_once(night):
    done = rehearse(night, "    is foe won\n20:00 fault county nonsense for 1m\n20:00 fault nowhere cut for 1m\n20:00 fault county cut\n25h desk call foe won\n"
                    "20:00 desk status\n20:00 marks ddhq Foe winner\n20:00 sing\n20:00 tick\n    was foe won\n", "-1")
    assert done.returncode == 65 and not done.stdout
    assert [int(n) for n in re.findall(r"script:(\d+): ", done.stderr)] == [1, 2, 3, 4, 5, 6, 7, 8, 10], done.stderr
    assert "there is no such fault: 'nonsense'; there are slow, reset, " in done.stderr


def amiss(done):
    return [int(n) for n in re.findall(r"^\S+  AMISS    line (\d+): ", done.stdout, re.M)]


def test_what_does_nothing_is_told_and_is_no_rehearsal(night):
    """Faults of nothing, marks of nobody, and lines of times that were not recorded passed as rehearsed."""
    done = rehearse(night, "18:00 desk call foe won\n    is foe won by desk\n18:30 fault ddhq slow for 2h\n"
                    "20:08 fault county doubled Nowhere for 10s\n20:08:30 fault county doubled Alder for 5s\n20:11 marks ddhq Nobody Atall won\n"
                    "23:00 fault county slow for 1m\n23:30 tick\n    count won 1\n", "-1")
    assert done.returncode == 1
    assert sorted(amiss(done)) == [1, 2, 4, 6, 7, 9], done.stdout
    assert done.stdout.endswith("2 expected, 0 not as expected; 6 lines of the script not done as written\n")


def test_a_fault_within_another_ends_alone(night):
    """With the shorter one both were over; and one of no length never was."""
    done = rehearse(night, "20:07:30 fault county 404 for 60s\n20:07:50 fault county page for 10s\n    source county blocked\n20:08:10 tick\n"
                    "    source county http-status\n20:08:40 fault county page for 0s\n20:08:55 tick\n    source county unchanged\n", "-1")
    assert done.stdout.endswith("3 expected, 0 not as expected; 1 line of the script not done as written\n") and amiss(done) == [6], done.stdout


def test_what_the_desk_is_refused_is_no_expectation(night):
    done = rehearse(night, "20:08 desk call nobody won\n    count won 0\n", "-1")
    assert done.returncode == 1 and "REFUSED" in done.stdout
    assert done.stdout.endswith("1 expected, 0 not as expected; 1 line of the script not done as written\n")


def test_a_source_that_calls_nothing_marks_nothing(night):
    done = rehearse(night, "20:02 marks county Di Foe won\n", "-1")
    assert done.returncode == 65 and "script:1: marks of this source call nothing (its calls = no): 'county'" in done.stderr


def test_what_is_asked_of_nobody_says_so(night):
    done = rehearse(night, "20:14 tick\n    is fo won\n    race us-senate: Di Foe 1\n    source countr accepted\n    is foe pending\n", "-1")
    assert re.findall(r"DIFFERS .*on air: (no \w+)", done.stdout) == ["no endorsement", "no race", "no source"], done.stdout
    assert done.stdout.endswith("4 expected, 3 not as expected\n")


def test_a_record_that_cannot_be_read_is_no_night(night, tmp_path):
    """Nothing of it was played, and nothing was said."""
    shutil.copytree(night.folder / "archive", tmp_path / "archive")
    for payload in (tmp_path / "archive").rglob("*.gz"):
        payload.write_bytes(b"junk")
    night.write("script", "20:02 tick\n")
    for more in ((), ("--rehearse", night.folder / "script")):
        done = subprocess.run([harness.TALLYD, "-c", night.conf, "--replay", tmp_path / "archive", "-1", *more], capture_output=True, text=True,
                              timeout=60, check=False)
        said = (done.stdout if more else done.stderr).splitlines()[-1]
        assert done.returncode == 1 and re.search(r"\d+ of \d+ polls were left out \(0 of sources that are not configured, [1-9]\d* whose payload", said), said


def test_a_daemon_rehearses_for_people(night):
    with harness.House() as house:
        house.conf = night.conf
        night.write("script", SCRIPT)
        house.folder, folder = night.folder, house.folder
        house.tallyd = house.start("rehearsal", harness.TALLYD, "-c", night.conf, "--replay", night.folder / "archive", "--rehearse",
                                   night.folder / "script")
        harness.wait_for(lambda: "22 expected, 0 not as expected" in house.tallyd.text(), 30, "the end of the report")
        assert house.status()["mode"] == "rehearsal" and '"won":1' in house.ctl("totals", "-o", "json").stdout.replace(" ", "")
        assert house.tallyd.stop() == 0
        house.folder = folder
