# SPDX-License-Identifier: ISC
"""What a source is, in one word wherever people look; pausing, resuming and reloading while sites notice nothing."""
import contextlib
import datetime
import hashlib
import json
import os
import re
import signal
import sqlite3
import time

import pytest

import harness
import served
import small_night


CLOSE = datetime.datetime(2025, 11, 5, tzinfo=datetime.timezone.utc)  # of polls in GA, as small_night has it


class Site(served.Site):
    """A site that answers as it is told: answers = {path: (status, headers, body)}; a body has an ETag. asked: {path: [headers]}."""

    protocol = "HTTP/1.1"

    def __init__(self):
        super().__init__()
        self.answers, self.asked, self.times = {}, {}, {}

    def answer(self, request):
        status, headers, body = self.answers[request.path]
        tag = '"' + hashlib.sha1(body.encode()).hexdigest()[:16] + '"'
        self.times.setdefault(request.path, []).append(time.time())
        self.asked.setdefault(request.path, []).append(dict(request.headers))
        if status == 200 and request.headers.get("If-None-Match") == tag:
            status, body = 304, ""
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if status == 200:
            request.send_header("ETag", tag)
        if status != 304:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if status != 304:
            request.wfile.write(body.encode())

    def count(self, path="/county.xml"):
        return len(self.asked.get(path, []))


@pytest.fixture
def site():
    with Site() as s:
        s.answers["/county.xml"] = (200, {}, small_night.detail())
        yield s


@pytest.fixture
def house(site):
    with small_night.Small() as h:
        h.configure("[poll]\n", "[poll]\nnetworks = 127.0.0.0/8\nbackoff = 50ms, 100ms\n")
        h.configure("path = county.xml", f"url = {site.url}/county.xml")
        yield h
        assert h.tallyd.stop(20) == 0, h.tallyd.text()


def words(house):
    """The word for the source, from everywhere."""
    rows = house.ctl("source", "list", "-o", "tsv").stdout.splitlines()
    listed = dict(zip(rows[0].split("\t"), rows[1].split("\t")))["status"]
    metric = [dict(labels)["status"] for (name, labels), n in house.metrics().items() if name == "tallyd_source_status" and n == 1]
    # a page of its own each time: others are kept for some seconds
    row = house.get(f"/?q={time.time()}").split('id="sources"')[1].split("county</th>")[1]
    shown = re.search(r"<td title=\"[^\"]+\">(?:<span class=\"warn\">)?(\w+)", row).group(1)
    are = json.loads(house.ctl("status", "-o", "json").stdout)["sources_are"]
    return {listed, house.sources()["county"]["status"], *metric, shown, are.removeprefix("1 ")}


def becomes(house, word):
    harness.wait_for(lambda: words(house) == {word}, 20, f"{word} everywhere")


def test_the_word_is_the_same_everywhere_and_follows_the_site(house, site):
    house.start_tallyd()
    becomes(house, "unchanged")
    site.answers["/county.xml"] = (403, {}, "Over quota")
    becomes(house, "blocked")
    assert house.sources()["county"]["text"] == "HTTP 403"
    site.answers["/county.xml"] = (200, {"Content-Type": "text/html"}, "<html><body>Just a moment...</body></html>")
    becomes(house, "blocked")
    site.answers["/county.xml"] = (500, {}, "Oops")
    becomes(house, "failing")
    site.answers["/county.xml"] = (200, {}, small_night.detail(poe=10, time="11/4/2025 9:25:50 PM EST"))
    becomes(house, "held")
    site.answers["/county.xml"] = (200, {}, small_night.detail(poe=110, time="11/4/2025 9:35:50 PM EST"))
    becomes(house, "unchanged")
    one = house.sources()["county"]
    assert one["last_success"] and one["last_change"] and one["own_time"].startswith("2025-11-05T02:35:50"), one


def test_a_crashing_payload_is_quarantined(house, site):
    house.configure("program = ", f"program = {harness.HOSTILE}\n#program = ")
    site.answers["/county.xml"] = (200, {}, '{"hostile":"crash"}' + " " * 80)
    house.start_tallyd()
    becomes(house, "quarantined")


