# SPDX-License-Identifier: ISC
"""SIGHUP: all of a new configuration or nothing of it, and the figures stay on air meanwhile."""
import json
import os
import re
import signal
import threading
import time
import urllib.request

import pytest

import feeds
import harness
import served
import small_night

LATER = "11/4/2025 9:15:50 PM EST"
# the same under sanitizers, where somebody built it so
BUILDS = [b for b in (feeds.BUILD, feeds.BUILD / "san") if (b / "tallyd").exists()]


@pytest.fixture(params=BUILDS, ids=lambda b: b.name)
def house(request, monkeypatch):
    monkeypatch.setattr(harness, "TALLYD", request.param / "tallyd")
    with small_night.Small() as h:
        h.add_ddhq()
        h.write("county.xml", small_night.detail(senate=False))  # each figure has one source: half a model shows
        h.start_tallyd()
        harness.wait_for(lambda: h.polls().get("county", 0) > 1 and h.races(), 10, "figures")
        yield h
        assert h.tallyd.stop(20) == 0, h.tallyd.text()
        assert "ERROR: AddressSanitizer" not in h.tallyd.text() and "runtime error" not in h.tallyd.text()


def totals(house):
    return json.loads(house.get("/v1/totals.json"))


def votes(house):
    return {c["endorsement_id"]: c["votes"] for r in house.races().values() for c in r["choices"] if c["endorsement_id"]}


def hup(house):
    os.kill(house.tallyd.child.pid, signal.SIGHUP)


def logged(house, says, times=1):
    return lambda: house.tallyd.text().count(says) >= times


class Watch:
    """Asks for the totals all the time and keeps what differs from the last answer."""

    def __init__(self, house):
        self.house, self.seen, self.end = house, [], threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.end.is_set():
            doc = totals(self.house)
            if not self.seen or self.seen[-1] != doc:
                self.seen.append(doc)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()


def call(house, winner):
    text = small_night.DDHQ.replace("CALLED", winner).replace("WHEN", '"2025-11-05T03:14:49+00:00"')
    small_night.replace(house.folder / "ddhq.json", text)


def test_a_source_is_added_and_nothing_goes_off_air(house):
    call(house, "2")
    harness.wait_for(lambda: totals(house)["data"]["won"] == 1, 10, "the call")
    before, polls = totals(house), house.polls()["county"]
    with Watch(house) as watch:
        (house.folder / "sources.d").mkdir()
        house.write("sources.d/more.conf", "[source more]\nlate = yes\nformat = clarity\nstate = GA\npriority = 5\npath = ../county.xml\n"
                    .replace("../", f"{house.folder}/"))
        hup(house)
        harness.wait_for(logged(house, "reload: done; 3 sources"), 20, "the reload")
        harness.wait_for(lambda: totals(house)["epoch"] > before["epoch"], 10, "a new epoch")
        harness.wait_for(lambda: house.sources()["more"]["verdict"] is not None, 10, "the new source")
        harness.wait_for(lambda: watch.seen and watch.seen[-1]["epoch"] > before["epoch"], 10, "the watcher has seen it")
    for doc in watch.seen:
        assert (doc["data"]["endorsed"], doc["data"]["no_results"], doc["data"]["won"]) == (2, 0, 1), doc
    order = [(d["epoch"], d["seq"]) for d in watch.seen]
    assert order == sorted(order) and len({d["epoch"] for d in watch.seen}) == 2, order
    assert votes(house) == {"foe": 90, "yew": 70}
    assert house.polls()["county"] >= polls, "counters go on"
    assert house.tallyd.text().count("call: foe won") == 1, "a call is taken once"


