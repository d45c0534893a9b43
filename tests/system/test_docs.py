# SPDX-License-Identifier: ISC
"""What is written down for people is what the programs do."""
import re

import feeds

# read by config/ itself while it makes the sources
READ_BY_CONFIG = {"counties", "insecure_http", "poll.interval"}


def test_every_key_is_used():
    """A key that is read from the file and looked at nowhere promises what is not there."""
    keys = (feeds.ROOT / "config/keys.c").read_text()
    fields = set(re.findall(r"\b(?:GLOBAL|SOURCE)\(([a-z_.]+)\)", keys))
    assert len(fields) > 60
    daemon = "".join(p.read_text() for p in sorted((feeds.ROOT / "daemon").glob("*.c")))
    unused = {f for f in fields if not re.search(r"(?:\.|->)" + re.escape(f) + r"\b", daemon)}
    assert unused == READ_BY_CONFIG
