# SPDX-License-Identifier: ISC
"""The simulator's invented nights: what each writer says is what the generator means, read by the parsers of real feeds."""
import concurrent.futures
import contextlib
import csv
import io
import json
import re
import subprocess
import urllib.error
import urllib.request

import pytest

import feeds

SIM = feeds.BUILD / "night-sim"
SCENARIO = feeds.ROOT / "tests" / "nights" / "demo" / "night.scenario"
FORMATS = feeds.ROOT / "tests" / "sim" / "formats"
# before the polls close, at the first figures, in the thick of it, while a call is taken back, in the West, in the Pacific, at the end
TIMES = ["2026-11-03T22:45:05Z", "2026-11-04T00:21:05Z", "2026-11-04T01:47:05Z", "2026-11-04T02:33:05Z", "2026-11-04T04:39:05Z",
         "2026-11-04T05:10:05Z", "2026-11-04T05:19:05Z"]
END = TIMES[-1]
OF_THE_DAEMON = {"format", "priority", "url", "version-url", "counties-url", "interval", "calls"}  # keys of a [source] that no parser sees


class Facts:
    """What a template says of the night, beyond titles, names and votes: party, seats, precincts; which marks; votes of which places;
    where not all have them; words it adds to the titles of the scenario; and how many letters of a name it has."""
    def __init__(self, says="", places="", marks="", adds="", untitled=False, unnamed=False, letters=None, some=""):
        self.says, self.places, self.marks, self.adds, self.some = says.split(), {"total", *places.split()}, marks, set(adds.split()), {some}
        self.untitled, self.unnamed, self.letters = untitled, unnamed, letters


COUNTED = "party seats precincts"
FACTS = {
    "ak": Facts("party precincts"),
    "ap-interactive": Facts("precincts", marks="XRN", untitled=True, unnamed=True),
    "ap-v2": Facts("party precincts", "county", "XRN", untitled=True),
    "ap-v3": Facts("party precincts", "county", "XRN", untitled=True),
    "ca-sos": Facts("party precincts", untitled=True),
    "ca-sos-measures": Facts("precincts", adds="ballot measures statewide results 31"),
    "chicago": Facts(COUNTED),
    "chicago-night": Facts(COUNTED),
    "clarity-areas": Facts("", "county"),
    "clarity-county": Facts(COUNTED, "precinct"),
    "clarity-csv": Facts("party seats precincts none-is-unknown"),
    "clarity-state": Facts(COUNTED, "county"),
    "clarity-summary": Facts(COUNTED),
    "ddhq": Facts("party precincts", "county", "X", untitled=True),
    "dominion-summary": Facts("party precincts"),
    "eml510": Facts("party precincts", "county"),
    "enhanced-data": Facts(COUNTED),
    "enhanced-export": Facts("party seats", "county precinct"),
    "ess-el45a": Facts(COUNTED),
    "fl": Facts("party precincts", "county"),
    "fl-votes": Facts("precincts", "county"),
    "fresno-html": Facts(COUNTED),
    "hi-media": Facts("party", "precinct"),
    "id-html": Facts("party"),
    "in-enr": Facts("party", "county", "X", some="precinct"),
    "la-county": Facts("party several"),
    "la-ets": Facts("party several precincts", letters=18),
    "md-county": Facts("party", marks="X"),
    "mi-cenr": Facts("party", "county", adds="2 8 year term terms 1 position positions"),
    "mn": Facts("party precincts", "county"),
    "mn-html": Facts("party precincts"),
    "nc": Facts("party seats", "county precinct"),
    "nc-json": Facts(COUNTED, adds="vote for 1"),
    "nist-json": Facts(COUNTED),
    "nist-v1": Facts(COUNTED, "precinct"),
    "nist-v2": Facts(COUNTED, "precinct"),
    "nm-media": Facts(COUNTED, adds="dona ana county"),
    "or-media": Facts(COUNTED),
    "pa-csv": Facts("party", "county", adds="senatorial legislative congressional"),
    "pa-rss": Facts("party", "county"),
    "tx-goelect": Facts("party"),
    "wa": Facts("party", "county"),
    "wa-county": Facts("party"),
}
PARTIES = {"DFL": "D", "GOP": "R", "NONPARTISAN": "", "NON PARTISAN": "", "NON-PARTISAN": "", "WI": "", "NPA": "I", "PREFERS DEMOCRATIC PARTY": "D"}  # how some feeds call what the scenario calls D, R, I
MARKS = {"X": "won", "R": "advanced", "N": "", "": ""}


