# SPDX-License-Identifier: ISC
"""`make demo`: a whole invented election night in about a minute, through real HTTP feeds and a real private Redis.

On a terminal `tallyctl watch` shows it; elsewhere a line every few seconds. It ends with the sentence for the press, and fails
when the night does not end as the scenario says. On a terminal, or with HOLD=1, its board stays until Ctrl-C; elsewhere, or with
HOLD=0, it ends by itself. Nothing but Python's standard library is needed.
"""
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("TALLYD_BUILD", "build")
SCENARIO = ROOT / "tests" / "nights" / "demo" / "night.scenario"
FORMATS = ROOT / "tests" / "sim" / "formats"
START_IN = 2.0      # seconds until the night begins: everything is up by then
LINE_EVERY = 2.5    # seconds between lines where there is no terminal
SETTLE = 15         # seconds the last figures may take
FINE = {"accepted", "unchanged", "doubled", "restored"}  # verdicts; a second county as large as the first is held for a moment
EASTERN = datetime.timezone(datetime.timedelta(hours=-5), "ET")


class Failed(Exception):
    """The demo cannot go on; the text says why."""


def scenario():
    """(start, speed, end, expected totals) as the scenario says them."""
    said = {}
    for line in SCENARIO.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        said.setdefault(word, rest)
    start, speed = said["clock"].split()
    expected = dict(pair.split("=") for pair in said["expect"].split())
    return moment(start), int(speed), moment(said["end"]), {name: int(n) for name, n in expected.items()}


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def eastern(text):
    local = moment(text).astimezone(EASTERN)
    return f"{local.hour % 12 or 12}:{local.minute:02} {'a.m.' if local.hour < 12 else 'p.m.'} ET"


class Processes:
    """What was started, ended in the end by its process id, the last one first."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []

    def start(self, name, *args):
        with open(self.folder / f"{name}.log", "wb") as log:
            child = subprocess.Popen([str(a) for a in args], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                     start_new_session=True)
        self.started.append((name, child))
        return child

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def check(self):
        for name, child in self.started:
            if child.poll() is not None:
                tail = "\n".join(self.log(name).splitlines()[-20:])
                raise Failed(f"{name} ended by itself with {child.returncode}:\n{tail}")

    def end(self):
        for _, child in reversed(self.started):
            if child.poll() is None:
                child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def wait_for(what, limit, condition, processes):
    end = time.monotonic() + limit
    while True:
        got = condition()
        if got:
            return got
        processes.check()
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {limit} s")
        time.sleep(0.05)


class Subscriber:
    """Just enough of Redis's protocol to listen."""

    def __init__(self, path, *patterns):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        words = [b"PSUBSCRIBE", *(p.encode() for p in patterns)]
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        self.bytes = b""

    def fill(self, until):
        self.socket.settimeout(max(until - time.monotonic(), 0.001))
        more = self.socket.recv(1 << 16)
        if not more:
            raise Failed("Redis hung up")
        self.bytes += more

    def value(self, at):
        """(value, where the next begins); IndexError or ValueError when it is not there in full yet."""
        end = self.bytes.index(b"\r\n", at)
        kind, rest = self.bytes[at:at + 1], self.bytes[at + 1:end]
        at = end + 2
        if kind == b"*":
            items = []
            for _ in range(int(rest)):
                item, at = self.value(at)
                items.append(item)
            return items, at
        if kind == b"$":
            if len(self.bytes) < at + int(rest) + 2:
                raise IndexError
            return self.bytes[at:at + int(rest)], at + int(rest) + 2
        return rest, at

    def messages(self, seconds):
        """Envelopes that come within so many seconds."""
        until = time.monotonic() + seconds
        while True:
            try:
                message, at = self.value(0)
                self.bytes = self.bytes[at:]
                if message[0] == b"pmessage":
                    yield json.loads(message[3])
            except (IndexError, ValueError):
                if time.monotonic() > until:
                    return
                try:
                    self.fill(until)
                except TimeoutError:
                    return


