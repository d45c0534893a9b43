# SPDX-License-Identifier: ISC
"""What is written down for people is what the programs do."""
import re
import shutil
import subprocess

import feeds
import harness

# read by config/ itself while it makes the sources
READ_BY_CONFIG = {"insecure_http", "poll.interval"}


def test_every_key_is_used():
    """A key that is read from the file and looked at nowhere promises what is not there."""
    keys = (feeds.ROOT / "config/keys.c").read_text()
    fields = {".".join(filter(None, f)) for f in re.findall(r"\{(?:GLOBAL\((\w+), |SOURCE\()(\w+)\)", keys)}
    assert len(fields) > 60
    daemon = "".join(p.read_text() for p in sorted((feeds.ROOT / "daemon").glob("*.c")))
    unused = {f for f in fields if not re.search(r"(?:\.|->)" + re.escape(f) + r"\b", daemon)}
    assert unused == READ_BY_CONFIG


def test_every_column_is_on_the_page():
    code = (feeds.ROOT / "daemon/core/columns.c").read_text()
    table = code[code.index("const struct column columns[]"):]
    columns = re.findall(r'^    \{"([a-z_]+)",', table, re.M)
    page = (feeds.ROOT / "daemon/man/tallyd.conf.5").read_text()
    section = page[page.index(".Sh ENDORSEMENT LIST"):]
    section = section[:section.index(".Sh ", 4)]
    assert len(columns) > 30 and re.findall(r"^\.It Ic (\S+)$", section, re.M) == columns


