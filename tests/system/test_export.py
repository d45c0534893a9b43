# SPDX-License-Identifier: ISC
"""`tallyctl export`: a static copy of what HTTP shows, in a folder that a server of plain files serves."""
import contextlib
import fcntl
import functools
import http.server
import os
import pathlib
import pty
import re
import signal
import subprocess
import urllib.request

import pytest

import browser
import feeds
import harness
import served
import small_night
from small_night import decide

FULL = bool(os.environ.get("FULL"))
LIVE = {"/v1/events", "/metrics", "/livez", "/readyz"}  # of the daemon itself: in no copy


@pytest.fixture(name="house")
def fixture_house():
    with small_night.Small() as h:
        h.add_ddhq()
        h.configure("name = A small night", "name = A small night\norganisation = Example Action Fund")
        h.configure("file = endorsed.csv", "file = endorsed.csv\npublish = office_level, held_by, tags")
        h.start_with_figures()
        yield h


def export(house, *more):
    done = house.ctl("export", "--site", house.folder / "site", *more)
    return done


def tree(folder):
    """{name: (inode, time, bytes)} of every file, and that nothing lies about."""
    files = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}
    assert not (folder / ".next").exists()
    return {name: (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for name, p in files.items()}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def files_of(folder):
    """The address of a server of plain files."""
    with served.Server(functools.partial(Quiet, directory=str(folder))) as server:
        yield server.url


def test_a_copy_has_all_that_http_shows_and_its_links_lead_there(house):
    decide(house, "call", "foe", "won")
    done = export(house)
    assert done.returncode == 0 and re.search(r": \d+ files written, 0 removed, as of \"\d+-\d+\"", done.stdout), done
    site = house.folder / "site"
    files = tree(site)
    listed = dict(line.split("\t") for line in (site / "site.tsv").read_text().splitlines())
    assert set(files) == set(listed) | {"site.tsv"}
    routes = set(re.findall(r'\.path = "(/[^"]*)"', (feeds.ROOT / "daemon/pages.c").read_text()))
    bare = {address.split("?")[0] for address in listed.values()}
    assert routes - LIVE - {"/v1/site.tsv", "/v1/races/"} == {a for a in bare if not a.startswith("/v1/races/")}

    def differs(name, address):
        """From what HTTP shows; but for what says how long ago it was made."""
        return "copy=1" not in address and not name.startswith("v1/sources.") and (site / name).read_bytes().decode() != house.get(address)
    different = [name for name, address in listed.items() if differs(name, address)]
    if different:  # the minute that all of them tell has passed meanwhile
        assert export(house).returncode == 0
        different = [name for name, address in listed.items() if differs(name, address)]
    assert not different
    pages = [name for name in files if name.endswith(".html")]
    assert {"index.html", "embed.html", "index.state-GA.html", "index.status-won.html", "index.office-federal.html"} <= set(pages)
    for name in pages:
        page = files[name][2].decode()
        links = re.findall(r'(?:href|src|action)="([^"]*)"', page)
        assert len(links) >= 3 and not [to for to in links if to.split("#")[0] not in files and to != "#races"], (name, links)
        assert "A copy, made at" in page and "1 won of 1 called" in page and "<form" not in page
    assert "Flo Yew" not in files["index.status-won.html"][2].decode().split('id="all"')[1]


def test_what_is_the_same_is_not_touched_and_what_is_gone_goes(house):
    site = house.folder / "site"
    assert export(house).returncode == 0
    (site / "mine.txt").write_text("kept\n")
    before = tree(site)
    decide(house, "call", "foe", "won")
    assert export(house).returncode == 0
    after = tree(site)
    for name in ("v1/schema.json", "board.css", "board.js", "site.tsv", "v1/corrections.txt", "mine.txt"):
        assert after[name] == before[name], name
    for name in ("v1/calls.csv", "v1/totals.json", "v1/races/2025-11-04-ga-us-senate.json", "index.html"):
        assert after[name] != before[name], name
    (site / "v1/races/gone.json").write_text("{}")  # of a list that had one more
    (site / "site.tsv").write_text("v1/races/gone.json\t/v1/races/gone.json\n../x\t/\n" + (site / "site.tsv").read_text())
    (house.folder / "x").write_text("not ours")
    done = export(house)
    assert done.returncode == 0 and ", 1 removed" in done.stdout and set(tree(site)) == set(before) and (house.folder / "x").exists()


def test_half_a_copy_never_takes_the_place_of_a_whole_one(house):
    site = house.folder / "site"
    assert export(house).returncode == 0
    before = tree(site)

    class Half(served.Site):
        """All that the daemon has, but for one resource near the end."""

        def answer(self, request):
            if request.path == "/?copy=1":
                return request.send_error(500)
            with urllib.request.urlopen(f"http://127.0.0.1:{house.port}{request.path}", timeout=10) as answer:
                return served.send(request, answer.read())

    decide(house, "call", "foe", "won")
    with Half() as half:
        done = export(house, "--url", half.url)
        assert done.returncode == 69 and "/?copy=1 answers 500" in done.stderr and done.stdout == "", done
        assert tree(site) == before
    house.tallyd.kill()
    done = export(house)
    assert done.returncode == 69 and "cannot reach tallyd" in done.stderr and tree(site) == before, done


def test_only_a_folder_of_ours_is_written_to_and_by_one(house):
    site = house.folder / "site"
    site.mkdir()
    (site / "index.html").write_text("somebody's")
    done = export(house)
    assert done.returncode == 64 and "no copy of ours" in done.stderr and (site / "index.html").read_text() == "somebody's"
    (site / "index.html").unlink()
    assert export(house).returncode == 0
    handle = os.open(site, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert export(house).returncode == 75
    os.close(handle)
    assert export(house).returncode == 0
    assert house.ctl("export").returncode == 64 and house.ctl("export", "--site", site, "--every", "soon").returncode == 64


@pytest.mark.parametrize("line", ["../out\t/", "/etc/out\t/", ".next/out\t/", "a/../../out\t/", "a\n", "out\tv1", "", "a b\t/"])
def test_a_list_from_somewhere_else_leads_nowhere_else(tmp_path, line):
    class Other(served.Site):
        def answer(self, request):
            served.send(request, f"{line}\n".encode() if request.path == "/v1/site.tsv" else b"taken")

    with Other() as other:
        done = subprocess.run([harness.TALLYCTL, "--url", other.url, "export", "--site", tmp_path / "in"], capture_output=True, text=True,
                              timeout=20, check=False)
    assert done.returncode == 65 and not [p for p in tmp_path.rglob("*") if p.is_file()], done


def test_every_so_often_it_goes_on_over_a_restart(house):
    site = house.folder / "site"
    copier = harness.Process(house.folder, "copier", harness.TALLYCTL, "--socket", house.folder / "control", "export", "--site", site,
                             "--every", "50ms")
    house.processes.append(copier)
    harness.wait_for(lambda: "as of" in copier.text(), 10, "a copy")
    house.tallyd.stop()
    harness.wait_for(lambda: "it is tried again" in copier.text(), 10, "that nobody is there")
    assert (site / "index.html").exists()
    house.start_tallyd(name="back")
    decide(house, "call", "foe", "won")
    harness.wait_for(lambda: '"won":1,' in (site / "v1/totals.json").read_text(), 10, "the call")
    copier.child.send_signal(signal.SIGTERM)
    copier.child.wait(10)
    assert export(house).returncode == 0
    tree(site)


def test_what_could_not_be_written_once_is_written_when_it_can_be(house):
    """It stayed as it was, for the server said that it had not changed since it was fetched; and the copy was called whole."""
    site = house.folder / "site"
    copier = house.start("copier", harness.TALLYCTL, "--socket", house.folder / "control", "export", "--site", site, "--every", "50ms")
    harness.wait_for(lambda: "as of" in copier.text(), 10, "a copy")
    in_the_way = site / ".next" / "v1=totals.json"
    in_the_way.mkdir()
    decide(house, "call", "foe", "won")
    harness.wait_for(lambda: "totals.json cannot be written" in copier.text(), 10, "that it cannot be written")
    in_the_way.rmdir()
    harness.wait_for(lambda: "as of" in copier.text().rsplit("tried again", 1)[1], 10, "a copy after it")
    assert '"won":1,' in (site / "v1/totals.json").read_text()


def test_a_terminal_sees_how_far_it_is(house):
    ours, theirs = pty.openpty()
    done = subprocess.run([harness.TALLYCTL, "--socket", house.folder / "control", "export", "--site", house.folder / "site"], stderr=theirs,
                          stdout=subprocess.PIPE, text=True, timeout=20, check=False)
    os.close(theirs)
    said = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0 and re.search(r"\rexport: 32 of \d+", said) and said.endswith("\r\x1b[K"), said


# ---- in a browser ----

def test_a_copy_is_as_open_to_all_as_the_board_and_says_the_same(house, web):
    decide(house, "call", "foe", "won")
    decide(house, "call", "yew", "lost")
    decide(house, "uncall", "yew")
    assert export(house).returncode == 0
    web.open(f"http://127.0.0.1:{house.port}/")
    figures = "['.big', '.sub', '.sentence', '#key', '#calls', '#states', '#all tbody', '#corrections'].map(q => document.querySelector(q).innerText)"
    live = web.run(figures)
    with files_of(house.folder / "site") as url:
        looks = [("phone", {"width": 320, "height": 640, "dark": True}), ("light", {}), ("dark", {"dark": True})]
        for name, more in looks if FULL else looks[:1]:
            for page in ("index.html", "embed.html", "index.state-GA.html"):
                assert web.open(f"{url}/{page}", **more) == 200
                assert web.ask("axe") == [] and web.ask("errors") == [], (name, page)
                wide = web.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, f"{name} {page} is {wide} px too wide"
                if page == "index.html":
                    assert web.run(figures) == live
        web.ask("shot", path=str(browser.shots() / "copy-phone.png"))


def test_a_copy_asks_for_itself_and_tells_when_it_is_old(house, web):
    said = "document.getElementById('link').textContent"
    assert export(house).returncode == 0
    os.utime(house.folder / "site" / "index.html", (1, 1))  # a server of files knows times of whole seconds only
    with files_of(house.folder / "site") as url:
        assert web.open(f"{url}/index.html", clock=0) == 200
        web.run("window.kept = 1")
        assert web.run(said) == ""
        decide(house, "call", "foe", "won")
        assert export(house).returncode == 0
        web.ask("forward", ms=11000)
        web.until("document.querySelector('.big').textContent === '1 won of 1 called' && document.getElementById('said').textContent.startsWith('Di Foe won')", 10)
        web.ask("forward", ms=300000)
        web.until(f"/^This copy was made [56] minutes ago: figures may be out of date/.test({said})", 10)
        assert web.run("window.kept") == 1
        web.ask("forward", ms=86400000 * 3)
        web.until(f"{said}.startsWith('This copy was made 3 days ago')", 10)
        pathlib.Path(house.folder / "site" / "index.html").unlink()  # and one that is gone is lost
        web.ask("forward", ms=11000)
        web.until(f"{said}.startsWith('Connection lost')", 10)


def test_an_old_copy_is_old_to_a_reader_whose_clock_is_behind(house, web):
    """The clock of whoever serves it says so."""
    assert export(house).returncode == 0
    page = house.folder / "site" / "index.html"
    page.write_text(re.sub(r'data-made="20\d\d', 'data-made="2019', page.read_text()))
    with files_of(house.folder / "site") as url:
        web.open(f"{url}/index.html", clock=-86400000 * 365 * 8)
        web.ask("forward", ms=1000)
        web.until("document.getElementById('link').textContent.startsWith('This copy was made')", 10)


def test_a_copy_answers_tallyctl_or_says_that_it_cannot(house):
    """A server of plain files takes no notice of a query: what it sends is of everything, and was shown as if it were chosen."""
    assert export(house).returncode == 0
    with files_of(house.folder / "site") as url:
        def ask(*words, to=url):
            return subprocess.run([harness.TALLYCTL, "--url", to, *words], capture_output=True, text=True, timeout=harness.PATIENCE, check=False)

        for words in (["races"], ["races", "status:won"], ["races", "state:GA"], ["totals", "--by", "state"],
                      ["statement"], ["statement", "--style", "long"], ["calls"], ["todo"]):
            def both():
                return [(done.returncode, done.stdout) for done in (ask(*words), ask(*words, to=f"http://127.0.0.1:{house.port}"))]  # noqa: B023
            copied, live = both()
            if copied != live:  # the minute that both tell has passed meanwhile
                assert export(house).returncode == 0
                copied, live = both()
            assert copied == live, words
        assert ask("races", "status:won").stdout != ask("races").stdout != ""
        assert '"races":[]' in ask("races", "status:won", "-o", "json").stdout
        for words in (["races", "state:GA", "status:won"], ["races", "foe"], ["races", "closest:1"], ["show", "yew"], ["races", "../index"], ["totals", "--by", "moon"]):
            done = ask(*words)
            assert done.returncode == 1 and not done.stdout and "static copy" in done.stderr, (words, done)
