# SPDX-License-Identifier: ISC
"""Every payload of ours in tests/samples against what it must give.

samples/FORMAT/NAME.xml|json|txt is the payload; NAME.csv is what `tally-parse -o csv` prints for it and NAME.facts all else that it
says (facts.py), or NAME.err a text that its refusal must contain; NAME.args holds more arguments, one a line, where @FILE is a file of the same folder.
"""
import pathlib
import re
import subprocess

import pytest

import facts
import feeds
import harness

SAMPLES = feeds.ROOT / "tests" / "samples"
PAYLOADS = sorted(p for p in SAMPLES.glob("*/*")
                  if p.suffix not in (".csv", ".facts", ".err", ".args") and not p.stem.endswith("-companion"))


def arguments(path):
    extra = path.with_suffix(".args")
    lines = extra.read_text().splitlines() if extra.exists() else []
    return [str(path.parent / line[1:]) if line.startswith("@") else line for line in lines]


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_sample(path: pathlib.Path):
    done = feeds.parse("-f", path.parent.name, *arguments(path), path)
    error = path.with_suffix(".err")
    if error.exists():
        assert (done.returncode, done.stdout) == (65, b""), done.stderr
        assert error.read_text().strip() in done.stderr.decode()
    else:
        assert done.returncode == 0, done.stderr.decode()
        assert done.stdout.decode() == path.with_suffix(".csv").read_text()
        if path.with_suffix(".facts").exists():
            done = feeds.parse("-f", path.parent.name, "-o", "json", *arguments(path), path)
            assert facts.render(done.stdout) == path.with_suffix(".facts").read_text()


def test_there_are_samples():
    assert len(PAYLOADS) > 10


PRESETS = sorted(p.stem for p in (feeds.ROOT / "config" / "formats").glob("*.conf"))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_knows_its_own(preset):
    """--sniff names a preset for most of its samples; the others are made to lack what is told by."""
    good = [p for p in PAYLOADS if p.parent.name == preset and p.with_suffix(".csv").exists()]
    known = [p for p in good if feeds.parse("--sniff", p).stdout.decode().strip() == preset]
    assert len(known) * 2 > len(good) > 0, (good, known)


def test_tallyds_own_workers_read_each(tmp_path):
    """As tally-parse does by itself: what a sandbox ends, or a worker hands over wrongly, it cannot show."""
    (tmp_path / "list.csv").write_text("candidate_name,state,office\nNo One,GA,Governor\n")
    conf = ("[election]\nname = n\norganisation = o\ndates = 2026-11-03\nmode = rehearsal\npolls-close.GA = 19:00\n"
            f"[endorsements]\nfile = list.csv\n{harness.CONF}")
    good = [p for p in PAYLOADS if p.with_suffix(".csv").exists() and "-c" not in arguments(p) and p.parent.name != "pointer"]
    for n, path in enumerate(good):
        options = dict(line.split("=", 1) for line in arguments(path) if line != "-O")
        options = {"state": "GA", "timezone": "America/New_York", **options}
        conf += f"[source s{n}]\nformat = {path.parent.name}\npath = {path}\n"
        conf += "".join(f"{key} = {value}\n" for key, value in options.items())
    (tmp_path / "tallyd.conf").write_text(conf)
    done = subprocess.run([harness.TALLYD, "-1", "-o", "matches", "-c", tmp_path / "tallyd.conf"], capture_output=True, text=True,
                          timeout=100, check=False)
    wrong = [line for line in done.stderr.splitlines() if re.search(r": (misuse|crash|limit|schema|syntax|truncated):", line)]
    assert done.returncode == 0 and not wrong, "\n".join(f"{good[int(line.split(': ')[1][1:])]}: {line}" for line in wrong) or done.stderr