def test_pause_stops_polls_over_a_restart_and_resume_goes_on(house, site):
    house.start_tallyd()
    becomes(house, "unchanged")
    done = house.ctl("source", "pause", "county", "--reason", "it shows last year", "--yes")
    assert done.returncode == 0, done.stderr
    becomes(house, "paused")
    status = json.loads(house.ctl("status", "-o", "json").stdout)
    assert "it shows last year" in status["sources_paused"], status
    assert "paused" in house.ctl("todo").stdout + house.ctl("todo").stderr
    count = site.count()
    assert house.ctl("source", "poll", "county").returncode == 1
    house.tallyd.kill()
    house.start_tallyd(name="again")
    assert words(house) == {"paused"}
    site.answers["/county.xml"] = (200, {}, small_night.detail(poe=200, time="11/4/2025 9:45:50 PM EST"))
    time.sleep(1.5)  # thirty intervals, and a look of one that sleeps: nothing may come, which no condition can tell
    assert site.count() <= count + 1, "it is asked while it is paused"
    assert house.ctl("source", "resume", "county", "--reason", "mended", "--yes").returncode == 0
    harness.wait_for(lambda: next(iter(house.races().values())) and site.count() > count + 1, 10, "a poll")
    becomes(house, "unchanged")


def test_a_reload_keeps_validators_and_what_the_site_asked_for(house, site):
    """A reload asked every site at once, also one that had said when to come again."""
    house.start_tallyd()
    becomes(house, "unchanged")
    house.configure("interval = 50ms", "interval = 60ms")
    os.kill(house.tallyd.child.pid, signal.SIGHUP)
    before = site.count()
    harness.wait_for(lambda: house.tallyd.text().count("reload: done") == 1 and site.count() > before + 2, 20, "the reload")
    assert all("If-None-Match" in headers for headers in site.asked["/county.xml"][1:]), "all of it was asked for again"
    site.answers["/county.xml"] = (429, {"Retry-After": "3000"}, "slow down")
    becomes(house, "blocked")
    count, seen = site.count(), house.sources()["county"]
    house.configure("interval = 60ms", "interval = 50ms")
    os.kill(house.tallyd.child.pid, signal.SIGHUP)
    harness.wait_for(lambda: house.tallyd.text().count("reload: done") == 2, 20, "the second reload")
    assert words(house) == {"blocked"} and house.sources()["county"] == seen, "what was known of the site"
    time.sleep(1)  # twenty intervals
    assert site.count() == count, "it was asked although its rest is not over"


def test_a_reload_loses_no_poll_that_is_under_way(house, site):
    """What a site was just answering was thrown away, and asked for again at once: with each reload."""
    answer = site.answer

    def slowly(request):
        time.sleep(0.1)  # what takes longer than a second is not waited for
        answer(request)

    site.answer = slowly
    house.start_tallyd()
    becomes(house, "unchanged")
    for i in range(6):
        house.configure(f"interval = 5{i}ms", f"interval = 5{i + 1}ms")
        harness.wait_for(lambda: house.tallyd.text().count("reload: done") == i, 20, "the reload before")
        os.kill(house.tallyd.child.pid, signal.SIGHUP)
    harness.wait_for(lambda: house.tallyd.text().count("reload: done") == 6, 20, "the last reload")
    polls = house.polls()["county"]
    harness.wait_for(lambda: house.polls()["county"] > polls + 2, 20, "polls after it")
    lost = site.count() - house.polls()["county"]
    assert lost <= 1, f"of {site.count()} answers {lost} were heard by nobody"


