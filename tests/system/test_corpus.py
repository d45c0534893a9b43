# SPDX-License-Identifier: ISC
"""tally-parse against readers of our own on every real file of the first formats; and on what is left of them when cut."""
import concurrent.futures
import csv
import io
import re
import sys
import zipfile

import pytest

import feeds

sys.path.insert(0, str(feeds.ROOT / "tests" / "corpus"))
import readers  # noqa: E402

HEADER = ("contest_id,contest,votes_allowed,unit_type,unit,units_reporting,units_total,"
          "choice_id,choice,party,write_in,winner,votes,derived")
LOCATED = re.compile(rb"line \d+|:\d+:|byte \d+|\[\d+\]|contest \d+|zip: ")

CACHE = feeds.folder("clarity", "ddhq", "ap")
CLARITY = CACHE / "clarity"
NAMES = CLARITY / "ga-2021-01-05-runoff-20210120-detail.xml"
GROUPS = {
    "detail": ("clarity", readers.clarity_detail, sorted(CLARITY.glob("*-detail.xml"))),
    "summary": ("clarity", readers.clarity_summary, sorted(CLARITY.glob("*-summary.json"))),
    "area": ("clarity", readers.clarity_area, sorted(CLARITY.glob("seq-ga-*/*/*Z.json"))),
    "ddhq": ("ddhq", readers.ddhq, sorted((CACHE / "ddhq").glob("seq-ga*/ga-*Z.json"))),
    "ap": ("ap-interactive", readers.ap_interactive,
           sorted((CACHE / "ap").glob("seq-ga*/ga-*Z.json"))),
}
REFUSED = {
    "ap": ("ap-interactive", sorted((CACHE / "ap").glob("seq-ga*/*.truncated.json"))),
    "html": ("clarity", sorted(CLARITY.glob("seq-ga-*/*/*.html-error-page.json"))),
}
LEAST = {"detail": 12, "summary": 2, "area": 143, "ddhq": 290, "ap": 224}


def each(work, items):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, items))


def read_csv(out):
    assert out.startswith((HEADER + "\n").encode())
    return [tuple(r) for r in csv.reader(io.StringIO(out.decode(), newline=""))][1:]


def compare(path, want, got):
    """Cell by cell, in the feed's own order of contests and of choices."""
    def by_key(rows):
        keyed = {(r[0], r[3], r[4], r[7]): r for r in rows}
        assert len(keyed) == len(rows), f"{path.name}: a row stands twice"
        return keyed

    want_rows, got_rows = by_key(want), by_key(got)
    wrong = [(k, want_rows.get(k), got_rows.get(k)) for k in {**want_rows, **got_rows}
             if want_rows.get(k) != got_rows.get(k)]
    assert not wrong, f"{path.name}: {len(wrong)} rows differ, first {wrong[0]}"
    for column in ((0,), (0, 7)):
        def order(rows):
            return list(dict.fromkeys(tuple(r[c] for c in column) for r in rows))
        assert order(want) == order(got), f"{path.name}: another order"


@pytest.mark.parametrize("group", GROUPS)
def test_every_cell_of_every_real_file(group):
    name, reader, paths = GROUPS[group]
    assert len(paths) >= LEAST[group]

    def check(path):
        done = feeds.parse("-f", name, path)
        assert done.returncode == 0, f"{path.name}: {done.stderr.decode()}"
        want = reader(path)
        assert want
        compare(path, want, read_csv(done.stdout))

    each(check, paths)


def test_area_file_with_names_of_a_companion():
    path = sorted(CLARITY.glob("seq-ga-*/ALL/*Z.json"))[-1]
    done = feeds.parse("-f", "clarity", "-c", NAMES, path)
    assert done.returncode == 0, done.stderr
    rows = read_csv(done.stdout)
    compare(path, readers.clarity_area(path, NAMES), rows)
    # the last ALL.json and the detail.xml are of the same count: positions and document order must agree
    named = {(r[1], r[8]): r[12] for r in rows if r[3] == "total"}
    detail = {(r[1], r[8]): r[12] for r in readers.clarity_detail(NAMES) if r[3] == "total"}
    assert named == detail and len(named) == 6


