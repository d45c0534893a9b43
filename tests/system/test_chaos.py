# SPDX-License-Identifier: ISC
"""Two daemons while all that can befall them does, at random: what was acknowledged is kept. SEED= repeats a run, CHAOS= is how
many there are (one after the other seed), LASTS= for how many seconds."""
import os
import time

import pytest

from chaos import Chaos

FULL = bool(os.environ.get("FULL"))
RUNS = int(os.environ.get("CHAOS", "5" if FULL else "1"))
LASTS = float(os.environ.get("LASTS", "45" if FULL or "CHAOS" in os.environ else "4"))
SEED = int(os.environ.get("SEED", time.time_ns() % 1000000))


@pytest.mark.parametrize("run", range(RUNS))
def test_two_daemons_in_chaos(run):
    seed = SEED + run
    print(f"SEED={seed} LASTS={LASTS:g}")
    with Chaos(seed, min(15, LASTS / 2)) as chaos:
        try:
            chaos.start().play(LASTS)
            chaos.heal()
            print(chaos.check())
        except BaseException:
            print("\n".join(chaos.log))
            raise
