# SPDX-License-Identifier: ISC
"""Random nights against a second reading of the rules, written apart (tests/reference): the core's
documents after every event. `make test-property` plays more of them. SEED= and N= repeat some."""

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("TALLYD_BUILD", TOP / "build"))
REFERENCE = TOP / "tests" / "reference" / "compare.py"


def play(nights, desk):
    env = dict(os.environ, SEED=os.environ.get("SEED", "1"), N=str(nights), DESK=desk)
    dump = subprocess.Popen([BUILD / "tests" / "night_dump"], env=env, stdout=subprocess.PIPE)
    compare = subprocess.run([sys.executable, REFERENCE], stdin=dump.stdout, capture_output=True,
                             text=True, timeout=1800)
    dump.stdout.close()
    dump.wait()
    return compare


def test_the_core_says_what_the_reference_says():
    compare = play(int(os.environ.get("N", "60")), "0")
    assert compare.returncode == 0, compare.stdout + compare.stderr
    assert "no difference" in compare.stdout


def test_a_difference_is_found():
    """The comparison itself: one win more than was called is seen."""
    env = dict(os.environ, SEED="1", N="1", DESK="0")
    lines = subprocess.run([BUILD / "tests" / "night_dump"], env=env, capture_output=True,
                           text=True, check=True).stdout
    at = lines.rindex('"won":')
    end = lines.index(",", at)
    wrong = lines[:at] + '"won":99' + lines[end:]
    compare = subprocess.run([sys.executable, REFERENCE], input=wrong, capture_output=True,
                             text=True)
    assert compare.returncode == 1 and "SEED=1" in compare.stdout
