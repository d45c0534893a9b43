# SPDX-License-Identifier: ISC
"""The daemon and what it needs, as real processes in a folder of their own; everything is ended, even when a test fails."""
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from http.client import HTTPConnection

import redis

import feeds

TALLYD, TALLYCTL, SIM = (feeds.BUILD / name for name in ("tallyd", "tallyctl", "night-sim"))
HOSTILE = feeds.BUILD / "tests" / "tally-parse-hostile"

PATIENCE = 30  # seconds that anything may take on a machine that has other things to do

# of every configuration of a House, whose folder it is in; a large file may take long to read where much else is done
CONF = f"""
[workers]
program = {feeds.PARSE}
wall-after-last-byte = 60s

[http]
listen = 127.0.0.1:0

[control]
socket = control

[state]
directory = state
"""


def wait_for(condition, limit, what):
    """What condition() gives as soon as it is true; fails after `limit` seconds, and not before PATIENCE is over."""
    limit = max(limit, PATIENCE)
    end = time.monotonic() + limit
    while True:
        got = condition()
        if got:
            return got
        assert time.monotonic() < end, f"{what}: not within {limit} s"
        time.sleep(0.02)


class Clock:
    """The triple for --clock: at real time `at` the election clock shows `start`; it runs `speed` times as fast."""

    def __init__(self, start, speed, in_seconds=1.0):
        self.start, self.speed, self.at = start, speed, round(time.time() + in_seconds, 3)

    def __str__(self):
        return f"{self.start.strftime('%Y-%m-%dT%H:%M:%SZ')},{self.speed},{self.at:.3f}"

    def real(self, moment):
        """When the clock shows `moment`, as Unix time."""
        return self.at + (moment - self.start).total_seconds() / self.speed

    def now(self):
        return self.start + datetime.timedelta(seconds=(time.time() - self.at) * self.speed)

    def wait_until(self, moment):
        time.sleep(max(0.0, self.real(moment) - time.time()))


class Process:
    """A child whose output goes to a file."""

    def __init__(self, folder, name, *args):
        self.log = pathlib.Path(folder) / f"{name}.log"
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen([str(a) for a in args], stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=subprocess.STDOUT, start_new_session=True)

    def text(self):
        return self.log.read_text(errors="replace")

    def alive(self):
        return self.child.poll() is None

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self, limit=PATIENCE):
        """SIGTERM, and what it exited with; killed when that does not help, and not before PATIENCE is over."""
        limit = max(limit, PATIENCE)
        if self.alive():
            self.child.terminate()
        try:
            return self.child.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.child.args[0]} did not end within {limit} s of SIGTERM") from None


def http(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
        return answer.read().decode()


def ask(house, path, method="GET", **headers):
    """The answer as it comes, with its body."""
    link = HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE)
    link.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = link.getresponse()
    answer.body = answer.read().decode()
    link.close()
    return answer


class House:
    """A folder with a Redis, a simulator and a tallyd in it. Use in a `with`."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tallyd-"))
        self.redis_socket = self.folder / "redis"
        self.redis_url = f"unix://{self.redis_socket}"
        self.processes = []
        self.tallyd = self.conf = self.clock = None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in reversed(self.processes):
            with contextlib.suppress(AssertionError):
                process.stop()
        if kind and os.environ.get("TALLYD_KEEP"):
            print(f"kept: {self.folder}")
        elif kind and self.tallyd:
            print("".join(self.tallyd.text().splitlines(True)[-60:]))
        if not os.environ.get("TALLYD_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name, *args):
        self.processes.append(Process(self.folder, name, *args))
        return self.processes[-1]

    # ---- Redis ----

    def start_redis(self, *more, **user):
        """`more`: options of its own; `user`: username and password to look with. REDIS_SERVER names another program."""
        server = shutil.which(os.environ.get("REDIS_SERVER", "redis-server"))
        self.redis_process = self.start("redis", server, "--port", "0", "--unixsocket", self.redis_socket, "--save", "",
                                        "--appendonly", "no", "--dir", self.folder, *more)
        self.redis = self.connect(**user)

        def answers():
            with contextlib.suppress(redis.exceptions.ConnectionError):
                return self.redis.ping()

        wait_for(answers, 10, "redis-server")
        return self.redis

    def connect(self, **user):
        return redis.Redis(unix_socket_path=str(self.redis_socket), decode_responses=True, **user)

    # ---- simulator ----

    def start_sim(self, night, root, clock, name="sim"):
        """The address it serves at."""
        self.sim = self.start(name, SIM, "--night", night, "--root", root, "--clock", clock)
        port = wait_for(lambda: re.search(r"^port (\d+)$", self.sim.text(), re.M) or not self.sim.alive(), 20, "night-sim")
        assert port is not True, self.sim.text()
        return f"http://127.0.0.1:{port.group(1)}"

    # ---- tallyd ----

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def start_tallyd(self, ready=20, name="tallyd"):
        """Start it, wait until it is ready; the seconds that took."""
        began = time.monotonic()
        self.tallyd = self.start(name, TALLYD, "-c", self.conf, *(["--clock", self.clock] if self.clock else []))
        if ready:
            self.port = wait_for(self.is_ready, ready, "tallyd ready")["http_port"]
        return time.monotonic() - began

    def is_ready(self):
        assert self.tallyd.alive(), f"tallyd ended with {self.tallyd.child.returncode}:\n{self.tallyd.text()}"
        status = self.status()
        return status if status and status["ready"] == "yes" else None

    def ctl(self, *words):
        return subprocess.run([TALLYCTL, "--socket", self.folder / "control", *words], capture_output=True, text=True,
                              timeout=2 * PATIENCE, check=False)

    def status(self):
        done = self.ctl("status", "-o", "json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def sources(self):
        done = self.ctl("source", "list", "-o", "json")
        assert done.returncode == 0, done.stderr
        return {s["source"]: s for s in json.loads(done.stdout)}

    def get(self, path):
        return http(self.port, path)

    def metrics(self):
        """{(name, labels): value}; labels as a frozenset of pairs."""
        found = {}
        for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", self.get("/metrics"), re.M):
            found[name, frozenset(re.findall(r'(\w+)="([^"]*)"', labels))] = float(value)
        return found

    def verdicts(self):
        """{(source, verdict): count}"""
        out = {}
        for (name, labels), value in self.metrics().items():
            if name == "tallyd_verdicts_total":
                out[dict(labels)["source"], dict(labels)["verdict"]] = int(value)
        return out

    def polls(self):
        """{source: polls of any result}"""
        out = {}
        for (name, labels), value in self.metrics().items():
            if name == "tallyd_source_polls_total":
                source = dict(labels)["source"]
                out[source] = out.get(source, 0) + int(value)
        return out
