# SPDX-License-Identifier: ISC
"""A real browser (Chromium by playwright-core) for the tests of the board, where it is installed."""
import json
import os
import pathlib
import shutil
import subprocess

import feeds
import harness

MODULES = pathlib.Path(os.environ.get("TALLYD_BUILD", feeds.ROOT / "build")).resolve() / "people"


def missing():
    """Why there is none; empty: there is."""
    if not shutil.which("chromium"):
        return "chromium is not installed: make deps-people"
    if not (MODULES / "node_modules" / "playwright-core").exists():
        return f"playwright-core is not in {MODULES}: make deps-people"
    return ""


def shots():
    """Where pictures of pages go."""
    folder = pathlib.Path(os.environ.get("TALLYD_BUILD", feeds.ROOT / "build")).resolve() / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Browser:
    def __enter__(self):
        script = feeds.ROOT / "tests" / "people" / "browser.mjs"
        self.process = subprocess.Popen(["node", script, MODULES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, what, **more):
        self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def open(self, url, **more):
        return self.ask("open", url=url, **more)

    def until(self, js, limit):
        """Milliseconds until it is true in the page; fails after `limit` seconds, as harness.wait_for does."""
        return self.ask("until", js=js, limit=max(limit, harness.PATIENCE) * 1000)

    def live(self):
        """Wait until the page is kept up to date."""
        self.ask("live", limit=harness.PATIENCE * 1000)

    def run(self, js):
        return self.ask("run", js=js)
