# SPDX-License-Identifier: ISC
"""The fault matrix: every fault of faults.py on every kind of source it can befall, many at once in one daemon, a source each. Each comes to
its verdict; while it lasts what was good last is on air, nothing else; and the first answer after its end puts the source right again.

`make test` tries each fault on one kind; FULL=1, `make test-faults`, on all.
"""
import collections
import contextlib
import datetime
import json
import os
import threading
import time

import pytest

import fault_kinds as kinds
import faults
import harness
import served

AT_ONCE = 60    # sources in one daemon: what a site in Python can serve
INTERVAL = 2.0  # between polls, which a fault's back-off does not pass
FROM = datetime.datetime(2025, 11, 5, 2, 30, tzinfo=datetime.timezone.utc)
CONF = f"""[election]
name = A night of faults
dates = 2025-11-04
mode = live
polls-close.GA = 19:00

[endorsements]
file = endorsed.csv

[poll]
interval = {INTERVAL:g}s
jitter = 0%
timeout = {faults.TIMEOUT:g}s
backoff = 500ms, {INTERVAL:g}s
max-body = {faults.MAX_BODY}
max-per-host = 64
networks = 127.0.0.0/8

[redis]
url = REDIS
min-interval = 10ms
""" + harness.CONF.replace("[workers]\n", "[workers]\nmemory = 64M\n")


def matrix():
    """One kind for each fault, another for each in turn; or all."""
    for i, fault in enumerate(faults.FAULTS):
        for kind in fault.of if os.environ.get("FULL") else (fault.of[i % len(fault.of)],):
            yield fault, kind


class Case:
    """A fault, a kind, and the source that has both."""

    def __init__(self, fault, kind):
        self.fault, self.kind = fault, kind
        self.name = f"{fault.name}-{kind}"
        self.write, self.section = kinds.KINDS[kind]
        self.good = self.write(kinds.night(kinds.GOOD))
        self.later = self.write(kinds.night(kinds.LATER, minute=9))
        self.earlier = self.write(kinds.night(kinds.EARLIER, minute=1))
        self.bad = fault.payload(self.write, self.good) if fault.payload else self.later
        self.says = fault.says[kind]
        self.harmless = "-" in self.says
        self.asked = collections.Counter()  # by phase
        self.when = {}                      # of the first question in each


class Site(served.Site):
    """Serves each case what its phase has: earlier, good, fault, later. New validators with new bytes; none where a fault needs none."""

    protocol = "HTTP/1.1"

    def __init__(self, cases):
        super().__init__()
        self.cases, self.phase, self.lock = {c.name: c for c in cases}, "earlier", threading.Lock()
        self.hosts = {c.name: served.Server(self.server.RequestHandlerClass) for c in cases if c.fault.host}
        for server in (self, *self.hosts.values()):
            server.server.handle_error = lambda *_: None  # tallyd hangs up on many

    def __enter__(self):
        for server in self.hosts.values():
            server.__enter__()
        return super().__enter__()

    def __exit__(self, *why):
        for server in self.hosts.values():
            server.__exit__(*why)
        super().__exit__(*why)

    def address(self, case):
        return f"{self.hosts.get(case.name, self).url}/{case.name}"

    def begin(self, phase, folder):
        for case in self.cases.values():
            if case.kind == "drop":
                new = folder / f"{case.name}.new"
                new.write_bytes({"fault": case.bad}.get(phase) if phase == "fault" else getattr(case, phase))
                os.replace(new, folder / case.name)
        with self.lock:
            self.phase = phase
        return time.monotonic()

    def answer(self, h):
        case = self.cases[h.path.split("/")[1]]
        with self.lock:
            phase = self.phase
            case.asked[phase] += 1
            case.when.setdefault(phase, time.monotonic())
        h.good = case.good
        if phase == "fault" and case.fault.answer:
            case.fault.answer(h, case.bad)
            return
        body = case.bad if phase == "fault" else getattr(case, phase)
        tag = f'"{phase}"'
        if case.fault.name != "304-unasked" and h.headers.get("If-None-Match") == tag:
            h.send_response(304)
            h.end_headers()
        else:
            served.send(h, body, **({} if case.fault.name == "304-unasked" else {"ETag": tag}))


def configure(house, site, cases):
    text = CONF.replace("REDIS", house.redis_url)
    rows = ["endorsement_id,candidate_name,state,office,county,race_id,seats_to_fill,source_hints"]
    for i, case in enumerate(cases):
        contest = "10" if case.kind == "ap" else "Sheriff"
        rows.append(f"{case.name},Di Foe,GA,Sheriff,County {i},{case.name},1,{case.name}={contest}")
        where = f"path = {house.folder}/{case.name}" if case.kind == "drop" else f"url = {site.address(case)}"
        text += f"\n[source {case.name}]\n{case.section}state = GA\ncounty = County {i}\n{where}\n"
    house.write("endorsed.csv", "\n".join(rows) + "\n")
    house.conf = house.write("tallyd.conf", text)