def test_half_a_model_is_never_told(house):
    """While the last payloads were read again, one source's figures were told as all there was."""
    watch = house.start("watch", harness.TALLYCTL, "--socket", house.folder / "control", "watch")
    harness.wait_for(watch.text, 10, "the first line")
    epoch = totals(house)["epoch"]
    for _ in range(3):
        hup(house)
        harness.wait_for(lambda: totals(house)["epoch"] > epoch, 20, "the reload")
        epoch = totals(house)["epoch"]
    small_night.replace(house.folder / "county.xml", small_night.detail(yew=75, time=LATER, senate=False))
    harness.wait_for(lambda: votes(house)["yew"] == 75, 10, "a change behind it all")
    lines = [x for x in watch.text().splitlines() if "totals" in x]
    assert all(x.endswith("1 leading, 1 trailing") for x in lines), lines


def test_a_bad_file_leaves_the_running_one_alone(house):
    before = totals(house)
    house.configure("format = ddhq", "format = ddhg")
    hup(house)
    harness.wait_for(logged(house, "the running configuration stays"), 20, "the refusal")
    assert "did you mean ddhq?" in house.tallyd.text()
    assert totals(house)["epoch"] == before["epoch"], "nothing was touched"
    harness.wait_for(lambda: house.metrics()["tallyd_config_last_reload_successful", frozenset()] == 0, 20, "its metric")
    small_night.replace(house.folder / "county.xml", small_night.detail(yew=75, time=LATER, senate=False))
    harness.wait_for(lambda: votes(house)["yew"] == 75, 10, "polling goes on")
    house.configure("format = ddhg", "format = ddhq")
    hup(house)
    harness.wait_for(lambda: house.metrics()["tallyd_config_last_reload_successful", frozenset()] == 1, 20, "the good one")
    assert votes(house) == {"foe": 90, "yew": 75}


def test_what_only_a_restart_can_change_is_refused(house):
    house.configure("socket = control", "socket = other")
    hup(house)
    harness.wait_for(logged(house, "only a restart can change it"), 20, "the refusal")
    assert house.status()["ready"] == "yes"


def test_a_reload_of_sources_takes_nothing_else(house):
    """A list that somebody was editing went on air with a new source."""
    text = (house.folder / "endorsed.csv").read_text()
    house.write("endorsed.csv", text + "new,New One,GA,State House 4,Democratic,,1\n")
    done = house.ctl("reload", "sources", "--wait")  # and then nothing could be done about sources before it was whole again
    assert done.returncode == 0 and "the list runs as it was: its file has changed since" in done.stdout and house.status()["endorsed"] == 2, done
    house.write("endorsed.csv", text + "half a row")
    broken = house.ctl("reload")
    assert broken.returncode == 78 and re.search(r"/endorsed\.csv: \d+ problems?; nothing of it is used", broken.stderr) and "tallyd.conf:" not in broken.stderr, broken
    assert house.ctl("reload", "sources").returncode == 0
    house.configure("name = A small night", "name = Another night")
    done = house.ctl("reload", "sources")
    assert done.returncode == 78 and "[election] name changed, and only a whole reload" in done.stderr, done
    house.configure("name = Another night", "name = A small night")
    house.configure("[source county]", "[source more]\nlate = yes\nformat = clarity\nstate = GA\npath = county.xml\n\n[source county]")
    count = house.status()["sources"]
    assert house.ctl("reload", "sources").stdout.startswith(f"done; {count + 1} sources") and house.status()["sources"] == count + 1
    assert house.status()["endorsed"] == 2
    house.write("endorsed.csv", text)
    assert "its file has changed" not in house.ctl("reload", "sources").stdout
    house.write("endorsed.csv", text + "new,New One,GA,State House 4,Democratic,,1\n")
    assert house.ctl("reload").returncode == 0 and house.ctl("reload", "everything").returncode == 64


def test_a_changed_list_counts_at_once(house):
    house.write("endorsed.csv", small_night.ENDORSED + "zed,Gus Zed,GA,US House 5,Republican,,1\n")
    hup(house)
    harness.wait_for(lambda: totals(house)["data"]["endorsed"] == 3, 20, "the new list")
    harness.wait_for(lambda: votes(house) == {"foe": 90, "yew": 70, "zed": 30}, 10, "its figures, out of the last payload")
    house.write("endorsed.csv", "candidate_name,state\nx\n")
    hup(house)
    harness.wait_for(logged(house, "the running configuration stays"), 20, "the refusal")
    assert totals(house)["data"]["endorsed"] == 3


