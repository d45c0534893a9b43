# SPDX-License-Identifier: ISC
"""/v1/events: what is published, as it goes out, and what a reader that comes back has missed."""
import http.client
import json
import socket
import time

import harness
import schemas
import small_night
from small_night import decide


class Reader:
    """Of server-sent events, on a plain socket."""

    def __init__(self, port, query="", last=None):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        head = f"GET /v1/events{query} HTTP/1.1\r\nHost: localhost\r\n" + (f"Last-Event-ID: {last}\r\n" if last else "") + "\r\n"
        self.socket.sendall(head.encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = http.client.parse_headers(self.file)
        self.text = b""

    def close(self):
        self.file.close()
        self.socket.close()

    def event(self, limit=15):
        """The next one: (id, type, data)."""
        self.socket.settimeout(limit)
        while b"\n\n" not in self.text:
            size = int(self.file.readline(), 16)
            assert size > 0
            self.text += self.file.read(size + 2)[:size]
        one, self.text = self.text.split(b"\n\n", 1)
        fields = dict(line.split(": ", 1) for line in one.decode().split("\n") if line != ":")
        if "event" not in fields:  # a comment, or how soon to come back
            return self.event(limit)
        return fields.get("id"), fields["event"], json.loads(fields["data"])

    def until(self, kind, condition=lambda data: True):
        seen = []
        while True:
            seen.append(self.event())
            if seen[-1][1] == kind and condition(seen[-1][2]):
                return seen


def test_events_are_what_is_published_and_a_reader_may_come_back():
    with small_night.Small() as h:
        h.add_ddhq()
        h.start_with_figures()
        reader = Reader(h.port)
        assert reader.status == 200 and reader.headers["Content-Type"].startswith("text/event-stream")
        seen = reader.until("totals")
        decide(h, "call", "foe", "won")
        seen += reader.until("call")
        seen += reader.until("totals", lambda m: m["data"]["won"] == 1)
        for number, kind, message in seen:
            if kind != "heartbeat":
                schemas.validator("envelope").validate(message)
                assert number == f'{message["epoch"]}-{message["seq"]}'
        numbers = [m["seq"] for _, kind, m in seen if kind != "heartbeat"]
        assert numbers == sorted(set(numbers))
        assert {"totals", "state", "race", "call"} <= {kind for _, kind, _ in seen}
        last = seen[-1][0]
        reader.close()

        at_once = Reader(h.port, last=last)  # it has all that there is: what it had last is not sent once more
        decide(h, "uncall", "foe")
        first = next(m for _, kind, m in iter(at_once.event, None) if kind != "heartbeat")
        assert first["seq"] > int(last.split("-")[1]), first
        at_once.close()
        back = Reader(h.port, last=last)
        missed = back.until("totals", lambda m: m["data"]["won"] == 0)
        assert "retraction" in [kind for _, kind, _ in missed]
        assert all(m["seq"] > int(last.split("-")[1]) for _, kind, m in missed if kind != "heartbeat")
        back.close()

        only = Reader(h.port, "?types=call,retraction")
        assert [kind for _, kind, _ in only.until("retraction")] == ["call", "retraction"]
        assert only.until("heartbeat")[-1][1] == "heartbeat"
        only.close()

        h.tallyd.stop()
        h.start_tallyd(name="again")
        whole = Reader(h.port, last=last).until("totals")
        assert whole[-1][2]["epoch"] > int(last.split("-")[0]) and whole[-1][2]["data"]["won"] == 0
        later = Reader(h.port, last=f"{last.split('-')[0]}-999999999").event()  # of another epoch: its numbers say nothing
        assert later[1] != "heartbeat" and later[2]["epoch"] == whole[-1][2]["epoch"], later


def test_what_is_no_type_is_refused_and_readers_are_counted():
    with small_night.Small() as h:
        h.configure("listen = 127.0.0.1:0", "listen = 127.0.0.1:0\nmax-sse-clients = 2")
        h.start_tallyd()
        assert Reader(h.port, "?types=shouts").status == 400
        readers = [Reader(h.port), Reader(h.port)]
        assert Reader(h.port).status == 503
        readers.pop().close()
        start = time.monotonic()
        # as libraries write it, to whom a comma is a letter to be encoded; it was no type
        harness.wait_for(lambda: Reader(h.port, "?types=call%2Cretraction").status == 200, 10, f"a place ({start})")


def test_a_page_that_asks_hears_that_there_are_news_and_no_documents():
    """The board took every race's document when it connected: 2.6 MB of 3,000 races, of which it shows a hundred."""
    count = 200
    with small_night.Small() as h:
        head, *_ = small_night.ENDORSED.splitlines()
        rows = [f"c{i},Cand Number{i},GA,State House {i},Democratic,,1" for i in range(1, count + 1)]
        h.write("endorsed.csv", "\n".join([head, *rows, ""]))
        contests = [small_night.CONTEST.format(key=i, text=f"State House District {i}", first="Opp Onent", n=30, second=f"Cand Number{i}", m=70)
                    for i in range(1, count + 1)]
        h.write("county.xml", small_night.detail().replace("</ElectionResult>", "".join(contests) + "</ElectionResult>"))
        h.start_with_figures()
        assert Reader(h.port).until("race")[-1][2]["data"], "whoever takes all has the documents"
        assert "/v1/events?types=news" in h.get("/board.js") and "types=totals" not in h.get("/board.js")
        reader = Reader(h.port, "?types=news", last="1-1")
        decide(h, "call", "c7", "won")
        seen = reader.until("news", lambda data: "call" in data["types"])
        assert {kind for _, kind, _ in seen} <= {"news", "heartbeat"} and {number for number, _, _ in seen} == {None}, seen
        reader.close()
        mixed = Reader(h.port, "?types=news,call")
        assert mixed.until("call")[-1][2]["data"]["endorsement_id"] == "c7"
        mixed.close()