def sim(*args):
    return subprocess.run([SIM, "--formats", FORMATS, "--scenario", *map(str, args)], capture_output=True, text=True, timeout=60, check=False)


def figures(time, places=True):
    """What --figures says: each feed's contests and choices; of counties and precincts too, or not."""
    done = sim(SCENARIO, "--figures", time)
    assert done.returncode == 0, done.stderr
    lines = csv.reader(io.StringIO(done.stdout))
    head = next(lines)
    county, precinct = head.index("county"), head.index("precinct")
    return [dict(zip(head, row)) for row in lines if places or not row[county] + row[precinct]]


def sources():
    """{feed: (format, words behind it)}"""
    lines = (line.split() for line in SCENARIO.read_text(encoding="utf-8").splitlines() if line.startswith("feed "))
    return {words[1]: (words[2], words[3:]) for words in lines}


@contextlib.contextmanager
def served(time, scenario=SCENARIO):
    """The address of a simulator whose clock shows `time` (and goes on as clocks do)."""
    with subprocess.Popen([SIM, "--formats", FORMATS, "--scenario", scenario, "--clock", f"{time},1"], stdout=subprocess.PIPE, text=True) as child:
        try:
            yield f"http://127.0.0.1:{child.stdout.readline().split()[1]}"
        finally:
            child.terminate()
            child.wait(10)


