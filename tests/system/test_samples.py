# SPDX-License-Identifier: ISC
"""Every payload of ours in tests/samples against what it must give.

samples/FORMAT/NAME.xml|json|txt is the payload; NAME.csv is what `tally-parse -o csv` prints for it, or NAME.err a text that its
refusal must contain; NAME.args holds more arguments, one a line, where @FILE is a file of the same folder.
"""
import pathlib

import pytest

import feeds

SAMPLES = feeds.ROOT / "tests" / "samples"
PAYLOADS = sorted(p for p in SAMPLES.glob("*/*")
                  if p.suffix not in (".csv", ".err", ".args") and not p.stem.endswith("-companion"))


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


def test_there_are_samples():
    assert len(PAYLOADS) > 10
