# SPDX-License-Identifier: ISC
"""What can be wrong with a feed, a row a fault: what the site does instead, of which kinds of sources, and which verdicts it must come to.

A payload fault is bytes in place of the good ones; an answer fault is what a site does with the connection. `says`: the verdicts it may
come to, all of which are right; by kind where one differs. "-": none, it is harmless, and what is on air is what it says.
"""
import gzip
import random
import socket
import struct
import time

import fault_kinds as kinds
from served import send

PAGE = (b"<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head><body><h1>We will be right back</h1>"
        b"<p>Error 1015: you are being rate limited.</p></body></html>\n")
MAX_BODY = 1 << 20
TIMEOUT = 2.0


class Fault:
    def __init__(self, name, says, of=tuple(kinds.KINDS), payload=None, answer=None, air=2100, host=False, **by_kind):
        """host: what it says goes for all of its host, which is then its own."""
        self.name, self.of, self.payload, self.answer, self.air, self.host = name, of, payload, answer, air, host
        self.says = {kind: set(by_kind.get(kind, says).split()) for kind in of}


# ---- bytes in place of the good ones: f(write, good) ----

def flips(_, good):
    chance, out = random.Random(7), bytearray(good)
    for _ in range(max(12, len(out) // 60)):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def figures(of, **more):
    """A well-formed payload that says this."""
    return lambda write, _: write(kinds.night(of, **{"minute": 7} | more))


def times(factor):
    return {name: tuple(int(n * factor) for n in votes) for name, votes in kinds.GOOD.items()}


def in_text(was, now):
    """The good one with something else in one place of its text."""
    def change(write, good):
        assert was in good, (was, good[:300])
        return good.replace(was, now, 1)
    return change


def padded(write, good):
    return good + b" " * (2 * MAX_BODY)


def utf16(_, good):
    return b"\xff\xfe" + good.decode().encode("utf-16-le")


def crc(_, good):
    at = good.index(b"results.csv") + 20
    return good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1:]


def twice(write, good):
    """The sheriff's race once more, and it says something else."""
    other = write(kinds.night({"Sheriff": (2500, 2600)}, minute=7))
    first = write(kinds.night({"Sheriff": kinds.GOOD["Sheriff"]}, minute=7))
    return join(write, first, other)


def join(write, first, other):
    name = write.__name__
    if name == "delimited":
        return first + other.split(b"\r\n", 1)[1]
    cut = {"clarity": (b"<Contest ", b"</ElectionResult>"), "html": (b"<h3>", b"<p>Alder County Clerk")}[name]
    a, b = (other.index(mark) for mark in cut)
    at = first.index(cut[1])
    return first[:at] + other[a:b] + first[at:]


# ---- what a site does: f(h, body); h is the request's handler ----

def status(code, body=PAGE, **headers):
    return lambda h, _: send(h, body, code, **headers)


def to(where):
    return lambda h, _: send(h, b"", 302, Location=where(h) if callable(where) else where)


def hang_up(h):
    h.close_connection = True


def slow_headers(h, _):
    time.sleep(TIMEOUT * 1.5)
    hang_up(h)


def slow_body(h, body):
    h.send_response(200)
    h.send_header("Content-Length", str(len(body)))
    h.end_headers()
    for i in range(20):
        h.wfile.write(body[i:i + 1])
        h.wfile.flush()
        time.sleep(TIMEOUT / 10)
    hang_up(h)


def cut(h, body):
    send(h, body[:len(body) // 2], length=len(body))
    hang_up(h)


def chunked(h, pieces, end):
    h.send_response(200)
    h.send_header("Transfer-Encoding", "chunked")
    h.end_headers()
    for piece in pieces:
        h.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    h.wfile.write(end)
    hang_up(h)


def cut_chunked(h, body):
    chunked(h, [body[:len(body) // 2]], b"")


def endless(h, body):
    chunked(h, (b" " * 65536 for _ in range(10 * MAX_BODY // 65536)), b"0\r\n\r\n")


def short_length(h, body):
    send(h, body[:len(body) // 2])
    hang_up(h)


def reset(h, body):
    send(h, body[:10], length=len(body))
    h.wfile.flush()
    h.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    h.connection.close()
    hang_up(h)


def no_answer(h, _):
    hang_up(h)


def not_http(h, _):
    h.wfile.write(b"220 mail.example.org ESMTP ready\r\n" * 3)
    hang_up(h)


def long_headers(h, body):
    h.send_response(200)
    for i in range(40):
        h.send_header(f"X-Trace-{i}", "x" * 60000)
    h.send_header("Content-Length", str(len(body)))
    h.end_headers()
    h.wfile.write(body)


def gzipped(change):
    return lambda h, body: send(h, change(gzip.compress(body, mtime=0)), Content_Encoding="gzip")


BOMB = gzip.compress(b"<a>," * (80 << 20), 9)  # a thousand times what it was sent as


def bomb(h, _):
    send(h, BOMB, Content_Encoding="gzip")


def moved(h, body):
    if h.path.endswith("/moved"):
        send(h, body)
    else:
        send(h, b"", 302, Location=h.path + "/moved")


HTTP, TEXTS, JSON = kinds.HTTP, kinds.TEXTS, kinds.JSON
WORDED = ("csv", "drop", "clarity", "html")

FAULTS = [
    Fault("empty", "truncated", payload=lambda w, g: b""),
    Fault("page-instead", "blocked", payload=lambda w, g: PAGE),
    Fault("half", "truncated", payload=lambda w, g: g[:len(g) // 2]),
    Fault("garbage", "syntax schema truncated", payload=lambda w, g: random.Random(3).randbytes(4000)),
    Fault("byte-flips", "syntax schema truncated contest-bad", payload=flips, html="roster syntax schema"),
    Fault("bom", "-", TEXTS, payload=lambda w, g: b"\xef\xbb\xbf" + g),
    Fault("utf-16", "-", ("csv", "drop"), payload=utf16),
    Fault("contest-gone", "roster", payload=figures({"Coroner": kinds.LATER["Coroner"]})),
    Fault("contest-renamed", "roster", tuple(k for k in kinds.KINDS if k != "ap"),  # AP's has an id of its own
          payload=figures(kinds.LATER, names={"Sheriff": "Shrievalty"})),
    Fault("zeroed", "empty", payload=figures(times(0))),
    Fault("doubled", "doubled", payload=figures(times(2))),
    Fault("columns-swapped", "swapped", payload=figures({k: v[::-1] for k, v in kinds.GOOD.items()})),
    Fault("a-tenth", "fall-desk", payload=figures(times(0.1))),
    Fault("a-fifth-less", "fall-hold", payload=figures(times(0.8))),
    Fault("older-bytes", "older", payload=lambda w, g: w(kinds.night(kinds.EARLIER, minute=1))),
    Fault("older-clock", "older", payload=figures(kinds.LATER, minute=2)),
    Fault("clock-ahead", "-", payload=figures(kinds.GOOD, minute=59)),
    Fault("another-day", "wrong-date", ("clarity", "nist", "ap"), payload=figures(kinds.LATER, date="2024-11-05")),
    Fault("test-data", "wrong-mode", JSON, payload=figures(kinds.LATER, test=True)),
    Fault("below-zero", "contest-bad syntax schema", WORDED + JSON, payload=figures({**kinds.GOOD, "Sheriff": (2000, -5)})),
    Fault("half-a-vote", "contest-bad syntax schema", WORDED + JSON, payload=figures({**kinds.GOOD, "Sheriff": (2000, 2100.5)})),
    Fault("too-many-digits", "contest-bad syntax schema", WORDED + JSON, payload=figures({**kinds.GOOD, "Sheriff": (2000, 10 ** 25)})),
    Fault("race-twice", "contest-bad schema", WORDED, payload=twice),
    Fault("oversized", "too-big", payload=padded),
    Fault("bad-crc", "truncated syntax", ("zip",), payload=crc),

    Fault("slow-headers", "unreachable", HTTP, answer=slow_headers),
    Fault("slow-body", "unreachable", HTTP, answer=slow_body),
    Fault("cut", "cut", HTTP, answer=cut),
    Fault("cut-in-chunks", "cut", HTTP, answer=cut_chunked),
    Fault("stated-too-short", "truncated", HTTP, answer=short_length),
    Fault("reset", "cut unreachable", HTTP, answer=reset),
    Fault("no-answer", "unreachable", HTTP, answer=no_answer),
    Fault("not-http", "unreachable", HTTP, answer=not_http),
    Fault("long-headers", "unreachable too-big", HTTP, answer=long_headers),
    Fault("401", "blocked", HTTP, answer=status(401)),
    Fault("403", "blocked", HTTP, answer=status(403)),
    Fault("404", "http-status", HTTP, answer=status(404)),
    Fault("429", "blocked", HTTP, answer=status(429, Retry_After=1), host=True),
    Fault("500", "http-status", HTTP, answer=status(500)),
    Fault("503", "http-status", HTTP, answer=status(503, Retry_After=1), host=True),
    Fault("206", "http-status", HTTP, answer=lambda h, body: send(h, body[:50], 206)),
    Fault("304-unasked", "http-status", HTTP, answer=status(304, b"")),
    Fault("redirect-loop", "http-status unreachable", HTTP, answer=to(lambda h: h.path)),
    Fault("redirect-inward", "unreachable", HTTP, answer=to("http://10.1.2.3/results")),
    Fault("redirect-to-file", "unreachable http-status", HTTP, answer=to("file:///etc/passwd")),
    Fault("redirect-no-name", "unreachable", HTTP, answer=to("http://results.invalid/")),
    Fault("redirect-no-tls", "unreachable", HTTP, answer=to(lambda h: f"https://127.0.0.1:{h.server.server_port}/")),
    Fault("redirect-closed", "unreachable", HTTP, answer=to("http://127.0.0.1:1/")),
    Fault("moved", "-", HTTP, answer=moved, air=2350),
    Fault("gzip", "-", HTTP, answer=gzipped(lambda g: g), air=2350),
    Fault("gzip-cut", "truncated", HTTP, answer=gzipped(lambda g: g[:len(g) - 20])),
    Fault("gzip-said-only", "-", HTTP, answer=lambda h, body: send(h, body, Content_Encoding="gzip"), air=2350),
    Fault("gzip-bomb", "limit too-big overran syntax schema", HTTP, answer=bomb),
    Fault("endless", "too-big", HTTP, answer=endless),
    Fault("huge-announced", "too-big", HTTP, answer=lambda h, body: send(h, body, length=1 << 40)),
    Fault("new-etag", "-", HTTP, answer=lambda h, body: send(h, h.good, ETag=f'"{time.monotonic_ns()}"')),
]
