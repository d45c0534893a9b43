# SPDX-License-Identifier: ISC
"""tally-parse as a person meets it: exit codes, located errors, nothing on stdout when something is wrong."""

import csv
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TALLYD_BUILD", ROOT / "build"))
PROGRAM = (BUILD if BUILD.is_absolute() else ROOT / BUILD) / "tally-parse"

COLUMNS = (
    "contest_id,contest,votes_allowed,unit_type,unit,units_reporting,units_total,"
    "choice_id,choice,party,write_in,winner,votes,derived"
)

DETAIL = b"""<?xml version="1.0"?>
<ElectionResult>
  <Timestamp>11/5/2024 9:05:50 PM EST</Timestamp>
  <ElectionName>General &amp; Special</ElectionName>
  <ElectionDate>11/5/2024</ElectionDate>
  <Region>GA</Region>
  <ElectionVoterTurnout totalVoters="1000" ballotsCast="300" voterTurnout="30.00">
    <Counties><County name="Bacon" totalVoters="1000" ballotsCast="300" voterTurnout="30.00" precinctsParticipating="5" precinctsReported="4" precinctsReportingPercent="80.00" /></Counties>
  </ElectionVoterTurnout>
  <Contest key="10" text="School Board, &quot;Post 2&quot;" voteFor="1" isQuestion="false" countiesParticipating="1" countiesReported="0" precinctsParticipating="5" precinctsReported="4" precinctsReportingPercent="80.00">
    <Choice key="1" text="Jane Mu&#241;oz" party="NP" totalVotes="180">
      <VoteType name="Election Day Votes" votes="100"><County name="Bacon" votes="100" /></VoteType>
      <VoteType name="Advance Voting Votes" votes="80"><County name="Bacon" votes="80" /></VoteType>
    </Choice>
    <Choice key="2" text="Lee Wu" party="NP" totalVotes="120">
      <VoteType name="Election Day Votes" votes="90"><County name="Bacon" votes="90" /></VoteType>
      <VoteType name="Advance Voting Votes" votes="30"><County name="Bacon" votes="30" /></VoteType>
    </Choice>
  </Contest>
</ElectionResult>
"""


def run(*args, stdin=None):
    return subprocess.run(
        [PROGRAM, *map(str, args)], input=stdin, capture_output=True, timeout=60, env={}
    )


def rows(result):
    assert result.returncode == 0, result.stderr
    assert result.stderr == b""
    text = result.stdout.decode("utf-8")
    assert "\r" not in text and text.startswith(COLUMNS + "\n")
    return list(csv.DictReader(io.StringIO(text)))


def refused(result, code, *says):
    assert result.returncode == code, (result.returncode, result.stderr)
    assert result.stdout == b""
    text = result.stderr.decode("utf-8")
    assert text.startswith("tally-parse: ") and text.count("\n") == 1, text
    for s in says:
        assert s in text, text


def zipped(name_bytes):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in name_bytes:
            z.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def detail(tmp_path):
    path = tmp_path / "detail.xml"
    path.write_bytes(DETAIL)
    return path


def test_csv_is_exact(detail):
    got = rows(run("-f", "clarity", detail))
    totals = [r for r in got if r["unit_type"] == "total"]
    assert [(r["choice_id"], r["choice"], r["votes"], r["derived"]) for r in totals] == [
        ("1", "Jane Muñoz", "180", "0"),
        ("2", "Lee Wu", "120", "0"),
    ]
    assert {r["contest"] for r in got} == {'School Board, "Post 2"'}
    counties = [r for r in got if r["unit_type"] == "county"]
    assert [(r["unit"], r["votes"]) for r in counties] == [("Bacon", "180"), ("Bacon", "120")]
    assert {r["winner"] for r in got} == {""}


def test_wrapping_and_standard_input_change_nothing(detail, tmp_path):
    plain = run("-f", "clarity", detail).stdout
    packed = zipped([("detail.xml", DETAIL)])
    for body in (DETAIL, gzip.compress(DETAIL), packed, gzip.compress(packed)):
        got = run("-f", "clarity", "-", stdin=body)
        assert (got.returncode, got.stdout) == (0, plain), got.stderr


def test_a_utf16_file_is_read(detail):
    plain = run("-f", "clarity", detail).stdout
    got = run("-f", "clarity", "-", stdin=DETAIL.decode("utf-8").encode("utf-16"))
    assert (got.returncode, got.stdout) == (0, plain), got.stderr


