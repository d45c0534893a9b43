# SPDX-License-Identifier: ISC
"""The way to a Redis, which stalls, breaks off and comes in pieces when it is told to: a Unix socket before a Unix socket."""
import contextlib
import random
import socket
import threading


class Link:
    """One connection through a way. `stalled`: what goes there, and what comes back."""

    def __init__(self, near, far):
        self.near, self.far = near, far
        self.stalled, self.ended = [False, False], False

    def cut(self):
        self.ended = True
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Way:
    def __init__(self, path, target, seed):
        self.path, self.target = str(path), str(target)
        self.rng = random.Random(seed)
        self.change = threading.Condition()
        self.links = []
        self.closed = self.pieces = False
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(self.path)
        self.door.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def url(self):
        return f"unix://{self.path}"

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                near = self.door.accept()[0]
                far = socket.socket(socket.AF_UNIX)
                try:
                    if self.closed:
                        raise ConnectionError
                    far.connect(self.target)
                except OSError:
                    near.close()
                    far.close()
                    continue
                link = Link(near, far)
                with self.change:
                    self.links = [one for one in self.links if not one.ended] + [link]
                for there, (a, b) in enumerate(((near, far), (far, near))):
                    threading.Thread(target=self.pump, args=(link, there, a, b), daemon=True).start()

    def pump(self, link, there, a, b):
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                while data:
                    n = self.rng.randrange(1, 40 if len(data) < 400 else 4000) if self.pieces else len(data)
                    with self.change:
                        self.change.wait_for(lambda: link.ended or not link.stalled[there])
                    b.sendall(data[:n])
                    data = data[n:]
        with self.change:  # the end is not seen through a way that stands still
            self.change.wait_for(lambda: link.ended or not link.stalled[there])
        link.cut()
        with self.change:
            self.change.notify_all()

    def stall(self, links, there=True, back=True):
        with self.change:
            for link in links:
                link.stalled = [there, back]
            self.change.notify_all()

    def cut(self, links):
        with self.change:
            for link in links:
                link.cut()
            self.change.notify_all()

    def open(self):
        self.closed = self.pieces = False
        self.stall(self.links, False, False)

    def end(self):
        self.closed = True
        self.door.close()
        self.cut(self.links)
