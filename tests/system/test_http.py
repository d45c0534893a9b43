# SPDX-License-Identifier: ISC
"""The read-only HTTP server, asked directly: entity tags, methods, problems, and a metrics page that Prometheus would take."""
import http.client
import json
import math
import re
import socket

import pytest

import feeds
import harness
import small_night
from harness import ask


@pytest.fixture(scope="module")
def house():
    with small_night.Small() as h:
        h.start_tallyd()
        harness.wait_for(lambda: h.polls().get("county", 0) > 1, 10, "a second poll")
        yield h


def test_totals_and_their_tag(house):
    got = ask(house, "/v1/totals.json")
    doc = json.loads(got.body)
    assert got.status == 200 and got.getheader("Content-Type") == "application/json"
    assert got.getheader("ETag") == f'"{doc["epoch"]}-{doc["seq"]}"'
    assert got.getheader("Cache-Control") == "public, max-age=2, stale-while-revalidate=10, stale-if-error=600"
    assert got.getheader("X-Content-Type-Options") == "nosniff" and "default-src 'none'" in got.getheader("Content-Security-Policy")
    tag = got.getheader("ETag")
    for have in (tag, f"W/{tag}", f'"1-1", {tag}', "*"):
        again = ask(house, "/v1/totals.json", If_None_Match=have)
        assert (again.status, again.body, again.getheader("ETag")) == (304, "", tag)
    assert ask(house, "/v1/totals.json", If_None_Match='"1-1"').status == 200


def test_the_statement_carries_the_same_tag(house):
    totals, text = ask(house, "/v1/totals.json"), ask(house, "/v1/statement.txt")
    assert text.getheader("ETag") == totals.getheader("ETag")
    assert text.getheader("Content-Type") == "text/plain; charset=utf-8"
    assert text.body.startswith("No races called yet")


def test_head_is_get_without_a_body(house):
    for path in ("/v1/totals.json", "/v1/statement.txt", "/livez", "/readyz", "/none"):
        get, head = ask(house, path), ask(house, path, "HEAD")
        assert head.status == get.status and head.body == ""
        assert head.getheader("Content-Length") == str(len(get.body.encode())) and head.getheader("ETag") == get.getheader("ETag")


def test_problems_are_documents(house):
    got = ask(house, "/v1/total.json")
    assert got.status == 404 and got.getheader("Content-Type") == "application/problem+json"
    assert json.loads(got.body)["status"] == 404
    routes = re.findall(r'\.path = "(/[^"]*)"', (feeds.ROOT / "daemon/pages.c").read_text())
    detail = json.loads(got.body)["detail"].replace("ID.json", "")
    assert len(routes) > 8 and re.split(", | and ", detail.split("there are ")[1]) == routes, "all there is, in its order"
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        got = ask(house, "/v1/totals.json", method)
        assert got.status == 405 and got.getheader("Allow") == "GET, HEAD", method
        assert json.loads(got.body)["title"] == got.reason == "Method Not Allowed"


def test_alive_and_ready(house):
    for path in ("/livez", "/readyz"):
        got = ask(house, path)
        assert (got.status, got.body, got.getheader("Cache-Control")) == (200, "ok\n", "no-store")


def test_redis_down_is_ready_but_degraded():
    with small_night.Small() as h:
        h.configure("[redis]", f"[redis]\nurl = unix://{h.folder}/none")
        h.start_tallyd()
        got = ask(h, "/readyz")
        assert got.status == 200 and got.body.startswith("degraded")
        assert json.loads(ask(h, "/v1/totals.json").body)["data"]["endorsed"] == 2


# ---- the metrics page, by the letter of the text format ----

LATER = "11/4/2025 9:15:50 PM EST"
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"'
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}


