# SPDX-License-Identifier: ISC
"""A site that sends its files slowly, in pieces of any size, and hangs up in the middle when it is told to."""
import gzip
import random
import threading
import time

import served


class Site(served.Site):
    """files: {path: (bytes, how)}; how: any of "gzip" (as Content-Encoding), "chunked", "moved" (behind a redirect),
    "late" (headers come late). cuts: how many answers of each file are cut, at random."""

    protocol = "HTTP/1.1"

    def __init__(self, files, seconds=0.5, cuts=0, seed=1):
        super().__init__()
        self.files, self.seconds, self.cuts = files, seconds, cuts
        self.random = random.Random(seed)
        self.asked = {path: 0 for path in files}
        self.lock = threading.Lock()

    def answer(self, request):
        path = request.path
        data, how = self.files.get(path.removesuffix("/here"), (None, ()))
        if data is None:
            request.send_error(404)
            return
        if "moved" in how and not path.endswith("/here"):
            request.send_response(302)
            request.send_header("Location", path + "/here")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        with self.lock:
            self.asked[path.removesuffix("/here")] += 1
            cut = self.asked[path.removesuffix("/here")] <= self.cuts
            chance = random.Random(self.random.random())
        if "late" in how:
            time.sleep(0.3)
        if "gzip" in how:
            data = gzip.compress(data, 6, mtime=0)
        request.send_response(200)
        if "gzip" in how:
            request.send_header("Content-Encoding", "gzip")
        if "chunked" in how:
            request.send_header("Transfer-Encoding", "chunked")
        else:
            request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        try:
            self.send(request, data, chance, "chunked" in how, chance.randrange(len(data)) if cut else len(data))
        except OSError:  # nobody listens any more
            request.close_connection = True

    def send(self, request, data, chance, chunked, until):
        at, pieces = 0, max(8, len(data) // 30000)
        while at < until:
            n = min(until - at, 1 + chance.randrange(2 * len(data) // pieces))
            piece = data[at:at + n]
            request.wfile.write(b"%x\r\n%s\r\n" % (n, piece) if chunked else piece)
            at += n
            time.sleep(self.seconds / pieces)
        if until < len(data):
            request.close_connection = True
        elif chunked:
            request.wfile.write(b"0\r\n\r\n")