def test_a_reload_that_fails_late_leaves_sources_polled(house, site):
    """What was read is in order and what is on disk is not: until then no poll begins."""
    house.start_tallyd()
    becomes(house, "unchanged")

    def on_disk(statement):
        with contextlib.closing(sqlite3.connect(house.folder / "state" / "tallyd.db", timeout=10)) as db, db:
            db.execute(statement)

    on_disk("INSERT INTO claims VALUES (999999, 0, 0, 100, 'race', 'foe', 'ap', '', '', '', '', '')")
    failed = house.ctl("reload")
    assert failed.returncode == 78 and "cannot be of tallyd" in failed.stdout + failed.stderr, failed
    assert "the running configuration stays" in failed.stdout + failed.stderr, failed
    count = site.count()
    harness.wait_for(lambda: site.count() > count + 2, 20, "polls after it")
    on_disk("DELETE FROM claims WHERE number = 999999")
    assert house.ctl("reload").returncode == 0


def test_a_host_that_asks_for_a_rest_is_left_alone_by_all_its_sources(house, site):
    """Only the file that was told so waited; the others of the host went on asking."""
    house.configure("[source county]", f"[source other]\nlike = county\nurl = {site.url}/other.xml\n\n[source county]")
    site.answers["/other.xml"] = (200, {}, small_night.detail())
    house.start_tallyd()
    harness.wait_for(lambda: site.count("/other.xml") > 2, 20, "both are polled")
    site.answers["/county.xml"] = (503, {"Retry-After": "3000"}, "later")
    harness.wait_for(lambda: house.sources()["other"]["status"] == "blocked", 20, "the other source is blocked")
    # "2999 s more" still said so a minute later: a time stays right
    until = r", until \d+:\d\d [ap]\.m\. \w+ on \w+\.? \d+$"
    said = {name: house.sources()[name]["text"] for name in ("county", "other")}
    assert re.match("HTTP 503, and asks to wait 3000 s" + until, said["county"]) and re.match("its host has asked to wait" + until, said["other"]), said
    count = site.count("/other.xml")
    refused = house.ctl("source", "poll", "other")
    tested = house.ctl("source", "test", "other")
    assert tested.returncode == 75 and "left alone" in tested.stderr, tested
    house.configure("interval = 50ms", "interval = 60ms")
    os.kill(house.tallyd.child.pid, signal.SIGHUP)
    harness.wait_for(lambda: house.tallyd.text().count("reload: done") == 1, 20, "the reload")
    time.sleep(1)  # twenty intervals
    assert refused.returncode == 75 and site.count("/other.xml") == count, (refused, "it was asked although its host rests")


def test_a_credential_that_a_site_quotes_is_shown_and_kept_nowhere(house, site, monkeypatch):
    """The title of a page, an ETag, a version: each had the key in it, for all who look at sources."""
    credentials = house.folder / "credentials"
    credentials.mkdir()
    (credentials / "key").write_text("S3CRET-KEY123\n")
    (credentials / "key").chmod(0o600)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    house.configure(f"{site.url}/county.xml", f"{site.url}/county.xml?key={{credential:key}}")
    house.configure("[source county]", f"""[archive]
directory = archive

[source page]
like = county
url = {site.url}/page?key={{credential:key}}

[source version]
like = county
version-url = {site.url}/version?key={{credential:key}}
url = {site.url}/{{version}}

[source county]""")
    key = "?key=S3CRET-KEY123"
    site.answers["/county.xml" + key] = (200, {"Last-Modified": "S3CRET-KEY123", "Content-Type": "text/S3CRET%2dKEY123"}, small_night.detail())
    site.answers["/page" + key] = (200, {}, "<html><head><title>bad key s3cret%2DKEY123 of yours</title></head>" + " " * 300 + "</html>")
    site.answers["/version" + key] = (200, {}, "S3CRET-KEY123")
    house.start_tallyd()
    harness.wait_for(lambda: house.sources()["county"]["status"] == "unchanged", 20, "the one that is well")
    said = harness.wait_for(lambda: house.sources()["page"]["text"], 20, "the page that is none of results")
    assert "***" in said and "KEY123" not in said, said
    said = harness.wait_for(lambda: house.sources()["version"]["text"], 20, "the pointer")
    assert "has a credential in it" in said, said
    shown = [house.get("/v1/sources.json"), house.get("/"), house.ctl("source", "list").stdout, house.ctl("record", "county").stdout, house.tallyd.text()]
    for name in ("county", "page"):
        done = house.ctl("source", "test", name)
        shown.append(done.stdout + done.stderr)
    assert house.tallyd.stop(20) == 0
    shown += [p.read_text(errors="replace") for p in house.folder.rglob("*") if p.is_file() and credentials not in p.parents and p.suffix in (".tsv", ".db", ".db-wal")]
    assert not [text for text in shown if "KEY123" in text.upper()], [text for text in shown if "KEY123" in text.upper()]


