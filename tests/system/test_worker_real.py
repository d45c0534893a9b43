# SPDX-License-Identifier: ISC
"""The largest real file of each format through tallyd's own workers: what tally-parse reads by itself, a sandbox may end."""
import subprocess
import sys

import pytest

import feeds
import harness

sys.path.insert(0, str(feeds.ROOT / "tests" / "corpus"))
import corpus  # noqa: E402

SOURCE = """[source s{n}]
format = {format}
state = GA
path = {path}
{more}
"""


@pytest.fixture(scope="module")
def largest():
    """The largest file that is read, by format."""
    ok = {name for name, line in corpus.expected().items() if line["verdict"] == "ok"}
    out = {}
    for entry in corpus.entries():
        if entry.name in ok and (entry.format not in out or entry.path.stat().st_size > out[entry.format].path.stat().st_size):
            out[entry.format] = entry
    return out


def test_no_worker_is_ended_by_its_sandbox(largest, tmp_path):
    (tmp_path / "list.csv").write_text("candidate_name,state,office\nNo One,GA,Governor\n")
    text = """[election]
name = n
organisation = o
dates = 2026-11-03
mode = rehearsal
polls-close.GA = 19:00
[endorsements]
file = list.csv
""" + harness.CONF
    named = {}
    for n, (name, entry) in enumerate(sorted(largest.items())):
        args = [str(a) for a in entry.args]
        options = [b for a, b in zip(args, args[1:]) if a == "-O"]
        if "-c" in args or name == "pointer":
            continue  # a companion has a name of its own in each format; a pointer is no source
        named[f"s{n}"] = name
        text += SOURCE.format(n=n, format=name, path=entry.path, more="\n".join(o.replace("=", " = ", 1) for o in options))
    (tmp_path / "tallyd.conf").write_text(text)
    done = subprocess.run([harness.TALLYD, "-1", "-o", "matches", "-c", tmp_path / "tallyd.conf"], capture_output=True, text=True,
                          timeout=300, check=False)
    ended = [f"{named.get(line.split(': ')[1], '?')}: {line}" for line in done.stderr.splitlines()
             if ": misuse: " in line or ": crash" in line or ": limit" in line]
    assert not ended, "\n".join(ended)
    assert done.returncode == 0, done.stderr
