# SPDX-License-Identifier: ISC
"""Every payload of ours in tests/samples against what it must give.

samples/FORMAT/NAME.xml|json|txt is the payload; NAME.csv is what `tally-parse -o csv` prints for it and NAME.facts all else that it
says (facts.py), or NAME.err a text that its refusal must contain; NAME.args holds more arguments, one a line, where @FILE is a file of the same folder.
"""
import pathlib

import pytest

import facts
import feeds

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
