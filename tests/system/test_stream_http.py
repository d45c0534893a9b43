# SPDX-License-Identifier: ISC
"""Large real files over slow connections: what comes of them is what comes of the file on disk; when they are cut, nothing."""
import csv
import datetime
import io
import os
import pathlib
import subprocess

import pytest

import feeds
import harness
from slow_site import Site

FILES = {  # name: format, state, date, file, how it is sent
    "clarity": ("clarity", "GA", "2020-11-03", "clarity/ga-2020-11-03-counties-20201112-1158-detail.xml", ("late",)),
    "clarity-gzip": ("clarity", "GA", "2020-11-03", "clarity/ga-gwinnett-2020-11-03-full-detail.xml", ("gzip", "chunked")),
    "eml510": ("eml510", "CA", "2014-11-04", "ca-eml510/2014-11-04-test.X14GG510v7.xml", ()),
    "nist": ("nist", "WY", "2020-11-03", "nist/wy-2020-11-03-nistv2.xml", ()),
    "mn": ("mn", "MN", "2024-11-05", "mn-txt/2024-11-05-040-2024-11-06T2110.allracesbycounty.txt", ("chunked",)),
    "nc": ("nc", "NC", "2024-11-05", "nc-results-pct-tsv/2024-11-05.results_pct.zip", ("moved",)),
    "enhanced": ("enhanced", "GA", "2022-11-08", "enhanced/ga-2022NovGen-mediaexport.json", ("gzip",)),
    "hi": ("hi-media", "HI", "2018-11-06", "hi-media-txt/2018-11-06.txt", ()),
}
SILENT = {"eml510", "nist"}  # test data, and an exporter's date of 1900: read, and put on no air
CONF = """[election]
name = n
dates = {date}
mode = rehearsal
polls-close.{state} = 19:00
[endorsements]
file = list.csv
[poll]
networks = 127.0.0.0/8
interval = 200ms
backoff = 50ms, 100ms
""" + harness.CONF + """
[source s]
format = {format}
state = {state}
{where}
"""


def file_of(name):
    path = FILES[name][3]
    return feeds.folder(pathlib.Path(path).parts[0]) / path


def endorse(name, folder):
    """A list of one: a candidate of the contest with the most votes."""
    form, state = FILES[name][:2]
    done = feeds.parse("-f", form, file_of(name))
    assert done.returncode == 0, done.stderr
    rows = [r for r in csv.DictReader(io.StringIO(done.stdout.decode()))
            if r["unit_type"] == "total" and r["write_in"] != "yes" and " " in r["choice"]]  # no Yes, no No
    best = max(rows, key=lambda r: int(r["votes"] or 0))
    with open(folder / "list.csv", "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(["candidate_name", "state", "office", "source_hints"])
        out.writerow([best["choice"], state, "Governor", f"s={best['contest_id'] or best['contest']}"])


def configure(name, folder, where):
    form, state, date = FILES[name][:3]
    (folder / "tallyd.conf").write_text(CONF.format(date=date, state=state, format=form, where=where))
    return folder / "tallyd.conf"


def clock(name):
    """The morning after, when all polls are closed."""
    return f"{datetime.date.fromisoformat(FILES[name][2]) + datetime.timedelta(days=1)}T09:00:00Z"


def once(name, folder, where):
    """What one poll makes of it: exit code, races, what it said."""
    done = subprocess.run([harness.TALLYD, "-1", "-o", "races", "--clock", clock(name), "-c",
                           configure(name, folder, where)], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", FILES)
def test_slow_or_at_once_is_the_same(name, tmp_path):
    endorse(name, tmp_path)
    path = file_of(name)
    assert path.stat().st_size > 256 << 10 or name == "nist"  # what is handed over while it comes
    there = once(name, tmp_path, f"path = {path}")
    with Site({"/feed": (path.read_bytes(), FILES[name][4])}) as site:
        came = once(name, tmp_path, f"url = {site.url}/feed")
    assert there[0] == 0 and len(there[1].splitlines()) == 2 and ("no results" in there[1]) == (name in SILENT), there
    assert came == there
    with Site({"/feed": (path.read_bytes(), FILES[name][4])}, seconds=0.3, cuts=1, seed=name) as site:
        code, races, said = once(name, tmp_path, f"url = {site.url}/feed")
    assert code != 0 or races != there[1] or name in SILENT, "a cut file is no file"
    assert "cut" in said, said


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def children(pid):
    """Of a process and of those it started."""
    out = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(a): int(b) for a, b in (line.split() for line in out.splitlines())}
    return sum(pid in (parent, parents.get(parent)) for parent in parents.values())


def test_cuts_leave_nothing_behind(tmp_path):
    """A file that is cut at random places again and again, and then comes whole: it is taken, and nothing was left open."""
    name = "clarity"
    with harness.House() as house:
        endorse(name, house.folder)
        data = file_of(name).read_bytes()
        with Site({"/feed": (data, ())}, seconds=0.1, cuts=15) as site:
            house.conf = configure(name, house.folder, f"url = {site.url}/feed")
            house.clock = clock(name)
            house.start_tallyd()
            harness.wait_for(lambda: site.asked["/feed"] >= 3, 20, "the first cuts")
            pid = house.tallyd.child.pid
            files = open_files(pid)
            harness.wait_for(lambda: house.verdicts().get(("s", "accepted")), 60, "the whole file")
            verdicts = house.verdicts()
            assert verdicts["s", "cut"] == 15 and verdicts["s", "accepted"] == 1, verdicts
            harness.wait_for(lambda: site.asked["/feed"] >= 20, 30, "more polls, of the same bytes")
            assert house.verdicts()["s", "accepted"] == 1
            harness.wait_for(lambda: children(pid) == 3, 10, "the nursery and two spares")
            harness.wait_for(lambda: open_files(pid) <= files + 2, 10, "a moment with nothing of a cut left open")