def parse_metrics(text):
    """{family: (type, {(sample, labels): value})}; asserts on everything promtool would complain about."""
    families, helped, current = {}, set(), None
    assert text.endswith("\n") and "\r" not in text
    for line in text[:-1].split("\n"):
        comment = re.fullmatch(rf"# (HELP|TYPE) ({NAME}) (.+)", line)
        if comment:
            word, name, rest = comment.groups()
            if word == "HELP":
                assert name not in helped and name not in families, line
                helped.add(name)
            else:
                assert name not in families and rest in ("counter", "gauge", "histogram"), line
                assert (rest == "counter") == name.endswith("_total"), line
                families[name] = (rest, {})
            current = name
            continue
        sample = re.fullmatch(rf"({NAME})(?:\{{((?:{LABEL},?)+)\}})? (-?[0-9.]+(?:e[+-]?\d+)?|\+Inf)", line)
        assert sample, line
        name, labels, value = sample.group(1), sample.group(2) or "", sample.groups()[-1]
        kind, samples = families[current]
        assert name in [current + s for s in SUFFIXES.get(kind, ("",))], f"{line}: not of {current}"
        pairs = re.findall(LABEL, labels)
        assert len(dict(pairs)) == len(pairs), line
        key = name, frozenset(pairs)
        assert key not in samples, f"{line}: twice"
        samples[key] = float(value)
        assert not math.isnan(samples[key]) and (kind == "gauge" or samples[key] >= 0), line
    return families


def check_histogram(name, samples):
    series = {}
    for (sample, labels), value in samples.items():
        rest = frozenset(p for p in labels if p[0] != "le")
        one = series.setdefault(rest, {"buckets": {}})
        if sample.endswith("_bucket"):
            one["buckets"][float(dict(labels)["le"])] = value
        else:
            one[sample[len(name):]] = value
    for labels, one in series.items():
        counts = [one["buckets"][le] for le in sorted(one["buckets"])]
        assert counts == sorted(counts) and max(one["buckets"]) == math.inf, (name, labels)
        assert one["buckets"][math.inf] == one["_count"] and "_sum" in one, (name, labels)


WANTED = {
    "tallyd_build_info": {"version"}, "tallyd_endorsements": {"outcome"}, "tallyd_flips": set(), "tallyd_source_up": {"source"},
    "tallyd_source_polls_total": {"source", "result"}, "tallyd_source_last_success_timestamp_seconds": {"source"},
    "tallyd_source_last_change_timestamp_seconds": {"source"}, "tallyd_poll_duration_seconds": {"le"},
    "tallyd_parse_duration_seconds": {"format", "le"}, "tallyd_worker_exits_total": {"reason"},
    "tallyd_verdicts_total": {"source", "verdict"}, "tallyd_review_items": set(), "tallyd_lost": set(), "tallyd_calls_total": {"by"},
    "tallyd_call_retractions_total": {"by"}, "tallyd_redis_connected": set(), "tallyd_redis_published_messages_total": {"type"},
    "tallyd_change_to_publish_seconds": {"le"}, "tallyd_loop_delay_seconds": {"le"},
    "tallyd_config_last_reload_successful": set(), "process_resident_memory_bytes": set(), "process_open_fds": set(),
}


def test_metrics_are_prometheus(house):
    got = ask(house, "/metrics")
    assert got.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    families = parse_metrics(got.body)
    for name, labels in WANTED.items():
        used = {k for (_, pairs) in families[name][1] for k, _ in pairs}
        assert used == labels, (name, used)
    for name, (kind, samples) in families.items():
        if kind == "histogram":
            check_histogram(name, samples)
    assert families["process_cpu_seconds_total"][0] == "counter"


def test_metrics_count_what_happened(house):
    def value(family, sample=None, **labels):
        return parse_metrics(ask(house, "/metrics").body)[family][1][sample or family, frozenset(labels.items())]

    assert value("tallyd_source_up", source="county") == 1
    assert value("tallyd_endorsements", outcome="pending") == 2
    assert value("tallyd_worker_exits_total", reason="ok") >= 1
    assert value("tallyd_parse_duration_seconds", "tallyd_parse_duration_seconds_count", format="clarity") >= 1
    assert value("tallyd_parse_duration_seconds", "tallyd_parse_duration_seconds_count", format="ddhq") == 0
    before = value("tallyd_source_polls_total", source="county", result="changed")
    small_night.replace(house.folder / "county.xml", small_night.detail(101, 93, time=LATER))
    harness.wait_for(lambda: value("tallyd_source_polls_total", source="county", result="changed") > before, 10, "the change")
    small_night.replace(house.folder / "county.xml", "<html><title>Down</title></html>")
    harness.wait_for(lambda: value("tallyd_source_up", source="county") == 0, 10, "the failure")
    assert value("tallyd_verdicts_total", source="county", verdict="blocked") >= 1


