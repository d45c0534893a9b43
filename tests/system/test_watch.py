# SPDX-License-Identifier: ISC
"""The board and the review on a real terminal (tmux): what is seen, what keys do, and how the terminal is left."""
import os
import shutil
import signal
import subprocess
import time

import pytest

import door
import feeds
import harness
import served
import small_night

CTL = feeds.BUILD / "tallyctl" if hasattr(feeds, "BUILD") else feeds.PARSE.parent / "tallyctl"

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed: make deps-people")


class Terminal:
    """A shell in a tmux of its own."""

    def __init__(self, folder, cols=120, rows=24):
        self.socket = str(folder / "tmux")
        env = dict(os.environ, LC_ALL="C.UTF-8", PS1="$ ", TERM="xterm-256color")
        env.pop("TMUX", None)
        self.env = env
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(cols), "-y", str(rows), "-c", str(folder), "sh")

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True, env=self.env, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def decide(self, keys):
        """Of a line that has been looked at: what comes sooner may be of a key that is held down."""
        time.sleep(0.2)
        self.type(keys)

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def sees(self, text, limit=15):
        def look():
            got = self.screen()
            return got if text in got else None
        try:
            return harness.wait_for(look, limit, text)
        except AssertionError as e:
            raise AssertionError(f"{e}; the screen:\n{self.screen()}") from None

    def leave(self):
        """By its key, again while it is not taken: what is typed ahead of another line is forgotten, as it should."""
        def left():
            if "left 0" not in self.screen():
                self.type("q")
                time.sleep(0.2)
            return "left 0" in self.screen()
        harness.wait_for(left, 15, "left 0")

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], check=False)


@pytest.fixture(name="house")
def fixture_house():
    with small_night.Small() as h:
        h.add_ddhq()
        yield h


@pytest.fixture(name="terminal")
def fixture_terminal(house):
    t = Terminal(house.folder)
    yield t
    t.close()


def run(terminal, house, *words):
    terminal.type(f"{CTL} --socket {house.folder}/control {' '.join(words)}; echo left $?")
    terminal.keys("Enter")


def test_the_board_shows_calls_and_explains(house, terminal):
    house.start_tallyd()
    harness.wait_for(lambda: "leading" in house.ctl("races").stdout, 20, "figures")
    run(terminal, house, "watch")
    terminal.sees("0 won of 0 called")
    assert house.ctl("call", "foe", "won", "--reason", "read out", "--yes").returncode == 0
    terminal.sees("1 won of 1 called")
    terminal.sees("Di Foe")
    terminal.keys("Enter")
    terminal.sees("claim    2 by desk: won")
    terminal.tmux("resize-window", "-x", "60", "-y", "6")  # nothing is cut off, and arrows bring what is below; to the side they do nothing
    harness.wait_for(lambda: "race 20" in terminal.screen() and max(map(len, terminal.screen().split("\n"))) <= 60, 10, "a smaller frame")
    terminal.keys("Right")
    for _ in range(60):
        terminal.keys("Down")
    terminal.sees("to be called.")
    terminal.keys(*["Up"] * 60)
    terminal.sees("race 20")
    terminal.tmux("resize-window", "-x", "120", "-y", "24")
    terminal.keys("x")
    terminal.sees("1 Calls")
    terminal.type("/flo yew")
    terminal.keys("Enter")  # who is looked for is in another panel, which is the one then
    terminal.sees("Flo Yew")
    terminal.keys("Enter")
    terminal.sees("yew: Flo Yew")
    terminal.keys("x")
    terminal.keys("Escape", "1")  # at once: the one swallowed the other, and what was typed later was typed into something else
    harness.wait_for(lambda: "/flo yew" not in terminal.screen(), 10, "all rows again")
    terminal.keys("2")
    terminal.sees("Flo Yew")
    terminal.type("/nobody")
    terminal.sees("nothing fits the filter")
    terminal.keys("Escape")
    terminal.sees("Flo Yew")
    terminal.type("?")
    terminal.sees("from a feed's row to the total")
    terminal.keys("x")
    terminal.tmux("resize-window", "-x", "50", "-y", "12")
    harness.wait_for(lambda: max(len(line) for line in terminal.screen().split("\n")) <= 50 and "1 won of 1 called" in terminal.screen(), 10, "a smaller frame")
    house.tallyd.stop()
    terminal.sees("NO CONNECTION")
    house.start_tallyd(name="again")
    harness.wait_for(lambda: "NO CONNECTION" not in terminal.screen() and "1 won" in terminal.screen(), 20, "the connection")
    terminal.leave()