def test_the_first_night_of_the_readme(tmp_path):
    """The commands as they stand there work, from the tree as it is built."""
    readme = (feeds.ROOT / "README.md").read_text()
    assert readme.count("\n```sh\n") == 4 and "cp config/try/* build/try/" in readme  # at the margin: copied as plain text, END ends
    for p in (feeds.ROOT / "config/try").iterdir():
        (tmp_path / p.name).write_text(p.read_text().replace("../../tests", str(feeds.ROOT / "tests")))
    conf = tmp_path / "tallyd.conf"
    done = subprocess.run([feeds.BUILD / "tallyd", "-t", "-c", conf], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "the configuration is right: 2 sources, 3 endorsed\n"
    done = subprocess.run([feeds.BUILD / "tallyd", "-1", "-o", "matches", "-c", conf], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.count(",auto,") == 2, done.stdout + done.stderr


def drill(title, nth=0):
    """The commands of a section of README.md, a list of lines as they are typed; of its nth block."""
    readme = (feeds.ROOT / "README.md").read_text()
    section = readme[readme.index("## " + title):]
    section = section[:section.index("\n## ")]
    return re.findall(r"(?s)\n```sh\n(.*?)\n```\n", section)[nth].splitlines()


def as_usage(line):
    """A line of mdoc as tallyctl writes it: "mark Ar race Op Cm off" is "mark RACE [off]"."""
    text, kind, glued, open_to_end = "", "Cm", True, 0
    for token in line.split():
        if token in ("Cm", "Ar", "Fl"):
            kind = token
        elif token in ("Op", "Oo"):
            text, glued, open_to_end = text + " [", True, open_to_end + (token == "Op")
        elif token in ("Oc", "|", "..."):
            text, glued = text + {"Oc": "]"}.get(token, token), token == "|"
        elif token == "Ns":
            glued = True
        else:
            word = token.upper() if kind == "Ar" else "-" + token if kind == "Fl" else token
            text, glued, kind = text + ("" if glued else " ") + word, False, "Cm" if kind == "Fl" else kind
    return text + "]" * open_to_end


def page_items(section, until):
    page = (feeds.ROOT / "daemon/man/tallyctl.1").read_text()
    text = page[page.index(section):]
    return text[:text.index(until)]


def test_the_page_of_tallyctl_has_its_commands_and_words():
    """Commands, what they take, and their order; and the glossary: from one table each."""
    shown = subprocess.run([feeds.BUILD / "tallyctl", "help"], capture_output=True, text=True, check=True).stdout
    names = [line[2:].split("  ")[0] for line in shown.splitlines() if re.match(r"  [a-z]", line)]
    lines = re.findall(r"(?m)^\.It Cm (.*)$", page_items("The commands are:", "Those that decide"))
    wanted = []
    for name in names:
        done = subprocess.run([feeds.BUILD / "tallyctl", "help", *name.split()], capture_output=True, text=True, check=True)
        wanted.append(done.stdout.splitlines()[0].removeprefix("usage: tallyctl ").split(" --reason TEXT [--yes|--dry-run]")[0])
    assert len(wanted) > 25 and [as_usage(line) for line in lines] == wanted
    terms = re.split(r"(?m)^\.It Cm ", page_items(".Sh GLOSSARY", ".El"))[1:]
    said = subprocess.run([feeds.BUILD / "tallyctl", "help", "terms"], capture_output=True, text=True, check=True).stdout
    assert re.sub(r"\s+", " ", " ".join(terms)).strip() == re.sub(r"\s+", " ", said).strip()
    assert max(map(len, said.splitlines())) <= 80


def test_every_count_and_flag_is_a_term():
    terms = set(re.findall(r'\{"([a-z_ ]+)",', (feeds.ROOT / "daemon/ctl/terms.c").read_text()))
    counts = re.findall(r"X\([A-Z_]+, ([a-z_]+)\)", (feeds.ROOT / "daemon/core/tally.h").read_text())
    flags = re.findall(r'\{RACE_[A-Z_]+, "([a-z_]+)"\}', (feeds.ROOT / "daemon/core/labels.c").read_text())
    assert len(counts) == 31 and len(flags) == 15 and not [w for w in counts + flags if w not in terms]


def test_a_shell_completes_what_tallyctl_knows(tmp_path):
    script = subprocess.run([feeds.BUILD / "tallyctl", "completion", "bash"], capture_output=True, text=True, check=True).stdout

    def offered(*words):
        line = " ".join(f"'{w}'" for w in ("tallyctl", *words))
        run = f"{script}\ntallyctl() {{ printf 'race_id\\tb\\tc\\td\\te\\tf\\tids\\nr-1\\t\\t\\t\\t\\t\\tann,bob\\n'; }}\n" \
              f"COMP_WORDS=({line}); COMP_CWORD={len(words)}; _tallyctl; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        return subprocess.run(["bash", "--norc", "-c", run], capture_output=True, text=True, check=True, cwd=tmp_path).stdout.split()

    assert offered("st") == ["status", "statement"] and offered("match", "a") == ["accept", "alias"]
    assert offered("call", "") == ["won", "lost", "advanced", "--reason", "--yes", "--dry-run", "--basis", "--url", "--from", "ann", "bob"]
    assert offered("call", "ann", "w") == ["won"] and offered("--yes", "mark", "r") == ["recount", "r-1"]
    assert offered("races", "status", ":", "ad") == ["advanced"] and offered("races", "status", ":", "part") == ["partly_called"]  # bash puts in what is behind the colon
    assert offered("races", "clo") == ["closest:"] and "status:won" in offered("races", "st") and "advanced" in offered("races", "status", ":")
    assert offered("races", "flag", ":", "re") == ["recount"] and offered("races", "office:fed") == ["office:federal"]
    assert offered("endorse", "status", "bob", "not") == ["not_on_ballot"] and offered("zzz", "") == []
    for shell in ("zsh", "fish"):
        text = subprocess.run([feeds.BUILD / "tallyctl", "completion", shell], capture_output=True, text=True, check=True).stdout
        assert text.count("won lost advanced") == 1 and "@" not in text.replace("${@:2}", "").replace("(@)", "") and "%" not in text
        if shutil.which(shell):
            (tmp_path / "script").write_text(text)
            assert subprocess.run([shell, "-n", tmp_path / "script"], check=False).returncode == 0
    if shutil.which("fish"):
        for typed, wanted in (("st", ["statement", "status"]), ("match a", ["accept", "alias"]), ("call ann w", ["won"])):
            done = subprocess.run(["fish", "-N", "-c", f"source {tmp_path}/script; complete -C 'tallyctl {typed}'"], capture_output=True, text=True, check=True)
            assert sorted(done.stdout.split()) == wanted, (typed, done)
    done = subprocess.run([feeds.BUILD / "tallyctl", "completion", "csh"], capture_output=True, text=True, check=False)
    assert done.returncode == 64 and "bash|zsh|fish" in done.stderr and not done.stdout


class Shell:
    """A shell in a tree that is built, with the small night to try; only its fixed port is let go."""

    def __init__(self, folder):
        (folder / "build").mkdir()
        for name in ("tallyd", "tallyctl", "tally-parse"):
            (folder / "build" / name).symlink_to(feeds.BUILD / name)
        (folder / "tests").symlink_to(feeds.ROOT / "tests")
        shutil.copytree(feeds.ROOT / "config" / "try", folder / "config" / "try")
        conf = folder / "config/try/tallyd.conf"
        conf.write_text(conf.read_text().replace("127.0.0.1:8088", "127.0.0.1:0"))
        self.log = folder / "log"
        with open(self.log, "wb") as out:
            self.shell = subprocess.Popen(["bash", "--noprofile", "--norc"], cwd=folder, stdin=subprocess.PIPE, stdout=out,
                                          stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.typed("kill $(jobs -p) 2>/dev/null", "wait")
        self.shell.stdin.close()
        self.shell.wait(30)

    def typed(self, *commands):
        for command in commands:
            print(command, file=self.shell.stdin, flush=True)

    def text(self):
        return self.log.read_text()

    def begin(self, lines):
        """Type up to the line that starts the daemon; the others are returned. People type more slowly."""
        start = next(i for i, line in enumerate(lines) if re.search(r" &( |$)", line))
        self.typed(*(line for line in lines[:start + 1] if line != "make"))
        harness.wait_for(lambda: "ready after" in self.text(), 30, "tallyd")
        return [line for line in lines[start + 1:] if not line.startswith("sleep ")]


def test_the_small_night_of_the_readme(tmp_path):
    """Typed as it stands there; it was a night of one day only, and on any other said nothing."""
    with Shell(tmp_path) as shell:
        lines = shell.begin(drill("Your own night"))
        assert "the configuration is right: 2 sources, 3 endorsed" in shell.text() and shell.text().count(",auto,") == 2
        board = [str(tmp_path / "build/tallyctl"), "--socket", str(tmp_path / "build/try/control"), "explain", "2026-11-03-ga-us-senate"]

        def said():
            return subprocess.run(board, capture_output=True, text=True, check=False).stdout

        harness.wait_for(lambda: "90 votes" in said() and "on air: calls" in said(), 30, "both feeds")
        shell.typed(*lines, "echo the end $?")
        harness.wait_for(lambda: "\nthe end 0\n" in shell.text(), 30, "the end")
    text = shell.text()
    assert "REHEARSAL: As of 9:00 p.m. ET on Nov. 3, one of our three" in text and "won\t1" in text, text
    assert "no results on air: calls, whose figures the race has" in text and "settled               Won, lost or advanced" in text, text


def test_a_list_of_ones_own(tmp_path):
    with Shell(tmp_path) as shell:
        shell.typed(*drill("Your own night", 1), "echo the end $?")
        harness.wait_for(lambda: "\nthe end 0\n" in shell.text(), 30, "the end")
    text = shell.text()
    assert "mine.csv:2: column state:" in text and "the endorsement list has 1 problem" in text, text
    assert "rows\t2" in text and "the configuration is right: 2 sources, 2 endorsed" in text and ",auto,calls," in text and ",review,results," in text, text


def test_the_format_nobody_foresaw_is_on_the_board(tmp_path):
    """Typed into a shell as it stands there."""
    with Shell(tmp_path) as shell:
        lines = shell.begin(drill("A format nobody foresaw"))
        hup = next(i for i, line in enumerate(lines) if line.startswith("kill -HUP"))
        shell.typed(*lines[:hup])
        harness.wait_for(lambda: "\tAda Quill\tauto\t" in shell.text(), 30, "what comes before the reload")
        shell.typed(lines[hup])
        harness.wait_for(lambda: "reload: done; 3 sources" in shell.text(), 30, "the reload")
        look = next(line for line in lines if "races office:sheriff" in line)

        def board():
            return subprocess.run(look, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False).stdout

        harness.wait_for(lambda: "Ada Quill 1514" in board(), 30, "the votes of the county")
    text = shell.text()
    assert "the configuration is right: 3 sources, 3 endorsed" in text and text.count("ready after") == 1, text
    assert "holds      2 contests, 5 choices, 0 units" in text and "1514   QUILL, ADA (DEM)" in text, text


def test_the_desk_of_the_readme(tmp_path):
    with Shell(tmp_path) as shell:
        shell.typed(*(line for line in shell.begin(drill("The desk")) if not line.startswith("kill ")), "echo the end")
        harness.wait_for(lambda: "\nthe end\n" in shell.text(), 30, "the end")
    text = shell.text()
    assert "tallyctl:" not in text and text.count("\ntotal    ") == 6, text
    assert "claim" in text and "by desk: taken back" in text and "desk: " in text, text


def test_notes_are_no_errors(tmp_path):
    (tmp_path / "list.csv").write_text("Candidate Name,state,office,helld_by,Mailing list\nA B,GA,City Council,x,y\n")
    (tmp_path / "tallyd.conf").write_text(
        '[election]\nname = "A night"\ndates = 2026-11-03\nmode = test\npolls-close.GA = 19:00\n[endorsements]\nfile = list.csv\n'
        "[workers]\nprogram = nowhere\n[source a]\nformat = clarity\nstate = GA\npath = gone.xml\n")
    run = [feeds.BUILD / "tallyd", "-t", "-c", tmp_path / "tallyd.conf"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    notes = [line for line in done.stdout.splitlines() if line.startswith("note: ")]
    assert done.returncode == 0 and done.stderr == "" and len(notes) == 7, done.stdout
    for says in ("quotes", "did you mean held_by?", '"Mailing list" is not used', "list.csv:2: 1 endorsement has no seats_to_fill", "the list does not say whose", "gone.xml", "nowhere"):
        assert sum(says in n for n in notes) == 1, says
    done = subprocess.run([*run, "-q"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_counties_and_parties_that_nobody_knows_are_noted(tmp_path):
    """A county written otherwise has its state's close, and a party that is not understood is no flip."""
    (tmp_path / "list.csv").write_text("candidate_name,state,office,county,party,held_by,seats_to_fill\nA B,IN,Sheriff,La Porte,Democratic,Whig,1\n"
                                       "C D,IN,Coroner,La Porte,Democratic,Rep.,1\n")
    (tmp_path / "tallyd.conf").write_text(
        "[election]\nname = Night\ndates = 2026-11-03\nmode = test\npolls-close.IN = 18:00 America/New_York\n"
        "polls-close.IN/LaPorte = 18:00 America/Chicago\npolls-close.IN/Lakes = 18:00 America/Chicago\n[endorsements]\nfile = list.csv\n"
        "[source a]\nformat = clarity\nstate = IN\ncounty = LAPORTE COUNTY\npath = list.csv\n"
        "[source b]\nformat = clarity\nstate = IN\ncounty = Lake\npath = list.csv\n")
    done = subprocess.run([feeds.BUILD / "tallyd", "-t", "-c", tmp_path / "tallyd.conf"], capture_output=True, text=True, check=False)
    notes = [line for line in done.stdout.splitlines() if line.startswith("note: ") and "program" not in line]
    assert done.returncode == 0 and len(notes) == 3, done.stdout + done.stderr
    for says in ("polls-close.IN/Lakes: no source", "[source b] county = Lake: no polls-close.IN/Lake names it",
                 "list.csv:2: party Democratic, held_by Whig: not both are understood, as in 1 row,"):
        assert sum(says in n for n in notes) == 1, (says, notes)


def test_list_and_configuration_are_judged_together(tmp_path):
    (tmp_path / "list.csv").write_text("candidate_name,state,office\nA B,Gia,US Senate\n")
    (tmp_path / "tallyd.conf").write_text("[election]\ndates = 2026-11-03\nmode = tset\n[endorsements]\nfile = list.csv\n")
    done = subprocess.run([feeds.BUILD / "tallyd", "-t", "-c", tmp_path / "tallyd.conf"], capture_output=True, text=True, check=False)
    assert done.returncode == 78
    assert "tallyd.conf:3:8: mode" in done.stderr and 'list.csv:2: column state: "Gia"' in done.stderr, done.stderr
    assert done.stderr.count(f"{tmp_path / 'tallyd.conf'}: ") == 1, done.stderr


def test_install_puts_everything_where_it_says(tmp_path):
    """Another PREFIX and SYSCONFDIR reach the units; nothing empty is made. BUILD is only read: it is built already."""
    done = subprocess.run(["make", "-s", "install", f"BUILD={feeds.BUILD}", f"DESTDIR={tmp_path}", "PREFIX=/opt/t", "SYSCONFDIR=/opt/etc"],
                          cwd=feeds.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    files = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    for name in ("opt/t/sbin/tallyd", "opt/t/bin/tallyctl", "opt/t/bin/tally-parse", "opt/etc/tallyd/tallyd.conf",
                 "opt/t/share/bash-completion/completions/tallyctl", "opt/t/share/zsh/site-functions/_tallyctl",
                 "opt/t/share/fish/vendor_completions.d/tallyctl.fish",
                 "opt/etc/tallyd/sources.d/example.conf.sample", "opt/t/share/doc/tallyd/README.md", "opt/t/share/doc/tallyd/LICENSE"):
        assert name in files, name
    for name in ("systemd/system/tallyd.service", "systemd/system/tallyd@.service", "tmpfiles.d/tallyd.conf"):
        text = (tmp_path / "opt/t/lib" / name).read_text()
        assert "/opt/etc/tallyd" in text and "/usr/" not in text and " /etc/" not in text, text
    presets = sorted(p.name for p in (feeds.ROOT / "config/formats").glob("*.conf"))
    assert presets and sorted(p.name for p in (tmp_path / "opt/t/share/tallyd/formats").iterdir()) == presets
    listed = subprocess.run([tmp_path / "opt/t/bin/tally-parse", "--list"], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert listed.returncode == 0 and {p[:-5] for p in presets} <= {line.split()[0] for line in listed.stdout.splitlines()}
    assert not (tmp_path / "opt/t/lib/tallyd").exists()


def test_every_format_has_its_row_its_sample_and_its_second_reading():
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", (feeds.ROOT / "parsers/README.md").read_text(), re.M)
    names = [line.split()[0] for line in feeds.parse("--list").stdout.decode().splitlines()]
    assert sorted(rows) == sorted(names), "parsers/README.md has a row a format, no more"
    engines = {"delimited", "fixed-width", "html-table"}
    for name in set(names) - {"pointer"}:
        samples = list((feeds.ROOT / "tests/samples" / name).glob("*.csv"))
        assert samples, f"{name}: no sample of our own that is read"
        reading = feeds.ROOT / "tests/corpus" / (name.replace("-", "_") + ".py")
        assert name in engines or reading.exists(), f"{name}: no second reading"


def test_every_option_of_a_format_is_on_the_page():
    """Of engines, and of all formats; a format's own options stand in the table before them."""
    table = (feeds.ROOT / "parsers/formats.c").read_text()
    options = set(re.findall(r'"([a-z.-]+)"', "".join(line for line in table[:table.index("const struct format formats")].splitlines(True)
                                                     if not line.startswith(("#include", "/*")))))
    page = (feeds.ROOT / "daemon/man/tallyd.conf.5").read_text()
    assert len(options) > 30 and not [o for o in sorted(options) if o not in page]