def test_a_name_that_is_not_ours_is_refused(house):
    """A page of another site whose name is made to point here reads nothing."""
    for name, status in (("localhost", 200), ("127.0.0.1", 200), ("[::1]", 200), ("[::1]:80", 200), ("[evil.example]", 421), ("[::1", 421), ("[::1]x", 421), ("localhost:80", 200),
                         ("localhost:", 200), ("localhost.", 200), ("LOCALHOST.:80", 200), ("localhost..", 421), ("localhost:x@evil.com", 421), ("localhost:99999", 421), ("127.1", 421), ("evil.example", 421), ("evil.example:80", 421), ("127.0.0.1.evil.example", 421)):
        link = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
        link.request("GET", "/v1/statement.txt", headers={"Host": name})
        answer = link.getresponse()
        assert (answer.status, answer.reason) in ((200, "OK"), (421, "Misdirected Request")) and answer.status == status, name
        assert status == 200 or b"hosts in [http]" in answer.read(), name
        link.close()


def test_a_name_before_the_path_is_a_name_too(house):
    """As a proxy would be asked: it read everything, whatever the name."""
    for target, status in ((f"http://127.0.0.1:{house.port}/livez", 200), ("http://evil.example/livez", 421), ("//evil.example/", 421)):
        link = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
        link.request("GET", target)
        assert link.getresponse().status == status, target
        link.close()


def test_what_was_typed_comes_back_clean(house):
    """Bytes that are no text, escapes and marks that turn the line about were in the page as they came."""
    for typed in ("%ff%fe%c0%af", "%ed%a0%80", "%E2%80%AEx", "%1b[2Jx", "x%0d%0ay", "%C2%9Bx", "%22%3E%3Cb%3E", "%3Cscript%3Ex"):
        for path in (f"/?q={typed}", f"/?state={typed}", f"/?{typed}:x", f"/?copy=1&q={typed}", f"/v1/races.json?{typed}", f"/v1/races.csv?tag:{typed}"):
            got = ask(house, path)
            text = got.body  # or it is no UTF-8
            assert got.status in (200, 400) and not [c for c in text if (c < " " and c not in "\n\r") or c in "\u202e\x9b\x7f"], path
            assert "json" in got.getheader("Content-Type") or ("<b>" not in text and "<script>x" not in text), path
            assert got.getheader("Y") is None


def raw(port, text):
    """The whole answer to these bytes: (status, head, body); (0, "", "") where there is none."""
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(text)
        got = b""
        while b"\r\n\r\n" not in got and (more := s.recv(65536)):
            got += more
        head, _, body = got.decode().partition("\r\n\r\n")
        length = re.search(r"(?i)content-length: (\d+)", head)
        while length and len(body) < int(length[1]) and (more := s.recv(65536)):
            body += more.decode()
    return int(head.split()[1]) if head else 0, head, body


