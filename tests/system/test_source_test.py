# SPDX-License-Identifier: ISC
"""tallyctl source test: a source is tried and told about, and nothing of it is published."""
import datetime
import json
import os
import shutil
import signal
import socket
import subprocess

import pytest

import harness
import small_night
from test_sources import CLOSE, Site


@pytest.fixture
def site():
    with Site() as s:
        s.answers["/county.xml"] = (200, {"Content-Type": "text/xml"}, small_night.detail())
        yield s


@pytest.fixture
def house(site):
    with small_night.Small() as h:
        h.configure("[poll]\ninterval = 50ms", "[poll]\nnetworks = 127.0.0.0/8\ninterval = 1h")
        h.configure("path = county.xml", f"url = {site.url}/county.xml")
        yield h
        if getattr(h, "tallyd", None):
            assert h.tallyd.stop(20) == 0, h.tallyd.text()


def run(house, *words):
    """By the daemon; or, as its configuration says, without one."""
    by = [] if getattr(house, "tallyd", None) else ["-c", house.conf]
    return subprocess.run([harness.TALLYCTL, "--socket", house.folder / "control", "source", "test", *by, *words], capture_output=True,
                          text=True, timeout=60, check=False)


def report(house, *words, code=0):
    done = run(house, *words, "-o", "json")
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout)


def times_out(said):
    for key in ("fetched_in_ms", "read_in_ms"):
        said["files"][0].pop(key, None)
    said["outcome"].pop("clock")
    return said


def test_what_it_says_of_a_source_that_is_well_with_and_without_a_daemon(house, site):
    alone = report(house, "county")
    file = alone["files"][0]
    assert (file["http_status"], file["type"], file["bytes"]) == (200, "text/xml", len(small_night.detail())), file
    assert (file["verdict"], file["contests"], file["choices"], file["votes"]) == ("accepted", 2, 4, 290) and file["etag"], file
    assert alone["formats"][0] == {"format": "clarity", "reads_it": "yes", "contests": 2, "choices": 4, "votes": 290, "why_not": ""}
    assert [(m["endorsement_id"], m["band"], m["votes"]) for m in alone["matches"]] == [("foe", "auto", 90), ("yew", "auto", 70)]
    assert all("name" in m["why"] for m in alone["matches"])
    ours = {r["ours"]: (r["votes"], r["reporting"], r["stands"]) for r in alone["races"] if r["ours"]}
    assert ours == {"foe": (90, "8 of 12", "trailing"), "yew": (70, "8 of 12", "leading")}
    assert alone["outcome"]["would_be_published"] == "2 races with figures, 0 called"
    house.start_tallyd()
    harness.wait_for(lambda: house.sources()["county"]["status"] == "up", 20, "the source")
    before, polls, seen = house.status(), site.count(), house.sources()
    asked = report(house, "county")
    assert times_out(asked) == times_out(alone)
    assert site.count() == polls + 1 and "If-None-Match" not in site.asked["/county.xml"][-1], "it is asked once, and for all of it"
    after = house.status()
    assert (after["epoch"], after["published"]) == (before["epoch"], before["published"]) and house.sources() == seen, "it is told about, not taken"


def test_the_section_it_writes_is_what_a_reload_takes(house, site):
    """The way to a county of one's own: an address first, then what to write, then reload."""
    site.answers["/other.xml"] = (200, {}, small_night.detail(poe=500))
    house.start_tallyd()
    found = report(house, f"{site.url}/other.xml", "state=GA", "interval=50ms", "late=yes")
    assert [f["format"] for f in found["formats"] if f["reads_it"] == "yes"] == ["clarity"]
    assert "section below" in found["outcome"]["next"]
    (house.folder / "sources.d").mkdir()
    (house.folder / "sources.d" / "other.conf").write_text(found["section"].replace("[source tested]", "[source other]"))
    assert report(house, "other")["files"][0]["votes"] == found["files"][0]["votes"], "what is in the files, before a reload"
    os.kill(house.tallyd.child.pid, signal.SIGHUP)
    harness.wait_for(lambda: house.sources().get("other", {}).get("verdict") in ("accepted", "unchanged"), 20, "the new source")


def test_a_daemon_that_does_not_answer_is_done_without(house):
    done = run(house, "county")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    shutil.copy(harness.TALLYCTL, house.folder / "tallyctl")  # no tallyd beside it
    lonely = subprocess.run([house.folder / "tallyctl", "--socket", house.folder / "none", "source", "test", "county"], capture_output=True,
                            text=True, timeout=20, check=False)
    assert lonely.returncode == 66 and "no tallyd answers at" in lonely.stderr and "beside tallyctl" in lonely.stderr, lonely


def test_a_file_is_tried_by_whoever_asks(house, tmp_path):
    (tmp_path / "drop.xml").write_text(small_night.detail())
    house.start_tallyd()
    done = subprocess.run([harness.TALLYCTL, "--socket", house.folder / "control", "-c", house.conf, "source", "test", tmp_path / "drop.xml",
                           "-f", "clarity", "state=GA"], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0 and f"path = {tmp_path}/drop.xml\nformat = clarity\nstate = GA\n" in done.stdout, done


URL = "http://127.0.0.1/x"


def test_the_daemon_reads_no_file_and_sends_no_credential_for_who_asks(house):
    house.start_tallyd()
    for words in (["/etc/hostname"], [URL, "path=/etc/hostname"], [URL, " path.a =/etc/hostname"], [URL, "companion.a=/etc/hostname"],
                  ["http://127.0.0.1/{credential:key}"], [URL, "header=X: {credential:key}"], [URL, "like=county"]):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(house.folder / "control"))
            s.sendall("\x1f".join(["source test", "-o=json", *words]).encode() + b"\n")
            said = s.makefile().read()
        assert said.startswith("77 "), (words, said)