def ctl(folder, *words):
    return subprocess.run([BUILD / "tallyctl", "--socket", folder / "control", *words], capture_output=True, text=True,
                          timeout=20, check=False)


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def redis_server():
    found = shutil.which("redis-server") or "/usr/bin/redis-server"
    if not os.access(found, os.X_OK):
        raise Failed("redis-server is not installed; `make deps` installs it")
    return found


def set_up(folder, processes, clock):
    """Start everything. Returns the HTTP port of tallyd."""
    redis = folder / "redis"
    processes.start("redis-server", redis_server(), "--port", "0", "--unixsocket", redis, "--save", "", "--appendonly", "no",
                    "--dir", folder)
    processes.start("night-sim", BUILD / "night-sim", "--formats", FORMATS, "--scenario", SCENARIO, "--clock", clock)
    port = wait_for("the simulator", 20, lambda: re.search(r"^port (\d+)$", processes.log("night-sim"), re.M), processes)[1]
    subprocess.run([BUILD / "night-sim", "--formats", FORMATS, "--scenario", SCENARIO, "--write-config", folder, "--port", port], check=True)
    (folder / "conf.d").mkdir()
    (folder / "conf.d" / "here.conf").write_text(f"[redis]\nurl = unix://{redis}\n\n[workers]\nprogram = {BUILD / 'tally-parse'}\n")
    wait_for("redis-server", 20, redis.exists, processes)
    processes.start("tallyd", BUILD / "tallyd", "-c", folder / "tallyd.conf", "--clock", clock)

    def ready():
        done = ctl(folder, "status", "-o", "json")
        status = json.loads(done.stdout) if done.returncode == 0 else {}
        return status.get("ready") == "yes" and status.get("http_port")

    return wait_for("tallyd", 20, ready, processes)


class Night:
    """What the subscriber has seen."""

    def __init__(self, subscriber, lines):
        self.subscriber, self.lines = subscriber, lines
        self.calls = self.retractions = 0
        self.totals = {}
        self.told = 0.0

    def listen(self, seconds):
        for message in self.subscriber.messages(seconds):
            data = message["data"]
            if message["type"] == "totals":
                self.totals = data
                self.tell(message["time"])
            elif message["type"] == "call":
                self.calls += 1
            elif message["type"] == "retraction":
                self.retractions += 1
                self.say(f"{eastern(message['time']):>14}  RETRACTION  {data['candidate']} ({data['race_id']}): {data['by'].upper()} {data['reason']};"
                         f" {data['totals']['won']} won, {count(data['totals']['flips'], 'flip')} now")

    def tell(self, when):
        if time.monotonic() - self.told < LINE_EVERY:
            return
        self.told = time.monotonic()
        t = self.totals
        self.say(f"{eastern(when):>14}  {t['called']:3} of {t['endorsed']} called: {t['won']:3} won in {count(len(t['states_won']), 'state')},"
                 f" {count(t['flips'], 'flip')}; {t['advanced']} to {'a runoff' if t['advanced'] == 1 else 'runoffs'};"
                 f" {t['pending']} open: {t['leading']} leading, {t['trailing']} trailing,"
                 + (f" {t['unclear']} unclear," if t["unclear"] else "") + f" {t['no_results']} without results")

    def say(self, line):
        if self.lines:
            print(line, flush=True)


def count(n, what):
    """1 flip, 2 flips."""
    return f"{n} {what}{'' if n == 1 else 's'}"


def calls_made(night, totals):
    """What became of the calls: each settled a race, sent it to a runoff, or was taken back."""
    called, advanced = totals["called"], totals["advanced"]
    parts = [f"{called} settle a race for good", f"{advanced} to {'a runoff' if advanced == 1 else 'runoffs'}"]
    again = night.calls - called - advanced
    if again:
        parts.append(f"{again} taken back and called again" if again == night.retractions else f"{again} more")
    return f"{count(night.calls, 'call')} ({', '.join(parts)})"


