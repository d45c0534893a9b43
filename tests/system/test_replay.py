# SPDX-License-Identifier: ISC
"""What a night brought is recorded, and comes again as it was: the same figures, the same bytes each time, and nobody's live state touched."""
import csv
import datetime
import gzip
import json
import os
import re
import subprocess
import time

import pytest

import harness
import small_night

ARCHIVE = "\n[archive]\ndirectory = archive\nkeep = 16M\n"


def polls_until(house, verdict):
    harness.wait_for(lambda: house.sources()["county"]["verdict"] == verdict, 10, f"verdict {verdict}")


class Recorded(small_night.Small):
    """A night with all that can come: figures, a fall, a cut file, a missing one, the same again; and a call and its retraction."""

    def live(self):
        self.add_ddhq()
        self.configure("interval = 50ms", "interval = 50ms\nbackoff = 50ms, 200ms")
        small_night.replace(self.conf, self.conf.read_text() + ARCHIVE)
        self.start_tallyd()
        before = self.polls()["county"]
        harness.wait_for(lambda: self.polls()["county"] >= before + 3, 10, "polls that bring nothing new")
        for poe, foe in ((100, 90), (900, 950), (1900, 2050)):
            small_night.replace(self.folder / "county.xml", small_night.detail(poe=poe, foe=foe))
            harness.wait_for(lambda foe=foe: any(c["votes"] == foe for c in self.choices()), 10, f"{foe} on air")
        small_night.replace(self.folder / "county.xml", small_night.detail(poe=1900, foe=50))
        harness.wait_for(lambda: self.verdicts().get(("county", "fall-desk")), 10, "the fall")
        whole = small_night.detail(poe=2000, foe=2100)
        small_night.replace(self.folder / "county.xml", whole[:len(whole) // 2])
        polls_until(self, "truncated")
        (self.folder / "county.xml").unlink()
        polls_until(self, "unreachable")
        small_night.replace(self.folder / "county.xml", whole)
        harness.wait_for(lambda: any(c["votes"] == 2100 for c in self.choices()), 10, "2100 on air")
        called = small_night.DDHQ.replace("CALLED", "2").replace("WHEN", '"2025-11-05 03:05:00"')
        small_night.replace(self.folder / "ddhq.json", called)
        harness.wait_for(lambda: json.loads(self.get("/v1/totals.json"))["data"]["won"] == 1, 10, "the call")
        self.said = self.ctl("record", "county", "-o", "json").stdout
        self.races_live = self.choices()
        harness.wait_for(lambda: json.loads(self.ctl("status", "-o", "json").stdout)["archive_waiting"] == 0, 10, "recorded")
        assert self.tallyd.stop() == 0

    def choices(self):
        races = json.loads(self.get("/v1/races.json"))["races"]
        return [c for r in races for c in json.loads(self.get(f"/v1/races/{r['race_id']}.json"))["race"]["choices"]]

    def once(self, what, **more):
        done = subprocess.run([harness.TALLYD, "-c", self.conf, "--replay", self.folder / "archive", "-1", "-o", what], capture_output=True,
                              text=True, timeout=60, check=False, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def last(self, channel):
        """What was told last there."""
        return json.loads([line.split(" ", 2)[2] for line in self.once("documents").splitlines() if line.split(" ", 2)[1] == channel][-1])

    def table(self):
        rows = []
        for path in sorted((self.folder / "archive").glob("*.tsv")):
            rows += csv.DictReader(path.open(), delimiter="\t", quoting=csv.QUOTE_NONE)
        return rows


@pytest.fixture(scope="module")
def night():
    with Recorded() as house:
        house.live()
        yield house


def test_each_payload_is_there_once_and_each_poll_that_said_something(night):
    rows = [r for r in night.table() if r["source"] == "county"]
    kinds = {(r["what"], r["verdict"]) for r in rows}
    assert {("payload", "accepted"), ("failed", "truncated"), ("failed", "unreachable"),
            ("unchanged", "unchanged")} <= kinds, kinds
    names = {r["payload"] for r in night.table() if r["payload"]}
    assert names == {p.name.removesuffix(".gz") for p in (night.folder / "archive/payloads").iterdir()}
    for r in rows:
        if r["payload"]:
            assert len(gzip.open(night.folder / f"archive/payloads/{r['payload']}.gz").read()) == int(r["bytes"])
        assert r["url"] == str(night.folder / "county.xml")
    assert len(rows) < 40, "the same again and again is one line"
    told, = json.loads(night.said)
    assert int(told["payloads"]) == sum(bool(r["payload"]) for r in rows) and (night.folder / "archive" / told["payload"]).exists()


def test_a_replay_ends_as_the_night_did(night):
    cards = [json.loads(line) for line in night.once("cards").splitlines()]
    assert [c for r in cards for c in r["choices"]] == night.races_live
    assert json.loads(night.once("totals"))["won"] == 1


def test_replays_are_the_same_to_the_byte(night):
    first = night.once("documents")
    assert first.count("\n") > 10 and "calls:GA" in first
    assert night.once("documents", env=os.environ | {"TZ": "Asia/Tokyo", "LC_ALL": "C"}) == first


def test_a_poll_that_is_gone_is_left_out(night):
    copy = night.folder / "copy"
    subprocess.run(["cp", "-r", night.folder / "archive", copy], check=True)
    last = [r for r in night.table() if r["source"] == "county" and r["payload"]][-1]
    (copy / f"payloads/{last['payload']}.gz").write_bytes(b"\x1f\x8b not this")
    done = subprocess.run([harness.TALLYD, "-c", night.conf, "--replay", copy, "-1", "-o", "cards", "-v"], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 1 and "this poll is left out" in done.stderr, done.stderr
    assert re.search(r"^replay: 1 of \d+ polls were left out", done.stderr, re.M)
    assert '"votes":2100' in night.once("cards") and '"votes":2100' not in done.stdout


def test_a_daemon_plays_it_for_people_and_touches_no_live_state(night):
    before = {p: p.stat().st_mtime_ns for p in (night.folder / "state").rglob("*")}
    archived = {p: p.stat().st_size for p in (night.folder / "archive").rglob("*")}
    with small_night.Small() as house:
        house.conf = house.write("tallyd.conf", night.conf.read_text().replace("directory = state", f"directory = {night.folder}/state").replace(
            "directory = archive", f"directory = {night.folder}/archive"))
        house.add_ddhq()
        small_night.replace(house.conf, house.conf.read_text().rsplit("\n[source ddhq]", 1)[0])
        house.tallyd = house.start("tallyd", harness.TALLYD, "-c", house.conf, "--replay", night.folder / "archive")
        house.port = harness.wait_for(house.is_ready, 20, "ready")["http_port"]
        replay = harness.wait_for(lambda: (r := json.loads(house.ctl("replay", "-o", "json").stdout))["state"] == "over" and r, 30, "its end")
        assert replay["played"] == replay["polls"] == len(night.table()) and replay["skipped"] == 0
        totals = json.loads(house.get("/v1/totals.json"))
        assert totals["mode"] == "rehearsal" and totals["data"] == night.last("totals")
        assert house.get("/v1/statement.txt").startswith("REHEARSAL")
        assert house.ctl("reload").returncode == 1 and house.is_ready()
        assert house.tallyd.stop() == 0
    assert before == {p: p.stat().st_mtime_ns for p in (night.folder / "state").rglob("*")}
    assert archived == {p: p.stat().st_size for p in (night.folder / "archive").rglob("*")}


def test_at_a_speed_it_takes_its_time_and_ends_the_same(night):
    first, last = (datetime.datetime.fromisoformat(r["received"].replace("Z", "+00:00")) for r in (night.table()[0], night.table()[-1]))
    with small_night.Small() as house:
        house.conf = house.write("tallyd.conf", night.conf.read_text())
        house.write("ddhq.json", "{}")
        began = time.monotonic()
        house.tallyd = house.start("tallyd", harness.TALLYD, "-c", house.conf, "--replay", night.folder / "archive", "--speed", "1")
        house.port = harness.wait_for(house.is_ready, 20, "ready")["http_port"]
        harness.wait_for(lambda: json.loads(house.ctl("replay", "-o", "json").stdout)["state"] == "over", 30, "its end")
        assert time.monotonic() - began >= (last - first).total_seconds() > 0.2
        end = night.last("totals")
        harness.wait_for(lambda: json.loads(house.get("/v1/totals.json"))["data"] == end, 10, "what it ended with")


@pytest.mark.parametrize("words,says", [
    (["--replay", "nowhere"], "nowhere"), (["--speed", "3"], "--speed goes with --replay"),
    (["--replay", "archive", "--clock", "2025-11-04T00:00:00Z"], "no --clock"), (["--replay", "archive", "--speed", "0"], "from 1 to"),
    (["--replay", "archive", "-1", "--speed", "2"], "no --speed"), (["-1", "-o", "documents"], "with --replay documents"),
    (["--replay", "payloads-only"], "no table of a day")])
def test_what_makes_no_sense_is_refused(night, words, says):
    (night.folder / "payloads-only").mkdir(exist_ok=True)
    done = subprocess.run([harness.TALLYD, "-c", night.conf, *words], capture_output=True, text=True, timeout=60, check=False, cwd=night.folder)
    assert done.returncode not in (0, 1, 70) and says in done.stderr, (done.returncode, done.stderr)
