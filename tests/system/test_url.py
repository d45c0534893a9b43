# SPDX-License-Identifier: ISC
"""`tallyctl --url`: what HTTP publishes, read by who has no socket; the figures are those of the socket."""
import csv
import io
import json

import pytest

import harness
import served
import small_night


@pytest.fixture(name="house", scope="module")
def fixture_house():
    with small_night.Small() as h:
        h.add_ddhq()
        h.start_with_figures()
        done = h.ctl("call", "foe", "won", "--reason", "read out", "--url", "https://example.org/canvass", "--yes")
        assert done.returncode == 0, done.stderr  # there --url is the page on which a call rests
        yield h


def ask(url, *words):
    done = harness.subprocess.run([harness.TALLYCTL, "--url", url, *words], capture_output=True, text=True, timeout=20, check=False)
    return done


@pytest.fixture(name="far")
def fixture_far(house):
    return lambda *words: ask(f"http://127.0.0.1:{house.port}/", *words)


def rows(done):
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_figures_are_those_of_the_socket(house, far):
    near = {r["count"]: r["value"] for r in rows(house.ctl("totals", "-o", "tsv"))}
    there = {r["count"]: r["value"] for r in rows(far("totals", "-o", "tsv"))}
    assert set(there) - set(near) == {"as_of", "mode"} and all(there[n] == near[n] for n in set(near) & set(there))
    assert set(near) - set(there) == {"flips_from Republican", "season won_seats"}, "those are in totals.json"
    for style in ([], ["--style", "long"], ["--style", "slack"]):
        assert far("statement", *style).stdout == house.ctl("statement", *style).stdout != ""
    near, there = rows(house.ctl("totals", "--by", "state", "-o", "tsv"))[0], rows(far("totals", "--by", "state", "-o", "tsv"))[0]
    assert all(there[n] == near[n] for n in near)
    near, there = rows(house.ctl("show", "yew", "-o", "tsv")), rows(far("show", "yew", "-o", "tsv"))
    assert [(r["choice"], r["votes"]) for r in near] == [(r["choice"], r["votes"]) for r in there] and len(near) == 2
    near, there = rows(house.ctl("calls", "-o", "tsv")), rows(far("calls", "-o", "tsv"))
    assert [(r["id"], r["candidate"], r["by"]) for r in near] == [(r["id"], r["candidate"], r["by"]) for r in there] and len(near) == 1
    assert [r["candidate"] for r in rows(house.ctl("todo", "-o", "tsv"))] == [r["candidate"] for r in rows(far("todo", "-o", "tsv"))] == ["Flo Yew"]
    assert {r["race_id"] for r in rows(far("races", "state:GA", "status:won", "-o", "tsv"))} == {"2025-11-04-ga-us-senate"}
    assert rows(far("status", "-o", "tsv")) == [{"what": "well", "is": "yes: ok"}]


def test_each_form(house, far):
    for verb in ("totals", "races", "calls"):
        assert json.loads(far(verb, "-o", "json").stdout) == json.loads(house.get(f"/v1/{verb}.json"))
    assert [s["source"] for s in json.loads(far("source", "list", "-o", "json").stdout)["sources"]] == ["county", "ddhq"]
    assert [(r["source"], r["state"], r["held"]) for r in rows(far("source", "list", "-o", "tsv"))] == [("county", "GA", "0"), ("ddhq", "GA", "0")]
    assert far("races", "-o", "table").stdout.splitlines()[0].split()[:2] == ["race_id", "state"]
    assert far("races", "-o", "csv").stdout.startswith("race_id,state,")


@pytest.mark.parametrize("words", [["coverage"], ["watch"], ["tail"], ["match", "list"], ["config", "dump"], ["reload"], ["match", "review"],
                                   ["uncall", "foe", "--reason", "x", "--yes"], ["status", "-o", "json"]])
def test_what_http_has_not_says_so(far, words):
    done = far(*words)
    assert done.returncode == 64 and ("needs the control socket" in done.stderr or "over HTTP, " in done.stderr) and not done.stdout, done


def test_what_is_wrong_is_said(house, far):
    for words, code, says in ((["races", "state:XX"], 64, "not one of AL"), (["races", "nobody"], 0, ""), (["totals", "--by", "moon"], 64, "by=state"),
                              (["statement", "long"], 64, "--style")):
        done = far(*words)
        assert done.returncode == code and says in done.stderr, done
    for url, code, says in (("ftp://127.0.0.1/", 64, "write http://"), ("http://127.0.0.1:1/", 69, "cannot reach"),
                            (f"http://127.0.0.1:{house.port}/none", 1, "no such resource")):
        done = ask(url, "races")
        assert done.returncode == code and says in done.stderr, done


def test_another_server_moves_no_terminal():
    """Whoever answers at an address may say anything."""
    class Other(served.Site):
        def answer(self, request):
            status = 400 if "?state" in request.path else 200
            text = "a,b\r\n\"\x1b]0;x\x07\",\"\x9b2J\nz\"\r\n" if "csv" in request.path else "\x1b[2J\x9b2J\x07 \r\nok\n"
            served.send(request, text.encode(), status)

    with Other() as other:
        for words in (["statement"], ["totals"], ["races"], ["totals", "--by", "state"], ["races", "-o", "json"], ["races", "state:GA"], ["status"]):
            done = ask(other.url, *words)
            said = done.stdout + done.stderr
            assert said and not [c for c in said if c in "\x1b\x07\x9b\r"], (words, said)