def test_zipped_detail_is_the_same():
    plain = feeds.parse("-f", "clarity", NAMES)
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("detail.xml", NAMES.read_bytes())
    zipped = feeds.parse("-f", "clarity", "-", data=box.getvalue())
    assert zipped.returncode == 0, zipped.stderr
    assert zipped.stdout == plain.stdout


def test_precincts_only_when_asked_for_and_they_add_up():
    path = CLARITY / "ga-atkinson-2020-11-03-detail.xml"
    without = read_csv(feeds.parse("-f", "clarity", path).stdout)
    rows = read_csv(feeds.parse("-f", "clarity", "-O", "precincts=yes", path).stdout)
    assert not [r for r in without if r[3] != "total"]
    assert [r for r in rows if r[3] == "total"] == without
    sums = {}
    for r in rows:
        if r[3] == "precinct":
            sums[r[0], r[7]] = sums.get((r[0], r[7]), 0) + int(r[12])
    assert sums == {(r[0], r[7]): int(r[12]) for r in without}


def refused(name, data):
    done = feeds.parse("-f", name, "-", data=data)
    assert done.returncode == 65, (name, len(data), done.returncode, done.stderr)
    assert done.stdout == b"", (name, len(data))
    assert LOCATED.search(done.stderr), (name, len(data), done.stderr)
    return done.stderr


@pytest.mark.parametrize("group", REFUSED)
def test_bodies_recorded_cut_or_as_error_pages_are_refused(group):
    name, paths = REFUSED[group]
    assert paths

    def check(path):
        done = feeds.parse("-f", name, path)
        assert (done.returncode, done.stdout) == (65, b""), (path.name, done.stderr)

    each(check, paths)


def zipped_bacon():
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("detail.xml", (CLARITY / "ga-bacon-2020-11-03-detail.xml").read_bytes())
    return box.getvalue()


CUT = {
    "state detail.xml": ("clarity", NAMES.read_bytes),
    "county detail.xml": ("clarity", (CLARITY / "ga-bacon-2020-11-03-detail.xml").read_bytes),
    "zipped detail.xml": ("clarity", zipped_bacon),
    "summary.json": ("clarity", (CLARITY / "nj-atlantic-2026-summary.json").read_bytes),
    "ALL.json": ("clarity", GROUPS["area"][2][-1].read_bytes),
    "ddhq": ("ddhq", GROUPS["ddhq"][2][-1].read_bytes),
    "ap-interactive": ("ap-interactive", GROUPS["ap"][2][-1].read_bytes),
}


@pytest.mark.parametrize("sample", CUT)
def test_cut_anywhere_gives_no_batch(sample):
    name, read = CUT[sample]
    data = read()
    if sample == "zipped detail.xml":  # what follows the member's data is the directory: not needed, so not missed
        directory = data.index(b"PK\x01\x02")
        end = directory
    else:
        end = len(data.rstrip())
    whole = feeds.parse("-f", name, "-", data=data[:end] if data[:2] != b"PK" else data)
    assert whole.returncode == 0, whole.stderr
    points = {end * i // 64 for i in range(1, 64)} | set(range(end - 40, end)) | {1}
    each(lambda at: refused(name, data[:at]), sorted(points))


@pytest.mark.parametrize("name", ["clarity", "ddhq", "ap-interactive"])
def test_garbage_and_other_formats_are_refused(name):
    others = [read() for n, read in CUT.values() if n != name]
    garbage = [b"\x00" * 100, bytes(range(256)) * 10, b"not found", b"{}", b"[1, 2]", b"null",
               b"<a/>", b"<ElectionResult>", b'{"data": [1]}', b'{"results": [{}]}',
               b'{"Contests": [{"A": 1}]}', b"PK\x03\x04 and so on", b"\x1f\x8b\x08 and so on"]
    each(lambda data: refused(name, data), others + garbage)


def test_empty_body_is_refused():
    for name in ("clarity", "ddhq", "ap-interactive", "pointer"):
        done = feeds.parse("-f", name, "-", data=b"")
        assert (done.returncode, done.stdout) == (65, b""), done.stderr