def differences(totals, expected):
    found = {**totals, "states_won": len(totals.get("states_won", []))}
    return [f"{name} is {found.get(name)}, not {n}" for name, n in expected.items() if found.get(name) != n]


def troubles(port, folder):
    """What tallyd found wrong with a feed; and feeds of which nothing was taken."""
    verdicts = re.findall(r'^tallyd_verdicts_total\{source="(.*?)",verdict="(.*?)"\}', get(port, "/metrics"), re.M)
    taken = {source for source, verdict in verdicts if verdict == "accepted"}
    wrong = {f"{source}: {verdict}" for source, verdict in verdicts if verdict not in FINE}
    return sorted(wrong | {f"{path.stem}: never accepted" for path in (folder / "sources.d").iterdir() if path.stem not in taken})


def play(folder, processes, watch, hold):
    start, speed, end, expected = scenario()
    at = time.time() + START_IN
    clock = f"{start.strftime('%Y-%m-%dT%H:%M:%SZ')},{speed},{at:.3f}"
    over = at + (end - start).total_seconds() / speed
    print(f"A night of {(end - start).total_seconds() / 3600:.1f} hours in {over - at:.0f} seconds; nobody in it exists.", flush=True)
    port = set_up(folder, processes, clock)
    address = f"http://127.0.0.1:{port}/"
    print(f"{'Until you end it' if hold else 'While it runs'}, the board is at {address} in any browser here.", flush=True)
    night = Night(Subscriber(folder / "redis", "tally:v1:totals", "tally:v1:calls:*"), lines=not watch)
    board = None
    if watch:
        board = subprocess.Popen([BUILD / "tallyctl", "--socket", folder / "control", "watch"], stdin=subprocess.DEVNULL)
    try:
        while time.time() < over:
            night.listen(0.5)
            processes.check()
        totals = {}
        until = time.monotonic() + SETTLE
        while time.monotonic() < until:
            totals = json.loads(get(port, "/v1/totals.json"))
            totals = totals.get("data", totals)
            if not differences(totals, expected):
                break
            night.listen(0.25)
    finally:
        if board:
            board.terminate()
            board.wait()
    report(folder, port, night, totals)
    wrong = differences(totals, expected) + troubles(port, folder)
    if night.retractions != 1:
        wrong.append(f"retractions on Redis: {night.retractions}, not 1")
    if wrong:
        raise Failed("the night did not end as the scenario says: " + "; ".join(wrong))
    if hold:
        print(f"The board stays at {address} until you press Ctrl-C; build/tallyctl --url {address} todo asks the same tallyd, as do totals, races and calls.", flush=True)
        stay(processes)


def stay(processes):
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            processes.check()
            time.sleep(0.5)


def report(folder, port, night, totals):
    feeds = len(list((folder / "sources.d").iterdir()))
    formats = {re.search(r"^format = (\S+)$", path.read_text(), re.M)[1] for path in (folder / "sources.d").iterdir()}
    polls = sum(int(n) for n in re.findall(r"^tallyd_source_polls_total\{.*\} (\d+)$", get(port, "/metrics"), re.M))
    print(f"""
{get(port, '/v1/statement.txt').strip()}

What you saw: tallyd asked {feeds} sites over HTTP {polls:,} times, in the {len(formats)} formats that states, counties, vendors and AP serve; read each
answer in a sandboxed process of its own, matched what came to 222 endorsed people, and published
{calls_made(night, totals)} and {count(night.retractions, 'retraction')} through Redis. Only AP's marks make calls; seven ran unopposed.
Where to look next: README.md, then build/tallyctl -h, and the night itself in tests/nights/demo/night.scenario.""", flush=True)


def main():
    watch = sys.stdin.isatty() and sys.stdout.isatty()
    hold = os.environ.get("HOLD", "1" if watch else "0") == "1"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tallyd-demo-"))
    processes = Processes(folder)
    try:
        play(folder, processes, watch, hold)
    except Failed as e:
        print(f"demo: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        with contextlib.suppress(KeyboardInterrupt):
            processes.end()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
