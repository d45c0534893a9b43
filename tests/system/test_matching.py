# SPDX-License-Identifier: ISC
"""A little of `make test-matching`: no wrong match in lists made from every real night, and hardly a true one missed."""
import subprocess
import sys

import feeds

FOLDERS = ("clarity", "pa-export-csv", "mn-txt", "fl-elecresults", "nc-results-pct-tsv", "wa-allcounties-csv", "wa-county-csv",
           "or-county-media-csv", "hi-media-txt", "mi-cenr-tab", "in-enr-csv")


def test_lists_made_from_real_files_are_matched():
    feeds.folder(*FOLDERS)
    done = subprocess.run([sys.executable, feeds.ROOT / "tests" / "matching" / "run.py", "--count", "60"], capture_output=True,
                          text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "automatic precision 1.0000" in done.stdout and "matching: passed" in done.stdout
