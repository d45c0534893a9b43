# SPDX-License-Identifier: ISC
"""The board at / as people see it: rendered by the server, kept live by events, in a real browser where there is one."""
import os
import signal
import time

import pytest

import browser
import harness
import pair
import small_night
from harness import ask
from small_night import decide

FULL = bool(os.environ.get("FULL"))


@pytest.fixture(name="house")
def fixture_house():
    with small_night.Small() as h:
        h.add_ddhq()
        h.write("endorsed.csv", small_night.LABELLED)
        h.configure("name = A small night", "name = A small night\norganisation = Example Action Fund")
        h.configure("file = endorsed.csv", "file = endorsed.csv\npublish = office_level, held_by")
        h.start_with_figures()
        yield h


# ---- without a browser ----

def test_the_page_says_what_there_is(house):
    decide(house, "call", "foe", "won")
    page = ask(house, "/")
    assert page.status == 200 and page.getheader("Content-Type").startswith("text/html") and page.getheader("ETag")
    for text in ("1 won of 1 called", "1 flip", "2 endorsed, 1 still to call", "Di Foe", "Flip", "US Senate, Georgia", "our desk",
                 "of 2 sources answer", "How we count", "Corrections tonight", "federal"):
        assert text in page.body, text
    assert "{{" not in page.body and "secret" not in page.body and "<script>" not in page.body
    assert "unsafe" not in page.getheader("Content-Security-Policy")
    assert "Flo Yew" in ask(house, "/?status=leading").body.split('id="all"')[1]
    won = ask(house, "/?q=foe&state=GA&status=won").body.split('id="all"')[1]
    assert "Di Foe" in won and "Flo Yew" not in won
    assert "is not one of" in ask(house, "/?status=great").body
    assert "&lt;b&gt;" in ask(house, "/?q=%3Cb%3E").body and "<b>" not in ask(house, "/?q=%3Cb%3E").body
    small = ask(house, "/embed")
    assert small.status == 200 and "frame-ancestors *" in small.getheader("Content-Security-Policy") and "1 won of 1 called" in small.body


def test_a_call_taken_back_is_struck_through(house):
    decide(house, "call", "foe", "won")
    decide(house, "uncall", "foe")
    page = ask(house, "/").body
    assert page.count("<s>") == 2 and "taken back</span> by our desk: read out" in page and "No races called yet" in page
    assert "was won, then pending" in page


def test_a_test_is_unmistakable():
    with small_night.Small() as h:
        h.configure("mode = live", "mode = test")
        h.start_tallyd()
        page = ask(h, "/").body
        assert 'class="mode">TEST: these are not real results.' in page and "<title>TEST: " in page


# ---- in a browser ----

def test_calls_and_retractions_are_seen_within_two_seconds(house, web):
    assert web.open(f"http://127.0.0.1:{house.port}/") == 200
    web.live()
    web.until("document.title.startsWith('0 won')", 10)
    web.run("window.kept = 1")
    took = []
    for n in range(5 if FULL else 2):
        start = time.monotonic()
        decide(house, "call", "foe", "won")
        web.until("document.querySelector('.big').textContent === '1 won of 1 called'", 20)
        took.append(time.monotonic() - start)
        web.until("document.getElementById('said').textContent.startsWith('Di Foe won')", 5)
        start = time.monotonic()
        decide(house, "uncall", "foe")
        web.until("document.querySelector('.big').textContent === 'No races called yet' && document.querySelector('#calls s')", 20)
        took.append(time.monotonic() - start)
        assert "taken back" in web.run("document.getElementById('calls').textContent"), n
    print(f"seen after {min(took):.2f} to {max(took):.2f} s, the command included")
    assert web.run("window.kept") == 1, "the page was loaded anew"
    assert web.ask("errors") == []


def test_a_lost_connection_is_said(house, web):
    web.open(f"http://127.0.0.1:{house.port}/")
    web.live()
    port = house.port
    house.configure("listen = 127.0.0.1:0", f"listen = 127.0.0.1:{port}")
    house.tallyd.stop()
    took = web.until("document.getElementById('link').textContent.startsWith('Connection lost')", 20)
    print(f"said after {took} ms")
    house.start_tallyd(name="back")
    web.until("!document.getElementById('link').textContent", 30)


def test_what_is_heard_makes_no_figures_that_were_not_read_good(house, web):
    """A heartbeat took back that the connection is lost, with the figures of before."""
    said = "document.getElementById('link').textContent"
    web.open(f"http://127.0.0.1:{house.port}/")
    web.live()
    web.run("window.beats = []; window.real = window.fetch; window.fetch = () => Promise.reject(new Error('503')); 0")
    decide(house, "call", "foe", "won")
    web.until(f"{said}.startsWith('Connection lost')", 10)  # news, and no answer: before silence could say it
    web.run("new MutationObserver(() => beats.push(document.getElementById('link').hidden))"
            ".observe(document.getElementById('link'), {childList: true, attributes: true}); 0")
    decide(house, "call", "yew", "lost")
    web.until("beats.length >= 6", 60)  # each second anew; hearts beat every five
    assert not web.run("beats.some(Boolean)")
    web.run("window.fetch = window.real; 0")
    web.until(f"!{said}", 30)
    assert web.run("document.querySelector('.big').textContent") == "1 won of 2 called"