def test_the_terminal_is_given_back(house, terminal):
    house.start_tallyd()
    for how in ("C-c", "kill", "suspend"):
        terminal.type("clear; stty -a > before; echo begun")
        terminal.keys("Enter")
        terminal.sees("begun\n")
        run(terminal, house, "watch")
        terminal.sees("called")
        if how == "C-c":
            terminal.keys("C-c")
        elif how == "kill":
            pid = subprocess.run(["pgrep", "-f", f"{house.folder}/control watch"], capture_output=True, text=True, check=False).stdout.split()
            for p in pid:
                os.kill(int(p), 15)
        else:
            terminal.keys("C-z")
            terminal.sees("Stopped")
            terminal.type("fg")
            terminal.keys("Enter")
            terminal.sees("called")
            terminal.type("q")
        terminal.sees("left ")
        terminal.type("stty -a > after; echo compared")
        terminal.keys("Enter")
        terminal.sees("compared")
        harness.wait_for(lambda: (house.folder / "after").exists() and (house.folder / "after").read_text(), 10, "stty")
        assert (house.folder / "after").read_text() == (house.folder / "before").read_text(), how


def test_a_daemon_that_hangs_is_said_to_and_can_be_left(house, terminal):
    """The board stood, with nothing on it that said so, and neither q nor Ctrl-C ended it."""
    house.start_tallyd()
    for number, leave in enumerate(("q", "C-c")):
        run(terminal, house, "watch")
        terminal.sees("A small night")
        os.kill(house.tallyd.child.pid, signal.SIGSTOP)
        try:
            terminal.sees("does not answer")
            terminal.keys(leave)
            harness.wait_for(lambda n=number: terminal.screen().count("left 0") == n + 1, 15, "that it is left")
        finally:
            os.kill(house.tallyd.child.pid, signal.SIGCONT)


def test_a_mismatch_is_fixed_by_keys_and_the_totals_follow(house, terminal):
    house.write("endorsed.csv", "endorsement_id,candidate_name,state,office,seats_to_fill\nfoe,D Foe,GA,US Senate,1\nyew,Flo Yew,GA,US House 5,1\n")
    house.start_tallyd()
    harness.wait_for(lambda: "foe" in house.ctl("match", "list").stdout, 20, "a line in review")
    before = house.ctl("totals", "-o", "json").stdout
    assert '"trailing":0' in before
    start = time.monotonic()
    run(terminal, house, "match", "review", "--reason", "known")
    terminal.sees("endorsed  D Foe (foe)")
    terminal.sees("feed      Di Foe (DEM): 90")
    terminal.sees("place     GA, state-wide")
    terminal.sees("others    Cy Poe (REP): 100")
    while waiting := house.ctl("match", "list").stdout.count("\nfoe\t"):
        terminal.sees(f"{waiting} to decide")
        terminal.decide("a")
        harness.wait_for(lambda n=waiting: house.ctl("match", "list").stdout.count("\nfoe\t") < n, 20, "the decision")
    took = time.monotonic() - start
    harness.wait_for(lambda: '"trailing":1' in house.ctl("totals", "-o", "json").stdout, 10, "the totals")
    print(f"fixed in {took:.1f} s")
    assert took < 15
    terminal.decide("u")
    harness.wait_for(lambda: "foe" in house.ctl("match", "list").stdout, 10, "the line again")
    terminal.leave()


def doubtful(house):
    """Names of one initial: as many lines wait as there are feeds and people."""
    house.write("endorsed.csv", "endorsement_id,candidate_name,state,office,seats_to_fill\nfoe,D Foe,GA,US Senate,1\nyew,F Yew,GA,US House 5,1\n")
    house.start_tallyd()

    def rows():
        return [tuple(line.split("\t")[k] for k in (0, 3)) for line in house.ctl("match", "list").stdout.splitlines()[1:]]
    harness.wait_for(lambda: len(rows()) >= 3, 20, "lines in review")
    return rows