TABLE = "Office,Person,Count\n" + "".join(f"Mayor,Person {i},{i}\n" for i in range(9))


@pytest.mark.parametrize("answer, words, code, verdict, advice", [
    ((404, {}, "no"), [], 75, "http-status", "is the address right?"),
    ((403, {}, "no"), [], 75, "blocked", "user-agent"),
    ((200, {"Content-Type": "text/html"}, "<html><body>Just a moment...</body></html>"), [], 75, "blocked", "user-agent"),
    ((429, {"Retry-After": "40"}, "slow down"), [], 75, "blocked", "wait as long as it asks for"),
    ((200, {}, TABLE), [], 65, "schema", "Then its format or keys do not fit, as is said above; of text or a spreadsheet, tally-parse --draft FILE"),
    ((200, {}, small_night.detail()[:700]), [], 65, "truncated", "is it the right file"),
    ((200, {}, small_night.detail().replace("11/4/2025</ElectionDate>", "11/5/2024</ElectionDate>")), [], 1, "wrong-date", "results of another election"),
    ((200, {}, small_night.detail().replace("Di Foe", "Al Other").replace("Flo Yew", "Bo Other")), [], 1, "accepted", "Nothing of ours is in it"),
])
def test_what_is_wrong_is_named_with_its_cure(house, site, answer, words, code, verdict, advice):
    site.answers["/county.xml"] = answer
    said = report(house, "county", *words, code=code)
    assert said["files"][0]["verdict"] == verdict and advice in said["outcome"]["next"], said


@pytest.mark.parametrize("answer, code, verdict, text", [
    ((200, {"Content-Type": "text/html"}, "<!DOCTYPE html><html><head><title>Alder County Elections Home</title></head><body/></html>"), 75, "blocked",
     "Alder County Elections Home"),
    ((200, {}, ""), 65, "truncated", "the payload is empty"),
    ((404, {}, "no"), 75, "http-status", "404"),
])
def test_what_is_no_results_in_any_format_is_named_for_what_it_is(house, site, answer, code, verdict, text):
    site.answers["/other"] = answer
    said = report(house, site.url + "/other", "insecure-http=yes", "state=GA", code=code)
    assert said["files"][0]["verdict"] == verdict and text in said["files"][0]["text"], said
    assert said["formats"] == [] and "section" not in said


def test_a_wrong_format_is_told_with_the_one_that_reads_it(house):
    house.configure("format = clarity", "format = nist")
    said = report(house, "county", code=65)
    assert [(f["format"], f["reads_it"]) for f in said["formats"]] == [("nist", "no"), ("clarity", "yes")] and said["formats"][0]["why_not"]
    assert said["outcome"]["next"] == "write format = clarity: that one reads it" and said["races"] == [] if "races" in said else True


def test_votes_before_polls_close_are_told_as_they_will_be(house):
    house.clock = harness.Clock(CLOSE - datetime.timedelta(hours=2), 1, in_seconds=0)
    house.start_tallyd()
    said = report(house, "county")
    assert said["outcome"]["early"].startswith("polls are open") and said["outcome"]["clock"].startswith("2025-11-04T22:0"), said["outcome"]
    assert {r["ours"]: r["votes"] for r in said["races"] if r["ours"]} == {"foe": 90, "yew": 70}


def test_redirects_are_told_and_credentials_are_not(house, site, monkeypatch):
    credentials = house.folder / "credentials"
    credentials.mkdir()
    (credentials / "key").write_text("s3cret")
    (credentials / "key").chmod(0o600)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    site.answers["/old.xml"] = (302, {"Location": f"{site.url}/county.xml"}, "")
    moved = report(house, f"{site.url}/old.xml", "state=GA")
    assert (moved["files"][0]["redirects"], moved["files"][0]["redirected_to"]) == (1, f"{site.url}/county.xml"), moved["files"]
    site.answers["/key.xml?key=s3cret"] = (404, {}, "no")
    house.configure(f"{site.url}/county.xml", f"{site.url}/key.xml?key={{credential:key}}")
    house.start_tallyd()
    for way in ("json", "table"):
        done = run(house, "county", "-o", way)
        assert done.returncode == 75 and "{credential:key}" in done.stdout and "s3cret" not in done.stdout + done.stderr, done
    assert site.count("/key.xml?key=s3cret") > 1


def test_words_that_are_none(house):
    for words, code, says in ((["conty"], 64, "did you mean county?"), (["county", "state=GA"], 64, "in the configuration"),
                              ([], 64, "usage:"), (["./none.xml"], 66, "No such file"), (["https://e.org/x", "colour=red"], 78, "unknown key"),
                              (["https://e.org/x", "column.votes=N"], 78, "format=FORMAT"),
                              (["https://e.org/x", "-f", "clarty"], 78, "did you mean clarity"), (["http://e.org/x"], 78, "plain http"), (["http://e.org/x"], 78, "what was typed makes no source; nothing is tried")):
        done = run(house, *words)
        assert done.returncode == code and says in done.stderr and done.stdout == "", (words, done)