def votes(house):
    """{case: votes of ours on air}"""
    out = {}
    for text in house.redis.hgetall("tally:v1:snap:races").values():
        card = json.loads(text)["data"]
        out.update({c["endorsement_id"]: c["votes"] for c in card["choices"] if c["endorsement_id"]})
    return out


def verdicts_since(house, before):
    out = collections.defaultdict(set)
    for (source, verdict), n in house.verdicts().items():
        if n > before.get((source, verdict), 0):
            out[source].add(verdict)
    return out


def on_air(house, cases, wanted):
    """Wait until all of them are."""
    last = {}

    def right():
        shown = votes(house)
        last.clear()
        last.update({c.name: shown.get(c.name) for c in cases if shown.get(c.name) != wanted})
        return not last

    try:
        harness.wait_for(right, 10 * INTERVAL, "")
    except AssertionError:
        raise AssertionError(f"not {wanted} on air: {last}; {[house.sources()[n]['text'] for n in list(last)[:3]]}") from None


def suffer(house, cases, before, polls):
    """Two polls of each with its fault, or more until it has come to its verdict: on a machine that has other things to do an answer may be
    late, which is another one. What was said, and every figure that is on air meanwhile."""
    def over():
        for name, n in votes(house).items():
            seen[name].add(n)
        now, said = house.polls(), verdicts_since(house, before)
        return all(now[c.name] >= polls[c.name] + 2 and (c.harmless or said[c.name] & c.says) for c in cases)

    seen = collections.defaultdict(set)
    with contextlib.suppress(AssertionError):  # each has its own test
        harness.wait_for(over, 20 * INTERVAL, "two polls of each, and its verdict")
    said = verdicts_since(house, before)
    for case in cases:
        case.seen, case.said = seen[case.name], said[case.name]
    for air in {c.fault.air for c in cases}:
        on_air(house, [c for c in cases if c.fault.air == air], air)


def play(cases):
    """All of it, in a house of its own; what the daemon logged."""
    with Site(cases) as site, harness.House() as house:
        house.start_redis()
        house.clock = harness.Clock(FROM, 1, 0)
        configure(house, site, cases)
        site.begin("earlier", house.folder)
        house.start_tallyd(ready=60)
        on_air(house, cases, 1600)
        site.begin("good", house.folder)
        on_air(house, cases, 2100)
        before, polls = house.verdicts(), house.polls()
        site.begin("fault", house.folder)
        suffer(house, cases, before, polls)
        ended = site.begin("later", house.folder)
        on_air(house, cases, 2350)
        for case in cases:
            case.late = case.when.get("later", ended) - ended
        assert house.tallyd.stop() == 0
        return house.tallyd.text()


@pytest.fixture(scope="module")
def night():
    cases = [Case(*pair) for pair in matrix()]
    text = "".join(play(cases[at:at + AT_ONCE]) for at in range(0, len(cases), AT_ONCE))
    late = max((c.late, c.name) for c in cases)
    print(f"{len({c.fault.name for c in cases})} faults, {len({c.kind for c in cases})} kinds of sources, {len(cases)} pairs; the last source "
          f"was asked {late[0]:.2f} s after the end of its fault ({late[1]}), interval {INTERVAL:g} s")
    return cases, text


def test_each_comes_to_its_verdict(night):
    cases, _ = night
    wrong = {}
    for case in cases:
        if case.harmless and case.said - {"accepted", "unreachable"} or not case.harmless and not case.said & case.says:
            wrong[case.name] = case.said
    assert not wrong, "\n".join(f"{name}: {what}" for name, what in wrong.items())


def test_what_was_good_last_stays_on_air(night):
    """And a harmless fault hides nothing."""
    cases, _ = night
    wrong = {c.name: c.seen for c in cases if not c.seen or not c.seen <= {2100, c.fault.air}}
    assert not wrong, "\n".join(f"{name}: {what}" for name, what in wrong.items())


def test_each_is_right_again_within_an_interval(night):
    """With the first answer after the fault's end; the limit is for machines that have other things to do."""
    cases, _ = night
    wrong = {c.name: (c.asked["later"], round(c.late, 2)) for c in cases if c.kind != "drop" and c.late > 10 * INTERVAL}
    assert not wrong, "\n".join(f"{name}: {what}" for name, what in wrong.items())


def test_the_matrix_is_as_large_as_it_says():
    pairs = collections.Counter(kind for fault in faults.FAULTS for kind in fault.of)
    assert len(faults.FAULTS) >= 30 and sum(n >= 30 for n in pairs.values()) >= 6, pairs


def test_nothing_else_breaks(night):
    _, text = night
    assert "AddressSanitizer" not in text and "runtime error" not in text