def test_a_key_is_of_the_line_that_was_seen(house, terminal):
    """Typed ahead it decided lines that nobody had seen, and only the last could be taken back."""
    rows = doubtful(house)
    all_of_them = rows()
    run(terminal, house, "match", "review", "--reason", "known")
    terminal.sees(f"{len(all_of_them)} to decide")
    terminal.decide("aaa")
    terminal.sees(f"{len(all_of_them) - 1} to decide")
    terminal.decide("a")
    terminal.sees(f"{len(all_of_them) - 2} to decide")
    assert len(rows()) == len(all_of_them) - 2
    terminal.decide("u")
    terminal.sees(f"{len(all_of_them) - 1} to decide")
    terminal.decide("u")
    terminal.sees(f"{len(all_of_them)} to decide")
    assert sorted(rows()) == sorted(all_of_them)
    terminal.decide("u")
    terminal.sees("there is nothing to take back")
    terminal.leave()


def test_an_undo_that_is_refused_is_not_tried_again(house, terminal):
    """Another desk took the last one back already: the next u is of the one before."""
    rows = doubtful(house)
    all_of_them = rows()
    run(terminal, house, "match", "review", "--reason", "known")
    terminal.sees(f"{len(all_of_them)} to decide")
    terminal.decide("a")
    terminal.sees(f"{len(all_of_them) - 1} to decide")
    waiting = rows()
    terminal.decide("a")
    terminal.sees(f"{len(all_of_them) - 2} to decide")
    (last,) = set(waiting) - set(rows())
    assert house.ctl("match", "undo", *last, "--reason", "no", "--yes").returncode == 0
    terminal.sees(f"{len(all_of_them) - 1} to decide")
    terminal.decide("u")
    terminal.sees("not done: ")
    terminal.decide("u")
    terminal.sees(f"{len(all_of_them)} to decide")
    assert sorted(rows()) == sorted(all_of_them)
    terminal.leave()


def test_a_name_that_is_theirs_too_leaves_other_doubts(house, terminal):
    """The same line stood there as before, without a word."""
    house.write("endorsed.csv", "endorsement_id,candidate_name,state,office,seats_to_fill\nfoe,D Foe,GA,US Senate,1\n")
    feed = house.folder / "county.xml"
    small_night.replace(feed, feed.read_text().replace("US Senate", "US Senate Zenith"))
    house.start_tallyd()
    harness.wait_for(lambda: "foe" in house.ctl("match", "list").stdout, 20, "a line in review")
    run(terminal, house, "match", "review", "--reason", "known")
    terminal.sees("endorsed  D Foe (foe)")
    terminal.decide("l")
    terminal.sees("1 to decide")  # the other feed had no doubt but the name
    terminal.decide("l")
    assert "endorsed  D Foe (foe)" in terminal.sees("the line itself still waits, for what is in doubt: a or r")
    terminal.leave()


def test_a_key_that_is_held_down_decides_one_line(house, terminal):
    rows = doubtful(house)
    all_of_them = rows()
    run(terminal, house, "match", "review", "--reason", "known")
    terminal.sees(f"{len(all_of_them)} to decide")
    time.sleep(0.2)
    slowest, at = 0.0, time.monotonic()
    for _ in range(20):
        terminal.type("a")
        time.sleep(0.02)
        now = time.monotonic()
        slowest, at = max(slowest, now - at), now
    if slowest < 0.1:  # else they may be keys of their own
        terminal.sees("'a' is not taken, so soon behind the one before")
        assert len(rows()) == len(all_of_them) - 1
    terminal.decide("u")
    terminal.leave()


def test_what_another_desk_decides_moves_no_line_past_the_eye(house, terminal):
    """Skipped were so many lines from the top: one of them gone, the next was passed over."""
    rows = doubtful(house)
    (first, one), (second, two), *_ = before = rows()
    run(terminal, house, "match", "review", "--reason", "known")
    terminal.sees(f"({first})")
    terminal.decide("s")
    terminal.sees("1 left for later")
    seen = terminal.sees(f"in        {two}:")
    assert f"({second})" in seen
    done = house.ctl("match", "reject", *house.ctl("match", "list").stdout.splitlines()[1].split("\t")[0:1], one, "--reason", "no", "--yes")
    assert done.returncode == 0, done
    terminal.sees("0 left for later")
    seen = terminal.sees(f"in        {two}:")
    assert f"({second})" in seen and len(rows()) < len(before), seen
    wait = len(rows())
    assert house.ctl("match", "reject", second, two, "--reason", "no", "--yes").returncode == 0
    start = time.monotonic()
    terminal.keys("z")  # no key of its: the list is read at once
    terminal.sees(f"{len(rows())} to decide")
    terminal.type("a")
    if time.monotonic() - start < 0.25:  # else it has been there for long enough
        terminal.sees("'a' is not taken: another desk or a feed has just put this line here")
        assert len(rows()) == wait - 1
    terminal.leave()


