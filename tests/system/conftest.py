# SPDX-License-Identifier: ISC
"""Files of tests run beside each other, each whole in one process (make test)."""
import pathlib

import pytest

import browser
import pair

# what takes longest is begun first, so that nothing long is left for the end
FIRST = ("test_night_ga2021", "test_night_rfs2025", "test_redis_storm", "test_corpus", "test_redis_standby", "test_redis_duty", "test_sim")


def pytest_collection_modifyitems(items):
    def place(item):
        name = pathlib.Path(item.fspath).stem
        return FIRST.index(name) if name in FIRST else len(FIRST)

    items.sort(key=place)


@pytest.fixture(name="web", scope="module")
def fixture_web():
    why = browser.missing()
    if why:
        pytest.skip(why)
    with browser.Browser() as b:
        yield b


@pytest.fixture(name="two")
def fixture_two():
    """Two daemons on one Redis: a serves, b stands by."""
    with pair.Pair() as p:
        yield p.start()
