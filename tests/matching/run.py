# SPDX-License-Identifier: ISC
"""Precision and recall of matching on lists made from real result files, by the real programs.

    python3 tests/matching/run.py [--count N] [--seed S] [--night NAME] [--keep FOLDER]

For each night a list of true endorsements, a list of traps, and both as one are matched by `tallyd -1 -o matches`. A match is right when it is the row the
endorsement was made from, or a line of the same person in the same race; a trap has none. Fails when one automatic match is wrong, or
fewer than 97 of 100 of those that a person could tell are automatic. What was missed is in build/matching/misses.csv.
"""
import argparse
import collections
import concurrent.futures
import csv
import datetime
import io
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "system")]
import crossed  # noqa: E402
import feeds  # noqa: E402
import lists  # noqa: E402
import names  # noqa: E402
import sums  # noqa: E402

COLUMNS = ("endorsement_id", "candidate_name", "state", "office", "district", "seat", "jurisdiction", "county", "term", "party",
           "contest_party", "election_type", "status")
RECALL = 0.97


def write_night(folder, night, entries, sources):
    """A list and a configuration; `sources`: its sections."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "endorsements.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, list(dict.fromkeys([*COLUMNS, *(k for e in entries for k in e.row)])))
        out.writeheader()
        for i, e in enumerate(entries):
            out.writerow({"endorsement_id": f"e{i}", **e.row})
    conf = [f"[election]\nname = {night.name}\ndates = {night.date}\nmode = rehearsal\npolls-close.{night.state} = 19:00 America/New_York",
            "[endorsements]\nfile = endorsements.csv",
            f"[state]\ndirectory = state\n[workers]\nprogram = {feeds.PARSE}\nwall-after-last-byte = 60s\n[http]\nlisten =\n[control]\nsocket = control"]
    (folder / "tallyd.conf").write_text("\n".join(conf + sources) + "\n")


def sections(night, cache):
    return [f"[source {s.name}]\nformat = {s.format}\nstate = {night.state}\npath = {cache / s.file}"
            + (f"\ncounty = {s.county}" if s.county else "") + "".join(f"\n{k} = {v}" for k, v in s.options) for s in night.sources]


def once(folder, night, what):
    """What `tallyd -1` prints the morning after."""
    morning = datetime.date.fromisoformat(night.date) + datetime.timedelta(days=1)
    done = subprocess.run([feeds.BUILD / "tallyd", "-1", "-o", what, "--clock", f"{morning}T12:00:00Z", "-c", folder / "tallyd.conf"],
                          capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"{night.name}: tallyd -1 exits with {done.returncode}: {done.stderr[:2000]}")
    return done.stdout


def match(folder, night):
    """The rows of the matches, by endorsement."""
    found = collections.defaultdict(list)
    for r in csv.DictReader(io.StringIO(once(folder, night, "matches"), newline="")):
        found[r["endorsement_id"]].append(r)
    return found


def key(r):
    return r["source"], r["contest_id"], r["contest"], r["choice_id"], r["choice"], r["party"]


class Tally:
    def __init__(self, night):
        self.night = night
        self.true = self.clear = self.auto = self.right = self.wrong = self.review = self.missed = 0
        self.traps = self.trapped = self.trap_review = 0
        self.mixed = self.mixed_wrong = 0
        self.links = self.joined = self.misjoined = self.merged = self.mismerged = 0
        self.misses = []
        self.kinds = collections.Counter()

    def miss(self, what, e, rows):
        label = e.label or type("none", (), {"key": ("",) * 6})
        first = rows[0] if rows else {}
        self.misses.append({"night": self.night.name, "what": what, "kind": e.kind, "ways": "; ".join(e.ways),
                            **{k: e.row.get(k, "") for k in COLUMNS[1:]}, "made_from_contest": label.key[2], "made_from": label.key[4],
                            "got_band": first.get("band", ""), "got_contest": first.get("contest", ""),
                            "got_choice": first.get("choice", ""), "why": first.get("why", "")})

    def judge_true(self, e, rows, by_key):
        auto = [r for r in rows if r["band"] in ("auto", "decided")]
        self.true += 1
        self.clear += e.clear
        hits = 0
        for r in auto:
            self.links += 1
            rows_of = by_key.get(key(r), [])
            same = e.label in rows_of or any(o.race == e.race and o.person.could_be(e.person) for o in rows_of)
            hits += same
            if not same:
                self.wrong += 1
                self.miss("WRONG", e, [r])
        if hits:
            self.auto += 1
            self.right += e.clear
        elif any(r["band"] == "review" for r in rows):
            self.review += 1
            if e.clear:
                self.miss("review", e, rows)
        elif not auto:
            self.missed += 1
            if e.clear:
                self.miss("missed", e, [])
        self.judge_joins(e, auto, by_key)

    def judge_mixed(self, e, rows, by_key):
        for r in rows:
            if r["band"] != "auto":
                continue
            self.mixed += 1
            if not any(o.race == e.race and o.person.could_be(e.person) for o in by_key.get(key(r), []) if e.label):
                self.mixed_wrong += 1
                self.miss("WRONG", e, [r])

    def judge_joins(self, e, auto, by_key):
        """Contests that became one race, and choices that became one person: each pair of them."""
        for i, a in enumerate(auto):
            for b in auto[:i]:
                ra, rb = by_key.get(key(a), []), by_key.get(key(b), [])
                if (a["source"], a["contest_id"], a["contest"]) != (b["source"], b["contest_id"], b["contest"]):
                    self.joined += 1
                    self.misjoined += not any(x.race and x.race == y.race for x in ra for y in rb)
                self.merged += 1
                self.mismerged += not any(x.person.could_be(y.person) for x in ra for y in rb)

    def judge_trap(self, e, rows):
        self.traps += 1
        self.kinds[e.kind] += 1
        auto = [r for r in rows if r["band"] in ("auto", "decided")]
        if auto:
            self.trapped += 1
            self.miss("WRONG", e, auto)
        elif any(r["band"] == "review" for r in rows):
            self.trap_review += 1


def play(night, cache, args, folder):
    rows = lists.read(night, cache, feeds.PARSE)
    maker = lists.Maker(night, rows, args.seed)
    true, traps = maker.lists(args.count)
    by_key = collections.defaultdict(list)
    for r in rows:
        by_key[r.key].append(r)
    tally = Tally(night)
    where = folder / night.name.replace(" ", "-")
    write_night(where / "true", night, true, sections(night, cache))
    write_night(where / "traps", night, traps, sections(night, cache))
    found = match(where / "true", night)
    for i, e in enumerate(true):
        tally.judge_true(e, found[f"e{i}"], by_key)
    found = match(where / "traps", night)
    for i, e in enumerate(traps):
        tally.judge_trap(e, found[f"e{i}"])
    # All in one list: what two rows do to each other may keep a true one in review, and never makes a trap a match.
    write_night(where / "mixed", night, true + traps, sections(night, cache))
    found = match(where / "mixed", night)
    for i, e in enumerate(true + traps):
        tally.judge_mixed(e, found[f"e{i}"], by_key)
    return tally


def play_crossed(cache, args, folder):
    """Cross-filed primaries: how many were right is printed, and returned."""
    people = [r.person for night in lists.nights(cache) if night.name == "PA 2018" for r in lists.read(night, cache, feeds.PARSE) if not r.nobody()]
    night = lists.Night("PA primaries", "PA", crossed.DATE, ())
    folder = folder / "PA-primaries"
    folder.mkdir(parents=True, exist_ok=True)
    maker = crossed.Maker(people, args.seed)
    sources = maker.make(folder)
    n, bad = collections.Counter(), []
    for what, entries in (("true", maker.true), ("traps", maker.traps)):
        write_night(folder / what, night, entries, [s.replace("path = ", "path = ../") for s in sources])
        some, more = crossed.judge(entries, match(folder / what, night), maker.sources)
        n, bad = n + some, bad + more
    return n, bad


def say_crossed(n, bad):
    print(f"cross-filed primaries, made: {n['true']} true, {n['auto']} with every line of theirs and no other ({share(n['auto'], n['true'])}), "
          f"{n['review']} in review; {n['traps']} traps; {n['links']} automatic matches, {n['wrong']} wrong; {n['joined']} joined over two "
          f"primaries, {n['misjoined']} of them wrongly")
    print("  " + ", ".join(f"{v} {k}" for k, v in sorted(n.items()) if " " in k))
    for what, e, rows, own in [b for b in bad if b[0].startswith("WRONG")][:10]:
        print(f"  {what}: {e.row} ({'; '.join(e.ways)}): {own}; " + "; ".join(f"{r['band']} {r['contest']}: {r['why']}" for r in rows[:4]))
    return n["wrong"] == 0 and n["misjoined"] == 0 and n["auto"] >= RECALL * n["true"]


def play_sums(cache, args, folder):
    """Whose lines are added up over counties, ours and all others: what was right is printed."""
    oregon, michigan = lists.Night("OR counties", "OR", "2018-05-15", ()), lists.Night("MI counties", "MI", "2018-11-06", ())
    fine = True
    for what, night, counties in (
            ("Oregon's county files", oregon, lambda f: sums.oregon(cache, feeds.PARSE)),
            ("Michigan's by county", michigan, lambda f: sums.michigan(cache, f, ["as filed"])),
            ("... each county in its own way, with namesakes", michigan, lambda f: sums.michigan(cache, f, list(sums.WAYS), twins=True))):
        where = folder / ("sums-" + names.fold(what).replace(" ", "-"))
        where.mkdir(parents=True, exist_ok=True)
        filed = counties(where)
        found, rows = sums.races(filed, args.count, args.seed)
        write_night(where, night, [lists.Entry({"state": night.state, **r}, "sum") for r in rows], [c.section for c in filed])
        n, bad = sums.judge(found, [json.loads(line) for line in once(where, night, "cards").splitlines()])
        print(f"summed over counties, {what}: {n['races']} races, {n['merges']} lines merged into a person ({n['others']} of others than ours), "
              f"{n['wrong']} wrong; {n['apart']} of one person stay apart in {n['doubtful']} races in doubt, {n['unflagged']} not flagged")
        for b in bad[:5]:
            print("  WRONG:", *b)
        fine &= not n["wrong"] and not n["unflagged"] and n["merges"] > 0
    return fine


def share(part, whole):
    return f"{part / whole:.4f}" if whole else "-"


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--count", type=int, default=400)
    p.add_argument("--seed", default="1")
    p.add_argument("--night")
    args = p.parse_args()
    if not (feeds.SHARED / "unpack").exists():
        print("SKIP matching: the real feeds, ../shared/feeds, are not there")
        return 0
    cache = feeds.folder("clarity", "pa-export-csv", "mn-txt", "fl-elecresults", "nc-results-pct-tsv", "wa-allcounties-csv",
                         "wa-county-csv", "or-county-media-csv", "hi-media-txt", "mi-cenr-tab", "in-enr-csv")
    folder = feeds.BUILD / "matching"
    nights = [n for n in lists.nights(cache) if not args.night or args.night in n.name]
    print(f"matching: lists of up to {args.count} true endorsements and as many traps a night, seed {args.seed}")
    head = ("night", "true", "clear", "auto", "recall", "review", "missed", "wrong", "traps", "taken", "review", "joined", "misjoined")
    print("{:18}{:>6}{:>7}{:>6}{:>8}{:>8}{:>8}{:>7}{:>7}{:>7}{:>8}{:>8}{:>11}".format(*head))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        tallies = list(pool.map(lambda n: play(n, cache, args, folder), nights))
    sums = Tally(None)
    for t in tallies:
        print(f"{t.night.name:18}{t.true:6}{t.clear:7}{t.auto:6}{share(t.right, t.clear):>8}{t.review:8}{t.missed:8}{t.wrong:7}"
              f"{t.traps:7}{t.trapped:7}{t.trap_review:8}{t.joined:8}{t.misjoined:11}")
        for k, v in vars(t).items():
            if isinstance(v, (int, list, collections.Counter)):
                setattr(sums, k, getattr(sums, k) + v)
    misses = sums.misses
    if misses:
        with open(folder / "misses.csv", "w", encoding="utf-8", newline="") as f:
            out = csv.DictWriter(f, misses[0])
            out.writeheader()
            out.writerows(sorted(misses, key=lambda m: m["what"] != "WRONG"))
    wrong, links = sums.wrong + sums.trapped + sums.mixed_wrong, sums.links + sums.trapped + sums.mixed
    recall = sums.right / max(1, sums.clear)
    print("traps: " + ", ".join(f"{n} {k}" for k, n in sorted(sums.kinds.items())))
    print(f"automatic precision {share(links - wrong, links)} ({links} automatic matches, {wrong} wrong); automatic recall {recall:.4f} "
          f"({sums.right} of {sums.clear} that a person could tell; {sums.true - sums.clear} of {sums.true} could not)")
    print(f"in review {sums.review} true and {sums.trap_review} traps, missed {sums.missed}; joining contests into races "
          f"{share(sums.joined - sums.misjoined, sums.joined)} of {sums.joined}, merging choices "
          f"{share(sums.merged - sums.mismerged, sums.merged)} of {sums.merged}")
    if misses:
        print(f"missed and wrong: {folder / 'misses.csv'}")
    fine = args.night or (say_crossed(*play_crossed(cache, args, folder)) & play_sums(cache, args, folder))
    bad = wrong or sums.misjoined or sums.mismerged or recall < RECALL or not fine
    print("matching: " + ("FAILED" if bad else "passed"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
