# SPDX-License-Identifier: ISC
"""tally-parse on every real file there is, against expected.tsv and readers of our own; and on what is left of some when cut."""
import concurrent.futures
import csv
import io
import re
import sys
import zipfile

import pytest

import feeds

sys.path.insert(0, str(feeds.ROOT / "tests" / "corpus"))
import clarity  # noqa: E402
import corpus  # noqa: E402

HEADER = ",".join(corpus.COLUMNS)
LOCATED = re.compile(rb"line \d+|:\d+:|byte \d+|\[\d+\]|contest \d+|zip: ")

CACHE = feeds.folder("clarity", "ddhq", "ap")
CLARITY = CACHE / "clarity"
NAMES = CLARITY / "ga-2021-01-05-runoff-20210120-detail.xml"


def last(pattern):
    return sorted(CACHE.glob(pattern))[-1]


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


@pytest.mark.parametrize("archive", sorted({e.name.split("/")[0] for e in corpus.entries()}))
def test_every_file_of_every_archive(archive):
    expected = corpus.expected()
    wrong = []
    for line, differences in corpus.run([f"{archive}/*"]):
        if line != expected.get(line["file"]):
            wrong.append(f"{line} is not {expected.get(line['file'])}")
        wrong += [f"{line['file']}: {d}" for d in differences[:3]]
    assert not wrong, f"{len(wrong)} wrong, first:\n" + "\n".join(wrong[:10])


def test_expected_names_every_file_and_no_other():
    assert {e.name for e in corpus.entries()} == set(corpus.expected())


def test_every_format_that_accepts_a_file_has_a_second_reading():
    accepted = {line["format"] for line in corpus.expected().values() if line["verdict"] == "ok"}
    accepted.remove("pointer")  # names a version; has no rows to read
    assert not [f for f in sorted(accepted) if corpus.reader(f) is None]


def test_area_file_with_names_of_a_companion():
    path = sorted(CLARITY.glob("seq-ga-*/ALL/*Z.json"))[-1]
    done = feeds.parse("-f", "clarity", "-c", NAMES, path)
    assert done.returncode == 0, done.stderr
    rows = read_csv(done.stdout)
    compare(path, clarity.area(path, NAMES), rows)
    # the last ALL.json and the detail.xml are of the same count: positions and document order must agree
    named = {(r[1], r[8]): r[12] for r in rows if r[3] == "total"}
    detail = {(r[1], r[8]): r[12] for r in clarity.detail(NAMES) if r[3] == "total"}
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
    "ALL.json": ("clarity", last("clarity/seq-ga-*/*/*Z.json").read_bytes),
    "ddhq": ("ddhq", last("ddhq/seq-ga*/ga-*Z.json").read_bytes),
    "ap-interactive": ("ap-interactive", last("ap/seq-ga*/ga-*Z.json").read_bytes),
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
