# SPDX-License-Identifier: ISC
"""Every real file there is: which format reads it, what came of it, and a second reading beside it.

files.tsv says by pattern which format and arguments a file takes; expected.tsv what must come of each file; FORMAT.py of this
folder (dashes as underscores) reads the format a second time, in plain Python and without a line of ours: `read(path)` gives rows as
dicts with some columns of tally-parse's CSV, or tuples of all of them.

    python3 tests/corpus/corpus.py --write [GLOB...]     write expected.tsv anew from what tally-parse says (then read the diff)
    python3 tests/corpus/corpus.py [GLOB...]             compare
"""
import collections
import concurrent.futures
import csv
import fnmatch
import importlib.util
import io
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import feeds  # noqa: E402

COLUMNS = ("contest_id", "contest", "votes_allowed", "unit_type", "unit", "units_reporting", "units_total", "choice_id", "choice",
           "party", "write_in", "winner", "votes", "derived")
FIELDS = ("file", "format", "verdict", "contests", "choices", "votes", "why")
Entry = collections.namedtuple("Entry", "name path format args note")


def table(path):
    with open(path, encoding="utf-8", newline="") as f:
        return [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]


def entries(globs=()):
    """Each file of each archive with the format that reads it; a file no pattern names is an error."""
    cache = feeds.folder(*sorted(p.name.removesuffix(".tar.xz") for p in feeds.SHARED.glob("*.tar.xz")))
    rules = table(HERE / "files.tsv")
    out = []
    for path in sorted(p for p in cache.glob("**/*") if p.is_file()):
        name = path.relative_to(cache).as_posix()
        if globs and not any(fnmatch.fnmatch(name, g) for g in globs):
            continue
        rule = next((r for r in rules if fnmatch.fnmatch(name, r[0])), None)
        if rule is None:
            raise LookupError(f"{name}: no line of files.tsv names it")
        args = []
        for word in (rule[2].split() if len(rule) > 2 and rule[2] != "-" else []):
            if word.startswith("@"):  # a companion; * stands for what the file's own name has up to its first dot
                args += ["-c", cache / word[1:].replace("*", path.name.split(".")[0])]
            else:
                args += ["-O", word]
        out.append(Entry(name, path, rule[1], args, rule[3] if len(rule) > 3 else ""))
    return out


def rows_of(stdout):
    lines = csv.reader(io.StringIO(stdout.decode(), newline=""))
    assert tuple(next(lines)) == COLUMNS
    return [tuple(r) for r in lines]


def parse(entry):
    """(line of expected.tsv, rows)"""
    done = feeds.parse("-f", entry.format, *entry.args, entry.path)
    why = done.stderr.decode().strip().removeprefix("tally-parse: ").removeprefix(f"{entry.path}: ")
    if done.returncode:
        assert done.returncode == 65 and not done.stdout, f"{entry.name}: exit {done.returncode}: {why}"
        return dict(zip(FIELDS, (entry.name, entry.format, "refused", "", "", "", why))), None
    rows = rows_of(done.stdout)
    totals = [r for r in rows if r[3] == "total"]
    line = (entry.name, entry.format, "ok", str(len({r[:3] for r in totals})), str(len(totals)),
            str(sum(int(r[12] or 0) for r in totals)), why)
    return dict(zip(FIELDS, line)), rows


def reader(name):
    """The second reading of a format, or None."""
    path = HERE / (name.replace("-", "_") + ".py")
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(f"corpus_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(HERE))
    spec.loader.exec_module(module)
    return module.read


def differences(want, got):
    """Rows that only one side has, over the columns that the second reading gives."""
    want = [w if isinstance(w, dict) else dict(zip(COLUMNS, w)) for w in want]
    if not want:
        return ["the second reading found nothing"]
    keys = sorted(want[0], key=COLUMNS.index)
    at = [COLUMNS.index(k) for k in keys]
    types = {w.get("unit_type", "total") for w in want}
    mine = collections.Counter(tuple(w[k] for k in keys) for w in want)
    ours = collections.Counter(tuple(r[i] for i in at) for r in got if r[3] in types)
    if mine != ours:
        return sides(keys, mine, ours)
    order = [k for k in ("contest_id", "contest", "choice_id", "choice") if k in keys]
    if order and [r for r in dict.fromkeys(tuple(w[k] for k in order) for w in want)] != \
            [r for r in dict.fromkeys(tuple(r[COLUMNS.index(k)] for k in order) for r in got if r[3] in types)]:
        return ["contests and choices are in another order"]
    return []


def sides(keys, mine, ours):
    return ([f"only the second reading has {dict(zip(keys, r))} ({n})" for r, n in (mine - ours).items()] +
            [f"only tally-parse has {dict(zip(keys, r))} ({n})" for r, n in (ours - mine).items()])


def check(entry, read):
    """What is wrong with a file: its line, and the differences from its second reading."""
    line, rows = parse(entry)
    if rows is None or read is None:
        return line, []
    companions = [a for a in entry.args if isinstance(a, pathlib.Path)]
    return line, differences(read(entry.path, *companions), rows)


def run(globs=()):
    all_entries = entries(globs)
    readers = {e.format: reader(e.format) for e in all_entries}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda e: check(e, readers[e.format]), all_entries))


def expected():
    with open(HERE / "expected.tsv", encoding="utf-8", newline="") as f:
        return {line["file"]: line for line in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)}


def main(args):
    write = "--write" in args
    globs = [a for a in args if a != "--write"]
    done = run(globs)
    known = expected() if (HERE / "expected.tsv").exists() else {}
    for line, wrong in done:
        for w in wrong[:5]:
            print(f"{line['file']}: {w}")
        if line != known.get(line["file"]):
            print("now " + "\t".join(line.values()))
    if write:
        known.update({line["file"]: line for line, _ in done})
        with open(HERE / "expected.tsv", "w", encoding="utf-8", newline="") as f:
            f.write("\t".join(FIELDS) + "\n")
            for name in sorted(known):
                f.write("\t".join(known[name].values()) + "\n")
    return any(wrong for _, wrong in done)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
