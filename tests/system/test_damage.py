# SPDX-License-Identifier: ISC
"""Every format against damage: its samples cut, flipped, in another encoding, empty, and a web page in their place.

What must come is exit 65 with a place and nothing on standard output, or a right answer: the one that the second reading of
tests/corpus gives for the very same damaged bytes, or, where the damage hit no figure, the votes of the whole sample.
"""
import collections
import concurrent.futures
import random
import sys

import pytest

import feeds
import test_samples

sys.path.insert(0, str(feeds.ROOT / "tests" / "corpus"))
import corpus  # noqa: E402

PAGE = b"<!DOCTYPE html>\n<html><head><title>Please wait</title></head><body><p>You are in a queue.</p></body></html>\n"
FLIPS = 200
CUTS = 16
ENGINES = {"delimited", "fixed-width", "html-table"}  # a sample of these is of no format; their presets stand for them
FORMATS = sorted({p.parent.name for p in test_samples.PAYLOADS if p.with_suffix(".csv").exists()} - ENGINES)


def samples(name):
    """The largest sample of each suffix: every shape a format has."""
    best = {}
    for path in test_samples.PAYLOADS:
        if path.parent.name == name and path.with_suffix(".csv").exists():
            had = best.get(path.suffix)
            if had is None or path.stat().st_size > had.stat().st_size:
                best[path.suffix] = path
    return sorted(best.values())


def damaged(path, data):
    yield "empty", b""
    yield "page", PAGE
    for n in range(1, CUTS):
        yield f"cut {n}/{CUTS}", data[:len(data) * n // CUTS]
    for n in range(1, 4):  # within the last bytes, where an end is easily lost
        yield f"cut of the last {n}", data.rstrip()[:-n]
    chance = random.Random(path.name)
    for n in range(FLIPS):
        at = chance.randrange(len(data))
        yield f"byte {at} flipped", data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1:]
    text = data.decode("utf-8", "replace")
    yield "as UTF-16 without a mark", text.encode("utf-16-le")
    yield "in EBCDIC", text.encode("cp037", "replace")


def totals(rows):
    return [r for r in rows if r[3] == "total"]


def no_figure_hit(rows, whole):
    """No total that the whole sample has not: a name was hit, or a figure became unknown."""
    had = collections.Counter(r[12] for r in totals(whole))
    return not [n for n in (collections.Counter(r[12] for r in totals(rows)) - had) if n]


def second(name, path, data, tmp):
    """What the second reading says of these bytes, or None where it can't read them."""
    read = corpus.reader(name)
    if read is None:
        return None
    place = tmp / f"damaged{path.suffix}"
    place.write_bytes(data)
    companions = [a for a in test_samples.arguments(path) if str(a).startswith("/")]
    try:
        return [r for r in read(place, *companions) if (r["unit_type"] if isinstance(r, dict) else r[3]) == "total"]
    except Exception:  # whatever it stumbles over
        return None


def judge(name, path, what, data, whole, tmp):
    done = feeds.parse("-f", name, *test_samples.arguments(path), "-", data=data)
    where = f"{name}/{path.name}, {what}"
    if done.returncode == 65:
        if done.stdout:
            return f"{where}: refused, and yet rows came"
        return None if done.stderr.strip() else f"{where}: refused without a word"
    if done.returncode:
        return f"{where}: exit {done.returncode}: {done.stderr.decode(errors='replace')}"
    rows = corpus.rows_of(done.stdout)
    if not rows:
        return f"{where}: an empty success"
    if what in ("empty", "page") or what.startswith("cut") and len(data.strip()) < 2:
        return f"{where}: accepted"
    if rows == whole and not what.startswith("cut"):
        return None
    if what.startswith("byte") and no_figure_hit(rows, whole):
        return None
    again = second(name, path, data, tmp)
    if again is not None and not [d for d in corpus.differences(again, totals(rows)) if not d.startswith("contests and")]:
        return None
    return f"{where}: a batch that no second reading gives ({sum(int(r[12] or 0) for r in rows)} votes)"


@pytest.mark.parametrize("name", FORMATS)
def test_damage(name, tmp_path):
    wrong = []
    for path in samples(name):
        data = path.read_bytes()
        whole = corpus.rows_of(path.with_suffix(".csv").read_bytes())

        def one(case):
            n, (what, bytes_) = case
            folder = tmp_path / f"{path.name}-{n}"
            folder.mkdir()
            return judge(name, path, what, bytes_, whole, folder)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            wrong += [w for w in pool.map(one, enumerate(damaged(path, data))) if w]
    assert not wrong, f"{len(wrong)} wrong answers, first:\n" + "\n".join(wrong[:12])