def test_an_opponent_of_two_spellings_is_joined_by_a_key(house, terminal):
    house.add_counties()
    house.start_tallyd()
    harness.wait_for(lambda: "Bob O'Neil" in house.ctl("match", "list").stdout, 20, "the name")
    run(terminal, house, "match", "review", "--reason", "known")
    terminal.sees("opponent  Robert J. O'Neil")
    terminal.sees("place     GA/Birch")
    terminal.sees("others    Lou Low: 50")
    terminal.decide("r")
    terminal.decide("a")
    harness.wait_for(lambda: "Robert J. O'Neil 120" in house.ctl("explain", "lou").stdout, 20, "the sum")
    terminal.sees("0 to decide")
    terminal.decide("u")
    harness.wait_for(lambda: "Robert J. O'Neil 40" in house.ctl("explain", "lou").stdout, 20, "the doubt again")
    terminal.sees("1 to decide")
    terminal.leave()


def test_the_board_of_a_tallyd_elsewhere(house, terminal):
    """Over HTTP alone: live, with the connection lost, asked where no events come, and old in words."""
    house.start_with_figures()
    small_night.decide(house, "call", "yew", "lost")
    with door.Door(house.port) as to:
        terminal.type(f"{CTL} --url {to.url} watch; echo left $?")
        terminal.keys("Enter")
        terminal.sees("0 won of 1 called")
        terminal.sees(f"2 of 2 sources answer  A small night  {to.url}")
        terminal.sees("Flo Yew")
        harness.wait_for(lambda: "/v1/events?types=news" in to.asked, 10, "it listens")
        small_night.decide(house, "call", "foe", "won")
        terminal.sees("1 won of 2 called", limit=2)
        assert "asked every" not in terminal.screen()
        terminal.keys("Enter")
        terminal.sees("why it is so is not over HTTP")
        assert "Cy Poe" in terminal.screen()
        terminal.keys("x")
        terminal.type("4")
        terminal.sees("unchanged")
        terminal.type("5")
        terminal.keys("Enter")  # there is nothing: whatever lay in memory was looked through, and it could end there
        terminal.sees("not over HTTP: match list")
        to.close()
        terminal.sees("NO CONNECTION for ")
        small_night.decide(house, "uncall", "foe")
        to.no_events = True
        to.open()
        terminal.sees("asked every 2 s")
        terminal.sees("0 won of 1 called")
        to.no_events = False
        harness.wait_for(lambda: "asked every" not in terminal.screen(), 20, "news that come by themselves")
        terminal.leave()


def test_a_copy_says_how_old_it_is(house, terminal):
    """A static copy looked as fresh on the terminal as the night itself."""
    house.start_with_figures()
    assert house.ctl("export", "--site", house.folder / "site").returncode == 0
    made = time.time() - 14 * 60
    text = (house.folder / "site/v1/sources.csv").read_text()
    now = text.splitlines()[1].split(",")[2]
    (house.folder / "site/v1/sources.csv").write_text(text.replace(now, time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(made))))

    class Copy(served.Site):
        def answer(self, request):
            name = request.path.lstrip("/").replace("totals.csv?by=state", "totals.by-state.csv")
            path = house.folder / "site" / name
            served.send(request, path.read_bytes() if path.exists() else b"", 200 if path.exists() else 404)

    with Copy() as copy:
        terminal.type(f"{CTL} --url {copy.url} watch; echo left $?")
        terminal.keys("Enter")
        terminal.sees("OLD: a copy, made 14 minutes ago")
        terminal.leave()


def test_without_a_terminal_watch_prints_lines(house):
    house.start_tallyd()
    child = subprocess.Popen([CTL, "--socket", house.folder / "control", "watch"], stdout=subprocess.PIPE, text=True)
    try:
        assert "No races called yet" in child.stdout.readline()
    finally:
        child.terminate()
        child.wait()
