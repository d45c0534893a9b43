# SPDX-License-Identifier: ISC
"""Large files: memory beside the payload stays within bounds, and a byte of them costs what a byte of small ones does.
Many sources: none is asked too late, and one costs what it costs among few."""
import pathlib
import subprocess
import sys

import pytest

import feeds

sys.path.insert(0, str(feeds.ROOT / "tests" / "bench"))
import clarity_file  # noqa: E402
import polls  # noqa: E402


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


def test_many_sources_with_news_are_asked_in_time():
    with polls.Many(300, 60, 2000) as many:
        many.begin()
        seen = many.measure(5, changing=True)
    # a fifth of them has news each time, and none is forgotten: at most ten times the 20 % that the bench shows
    assert seen["full"] >= 60 and seen["longest"] < 3, seen
    assert seen["rss"] < 300e6 and seen["cpu_us"] < 5e6, seen
