#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Figures as ratios to a goal or to a bare baseline, a line each: bench NAME VALUE UNIT, RATIO of BASELINE (goal RATIO): ok|short

A `short` is a fact, not a failure. A line of a parser is the median of several processes, with the least and the most of them: where the
loader puts things moves a ratio by some hundredths, from process to process and never within one, and where the linker puts them, from
build to build. Lines of delimited text say, too, how many rows of the file share a name of the batch (a contest, a choice), and what
share of the bare pass is left to one that also keeps those names and does nothing else: no parser that gives names out can pass that.
How long a change takes to subscribers is measured on a race, which nothing thins where it changes once in 500 ms; totals are thinned,
on purpose, to one in min-interval.

A new TLS connection is one with its whole handshake, to a site that sends its certificate and its signer's, both of P-256 keys; the
figure is the median of a hundred, and the site another process. Of it 94 % are libcurl's and OpenSSL's, and no
setting that verifies all the same takes more than 3 % off. With OpenSSL 3.0 on one machine, in ms: a certificate decoded 0.09, for the
decoders are looked up anew each time; the context that libcurl makes for each connection 0.12; three signatures checked and X25519, the
arithmetic alone, 0.17; the whole with one context for all, bare, 0.75, by a bare libcurl 0.93, by tallyd 0.99. OpenSSL 3.5 takes a tenth
less, GnuTLS reads the bundle for each connection: 5.7. Where the site lets wait, as any does over a network, others have the processor's
caches meanwhile, and either side takes half as much again. A site that hangs up between two polls is not met anew: its session is taken
up again, for half the cost.

A poll among thousands of sources costs more than among few. In a bare loop that is what libcurl walks through: whenever a transfer is
taken from it, the connections that it keeps until it meets that transfer's own, and all the addresses that it knows. In tallyd connections
lie by host on many shelves (fetch.c), and addresses are gone through only where a connection was opened. The shelves, and threads that are
no longer counted for each poll, took one among 5,000 sources on a busy machine from 145 us to 104, where one among 100 takes 96 (104
before). In a heap of all timers each that comes or goes passes a dozen of the others: 6 us, since polls are in one no more (dues.h). What is
left is memory that was not touched for an interval: of libcurl's blocks, which each transfer frees and takes anew, 5 us, and of all others
each a little; the kernel takes the same among any number. A bare loop gains more from a quiet machine than tallyd does (74 us and not 110). Polls due within the same 10 ms and begun as
one would take 93 us, and 73 among 100: less, and less flat.

What parsers take beyond their bare passes, in shares of their own instructions (by callgrind):

XML. Told by time, with parts left out: where nobody is told anything, Clarity's file of a state takes 3 % more than the bare pass. It
pulls what arrives, 4000 bytes at a time, as libxml2 asks for them, and copies them as the bare one does its own; read where it lies it
would take 4 % less, but nothing would then stop an element of a million attributes, which libxml2 compares with each other: how many
there are is looked at whenever more is read. Contests, choices and vote types are 8 % of all time, with few instructions: each is rare,
and its memory far. Units are 12 %: four fifths of its instructions are for 32,000 elements, their two attributes, and finding the place.