class Proxy(Site):
    """Answers for every host, and connects to none."""

    def answer(self, request):
        if request.headers.get("Proxy-Authorization") != "Basic d2U6cGFzcw==":
            self.answers[request.path] = (407, {}, "who is it?")
        super().answer(request)


def test_the_proxy_is_what_the_configuration_says_and_never_the_environments(house, monkeypatch):
    credentials = house.folder / "credentials"
    credentials.mkdir()
    (credentials / "proxy").write_text("we:pass\n")
    (credentials / "proxy").chmod(0o600)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "*")
    with Proxy() as proxy:
        proxy.answers["http://results.example.test/county.xml"] = (200, {}, small_night.detail())
        address = house.conf.read_text().split("url = ")[1].split("\n")[0]
        house.configure(address, "http://results.example.test/county.xml\ninsecure-http = yes")
        house.configure("[poll]\n", f"[poll]\nproxy = {proxy.url}\nproxy-credential = proxy\n")
        house.start_tallyd()
        harness.wait_for(lambda: house.sources()["county"]["status"] == "unchanged", 20, "the source, through the proxy")
        assert [*proxy.asked] == ["http://results.example.test/county.xml"], proxy.asked
        house.configure("http://results", "https://results")
        os.kill(house.tallyd.child.pid, signal.SIGHUP)
        harness.wait_for(lambda: house.sources()["county"]["status"] == "failing", 20, "it does not connect")
        assert house.sources()["county"]["text"].startswith("through the proxy of [poll]: "), house.sources()
        assert "we:pass" not in house.tallyd.text() + house.ctl("config", "dump").stdout


def test_a_dropped_file_is_seen_at_once_and_never_half(house, site):
    """It waited for its interval, and what was half written was read and failed."""
    address = house.conf.read_text().split("url = ")[1].split("\n")[0]
    house.configure(f"url = {address}", "path = drop/county.xml")
    house.configure("interval = 50ms", "interval = 1h\nsettle = 100ms")
    file = house.folder / "drop" / "county.xml"
    file.parent.mkdir()
    file.write_text(small_night.detail())
    house.start_tallyd()

    def becomes(n):
        harness.wait_for(lambda: f"Di Foe {n}" in house.ctl("races").stdout, 20, f"{n} votes")

    becomes(90)
    small_night.replace(file, small_night.detail(foe=110, time="11/4/2025 9:15:50 PM EST"))
    becomes(110)
    whole = small_night.detail(foe=120, time="11/4/2025 9:25:50 PM EST")
    with open(file, "w", encoding="utf-8") as slow:
        slow.write(whole[:600])
        slow.flush()
        house.ctl("source", "poll", "county")
        time.sleep(1)  # ten times as long as it settles
        assert house.sources()["county"]["verdict"] in ("accepted", "unchanged"), house.sources()
        slow.write(whole[600:])
    becomes(120)
    assert "truncated" not in house.tallyd.text()


def test_polls_are_rare_until_the_first_close(house, site):
    """Before it no votes are expected: the site is asked less often, and soon after it again."""
    house.configure("interval = 50ms", "interval = 5s\nbefore-close = 50s")
    house.clock = harness.Clock(CLOSE - datetime.timedelta(minutes=10), 60, in_seconds=0)
    house.start_tallyd()
    harness.wait_for(lambda: site.count() >= 2, 20, "a poll after the close")
    first, second = (t - house.clock.real(CLOSE) for t in site.times["/county.xml"][:2])
    # the rest is twenty-five seconds long, and would have its end twelve after the close or later; half of the interval is how they spread
    assert first < -1 < second < 12, (first, second)
