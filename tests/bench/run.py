#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Figures as ratios to a goal or to a bare baseline, a line each: bench NAME VALUE UNIT, RATIO of BASELINE (goal RATIO): ok|short

A `short` is a fact, not a failure.
"""
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import feeds  # noqa: E402
import ga2021  # noqa: E402
import harness  # noqa: E402
import subscriber  # noqa: E402

FROM = ga2021.moment("2021-01-06T03:00:00Z")
SPEED, SECONDS, RESTARTS = 300, 20, 5
PARSED = {
    "parse-clarity-state": ("clarity", "clarity/ga-2020-11-03-counties-20201112-1158-detail.xml"),
    "parse-clarity-county": ("clarity", "clarity/ga-gwinnett-2020-11-03-full-detail.xml"),
}


def bench(name, value, unit, ratio, baseline, goal, at_least=False):
    good = ratio >= goal if at_least else ratio <= goal
    print(f"bench {name} {value:.3g} {unit}, {ratio:.2f} of {baseline} (goal {goal:g}): {'ok' if good else 'short'}", flush=True)


def quantile(metrics, name, share):
    """The bound of the smallest bucket that `share` of the observations lie under, in seconds."""
    buckets = sorted((float(dict(labels)["le"]), n) for (what, labels), n in metrics.items() if what == f"{name}_bucket")
    return next(bound for bound, n in buckets if n >= share * buckets[-1][1])


def night():
    with harness.House() as house:
        house.start_redis()
        house.clock = harness.Clock(FROM, SPEED)
        ga2021.configure(house, house.start_sim(ga2021.NIGHT / "night.txt", ga2021.root(), house.clock), thin="250ms")
        client = subscriber.Subscriber(house.connect).begin()
        ready = [house.start_tallyd()]
        time.sleep(SECONDS)
        metrics = house.metrics()
        for n in range(RESTARTS):
            house.tallyd.kill()
            ready.append(house.start_tallyd(name=f"tallyd-{n}"))
        client.stop()
    bench("ready-first", ready[0], "s", ready[0] / 2, "2 s", 1)
    bench("ready-after-kill", max(ready[1:]), "s", max(ready[1:]) / 2, "2 s", 1)
    delay = quantile(metrics, "tallyd_loop_delay_seconds", 0.99)
    bench("loop-delay-p99", delay * 1000, "ms", delay / 0.05, "50 ms", 1)
    count = metrics["tallyd_change_to_publish_seconds_count", frozenset()]
    mean = metrics["tallyd_change_to_publish_seconds_sum", frozenset()] / max(count, 1)
    # thinned to one message in min-interval = 250 ms: a change waits for half of that where they come thick
    bench("change-to-publish-mean", mean * 1000, "ms", mean / 0.25, "250 ms", 1)


def parsing():
    for name, (form, path) in PARSED.items():
        done = subprocess.run([feeds.BUILD / "tests" / "bench_parse", form, ga2021.root() / path], capture_output=True,
                              text=True, check=True)
        words = done.stdout.split()
        ours, bare = float(words[1]), float(words[3])
        bench(name, ours / 1e6, "MB/s", ours / bare, "a bare SAX2 push pass", 0.5, at_least=True)


if __name__ == "__main__":
    if not (feeds.SHARED / "unpack").exists():
        print("SKIP bench: ../shared/feeds is not there")
        sys.exit(0)
    parsing()
    night()
