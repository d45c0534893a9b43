# SPDX-License-Identifier: ISC
"""Thousands of sources: what polling them costs, and how regularly it is done."""
import contextlib
import http.client
import json
import pathlib
import re
import signal
import subprocess
import time

import feeds
import harness

SITE, BARE = (feeds.BUILD / "tests" / name for name in ("bench_site", "bench_polls"))

CONF = """[election]
name = Many sources
dates = 2026-11-03
mode = rehearsal
polls-close.GA = 19:00

[endorsements]
file = endorsed.csv

[poll]
interval = {interval}ms
networks = 127.0.0.0/8
""" + harness.CONF


def cpu(pid):
    """Seconds of processor time that a process has used, all its threads."""
    return sum(int(p.read_text(encoding="ascii").split()[0]) for p in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def resident(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) * 1024


def host(i, hosts):
    return f"127.0.{1 + i % hosts // 250}.{1 + i % hosts % 250}"


class Many(harness.House):
    """So many sources on so many hosts; `share` of a hundred have something new each interval once change() was called."""

    def __init__(self, sources, hosts, interval, share=20, endorsed=222):
        super().__init__()
        self.sources_n, self.hosts, self.interval = sources, hosts, interval
        self.site = self.start("site", SITE, sources, hosts, interval, share)
        self.site_port = int(harness.wait_for(lambda: re.search(r"^port (\d+)$", self.site.text(), re.M), 20, "the site").group(1))
        rows = [f"e{i},Di{i} Foe,GA,State House,{i + 1},Democratic\n" for i in range(min(endorsed, sources))]
        self.write("endorsed.csv", "endorsement_id,candidate_name,state,office,district,party\n" + "".join(rows))
        self.conf = self.write("tallyd.conf", CONF.format(interval=interval) + "".join(
            f"[source s{i}]\nformat = ddhq\nstate = GA\nurl = http://{host(i, hosts)}:{self.site_port}/{i}\n" for i in range(sources)))

    def begin(self):
        """Start, until every source was heard and its second poll is behind it."""
        self.start_tallyd(ready=60)
        end = time.monotonic() + 60 + self.sources_n / 10
        while self.metric("tallyd_source_polls_total", result="changed") < self.sources_n:
            assert time.monotonic() < end, "not every source was heard"
            time.sleep(0.1 + self.sources_n / 5000)  # such a page is work for the daemon
        time.sleep(self.interval * 1.5 / 1000)

    def metrics(self):
        """A page of five thousand sources is megabytes; where the machine is busy it may be cut."""
        for _ in range(10):
            with contextlib.suppress(OSError, http.client.HTTPException):
                return super().metrics()
        return super().metrics()

    def metric(self, name, **labels):
        return sum(v for (n, have), v in self.metrics().items() if n == name and labels.items() <= dict(have).items())

    def measure(self, seconds, changing):
        """What `seconds` of it took, and what the site saw of them."""
        if changing:
            self.site.child.send_signal(signal.SIGUSR2)
            time.sleep(self.interval / 1000)
        self.site.child.send_signal(signal.SIGUSR1)
        pid, before = self.tallyd.child.pid, self.buckets()
        used, began = cpu(pid), time.monotonic()
        time.sleep(seconds)
        used, took = cpu(pid) - used, time.monotonic() - began
        after, memory = self.buckets(), resident(pid)
        self.site.child.terminate()
        self.site.child.wait(20)
        seen = json.loads(re.sub(r"(\w+) (\d+) ?", r'"\1": \2,', self.site.text().splitlines()[-1]).join("{}").replace(",}", "}"))
        delays = {bound: after[bound] - before[bound] for bound in after}
        return {"cpu_us": used * 1e6, "seconds": took, "rss": memory, "longest": seen["longest_ms"] / self.interval,
                "requests": seen["requests"], "full": seen["full"],
                "delay_p99": next(b for b, n in sorted(delays.items()) if n >= 0.99 * max(delays.values()))}

    def buckets(self):
        return {float(dict(labels)["le"]): n for (name, labels), n in self.metrics().items() if name == "tallyd_loop_delay_seconds_bucket"}

    def bare(self, seconds):
        """The same polls by libcurl alone: its processor time for one, in microseconds."""
        done = subprocess.run([str(x) for x in (BARE, self.site_port, self.sources_n, self.hosts, self.interval, seconds)],
                              capture_output=True, text=True, check=True).stdout.split()
        return int(done[3]) / int(done[1])