def test_one_who_is_endorsed_after_the_call_has_it_told(house):
    call(house, "1")
    harness.wait_for(lambda: any(r["status"] != "uncalled" for r in house.races().values()), 10, "the race's call")
    watch = house.start("watch", harness.TALLYCTL, "--socket", house.folder / "control", "watch")
    harness.wait_for(watch.text, 10, "the first line")
    house.write("endorsed.csv", small_night.ENDORSED + "poe,Cy Poe,GA,US Senate,Republican,,1\n")
    hup(house)
    harness.wait_for(lambda: totals(house)["data"]["won"] == 1, 20, "the call")
    harness.wait_for(lambda: "Poe" in watch.text(), 10, "the line about it")
    assert "1 row of the list is new though polls have closed: poe" in house.tallyd.text()
    assert totals(house)["data"]["lost"] == 1


def test_many_signals_end_in_the_last_configuration(house):
    for i in range(12):
        house.write("endorsed.csv", small_night.ENDORSED + "".join(
            f"n{k},Nobody Number{k},GA,US House {k + 6},,,\n" for k in range(i + 1)))
        hup(house)
    harness.wait_for(lambda: totals(house)["data"]["endorsed"] == 14, 30, "the last list")
    assert votes(house)["foe"] == 90


def test_a_signal_during_a_reload_is_not_lost(house):
    """A reload waits for the poll that a site answers slowly; what comes meanwhile is of a newer configuration."""
    answer = threading.Event()

    class Slow(served.Site):
        def answer(self, request):
            answer.wait(30)
            served.send(request, b"later", 503)

    with Slow() as site:
        small_night.replace(house.conf, f"{house.conf.read_text()}\n[source slow]\nformat = clarity\nstate = GA\nlate = yes\nurl = {site.url}/x\n")
        house.configure("[poll]\n", "[poll]\nnetworks = 127.0.0.0/8\n")
        hup(house)
        harness.wait_for(lambda: "slow" in house.sources(), 20, "the source")
        house.write("endorsed.csv", small_night.ENDORSED + "n1,Nobody One,GA,US House 6,,,\n")
        hup(house)
        time.sleep(0.3)  # it has been read, and is waited with
        house.write("endorsed.csv", small_night.ENDORSED + "n1,Nobody One,GA,US House 6,,,\nn2,Nobody Two,GA,US House 7,,,\n")
        hup(house)
        harness.wait_for(lambda: totals(house)["data"]["endorsed"] == 4, 30, "the last list")
        answer.set()


def test_a_cors_origin_may_change(house):
    def origin():
        with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/livez", timeout=10) as answer:
            return answer.headers.get("Access-Control-Allow-Origin")

    for value in ("https://example.org", "*"):
        text = "\n".join(x for x in house.conf.read_text().splitlines() if not x.startswith("cors-origin")) + "\n"
        small_night.replace(house.conf, text.replace("[http]\n", f"[http]\ncors-origin = {value}\n"))
        hup(house)
        harness.wait_for(lambda v=value: origin() == v, 20, value)


def test_a_restart_shows_the_same(house):
    call(house, "2")
    harness.wait_for(lambda: totals(house)["data"]["won"] == 1, 10, "the call")
    before = totals(house)
    assert house.tallyd.stop(20) == 0
    house.start_tallyd(name="again")
    after = totals(house)
    same = {k: v for k, v in before["data"].items() if k not in ("as_of", "checked_at")}
    assert {k: after["data"][k] for k in same} == same and after["epoch"] > before["epoch"]
    assert "call: foe won" not in house.tallyd.text()


def test_a_reload_under_way_does_not_hold_up_the_end(house):
    for _ in range(3):
        hup(house)
    assert house.tallyd.stop(20) == 0
