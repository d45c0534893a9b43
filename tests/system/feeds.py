# SPDX-License-Identifier: ISC
"""Where the real payloads are, unpacked once into the build directory."""
import fcntl
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("TALLYD_BUILD", "build")
PARSE = BUILD / "tally-parse"
SHARED = ROOT.parent / "shared" / "feeds"


def folder(*formats):
    """The folder with these formats unpacked in it; skips the test where there are none."""
    if not (SHARED / "unpack").exists():
        pytest.skip("real feeds: ../shared/feeds is not there", allow_module_level=True)
    cache = BUILD / "feeds"
    with open(BUILD / "feeds.lock", "w", encoding="ascii") as lock:  # tests run beside each other
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = [f for f in formats if not (cache / f).is_dir()]
        if missing:
            subprocess.run([SHARED / "unpack", cache, *missing], check=True, stdout=subprocess.DEVNULL)
    return cache


def parse(*args, data=None):
    """tally-parse as people run it. data goes to its standard input."""
    return subprocess.run([PARSE, *map(str, args)], input=data, capture_output=True, timeout=60,
                          check=False)
