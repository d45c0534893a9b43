# SPDX-License-Identifier: ISC
"""Real files that arrive in pieces, of any size and cut anywhere, are read as they are whole: to the byte, by every format."""
import concurrent.futures
import subprocess
import sys

import feeds

sys.path.insert(0, str(feeds.ROOT / "tests" / "corpus"))
import corpus  # noqa: E402

PROGRAM = feeds.BUILD / "tests" / "test_parsers_stream"
LARGEST = 8 << 20  # parsed some thirty times
EACH = 4  # files of one format


def chosen():
    """The largest files of each format, and some of the others."""
    by_format = {}
    for entry in corpus.entries():
        if 0 < entry.path.stat().st_size <= LARGEST:
            by_format.setdefault(entry.format, []).append(entry)
    for files in by_format.values():
        files.sort(key=lambda e: -e.path.stat().st_size)
        yield from files[:EACH // 2]
        yield from files[EACH // 2::max(1, len(files) // (EACH // 2))][:EACH // 2]


def arrives(entry):
    done = subprocess.run([PROGRAM, entry.format, entry.path, *entry.args], capture_output=True, text=True, timeout=300, check=False,
                          cwd=feeds.ROOT)
    return None if done.returncode == 0 else f"{entry.name}: {done.stderr}{done.stdout}"


def test_real_files_arrive_in_pieces():
    files = list(chosen())
    assert len(files) > 50
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = [w for w in pool.map(arrives, files) if w]
    assert not wrong, "\n".join(wrong[:10])
