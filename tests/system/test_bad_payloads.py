# SPDX-License-Identifier: ISC
"""Payloads that kill, stall, bloat or take over their worker: each costs its own source a back-off and nobody else anything.

(A worker that goes on writing to its batch while it is copied has only said something else: test_edge_workers.c.)
The workers are tests/hostile's: the real readers in the real sandbox, until a payload orders a misdeed.
"""
import contextlib
import csv
import gzip
import json
import time

import ga2021
import harness
import served
import subscriber

FROM = ga2021.moment("2021-01-06T01:00:00Z")
SPEED = 300
INTERVAL = 0.05
WATCHED = 6.0  # real seconds, at least
POLLS = 60     # of each good source: three seconds' worth


def seized(orders):
    """A payload that says the truth, of a source that stands above all others, and takes its worker over."""
    figures = sorted((ga2021.root() / ga2021.FOLDERS["ddhq"]).glob("ga-*Z.json"))[20].read_bytes()
    return b'{"hostile":"%s",' % orders.encode() + figures[1:]


def many_attributes():
    return b"<ElectionResult " + b" ".join(b'a%d="1"' % i for i in range(100000)) + b"></ElectionResult>"


def bomb():
    return gzip.compress(b'{"total":2,"data":[' + b" " * (80 << 20))


# name: format, payload, verdicts it may get
BAD = {
    "attributes": ("clarity", many_attributes(), {"limit"}),
    "deep": ("ddhq", b"[" * 1000000, {"limit", "syntax", "truncated"}),
    "bomb": ("ddhq", bomb(), {"limit", "too-big", "overran"}),
    "crash": ("ddhq", seized("crash -"), {"crashed"}),
    "abort": ("ddhq", seized("abort -"), {"crashed"}),
    "recurse": ("ddhq", seized("recurse -"), {"crashed", "overran"}),  # it fills 128 MB first
    "spin": ("ddhq", seized("spin -"), {"overran"}),
    "idle": ("ddhq", seized("idle -"), {"overran"}),
    "hog": ("ddhq", seized("hog -"), {"limit", "overran"}),
    "garble": ("ddhq", seized("lie garble"), {"misuse"}),
    "shrink": ("ddhq", seized("lie shrink"), {"misuse"}),
    "grow": ("ddhq", seized("lie grow"), {"misuse"}),
    "noise": ("ddhq", seized("garbage noise"), {"misuse"}),
    "other": ("ddhq", seized("reach other-socket"), {"misuse"}),
    "payload": ("ddhq", seized("reach payload-write"), {"misuse"}),
    "open": ("ddhq", seized("reach open"), {"misuse"}),
}


class Site(served.Site):
    """Gives each bad source its payload, and remembers when it was asked."""

    def __init__(self):
        super().__init__()
        self.asked = {name: [] for name in BAD}

    def answer(self, request):
        name = request.path.strip("/")
        self.asked[name].append(time.monotonic())
        body = BAD[name][1]
        with contextlib.suppress(OSError):
            served.send(request, body, **({"Content-Encoding": "gzip"} if body[:2] == b"\x1f\x8b" else {}))


def begin(house, site):
    ga2021.begin(house, harness.Clock(FROM, SPEED), parse=harness.HOSTILE)
    rows = list(csv.DictReader((ga2021.NIGHT / "endorsements.csv").open()))
    for row in rows:
        contest = row["source_hints"].rpartition("=")[2]
        row["source_hints"] += "".join(f"|bad-{name}={contest}" for name in BAD)
    with (house.folder / "endorsements.csv").open("w", newline="") as out:
        table = csv.DictWriter(out, rows[0].keys())
        table.writeheader()
        table.writerows(rows)
    text = house.conf.read_text().replace(str(ga2021.NIGHT / "endorsements.csv"), "endorsements.csv")
    text = text.replace("backoff = 20ms, 200ms", "backoff = 100ms, 1s").replace(
        "[workers]\n", "[workers]\nmemory = 128M\ncpu = 1s\nwall-after-last-byte = 300ms\ncount = 4\n")
    for name, (form, _, _) in BAD.items():
        text += f"\n[source bad-{name}]\nformat = {form}\nstate = GA\npriority = 90\nurl = {site.url}/{name}\n"
    house.conf.write_text(text)


def test_each_costs_only_its_own_source():
    with Site() as site, harness.House() as house:
        begin(house, site)
        client = subscriber.Subscriber(house.redis_url).begin()
        house.start_tallyd()
        before, began = house.polls(), time.monotonic()
        time.sleep(WATCHED)
        harness.wait_for(lambda: all(len(asked) >= 3 for asked in site.asked.values()), 10 * WATCHED, "each bad one is asked for again")
        harness.wait_for(lambda: all(house.polls()[source] >= before[source] + POLLS for source in ga2021.FOLDERS), 30, "polls of the good ones")
        after, took = house.polls(), time.monotonic() - began
        sources, verdicts, metrics = house.sources(), house.verdicts(), house.metrics()
        status = house.status()
        client.stop()
        assert house.tallyd.stop() == 0
    check_bad(site, sources, verdicts, took)
    check_good(before, after, took, metrics)
    check_on_air(client)
    assert status["loop_delay_p99_us"] <= 500000


def check_bad(site, sources, verdicts, took):
    for name, (_, _, may) in BAD.items():
        got = {v for (source, v), n in verdicts.items() if source == f"bad-{name}" and n}
        assert got & may, f"{name}: {got}, not one of {may}"
        assert not got - may - {"unreachable"}, f"{name}: {got}"  # the site may be late with an answer
        assert sources[f"bad-{name}"]["verdict"] in may and sources[f"bad-{name}"]["text"], sources[f"bad-{name}"]
        # 0.1 s, 0.2, 0.4, 0.8, 1, 1 …: backed off, and not given up
        assert len(site.asked[name]) <= 3 * took, f"{name}: asked {len(site.asked[name])} times in {took:.1f} s"


def check_good(before, after, took, metrics):
    for source in ("clarity", "ddhq", "ap"):
        print(f"{source}: {after[source] - before[source]} polls of {took / INTERVAL:.0f} due")
        assert metrics["tallyd_source_up", frozenset({("source", source)})] in (0, 1)


def check_on_air(client):
    """Only what real payloads say; no word of a worker that was taken over."""
    truth = ga2021.truth()
    seen = 0
    for _, _, envelope in client.messages:
        assert "Hacker" not in json.dumps(envelope), envelope
        if envelope["type"] != "race":
            continue
        votes = {c["endorsement_id"]: c["votes"] for c in envelope["data"]["choices"] if c["endorsement_id"]}
        if not any(votes.values()):
            continue
        source, = envelope["data"]["sources"]
        assert source in ga2021.FOLDERS, envelope
        race = {ga2021.RACES[person] for person in votes}.pop()
        pair = tuple(votes[p] for p in ga2021.PERSONS if ga2021.RACES[p] == race)
        assert truth[source, race].get(pair), envelope
        seen += 1
    assert seen > 5