def ask(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
        return answer.read(), answer.headers


@pytest.fixture(scope="module", name="config")
def fixture_config(tmp_path_factory):
    """{feed: its [source] as written for tallyd}, with PORT in its addresses."""
    folder = tmp_path_factory.mktemp("config")
    assert sim(SCENARIO, "--write-config", folder, "--port", "1").returncode == 0
    read = {}
    for path in (folder / "sources.d").iterdir():
        pairs = (line.split(" = ", 1) for line in path.read_text().splitlines() if " = " in line)
        read[path.stem] = {key: value.replace("http://127.0.0.1:1/", "PORT/") for key, value in pairs}
    return read


def parsed(address, source, folder):
    """What tally-parse makes of what the site says now, as tallyd would ask for it."""
    version = ""
    if "version-url" in source:
        version = ask(source["version-url"].replace("PORT", address))[0].decode()
        assert re.fullmatch(r"\d{6}", version)
    election = ""
    if "counties-url" in source:
        listed = json.loads(ask(source["counties-url"].replace("PORT", address).replace("{version}", version))[0])
        rows = (row.split("|") for row in listed["settings"]["electiondetails"]["participatingcounties"])
        [(election, version)] = [row[1:3] for row in rows if row[0] == source["county"]]
    body, _ = ask(source["url"].replace("PORT", address).replace("{version}", version).replace("{election}", election))
    args = ["-f", source["format"], "-O", "precincts=yes"]
    for key, value in source.items():
        if key.startswith("companion."):
            companion = folder / f"{source['url'].split('/')[1]}-{key}"
            companion.write_bytes(ask(value.replace("PORT", address))[0])
            args += ["-c", companion]
        elif key not in OF_THE_DAEMON:
            args += ["-O", f"{key}={value}"]
    done = feeds.parse(*args, "-", data=body)
    assert done.returncode == 0, done.stderr.decode()
    return body, list(csv.DictReader(io.StringIO(done.stdout.decode())))


def words(text, letters=None):
    """What a text says however it is written: "PEÑAFLOR, Imogen (I) (Dem)" as "Imogen Peñaflor"."""
    text = re.sub(r"^(Yes|No) for (Approval|Rejection)$", r"\1", text)
    text = re.sub(r"\((I|[DRLGI]|Dem|Rep|Lib|Grn|Ind|write.in|W/I|Miscellaneous)\)", " ", text, flags=re.I)[:letters]
    return tuple(sorted(re.findall(r"\w+", text.casefold())))


def by_contest(rows, contest, choice):
    """{contest: {choice: [rows]}}"""
    contests = {}
    for row in rows:
        contests.setdefault(contest(row), {}).setdefault(choice(row), []).append(row)
    return contests


def compare(facts, rows, meant):
    """Every contest with its choices, and of each the total, places, precincts, party and marks as the generator means them."""
    found = by_contest(rows, lambda r: (r["contest_id"], r["contest"]), lambda r: r["choice_id"] if facts.unnamed else words(r["choice"]))
    truth = by_contest(meant, lambda m: (m["race"], m["contest"]), lambda m: m["ap_id"] if facts.unnamed else words(m["choice"], facts.letters))
    pairs = [(there, race) for there, choices in found.items() for race, others in truth.items() if choices.keys() == others.keys()
             and (facts.untitled or set(words(race[1])) - facts.adds == set(words(there[1])) - facts.adds)]
    assert len(pairs) == len(truth) == len(found), (found.keys() - {p[0] for p in pairs}, truth.keys() - {p[1] for p in pairs})
    for there, race in pairs:
        for name, ours in found[there].items():
            compare_choice(facts, f"{there}: {name}", ours, truth[race][name])


def compare_choice(facts, where, rows, meant):
    [total], [whole] = [r for r in rows if r["unit_type"] == "total"], [m for m in meant if not m["county"] + m["precinct"]]
    assert total["votes"] == whole["votes"], where
    assert total["write_in"] == whole["write_in"] or facts.unnamed, where
    assert total["winner"] == MARKS[whole["mark"] if whole["mark"] in facts.marks else ""], where
    if "seats" in facts.says or "several" in facts.says and whole["seats"] != "1":
        assert total["votes_allowed"] == whole["seats"], where
    if "party" in facts.says:
        assert PARTIES.get(total["party"].upper(), total["party"].upper())[:1] == whole["party"].replace("W", ""), (where, total["party"])
    reporting, units = progress(whole) if "precincts" in facts.says else ("", "")
    assert progress(total) in {(reporting, units), ("" if reporting == "0" and "none-is-unknown" in facts.says else reporting, units)}, where
    assert {r["unit_type"] for r in rows} - facts.some == facts.places, where
    compare_places(where, [r for r in rows if r["unit_type"] == "county"], [m for m in meant if m["county"] and not m["precinct"]],
                   lambda r: words(r["unit"].removesuffix(" County")), lambda m: words(m["county"]))
    compare_places(where, [r for r in rows if r["unit_type"] == "precinct"], [m for m in meant if m["precinct"]],
                   lambda r: int(re.findall(r"\d+", r["unit"])[-1]), lambda m: int(m["precinct"]))


def progress(row):
    return row["units_reporting"], row["units_total"]


def compare_places(where, rows, meant, name, meant_name):
    """Where there are rows of places, there is one of each, with its votes; its precincts where it says them."""
    said, truth = {name(r): r for r in rows}, {meant_name(m): m for m in meant}
    assert not rows or (len(said) == len(rows) and said.keys() == truth.keys()), (where, said.keys() ^ truth.keys())
    for place, row in said.items():
        assert row["votes"] == truth[place]["votes"] and progress(row) in (progress(truth[place]), ("", "")), (where, place, row)


def test_every_format_is_written_and_served():
    """Each that tally-parse names has a template, but for the pointer (the simulator's current_ver.txt) and engines, which presets need."""
    listed = {line.split()[0] for line in feeds.parse("--list").stdout.decode().splitlines()}
    templates = {path.stem: re.search(r"^%format (.*)", path.read_text(encoding="utf-8"), re.M) for path in FORMATS.glob("*.tmpl")}
    written = {name: found[1] for name, found in templates.items() if found}
    assert listed - set(written.values()) == {"pointer", "delimited", "fixed-width", "html-table"} and set(written.values()) <= listed
    assert written.keys() == FACTS.keys() == {kind for kind, _ in sources().values()}


@pytest.mark.parametrize("time", TIMES)
def test_writers_say_what_the_generator_means(time, config, tmp_path):
    meant = {}
    for row in figures(time):
        meant.setdefault(row["feed"], []).append(row)
    known = sources()
    assert meant.keys() == config.keys() == known.keys() and len(known) >= 40

    def check(feed):
        kind, keys = known[feed]
        body, rows = parsed(address, config[feed], tmp_path)
        assert body.startswith(b"PK\3\4") == ("zip=yes" in keys), feed
        compare(FACTS[kind], rows, meant[feed])

    with served(time) as address, concurrent.futures.ThreadPoolExecutor(4) as pool:
        for feed, done in [(feed, pool.submit(check, feed)) for feed in known]:
            failed = done.exception()
            assert not failed, f"{feed}, {known[feed][0]}: {failed}"


def test_nothing_falls_and_the_end_is_as_stated():
    """Shares and votes of the file, read here on our own, against the last figures; and no figure ever gets less."""
    before = {}
    for minute in range(0, 341, 20):
        at = minute + 23 * 60
        now = {(r["feed"], r["ap_id"]): int(r["votes"])
               for r in figures(f"2026-11-{3 + at // 1440:02}T{at // 60 % 24:02}:{at % 60:02}:00Z", places=False)}
        assert not before or all(now[key] >= before[key] for key in before)
        before = now
    at_the_end = {}
    for row in figures(END, places=False):
        at_the_end.setdefault((int(row["race"]), row["choice"]), set()).add(int(row["votes"]))
    race, votes, seen = -1, 0, 0
    for line in SCENARIO.read_text(encoding="utf-8").splitlines():
        columns = [c.strip() for c in line.split("|")]
        if line.startswith("race "):
            race, votes = race + 1, int(re.search(r"\bvotes=(\d+)", line)[1])
        elif line.startswith(("  + ", "  - ")):
            shown = re.search(r"\bfeed=([^;]+)", line)
            [figure] = at_the_end[race, shown[1] if shown else columns[0][2:]]
            assert abs(figure - votes * float(columns[2]) / 100) < 1, line
            seen += 1
    assert seen > 400


def test_votes_are_those_of_the_precincts_that_are_in():
    """All votes of a contest are there when its last precinct is, and not before; none are before the polls close."""
    contests = {}
    for time in TIMES:
        for row in figures(time, places=False):
            if row["feed"] != "ap":
                at = contests.setdefault((row["feed"], row["contest"]), {}).setdefault(time, [row["units_reporting"], row["units_total"], 0])
                at[2] += int(row["votes"])
    races = [line for line in SCENARIO.read_text(encoding="utf-8").splitlines() if line.startswith("race ")]
    titles = [line.split("|")[1].strip() for line in races]
    stated = {title: int(re.search(r"\bvotes=(\d+)", line)[1]) for title, line in zip(titles, races)}
    single = [key for key in contests if titles.count(key[1]) == 1]
    assert len(single) > 100
    for key in single:
        for time, (reporting, total, votes) in contests[key].items():
            assert votes <= stated[key[1]] and (votes == stated[key[1]]) == (reporting == total), (key, time)
        assert contests[key][TIMES[0]][2] == 0 and contests[key][END][0] == contests[key][END][1]


def test_a_call_is_taken_back_once():
    """X, then N, then X for the other; R for those who go on."""
    history = {}
    for minute in range(0, 60, 5):
        for row in figures(f"2026-11-04T01:{minute:02}:00Z", places=False):
            if row["feed"] == "ap" and row["mark"]:
                history.setdefault((row["contest"], row["choice"]), []).append(row["mark"])
    taken_back = [marks for marks in history.values() if "N" in marks]
    assert len(taken_back) == 1 and re.fullmatch("X+N{3,}", "".join(taken_back[0]))
    assert sum(row["mark"] == "R" for row in figures(END, places=False) if row["feed"] == "ap") == 18  # two in each of nine


def test_sites_answer_as_sites_do(config):
    with served(TIMES[2]) as address:
        url = config["az"]["version-url"].replace("PORT", address)
        version, headers = ask(url)
        assert version in feeds.parse("-f", "pointer", "-o", "summary", "-", data=version).stdout
        cobb = config["ga-cobb"]["counties-url"].replace("PORT", address)
        listed, _ = ask(cobb.replace("{version}", ask(config["ga-cobb"]["version-url"].replace("PORT", address))[0].decode()))
        assert b"105371/31" in feeds.parse("-f", "pointer", "-O", "county=Cobb", "-o", "summary", "-", data=listed).stdout
        with pytest.raises(urllib.error.HTTPError) as unchanged:
            ask(url, **{"If-None-Match": headers["ETag"]})
        assert unchanged.value.code == 304
        here = config["az"]["url"].replace("PORT", address)
        _, headers = ask(here.replace("{version}", version.decode()))
        assert "ETag" not in headers and headers["Last-Modified"]  # as with Clarity's versions
        early, _ = ask(here.replace("{version}", str(int(version) - 9)))
        assert early != ask(here.replace("{version}", version.decode()))[0]
        for gone in (here.replace("{version}", str(int(version) + 1)), f"{address}/nowhere", f"{address}/tx/"):
            with pytest.raises(urllib.error.HTTPError) as missing:
                ask(gone)
            assert missing.value.code == 404


def test_what_has_changed_is_told_and_nothing_else(config):
    """AP's nextrequest, asked four minutes later: the races of which anything is different."""
    def races(time):
        found = {}
        for row in figures(time, places=False):
            if row["feed"] == "ap-congress":
                found.setdefault(row["race"], []).append((row["ap_id"], row["votes"], row["units_reporting"], row["mark"]))
        return found

    with served("2026-11-04T01:42:10Z") as address:
        first = json.loads(ask(config["ap-congress"]["url"].replace("PORT", address))[0])
    before, after = races("2026-11-04T01:42:10Z"), races("2026-11-04T01:46:10Z")
    changed = {rows[0][0] for race, rows in after.items() if rows != before[race]}
    assert 0 < len(changed) < len(after)
    with served("2026-11-04T01:46:10Z") as address:
        later = json.loads(ask(re.sub(r"^http://[^/]*", address, first["nextrequest"]))[0])
    assert {race["reportingUnits"][0]["candidates"][0]["candidateID"] for race in later["races"]} == changed


def test_the_demo_ends_as_it_says(tmp_path):
    """One poll of everything at the end of the night: the totals that the scenario promises, every one of ours with votes."""
    expect = re.search(r"^expect (.*)$", SCENARIO.read_text(encoding="utf-8"), re.M)[1]
    with served(END) as address:
        assert sim(SCENARIO, "--write-config", tmp_path, "--port", address.rsplit(":", 1)[1]).returncode == 0
        (tmp_path / "conf.d").mkdir()
        (tmp_path / "conf.d" / "here.conf").write_text(f"[workers]\nprogram = {feeds.PARSE}\n")

        def once(what):
            done = subprocess.run([feeds.BUILD / "tallyd", "-c", tmp_path / "tallyd.conf", "--clock", f"{END},1", "-1", "-o", what],
                                  capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr
            return done.stdout

        totals = json.loads(once("totals"))
        matches = list(csv.DictReader(io.StringIO(once("matches"))))
    totals["states_won"] = len(totals["states_won"])
    for pair in expect.split():
        name, number = pair.split("=")
        assert totals[name] == int(number), name
    assert totals["no_results"] == totals["unclear"] == totals["under_review"] == 0
    automatic = {m["endorsement_id"] for m in matches if m["band"] == "auto" and m["source"] != "ap" and m["votes"]}
    assert len(automatic) == totals["endorsed"], {m["endorsement_id"] for m in matches} - automatic
    assert not any(m["band"] == "review" for m in matches)


@pytest.mark.parametrize("line, says", [
    ("${vote}", "no such field: 'vote'"),
    ("${votes|commas}", "no such modifier: 'commas'"),
    ("${votes", "a place without its }"),
    ("%for candidate", "no such loop: 'candidate'"),
    ("%else", "an else without its if"),
    ("%end", "an end of nothing"),
    ("%frmat clarity", "cannot be understood: 'frmat'"),
    ("%companion info", "not KEY TEMPLATE PATH"),
])
def test_mistakes_of_templates_are_told(line, says, tmp_path):
    (tmp_path / "broken.tmpl").write_text(f"%format clarity\n%path a.xml\n{line}\n")
    done = subprocess.run([SIM, "--formats", tmp_path, "--scenario", SCENARIO, "--list"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 65 and "broken.tmpl, line 3: " in done.stderr and says in done.stderr


@pytest.mark.parametrize("line, says", [
    ("sttate GA 19:00 EST", "line 4"),
    ("state GA 7pm EST", "not a time of day"),
    ("state GA 19:00 EDT", "not a zone"),
    ("feed ga clarity GA", "no such format"),
    ("feed ga ddhq TX", "no such state"),
    ("race GA Cobb | Sheriff | Sheriff | nowhere | votes=10", "no such feed"),
    ("race GA Cobb | Sheriff | Sheriff | | votes=10\n+ Ada Birkwood | D | 99.0 | ", "do not add up to 100"),
    ("race GA Cobb | Sheriff | Sheriff | | votes=10\n+ Ada Birkwood | D | 100.0 | X", "marked and never called"),
    ("race GA Cobb | Sheriff | Sheriff | | votes=10 retract=+30 recall=+40\n", "out of order"),
    ("+ Ada Birkwood | D | 50.0 | ", "of no race"),
])
def test_mistakes_are_told(line, says, tmp_path):
    path = tmp_path / "night.scenario"
    path.write_text(f"date 2026-11-03\nstate GA 19:00 EST\n\n{line}\n")
    done = sim(path, "--list")
    assert done.returncode == 65 and says in done.stderr and str(path) in done.stderr