def test_a_page_of_one_that_was_taken_over_says_so(web):
    """Its events went on, and said that all is well, while another one's figures held."""
    with pair.Pair() as p:
        p.start()
        web.open(f"http://127.0.0.1:{p.a.status()['http_port']}/")
        web.live()
        p.b.take_over()
        web.until("document.getElementById('link').textContent.startsWith('Connection lost')", 10)


def test_a_lost_connection_is_in_print_too(house, web):
    web.open(f"http://127.0.0.1:{house.port}/")
    web.live()
    house.tallyd.stop()
    web.until("document.getElementById('link').textContent.startsWith('Connection lost')", 20)
    web.ask("print")
    assert web.run("getComputedStyle(document.getElementById('link')).display") != "none"
    assert web.run("getComputedStyle(document.querySelector('form')).display") == "none"


def test_where_no_events_come_through_it_asks(house, web):
    """It said that the connection is lost, while every question was answered."""
    said = "document.getElementById('link').textContent"
    web.open(f"http://127.0.0.1:{house.port}/", clock=0, block="**/v1/events*")
    web.ask("pause")
    web.run("window.lost = []; new MutationObserver(() => lost.push(document.getElementById('link').textContent))"
            ".observe(document.getElementById('link'), {childList: true});"
            "window.asked = window.answered = 0; window.real = window.fetch;"
            "window.fetch = async (...words) => { asked++; const a = await real(...words), text = await a.text(); answered++;"
            "return {status: a.status, ok: a.ok, headers: a.headers, text: async () => text}; }; 0")
    decide(house, "call", "foe", "won")
    for _ in range(30):
        web.ask("forward", ms=1000)
        web.until("asked === answered", 20)  # each of its questions has its answer before its clock goes on
    assert web.run("document.querySelector('.big').textContent") == "1 won of 1 called" and web.run("asked") >= 2
    assert web.run(said) == "" and web.run("lost.filter(Boolean)") == []


def test_tabs_that_nobody_looks_at_leave_the_browsers_connections_to_others(house, web):
    """Each held one of the six that a browser has for a host: the seventh tab did not load, and no other could ask."""
    streams = lambda: house.metrics()["tallyd_http_sse_clients", frozenset()]
    look = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true}); document.dispatchEvent(new Event('visibilitychange')); 0"
    web.open(f"http://127.0.0.1:{house.port}/")
    web.live()
    harness.wait_for(lambda: streams() == 1, 10, "that it listens")
    web.run(look % "true")
    harness.wait_for(lambda: streams() == 0, 10, "that it does not")
    decide(house, "call", "foe", "won")
    web.run(look % "false")
    web.until("document.querySelector('.big').textContent === '1 won of 1 called' && !document.getElementById('link').textContent", 10)
    harness.wait_for(lambda: streams() == 1, 10, "that it listens again")


def test_the_windows_of_a_browser_share_one_stream(house, web):
    """Six that were looked at held all connections that a browser has for a host: no seventh loaded, and none could ask."""
    url, streams = f"http://127.0.0.1:{house.port}/", lambda: house.metrics()["tallyd_http_sse_clients", frozenset()]
    said, big = "document.getElementById('link').textContent", "document.querySelector('.big').textContent"

    def all_see(what, count):
        for n in range(count):
            web.ask("turn", n=n)
            web.until(f"{big} === '{what}' && !{said}", 20)

    web.open(url)
    web.live()
    for _ in range(7):
        web.ask("also", url=url)
    harness.wait_for(lambda: streams() == 1, 10, "that one of them listens")
    decide(house, "call", "foe", "won")
    all_see("1 won of 1 called", 8)
    web.ask("turn", n=0)
    web.ask("close")  # the one that listens, as the oldest
    harness.wait_for(lambda: streams() == 1, 10, "that another one listens")
    decide(house, "uncall", "foe")
    all_see("No races called yet", 7)


@pytest.mark.parametrize("answer", ("new Response('<title>Sign in</title><p>Who are you?', {headers: {'ETag': '\"x\"'}})",
                                    "new Response(null, {status: 304, headers: {Age: '300'}})",
                                    "new Response(document.documentElement.outerHTML, {headers: {Age: '300'}})"))
def test_what_somebody_between_us_answers_makes_no_figures_good(house, web, answer):
    """A portal's page, and what a cache kept of a server that is gone, were taken for an answer of ours: the figures stood, and nothing said so."""
    said = "document.getElementById('link').textContent"
    web.open(f"http://127.0.0.1:{house.port}/")
    web.live()
    web.run(f"window.real = window.fetch; window.fetch = async () => {answer}; 0")
    decide(house, "call", "foe", "won")
    web.until(f"{said}.startsWith('Connection lost')", 10)
    assert web.run("document.title").startswith("0 won")
    web.run("window.fetch = window.real; 0")
    web.until(f"!{said} && document.querySelector('.big').textContent === '1 won of 1 called'", 30)


