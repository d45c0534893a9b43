# SPDX-License-Identifier: ISC
"""From the last byte of a changed feed to a subscriber, beside a bare loop of curl, SAX2 push, sums and PUBLISH, by turns in one run.

What is heard is the message of a race whose votes changed: totals of who won are thinned on purpose to one in min-interval, a race
that changes once in 500 ms is not. The site sends RATE bytes a second, less than either side parses: what is measured is what is
left to do after the last byte. The clock starts with the last piece of 16 KB: of it there are 15.5 KB at 1 MB, 1.6 at 5 and 0.7 at
60, which either side still has to read.
"""
import datetime
import re

import clarity_file
import harness

RATE = 40e6
SIZES = {1: (1e6, 60), 5: (5e6, 40), 60: (60e6, 12)}  # MB: bytes, rounds
AT = datetime.datetime(2022, 11, 9, 4, 0, tzinfo=datetime.timezone.utc)
CONF = """[election]
name = General Election
dates = 2022-11-08
mode = live
polls-close.GA = 19:00
polls-close.HI = 19:00
[endorsements]
file = endorsed.csv
[poll]
networks = 127.0.0.0/8
timeout = 30s
[redis]
url = {redis}
""" + harness.CONF + """
[source county]
format = clarity
state = GA
interval = 500ms
url = http://127.0.0.1:{port}/tallyd
"""
ENDORSED = """endorsement_id,candidate_name,state,office,source_hints
one,Candidate 0 of 1,GA,Governor,county=1
"""


def measure(size, rounds, rate=RATE):
    """{"ours_p50": microseconds, ...}"""
    with harness.House() as house:
        house.start_redis()
        path = house.folder / "detail.xml"
        clarity_file.write(path, size)
        bench = house.start("bench", harness.feeds.BUILD / "tests" / "bench_latency", house.redis_socket, path, int(rate), rounds)
        port = harness.wait_for(lambda: re.search(r"^port (\d+)$", bench.text(), re.M) or not bench.alive(), 20, "the site")
        assert port is not True, bench.text()
        house.write("endorsed.csv", ENDORSED)
        house.conf = house.write("tallyd.conf", CONF.format(redis=house.redis_url, port=port.group(1)))
        house.clock = harness.Clock(AT, 1, 0)
        house.start_tallyd()
        harness.wait_for(lambda: not bench.alive(), 300, "the rounds")
        words = bench.text().splitlines()[-1].split()
        assert bench.child.returncode == 0, bench.text()
        return {name: int(number) for name, number in zip(words[::2], words[1::2])}


if __name__ == "__main__":
    for mb, (size, rounds) in SIZES.items():
        print(mb, measure(size, rounds))
