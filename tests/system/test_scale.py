# SPDX-License-Identifier: ISC
"""Large files: memory beside the payload stays within bounds, and a byte of them costs what a byte of small ones does."""
import pathlib
import subprocess
import sys

import pytest

import feeds

sys.path.insert(0, str(feeds.ROOT / "tests" / "bench"))
import clarity_file  # noqa: E402


def figures(*args):
    words = subprocess.run([feeds.BUILD / "tests" / "bench_parse", *map(str, args)], capture_output=True, text=True,
                           check=True).stdout.split()
    return {word: float(number) for word, number in zip(words[::2], words[1::2])}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "detail.xml"
    clarity_file.write(path, 20e6)
    return path


def test_memory_beside_a_large_payload(large: pathlib.Path):
    # the bench shows 32 MB for 60 MB
    assert figures("memory", "clarity", large)["beyond"] < 32e6


def test_cost_per_byte_does_not_grow(large: pathlib.Path, tmp_path: pathlib.Path):
    small = tmp_path / "detail.xml"
    clarity_file.write(small, 1e6)
    # the bench shows how flat it is; here only what grows with the square of the size is caught, however busy the machine
    assert figures("sax", "clarity", large)["ours"] > figures("sax", "clarity", small)["ours"] / 10
