# SPDX-License-Identifier: ISC
"""What the service manager is told, and how fast the daemon goes when it is told to."""
import contextlib
import http.client
import os
import re
import signal
import socket
import time

import pytest

import harness
import small_night


@pytest.fixture
def manager(tmp_path, monkeypatch):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(path))
        s.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield s


def told(manager, word):
    """The next message with this word in it."""
    while True:
        message = manager.recv(4096).decode()
        if word in message.split("\n") or any(line.startswith(word) for line in message.split("\n")):
            return message


def test_the_whole_life(manager):
    with small_night.Small() as h:
        h.start_tallyd()
        assert told(manager, "READY=1") == "READY=1\nSTATUS=1 source, 2 endorsed"
        os.kill(h.tallyd.child.pid, signal.SIGHUP)
        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        reloading = told(manager, "RELOADING=1")
        stamp = int(re.search(r"^MONOTONIC_USEC=(\d+)$", reloading, re.M).group(1)) / 1e6
        assert abs(stamp - before) < 5
        assert told(manager, "READY=1")
        h.configure("mode = live", "mode = lve")
        os.kill(h.tallyd.child.pid, signal.SIGHUP)
        assert told(manager, "RELOADING=1") and told(manager, "READY=1"), "also when it was refused"
        h.tallyd.child.terminate()
        assert told(manager, "STOPPING=1")
        assert h.tallyd.child.wait(10) == 0


def test_a_long_restore_says_how_far_it_is(manager):
    """Log, service manager and /readyz; and the manager is asked to wait for it."""
    many = 40
    with small_night.Small() as h:
        contest = small_night.CONTEST.format(key=10000, text="Dog Catcher 10000", first="Rex", n=1, second="Bello", m=2)
        contests = "".join(contest.replace("10000", str(10000 + i)) for i in range(4000))
        small_night.replace(h.folder / "county.xml", small_night.detail().replace("</ElectionResult>", contests + "</ElectionResult>"))
        h.configure("listen = 127.0.0.1:0", f"listen = 127.0.0.1:{free_port()}")
        h.configure("interval = 50ms", "interval = 1s")
        sources = "".join(f"\n[source s{i}]\nlate = yes\nformat = clarity\nstate = GA\npath = county.xml\n" for i in range(many))
        small_night.replace(h.conf, h.conf.read_text() + sources)
        h.start_tallyd()
        harness.wait_for(lambda: sum(1 for (_, verdict) in h.verdicts() if verdict == "accepted") > many, 60, "every source")
        h.tallyd.stop()
        h.start_tallyd(ready=None, name="again")
        seen = []

        def ready():
            with contextlib.suppress(OSError):
                link = http.client.HTTPConnection("127.0.0.1", h.port, timeout=10)
                link.request("GET", "/readyz")
                answer = link.getresponse()
                seen.append(answer.read().decode())
                link.close()
                return answer.status == 200
            return False

        harness.wait_for(ready, 60, "it")
        print(h.tallyd.text())
        at = [int(found[1]) for text in seen if (found := re.search(rf"being restored: (\d+) of {many + 1} payloads", text))]
        assert len(set(at)) > 3 and at == sorted(at), seen[:5]
        assert re.search(rf"restoring: \d+ of {many + 1} payloads", h.tallyd.text())
        assert re.search(rf"^STATUS=restoring: \d+ of {many + 1} payloads\nEXTEND_TIMEOUT_USEC=60000000$", told(manager, "STATUS=restoring"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_the_watchdog_is_fed_at_half_its_time(manager, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    with small_night.Small() as h:
        began = time.monotonic()
        started = h.start_tallyd()
        for _ in range(10):
            told(manager, "WATCHDOG=1")
        took = time.monotonic() - began  # from before the first: who reads late finds several at once
        assert 0.8 < took < started + 10, took


def test_another_process_s_watchdog_is_not_ours(manager, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    with small_night.Small() as h:
        h.start_tallyd()
        harness.wait_for(lambda: h.polls().get("county", 0) > 3, 10, "some polls")
        h.tallyd.child.terminate()
        assert told(manager, "READY=1")
        assert told(manager, "").startswith("STOPPING=1")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_goes_at_once(number):
    with small_night.Small() as h:
        h.start_tallyd()
        harness.wait_for(lambda: h.polls().get("county", 0) > 1, 10, "a poll")
        began = time.monotonic()
        os.kill(h.tallyd.child.pid, number)
        assert h.tallyd.child.wait(10) == 0
        assert time.monotonic() - began < 2
        assert h.tallyd.text().rstrip().endswith("stopped")
        assert not (h.folder / "control").exists(), "no socket is left behind"
        assert h.ctl("status").returncode == 69


def test_it_goes_also_before_it_is_ready():
    with small_night.Small() as h:
        for i in range(5):
            h.start_tallyd(ready=None, name=f"run{i}")
            harness.wait_for(lambda: "http: listening" in h.tallyd.text() or not h.tallyd.alive(), 10, "its start")
            assert h.tallyd.stop(5) == 0, h.tallyd.text()