def test_a_request_has_its_limits(house):
    """Address, headers and body; whatever comes, the next one is answered. Also what the library answers by itself is a problem's document."""
    def status(text):
        code, head, body = raw(house.port, text)
        if code >= 400:
            assert "application/problem+json" in head and "<HTML>" not in body, head
            document = json.loads(body)
            assert document["status"] == code and document["title"] == head.split("\r\n")[0].split(" ", 2)[2] and document["detail"], document
        return code

    head = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
    assert status(head + b"\r\n") == 200
    assert status(b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n") == 400
    assert status(head + b"A: b\r\n" * 5000 + b"\r\n") == 400
    assert status(head + b"Content-Length: 5\r\n\r\nhello") == 413
    assert status(head + b"Content-Length: 999999999999\r\n\r\n") == 413
    assert status(head + b"Content-Length: -1\r\n\r\n") == 400
    assert status(head + b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n") == 413
    assert status(b"GET /livez HTTP/9.9\r\n\r\n") == 400 and status(b"GET\x00 /livez HTTP/1.1\r\n\r\n") == 400
    assert status(b"GET /livez HTTP/1.1\r\n\r\n") == 400 and status(b"GET /livez HTTP/1.0\r\n\r\n") == 200
    assert status(head + b"Host: localhost\r\n\r\n") == 400, "two hosts"
    assert status(head + b"\r\n") == 200


def test_no_body_is_taken_for_the_next_request(house):
    """Behind HEAD, two lengths or an unknown coding what was sent as a body was answered as a request, to whoever shared the connection."""
    for method, headers in (("HEAD", "Content-Length: 46"), ("GET", "Content-Length: 0\r\nContent-Length: 46"), ("GET", "Content-Length: +0"),
                            ("GET", "Transfer-Encoding: gzip"), ("HEAD", "Transfer-Encoding: chunked")):
        with socket.create_connection(("127.0.0.1", house.port), timeout=10) as link:
            link.sendall(f"{method} /livez HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n".encode()
                         + b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\r\n")
            got = b""
            while more := link.recv(65536):
                got += more
        assert got.startswith(b"HTTP/1.1 413 ") and got.count(b"HTTP/1.1 ") == 1, (method, headers, got)


def test_a_second_request_that_cannot_be_read_has_its_document_too(house):
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as link:
        link.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET /livez HTTP/9.9\r\n\r\n")
        got = b""
        while more := link.recv(65536):
            got += more
    assert got.count(b"HTTP/1.1 ") == 2 and b"application/problem+json" in got and b"<HTML>" not in got, got


def test_a_query_is_decoded(house):
    assert ask(house, "/v1/statement.txt?%73tyle=lon%67").body == ask(house, "/v1/statement.txt?style=long").body
    assert ask(house, "/v1/totals.json?b%79=state").body == ask(house, "/v1/totals.json?by=state").body
    for path in ("/v1/statement.txt?sty%1ble=x", "/v1/statement.txt?style=%C2%9Bx", "/v1/totals.json?since=%ff"):
        got = ask(house, path)
        assert got.status == 400 and not re.search("[\x00-\x1f\x7f-\x9f]", json.loads(got.body)["detail"]), path


def test_events_asked_for_by_head(house):
    got = ask(house, "/v1/events", "HEAD")
    assert got.status == 200 and got.getheader("Content-Type") == "text/event-stream; charset=utf-8" and got.getheader("Cache-Control") == "no-store"


def test_a_page_that_ages_has_a_tag_of_its_moment(house):
    """Two pages with the ages of sources had one tag: who had the older one was told that it was still so."""
    first = ask(house, "/v1/sources.json")
    assert re.fullmatch(r'"\d+-\d+\.\d+"', first.getheader("ETag"))
    second = harness.wait_for(lambda: got if (got := ask(house, "/v1/sources.json")).body != first.body else None, 30, "another moment")
    assert second.getheader("ETag") != first.getheader("ETag")
    assert ask(house, "/v1/sources.json", If_None_Match=first.getheader("ETag")).status == 200


def test_a_page_of_another_epoch_is_made_anew():
    """Numbers begin again with an epoch: a page of the old one with the same number is another."""
    with small_night.Small() as h:
        h.start_redis()
        h.configure("min-interval = 1ms", f"min-interval = 1ms\nurl = {h.redis_url}")
        h.start_with_figures()

        def epoch():
            return int(h.redis.hget("tally:v1:snap:meta", "epoch") or 0)

        def tag():
            got = harness.wait_for(lambda: a if (a := ask(h, "/v1/races.json")).status == 200 else None, 10, "a page")
            return [int(n) for n in got.getheader("ETag").strip('"').split("-")]

        same = 0
        for _ in range(5):
            was, before = epoch(), tag()
            h.redis.flushall()
            harness.wait_for(lambda: epoch() > max(was, before[0]), 20, "another epoch")  # noqa: B023
            now = tag()
            assert now[0] == epoch() > before[0], (before, now)
            same += now[1] == before[1]
        assert same, "the same number in two epochs"