def test_a_utf16_detail_is_xml_to_clarity_whatever_wraps_it(detail, tmp_path):
    """Is it XML or JSON? asked of a UTF-16 file's bytes, the answer was JSON."""
    plain = run("-f", "clarity", detail).stdout
    for charset in ("utf-16", "utf-16-be"):
        wide = DETAIL.decode().replace('version="1.0"', 'version="1.0" encoding="UTF-16"').encode(charset)
        wide = wide if charset == "utf-16" else b"\xfe\xff" + wide
        for body in (wide, gzip.compress(wide), zipped([("detail.xml", wide)])):
            got = run("-f", "clarity", "-", stdin=body)
            assert (got.returncode, got.stdout) == (0, plain), got.stderr
        names = tmp_path / "names.xml"
        names.write_bytes(wide)
        area = b'{"Contests":[{"A":"-1","C":["10"],"V":[[180,120]]}]}'
        named = rows(run("-f", "clarity", "-c", names, "-", stdin=area))
        assert {r["choice"] for r in named} == {"Jane Muñoz", "Lee Wu"}


def test_charset_option_overrides(detail):
    body = DETAIL.replace(b"&#241;", b"\xf1")
    got = rows(run("-f", "clarity", "-O", "charset=windows-1252", "-", stdin=body))
    assert got[0]["choice"] == "Jane Muñoz"
    refused(run("-f", "clarity", "-", stdin=body), 65, "-: line 11, column ")
    refused(run("-f", "clarity", "-O", "charset=ebcdic", detail), 65, '"ebcdic"', "windows-1252")


def test_json_and_summary(detail):
    doc = json.loads(run("-f", "clarity", "-o", "json", detail).stdout)
    assert doc["election_date"] == "2024-11-05" and doc["election_name"] == "General & Special"
    assert doc["contests"][0]["units"][0]["votes"] == [180, 120]
    summary = run("-f", "clarity", "-o", "summary", detail).stdout.decode()
    assert "Jane Muñoz" in summary and "4 of 5 units in" in summary


def test_cut_anywhere_is_refused(detail):
    end = len(DETAIL.rstrip())
    for cut in sorted({*range(0, end, 37), end - 1}):
        refused(run("-f", "clarity", "-", stdin=DETAIL[:cut]), 65, "-: line ", "column ")
    for body in (gzip.compress(DETAIL), zipped([("detail.xml", DETAIL)])):
        for cut in range(4, len(body), 41):
            refused(run("-f", "clarity", "-", stdin=body[:cut]), 65)


def test_garbage_and_the_wrong_format_are_refused(detail):
    for name in ("clarity", "ddhq", "ap-interactive"):
        refused(run("-f", name, "-", stdin=b"garbage, not a feed"), 65, "-: line 1")
        refused(run("-f", name, "-", stdin=b""), 65, "empty")
        refused(run("-f", name, "-", stdin=bytes(range(256)) * 9), 65)
    refused(run("-f", "ddhq", detail), 65, "detail.xml: line 1, column 1")
    refused(run("-f", "clarity", "-", stdin=b"<rss/>"), 65)


def test_pages_for_people_are_named():
    page = b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'>\n<html><head><TITLE>\n404 Not here</TITLE></head></html>"
    for name in ("clarity", "ddhq", "ap-interactive"):
        refused(run("-f", name, "-", stdin=page), 65, "web page", "404 Not here")


def test_two_files_in_a_zip_are_refused():
    body = zipped([("a.xml", DETAIL), ("b.xml", DETAIL)])
    refused(run("-f", "clarity", "-", stdin=body), 65, "more than one file")


def test_usage_and_missing_files(detail, tmp_path):
    refused(run("-f", "clarty", detail), 64, 'did you mean "clarity"')
    refused(run(detail), 64, "-f FORMAT")
    refused(run("-f", "clarity"), 64, "one FILE")
    refused(run("-f", "clarity", detail, detail), 64)
    refused(run("-f", "clarity", "-o", "yaml", detail), 64, '"yaml"')
    refused(run("-f", "clarity", "-O", "colour=red", detail), 64, '"colour"')
    refused(run("-f", "clarity", "-O", "precincts", detail), 64, "key=value")
    refused(run("--nursery", "9"), 64, "for tallyd alone")
    refused(run("-f", "clarity", tmp_path / "none.xml"), 66, "none.xml: ")
    refused(run("-f", "clarity", "-c", tmp_path / "none.xml", detail), 66, "none.xml: ")


def test_lists_help_version():
    listed = run("--list").stdout.decode().splitlines()
    names = [line.split()[0] for line in listed]
    assert len(names) == len(set(names)) and {"ap-interactive", "clarity", "ddhq", "pointer"} <= set(names)
    assert run("-h").stdout.startswith(b"usage: tally-parse -f FORMAT")
    assert run("-V").stdout.startswith(b"tally-parse ")