def test_the_sentence_is_copied(house, web):
    web.open(f"http://127.0.0.1:{house.port}/")
    web.until("!document.getElementById('copy').hidden", 10)
    web.run("navigator.clipboard.writeText = async (text) => { window.taken = text; }; document.getElementById('copy').click(); 0")
    web.until("window.taken && document.getElementById('said').textContent === 'Copied'", 10)
    assert web.run("window.taken") == ask(house, "/v1/statement.txt").body.strip()


def test_a_page_left_open_follows_a_restart_into_a_test(house, web):
    """Figures were the test's, and nothing on the page said that it was one."""
    decide(house, "call", "foe", "won")
    web.open(f"http://127.0.0.1:{house.port}/")
    web.live()
    web.until("document.title.startsWith('1 won')", 10)
    web.run("window.kept = 1")
    house.configure("listen = 127.0.0.1:0", f"listen = 127.0.0.1:{house.port}")
    house.configure("mode = live", "mode = test")
    house.configure("name = A small night", "name = Another night")
    house.tallyd.kill()
    house.start_tallyd(name="back")
    web.until("document.title.startsWith('TEST: ') && document.body.innerText.includes('TEST: these are not real results')"
              " && document.querySelector('h1').textContent.endsWith('Another night')", 30)
    assert web.run("window.kept") == 1 and web.ask("errors") == []
    decide(house, "uncall", "foe")
    web.until("document.querySelector('.big').textContent === 'No races called yet'", 20)


def test_a_clock_that_is_set_hides_no_lost_connection(house, web):
    """By a clock set back nothing was late for an hour; set forward, everything was."""
    said = "document.getElementById('link').textContent"
    web.open(f"http://127.0.0.1:{house.port}/", clock=0)
    web.live()
    web.ask("set", ms=3600000)
    web.ask("forward", ms=1000)
    assert web.run(said) == ""
    web.ask("set", ms=-3600000)
    os.kill(house.tallyd.child.pid, signal.SIGSTOP)  # the connection stays, and is silent
    try:
        web.ask("forward", ms=16000)
        web.until(f"{said}.startsWith('Connection lost')", 10)
    finally:
        os.kill(house.tallyd.child.pid, signal.SIGCONT)
    web.until(f"!{said}", 30)


def test_an_answer_that_was_overtaken_changes_nothing(house, web):
    """An older page that comes late took the place of a newer one."""
    web.open(f"http://127.0.0.1:{house.port}/")
    web.live()
    web.run("""window.real = window.fetch; window.held = []; window.slow = true;
        window.fetch = async (...a) => { const answer = await real(...a); if (slow) { slow = false; await new Promise(r => held.push(r)); } return answer; }; 0""")
    decide(house, "call", "yew", "lost")
    web.until("window.held.length === 1", 20)
    decide(house, "call", "foe", "won")
    web.until("document.querySelector('.big').textContent === '1 won of 2 called'", 20)
    web.run("held[0](); 0")
    time.sleep(0.5)  # what must not happen has no moment to wait for
    assert web.run("document.querySelector('.big').textContent") == "1 won of 2 called"


def test_without_scripts_it_says_the_same(house, web):
    decide(house, "call", "foe", "won")
    web.open(f"http://127.0.0.1:{house.port}/", script=False)
    page = ask(house, "/").body
    assert "1 won of 1 called" in page and 'http-equiv="refresh"' in page


def test_nobody_is_kept_out(house, web):
    decide(house, "call", "foe", "won")
    decide(house, "call", "yew", "lost")
    decide(house, "uncall", "yew")
    for name, more in (("light", {}), ("dark", {"dark": True}), ("phone", {"width": 320, "height": 640})):
        for path in ("/", "/embed", "/?q=nothing-fits", "/?status=wrong"):
            web.open(f"http://127.0.0.1:{house.port}{path}", **more)
            web.live()
            found = web.ask("axe")
            assert found == [], f"{name} {path}: " + "\n".join(found)
            wide = web.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} {path} is {wide} px too wide"
            if path == "/":
                web.ask("shot", path=str(browser.shots() / f"board-{name}.png"))


def test_keys_reach_everything(house, web):
    web.open(f"http://127.0.0.1:{house.port}/")
    web.live()
    reached = set()
    for _ in range(60):
        web.ask("press", key="Tab")
        reached.add(web.run("(e => e.id || e.name || e.textContent.trim())(document.activeElement)"))
    for wanted in ("Skip to all races", "copy", "q", "state", "status", "Show", "races-t", "states-t"):
        assert wanted in reached, f"{wanted} is not among {reached}"