JSON. The bare pass is simdjson's whole parse and a walk; ours has of simdjson the first stage, which finds where in a text something
begins: 14 (DDHQ) to 23 % (Enhanced). Grammar and values are 25 to 31 %; the shapes of objects, by which a key that stands twice is
refused and a key is found without comparing texts, 6 (Clarity's summary) to 16 % (Enhanced). What is asked for, checked and put into a
batch is 30 (Enhanced) to 48 % (DDHQ), and 53 % in Clarity's summary, which is names and little else: in each contest new texts are
cleaned, hashed and kept, told from statistics, answers and write-ins, and party marks are cut off.

Delimited. Where rows share names (nc, hi) lines into fields are 30 %, finding what a row says among what was said before 11 to 21 %,
figures 10 to 20 %, units, cells and their sums 9 to 19 %. Where nearly each row has a name of its own (in, wa; in mn and pa every other)
lines into fields are 9 to 13 %; 34 to 53 % is working out what new texts say, and making contests and choices of them; 10 to 20 % judging
them, what is one race of several counties' among it, and laying out the batch. Michigan's patterns, tried on each new title, are 14 %:
libc takes 4900 instructions for a match whose groups are remembered, 9500 where they are not.

There (in, wa, mn, pa) a new title takes 2300 to 3600 instructions, and a new candidate 1700 to 2700; in in and wa its contest takes 900 to
1100, and 3000 at the end. None of it is one thing: a text is told to be plain (70 each time), hashed and looked up (100), put into the
pool (400), and held against lists of words, values and patterns (50 to 300 each); what was written is kept beside what it says (300), to
be known again. Of the time of in 7 % is waiting for memory, for places in those two tables.
"""
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import clarity_file  # noqa: E402
import feeds  # noqa: E402
import ga2021  # noqa: E402
import harness  # noqa: E402
import latency  # noqa: E402
import polls  # noqa: E402
import subscriber  # noqa: E402
import tls  # noqa: E402

FROM = ga2021.moment("2021-01-06T03:00:00Z")
SPEED, SECONDS, RESTARTS = 300, 20, 5
PROCESSES = 7  # a line of a parser
PARSED = {  # how: format, file
    "sax": {
        "parse-clarity-state": ("clarity", "clarity/ga-2020-11-03-counties-20201112-1158-detail.xml"),
        "parse-clarity-county": ("clarity", "clarity/ga-gwinnett-2020-11-03-full-detail.xml"),
        "parse-nist": ("nist", "nist/wy-2020-11-03-nistv2.xml"),
        "parse-eml510": ("eml510", "ca-eml510/2014-11-04-test.X14GG510v7.xml"),
        "parse-dominion": ("dominion-summary", "dominion/ca-sanfrancisco-2024-11-05-summary.xml"),
    },
    "json": {
        "parse-ap": ("ap", "ap/elex-fixtures/20160426_ct_rollups.json"),
        "parse-clarity-summary": ("clarity", "clarity/ga-2020-11-03-20201112-summary.json"),
        "parse-ddhq": ("ddhq", "ddhq/seq-ga-2021-01-05-runoff/ga-258-20210106T165112Z.json"),
        "parse-enhanced": ("enhanced", "enhanced/ga-2022NovGen-mediaexport.json"),
    },
    "delimited": {  # preset, votes column and those of contests and choices, file
        "parse-nc": (("nc.conf", 14, "4,6,7,8"), "nc-results-pct-tsv/2024-11-05.results_pct.zip"),
        "parse-mn": (("mn.conf", 14, "2,4,5,7,8,11"), "mn-txt/2024-11-05-048-2024-12-13T1635.allracesbycounty.txt"),
        "parse-wa": (("wa.conf", 5, "1,2,3,4"), "wa-allcounties-csv/2018-11-06.csv"),
        "parse-mi": (("mi-cenr.conf", 16, "2,3,7,9,12,13,14"), "mi-cenr-tab/2018-11-06.txt"),
        "parse-in": (("in-enr.conf", 13, "2,3,6,7,9,10"), "in-enr-csv/2018-11-06.csv"),
        "parse-hi": (("hi-media.conf", 16, "7,8,10,11,12"), "hi-media-txt/2018-11-06.txt"),
        "parse-pa": (("pa-csv.conf", 7, "3,4,5,6"), "pa-export-csv/2018-11-06.csv"),
    },
}
MESSAGES = 20000
MANY, FEW = 5000, 100  # sources
BASELINES = {  # and goals
    "sax": ("a bare SAX2 push pass", 0.8),
    "json": ("a bare simdjson walk", 0.6),
    "delimited": ("a bare memchr field split", 0.6),
}
MEMORY_OF, MEMORY = 60e6, 32e6  # bytes of Clarity, and how many more parsing it may take
SMALL, LARGE, FLAT = 1e6, 200e6, 1.2  # bytes of Clarity, and how much more a byte of the large one may cost


def bench(name, value, unit, ratio, baseline, goal, at_least=False, note=""):
    good = ratio >= goal if at_least else ratio <= goal
    print(f"bench {name} {value:.3g} {unit}, {ratio:.2f} of {baseline} (goal {goal:g}){note}: {'ok' if good else 'short'}", flush=True)


def quantile(metrics, name, share):
    """The bound of the smallest bucket that `share` of the observations lie under, in seconds."""
    buckets = sorted((float(dict(labels)["le"]), n) for (what, labels), n in metrics.items() if what == f"{name}_bucket")
    return next(bound for bound, n in buckets if n >= share * buckets[-1][1])


def night():
    with harness.House() as house:
        ga2021.begin(house, harness.Clock(FROM, SPEED), thin="250ms")
        client = subscriber.Subscriber(house.redis_url).begin()
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


def program(name, *args):
    done = subprocess.run([feeds.BUILD / "tests" / name, *map(str, args)], capture_output=True, text=True, check=True)
    words = done.stdout.split()
    return {word: float(number) for word, number in zip(words[::2], words[1::2])}


def middle(*call):
    """One of several runs, fresh processes: that of the median ratio of ours to bare; and what they lie between."""
    runs = sorted((program(*call) for _ in range(PROCESSES)), key=lambda r: r["ours"] / r["bare"])
    least, most = (r["ours"] / r["bare"] for r in (runs[0], runs[-1]))
    return runs[len(runs) // 2], f", {least:.2f} to {most:.2f}"


def unzipped(path, folder):
    """The file itself, or the one in a zip."""
    if path.suffix != ".zip":
        return path
    with zipfile.ZipFile(path) as z:
        return pathlib.Path(z.extract(z.namelist()[0], folder))


def stored(path):
    return feeds.folder(pathlib.Path(path).parts[0]) / path


def flat(form, path):
    preset, votes, names = form
    with tempfile.TemporaryDirectory() as folder:
        rates, note = middle("bench_delimited", feeds.ROOT / "config" / "formats" / preset, votes, names, unzipped(stored(path), folder))
    note += f", {rates['rows'] / rates['names']:.1f} rows a name, {rates['keeping'] / rates['bare']:.2f} by keeping names alone"
    return rates, note


def parsing():
    for how, files in PARSED.items():
        baseline, goal = BASELINES[how]
        for name, (form, path) in files.items():
            rates, note = flat(form, path) if how == "delimited" else middle("bench_parse", how, form, stored(path))
            bench(name, rates["ours"] / 1e6, "MB/s", rates["ours"] / rates["bare"], baseline, goal, at_least=True, note=note)


def matching():
    """Ten thousand endorsements against a million choices, on one core."""
    cost = program("bench_match", 10000, 1000000)
    bench("match-a-choice", cost["match"] / cost["choices"] * 1e6, "us", cost["match"] / 5, "5 s a million", 1)


def growing():
    """Files of any size: what parsing one takes beyond it, and what a byte costs in a small and in a large one."""
    with tempfile.TemporaryDirectory() as folder:
        rates = {}
        for size in SMALL, LARGE:
            path = pathlib.Path(folder) / "detail.xml"
            clarity_file.write(path, size)
            rates[size] = program("bench_parse", "sax", "clarity", path)["ours"]
        clarity_file.write(path, MEMORY_OF)
        beyond = program("bench_parse", "memory", "clarity", path)["beyond"]
    bench("memory-of-60-MB", beyond / 1e6, "MB", beyond / MEMORY, "32 MB beyond the payload", 1)
    bench("cost-per-byte-200-MB", rates[LARGE] / 1e6, "MB/s", rates[SMALL] / rates[LARGE], "the cost in 1 MB", FLAT)


def to_subscribers():
    """The last byte of a changed feed to a subscriber; messages a second through the fenced script."""
    p50 = {}
    for mb, (size, rounds) in latency.SIZES.items():
        took = latency.measure(size, rounds)
        p50[mb] = took["ours_p50"]
        bench(f"latency-{mb}-MB-p50", p50[mb] / 1000, "ms", p50[mb] / took["bare_p50"], "a bare curl, SAX2 push and PUBLISH", 3)
        bench(f"latency-{mb}-MB-p99", took["ours_p99"] / 1000, "ms", took["ours_p99"] / 5000, "5 ms", 1,
              note=f", bare {took['bare_p99'] / 1000:.3g} ms")
    bench("latency-flat", p50[max(p50)] / 1000, "ms", p50[max(p50)] / p50[min(p50)], f"what {min(p50)} MB take", FLAT)
    with harness.House() as house:
        house.start_redis()
        rate = program("bench_publish", house.redis_socket, MESSAGES)
    bench("publish", rate["ours"], "messages/s", rate["ours"] / rate["evalsha"], "a bare pipelined EVALSHA of the same script", 0.8,
          at_least=True, note=f", {rate['ours'] / rate['publish']:.2f} of a bare pipelined PUBLISH")


def connecting():
    cost, slow, rsa, p384 = tls.measure(), tls.measure(wait_ms=10), tls.measure("rsa"), tls.measure("p384")
    bench("tls-connection", cost["ours_us"] / 1000, "ms of CPU", cost["ours_us"] / 1000, "1 ms", 1,
          note=f", {cost['ours_us'] / cost['bare_us']:.2f} of a bare libcurl's {cost['bare_us'] / 1000:.3g} ms; " +
          f"{slow['ours_us'] / 1000:.3g} (bare {slow['bare_us'] / 1000:.3g}) where the site takes 10 ms to answer, " +
          f"{rsa['ours_us'] / 1000:.3g} with RSA keys, {p384['ours_us'] / 1000:.3g} where a P-384 key signs")
    bench("tls-connection-memory", cost["ours_bytes"] / 1000, "KB", cost["ours_bytes"] / 60e3, "60 KB", 1,
          note=f", bare {cost['bare_bytes'] / 1000:.3g} KB")


def polling():
    """Five thousand sources every ten seconds, a fifth with news each time; and what a poll without any costs."""
    with polls.Many(MANY, MANY // 5, 10000) as many:
        many.begin()
        time.sleep(25)  # what was new at the start is on disk by then
        bare = many.bare(30)
        quiet = many.measure(30, changing=False)
    with polls.Many(MANY, MANY // 5, 10000) as many:
        many.begin()
        busy = many.measure(40, changing=True)
    with polls.Many(FEW, FEW // 5, 10000 * FEW // MANY) as few:
        few.begin()
        few_bare = few.bare(20)
        alone = few.measure(20, changing=False)
    each, each_alone = (m["cpu_us"] / m["requests"] for m in (quiet, alone))
    bench("poll-304", each, "us of CPU", each / bare, "a bare curl multi_socket loop", 1.5, note=f", bare {bare:.3g} us")
    bench("poll-flat", each, "us of CPU", each / each_alone, f"what it takes among {FEW} sources", 1.2, note=f", bare {bare / few_bare:.2f}")
    bench("polls-late", busy["longest"] * 10, "s between two of a source", busy["longest"], "its interval", 1.2)
    bench("polls-cpu", busy["cpu_us"] / 1e6 / busy["seconds"], "cores", busy["cpu_us"] / 1e6 / busy["seconds"], "1 core", 1)
    bench("polls-memory", busy["rss"] / 1e6, "MB", busy["rss"] / 512e6, "512 MB", 1)
    bench("polls-loop-delay-p99", busy["delay_p99"] * 1000, "ms", busy["delay_p99"] / 0.05, "50 ms", 1)


if __name__ == "__main__":
    to_subscribers()
    connecting()
    polling()
    matching()
    if not (feeds.SHARED / "unpack").exists():
        print("SKIP bench: ../shared/feeds is not there")
        sys.exit(0)
    parsing()
    growing()
    night()
