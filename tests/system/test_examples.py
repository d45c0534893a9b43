# SPDX-License-Identifier: ISC
"""Every example of the man pages and of README.md is run: displays of the pages in a shell in which /etc/tallyd, example.org and systemd
are stand-ins, and what README names in its text on a running daemon. (Its blocks of commands are typed by test_docs, the configuration of
tallyd.conf(5) is read by test_config_sample.)"""
import http.client
import os
import re
import signal
import subprocess
import zipfile

import pytest

import feeds
import small_night

PAGES = sorted((feeds.ROOT / "daemon/man").glob("*.[158]"))
README = (feeds.ROOT / "README.md").read_text()
DISPLAYS = [(page.name, line.replace(r"\&", "")) for page in PAGES for line in re.findall(r"(?m)^\.Dl (.*)$", page.read_text())]
INLINE = [" ".join(text.split()) for text in re.findall(r"`([^`]+)`", re.sub(r"(?s)\n```sh\n.*?\n```\n", "", README))]
SAMPLES = feeds.ROOT / "tests" / "samples"

# what a page takes for granted is here
SHIM = """#!/bin/bash
args=("${{@//https:\\/\\/results.example.org/$HTTP}}")
args=("${{args[@]//\\/etc\\/tallyd/$HOME}}")
args=("${{args[@]//\\/var\\/www\\/tally/$HOME\\/www}}")
{run}
"""
SHIMS = {"tallyctl": 'exec "$BUILD/tallyctl" --socket "$HOME/control" "${args[@]}"',
         "tallyd": '[[ " ${args[*]} " == *" -c "* ]] || args+=(-c "$HOME/tallyd.conf")\nexec "$BUILD/tallyd" "${args[@]}"',
         "tally-parse": 'exec "$BUILD/tally-parse" "${args[@]}"',
         "curl": '[[ $1 == -s && $2 == http*/ga.json ]] && cat "$SAMPLES/ddhq/called.json"',
         "systemctl": '[[ "$*" == "reload tallyd" ]] && exec "$BUILD/tallyctl" --socket "$HOME/control" reload'}


@pytest.fixture(name="house", scope="module")
def fixture_house():
    with small_night.Small() as h:
        h.add_ddhq()
        h.write("endorsed.csv", small_night.ENDORSED + "rw,Raphael Warnock,GA,State House 4,Democratic,,1\n")
        h.conf.write_text(h.conf.read_text() + "[archive]\ndirectory = archive\n")
        (h.folder / "bin").mkdir()
        for name, run in SHIMS.items():
            path = h.write(f"bin/{name}", SHIM.format(run=run))
            path.chmod(0o755)
        with zipfile.ZipFile(h.folder / "detailxml.zip", "w") as z:
            z.write(h.folder / "county.xml", "detail.xml")
        h.write("night.conf", h.conf.read_text().replace("socket = control", "socket = other").replace("directory = state", "directory = other-state").replace("directory = archive", "directory = other-archive")
                .replace("mode = live", "mode = rehearsal").replace("dates = 2025-11-04", "dates = 2021-01-05"))
        h.start_with_figures()
        assert h.ctl("call", "foe", "won", "--reason", "read out", "--yes").returncode == 0
        yield h


def environment(house):
    return {**os.environ, "PATH": f"{house.folder}/bin:{os.environ['PATH']}", "HOME": str(house.folder), "BUILD": str(feeds.BUILD),
            "SAMPLES": str(SAMPLES), "HTTP": f"http://127.0.0.1:{house.port}"}


def run(house, line):
    return subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=house.folder, env=environment(house), capture_output=True, text=True,
                          timeout=30, check=False)


def run_on(house, line):
    """Of what goes on until it is interrupted: until it says something that is no complaint."""
    child = subprocess.Popen(["bash", "-c", f"exec {line}"], cwd=house.folder, env=environment(house), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    try:
        said = new = child.stdout.readline()
        while new and line.startswith("tallyd") and "ready after" not in new:
            said += (new := child.stdout.readline())
        assert child.poll() is None and said and "tallyctl:" not in said and "usage:" not in said, (line, said)
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(20)
        child.stdout.close()


@pytest.mark.parametrize("page,line", DISPLAYS)
def test_every_display_of_a_page_runs(house, page, line):
    if re.match(r"tallyd (?!-[t1T])", line):
        run_on(house, line)
        return
    done = run(house, line)
    into = re.search(r"> (\S+)$", line)
    said = (house.folder / into[1]).read_text() if into else done.stdout
    assert done.returncode == 0 and len(said.splitlines()) >= 1, (page, done)


def test_there_are_displays_in_each_page_of_a_program():
    assert {page for page, _ in DISPLAYS} == {p.name for p in PAGES if p.name != "tallyd.conf.5"} and len(DISPLAYS) >= 10


def each(text):
    """`GET /v1/calls.json|.csv` is two; `--style short|long|slack` is three."""
    found = re.search(r"(\S*?)((?:\.?[\w-]+)(?:\|\.?[\w-]+)+)(\S*)", text)
    if not found:
        return [text]
    before, words, behind = found.groups()
    if words[0] != "." and "." in before + words.split("|")[0]:  # of a path: the ending
        before, words = before + words.split(".")[0], "." + words.split(".", 1)[1]
    return [text.replace(found[0], before + word + behind, 1) for word in words.split("|")]


def test_each_is_each():
    assert each("/v1/a.json|.csv?x=1") == ["/v1/a.json?x=1", "/v1/a.csv?x=1"] and each("--style short|long b") == ["--style short b", "--style long b"]


COMMANDS = sorted({one for text in INLINE if re.match(r"(tallyctl|tallyd|tally-parse) \S", text) for one in each(text)})
PATHS = sorted({one.removeprefix("GET ") for text in INLINE if re.match(r"(GET )?/(v1|livez|readyz|metrics|embed)", text) for one in each(text)})


@pytest.mark.parametrize("text", COMMANDS)
def test_every_command_in_the_text_of_the_readme_runs(house, text):
    line = text
    for word, here in (("formats/NAME.conf FILE", f"{feeds.ROOT}/config/formats/mn.conf {next((SAMPLES / 'mn').glob('*.txt'))}"),
                       ("summary FILE", f"summary {SAMPLES}/clarity/state.xml"), ("FILE", "endorsed.csv"), ("ENDORSEMENT", "foe"), ("SOURCE", "county"),
                       ("DIR", "site")):
        line = line.replace(word, here)
    if line == "tallyctl takeover":  # there is no standby here, and that is what it says
        done = run(house, line + " --dry-run")
        assert "active" in done.stdout + done.stderr, done
    elif re.search(r"tail -f|watch$|--every", line):
        run_on(house, line)
    else:
        done = run(house, line)
        assert done.returncode == 0 and done.stdout, done


@pytest.mark.parametrize("path", PATHS)
def test_every_path_in_the_readme_is_there(house, path):
    link = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
    link.request("GET", "/v1/totals.json")
    answer = link.getresponse()
    answer.read()
    path = path.replace("EPOCH-SEQ", answer.getheader("ETag").strip('"')).replace("RACE_ID", "2025-11-04-ga-us-senate")
    link.request("GET", path)
    answer = link.getresponse()
    assert answer.status == 200, path
    link.close()


def test_every_target_in_the_readme_is_one():
    targets = set(re.search(r"(?m)^\.PHONY: (help .*)$", (feeds.ROOT / "Makefile").read_text())[1].split())
    named = {t for t in re.findall(r"(?:`|^    (?:sudo )?)make ([a-z0-9-]+)", README, re.M)}
    assert len(named) > 6 and named <= targets, named - targets