def test_sniff(detail, tmp_path):
    assert run("--sniff", detail).stdout == b"clarity\n"
    wide = tmp_path / "wide.xml.gz"
    wide.write_bytes(gzip.compress(DETAIL.decode().encode("utf-16")))
    assert run("--sniff", wide).stdout == b"clarity\n"
    summary = tmp_path / "summary.json"  # an array of contests, as older sites have it
    summary.write_text('[{"C":"Clerk","K":"1","VF":1,"TP":1,"PR":1,"CH":["Gil Orr","Hal Day"],"P":["",""],"V":[5,9]}]')
    assert run("--sniff", summary).stdout == b"clarity\n"
    old = tmp_path / "old.txt"  # ES&S's report before EL45A
    old.write_text("SUMMARY REPORT   Alder County   REPORT-EL45   PAGE 001\n\n  VOTES PERCENT\n\n PRECINCTS COUNTED (OF 20). .  12  60.00\n")
    assert run("--sniff", old).stdout == b"ess-el45a\n"
    other = tmp_path / "letter.txt"
    other.write_text("Dear Sir or Madam")
    refused(run("--sniff", other), 1, "no format knows it")


def test_a_full_disk_is_an_error(detail):
    with open("/dev/full", "wb") as full:
        got = subprocess.run(
            [PROGRAM, "-f", "clarity", detail], stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert got.returncode == 75 and b"cannot be written" in got.stderr


def preset(folder, name, *lines):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.conf"
    path.write_text("\n".join([f"[format {name}]", *lines, ""]))
    return path


def installed(tmp_path):
    """The program as `make install` puts it: presets lie in ../share/tallyd/formats."""
    program = tmp_path / "bin" / "tally-parse"
    program.parent.mkdir()
    shutil.copy(PROGRAM, program)
    return program, tmp_path / "share" / "tallyd" / "formats"


def test_presets_are_formats(detail, tmp_path):
    program, formats = installed(tmp_path)
    preset(formats, "bacon", "about = Bacon county's", "engine = clarity", "precincts = yes", "sniff = ^ *<ElectionName>General")
    preset(formats, "broken", "engine = clarity", "precinct = yes")
    # the tree's, were it built in bin/: a preset that is installed stands before it
    preset(tmp_path / "config" / "formats", "bacon", "about = another", "engine = ddhq")

    def ask(*args):
        return subprocess.run([program, *map(str, args)], capture_output=True, text=True, timeout=60, env={}, check=False)

    listed = ask("--list")
    assert listed.returncode == 78 and "broken.conf:3:1: unknown key" in listed.stderr  # and yet the others are there
    assert re.search(r"^bacon +Bacon county's$", listed.stdout, re.M) and "clarity" in listed.stdout
    assert ask("-f", "bacon", detail).stdout == ask("-f", "clarity", "-O", "precincts=yes", detail).stdout != ""
    assert ask("-f", "bacn", detail).returncode == 64
    assert 'did you mean "bacon"?' in ask("-f", "bacn", detail).stderr
    refused = ask("-f", "bacon", "-O", "precinct=no", detail)
    assert (refused.returncode, refused.stdout) == (64, "") and 'format bacon has no option "precinct"' in refused.stderr
    broken = ask("-f", "broken", detail)
    assert (broken.returncode, broken.stdout) == (78, "") and "did you mean precincts?" in broken.stderr
    assert ask("--sniff", detail).stdout == "clarity\n"  # sure of it by itself
    (tmp_path / "odd").write_text("x\n <ElectionName>General\n")
    assert ask("--sniff", tmp_path / "odd").stdout == "bacon\n"


def test_a_preset_by_its_file_and_options_over_it(tmp_path):
    precincts = ROOT / "tests" / "samples" / "clarity" / "county.xml"
    path = preset(tmp_path, "mine", "engine = clarity", "precincts = yes")
    assert run("-f", path, precincts).stdout == run("-f", "clarity", "-O", "precincts=yes", precincts).stdout
    over = run("-f", path, "-O", "precincts=no", precincts).stdout
    assert over == run("-f", "clarity", precincts).stdout != run("-f", path, precincts).stdout
    missing = run("-f", tmp_path / "none.conf", precincts)
    assert missing.returncode == 78 and b"none.conf: cannot be read" in missing.stderr


def test_what_is_left_out_of_the_rows_is_told_beside_them(tmp_path):
    sheet = tmp_path / "county.csv"
    rows_ = "".join(f"Fire District {n},Ann,,10,1,Fire\n" for n in range(20))
    sheet.write_text(f"Race,Candidate,Party,Votes,PercentageOfTotalVotes,JurisdictionName\n{rows_}Mayor,Bo,,5,1,City\nMayor,Bo,,6,1,City\n")
    got = run("-f", "wa", sheet)
    assert got.returncode == 0 and b"Mayor" not in got.stdout
    assert got.stderr.startswith(f"tally-parse: {sheet}: note: 1 contest left out; the first, \"Mayor\": choice Bo, total: two diff".encode())
    got = run("-f", "wa", "-o", "summary", sheet)
    assert got.stderr == b"" and b"left out    Mayor: choice Bo" in got.stdout
