# SPDX-License-Identifier: ISC
"""Forty hostile names, in a feed and on the list, are harmless wherever they come out: Redis, page, terminal, CSV and log."""
import csv
import io
import json
import re
from xml.sax.saxutils import quoteattr

import pytest

import browser
import harness
import small_night
from test_export import files_of

NAMES = [
    "<script>alert(1)</script>", "</td></tr></table><h1>Owned", "<img src=x onerror=alert(2)>", "\"><svg/onload=alert(3)>", "' onmouseover='alert(4)",
    "javascript:alert(5)", "{{headline}}", "\uff1d1+1", "\u00a0=7*7", "<!--", "-->", "<![CDATA[x]]>", "&lt;b&gt;", "&#60;i&#62;", "</script><script>alert(6)</script>",
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1:A9)", "=HYPERLINK(\"http://evil.example\",\"x\")", "\t=1+1", "a\",\"b", "a\nb", "a\r\nInjected: yes",
    "\u202egnp.exe", "\u2066left\u2069", "\u200bzero\u200bwidth", "e" + "\u0301" * 60, "A" * 4096, "\u0645\u0631\u062d\u0628\u0627", "\U0001f600" * 50, "\ufeffbom",
    "\u001b[31mred\u001b[0m", "\u001b]0;title\u0007", "\u009b31m", "\u0085next", "\u2028line", "%s%n%d%x", "'; DROP TABLE claims; --", "\ud7ff\ue000\ufffd",
]
BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def for_xml(name):
    """XML 1.0 has no place for some of them: those come as the feed would have to send them, as nothing."""
    return quoteattr(re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", name), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def feed():
    contests = []
    for i, name in enumerate(NAMES):
        contests.append(f'<Contest key="{i + 1}" text="US House District {i + 1}" voteFor="1" isQuestion="false" precinctsParticipating="9" precinctsReported="3">'
                        + "".join(f'<Choice key="{k}" text={for_xml(who)} party={for_xml(name)} totalVotes="{n}"><VoteType name="Election Day" votes="{n}">'
                                  f'<County name="Alder" votes="{n}"/></VoteType></Choice>' for k, who, n in ((1, name, 10 + i), (2, f"Person Number{i}", 20 + i)))
                        + "</Contest>")
    return ('<?xml version="1.0" encoding="UTF-8"?><ElectionResult><Timestamp>11/4/2025 9:05:50 PM EST</Timestamp><ElectionName>General</ElectionName>'
            f'<ElectionDate>11/4/2025</ElectionDate><Region>GA</Region>{"".join(contests)}</ElectionResult>')


def endorsed():
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["endorsement_id", "candidate_name", "state", "office", "district", "seats_to_fill", "party"])
    for i, name in enumerate(NAMES):
        clean = re.sub(r"[^\w .'-]", "", name)[:60].strip() or "x"
        rows.writerow([f"p{i}", f"Person Number{i}", "GA", "US House", i + 1, 1, clean])
    return out.getvalue()


@pytest.fixture(name="house", scope="module")
def fixture_house():
    with small_night.Small() as h:
        h.start_redis()
        h.write("endorsed.csv", endorsed())
        h.write("county.xml", feed())
        h.configure("min-interval = 1ms", f"min-interval = 1ms\nurl = {h.redis_url}")
        h.start_tallyd()
        harness.wait_for(lambda: "Number39 59 leading" in h.ctl("races").stdout, 20, "figures of all forty")
        for i in (0, 15, 24):
            done = h.ctl("call", f"p{i}", "won", "--reason", "read <b>out</b> =1+1", "--yes")
            assert done.returncode == 0, done.stderr
        yield h


def test_redis_and_json_hold_clean_text(house):
    texts = [*house.redis.hgetall("tally:v1:snap:races").values(), house.redis.get("tally:v1:snap:totals"), house.get("/v1/races.json"),
             house.get("/v1/calls.json"), house.get("/v1/totals.json")]
    names = set()

    def walk(value):
        if isinstance(value, str):
            assert not BAD.search(value), repr(value)
            assert len(value.encode()) <= 1000, repr(value)
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(part)
    for text in texts:
        text = text if isinstance(text, str) else text.decode()
        document = json.loads(text)
        walk(document)
        names |= set(re.findall(r"alert\(\d\)", text))
    assert len(names) == 6  # kept, as text


def test_csv_opens_as_text(house):
    paths = ("/v1/races.csv", "/v1/calls.csv", "/v1/winners.csv", "/v1/open.csv", "/v1/totals.csv")
    verbs = (("races",), ("todo",), ("calls",), ("show", "p15"), ("show", "p18"), ("source", "list"), ("match", "list"))
    for path, text in [*((p, house.get(p)) for p in paths), *((v, house.ctl(*v, "-o", "csv").stdout) for v in verbs)]:
        table = list(csv.reader(io.StringIO(text, newline="")))
        assert len({len(row) for row in table}) == 1, path
        for row in table[1:]:
            for cell in row:
                assert not BAD.search(cell), (path, cell)
                first = cell.lstrip()[:1]
                assert not first or first not in "=+-@\uff1d\uff0b\uff0d\uff20" or re.fullmatch(r"[-+]?\d+(\.\d+)?", cell), (path, cell)


def test_terminal_and_log_hold_no_escapes(house):
    for words in (("races",), ("races", "-o", "csv"), ("explain", "p32"), ("todo",), ("coverage",), ("match", "list"), ("source", "list"), ("statement",),
                  ("races", "-o", "json"), *(("--url", f"http://127.0.0.1:{house.port}", *verb)
                                             for verb in (("races",), ("calls",), ("todo",), ("races", "-o", "json")))):
        done = house.ctl(*words)
        assert not BAD.search(done.stdout.replace("\n", "")), (words, BAD.search(done.stdout.replace("\n", "")))
        assert "Injected: yes" not in [line.strip() for line in done.stdout.split("\n")]
    log = "".join(p.read_text() for p in house.folder.glob("*.log"))
    assert not BAD.search(log.replace("\n", ""))


def test_the_page_runs_and_shows_nothing_of_theirs(house):
    why = browser.missing()
    page = house.get("/")
    assert page.count("<script") == 1 and "onerror=" not in re.sub(r"&lt;.*?&gt;", "", page) and "{{headline}}" in page
    if why:
        pytest.skip(why)
    assert house.ctl("export", "--site", house.folder / "site").returncode == 0
    with browser.Browser() as web, files_of(house.folder / "site") as copy:
        harmless(web, f"{copy}/index.html")
        assert web.run("[...document.links].filter(a => !a.href.startsWith(location.origin)).length") == 0
        harmless(web, f"http://127.0.0.1:{house.port}/")


def harmless(web, url):
    web.open(url, width=320, height=640)
    web.live()
    assert web.ask("errors") == []
    assert web.run("document.querySelectorAll('main script, main img, main h1, main iframe, [onmouseover], [onload], [onerror]').length") == 0
    assert web.run("document.querySelectorAll('#all tbody tr').length") == 40
    assert web.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert web.run("document.body.textContent.includes('<script>alert(1)</script>')")
