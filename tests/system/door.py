# SPDX-License-Identifier: ISC
"""A door on loopback between a client and an HTTP server: it can be shut, and can keep streams of events out."""
import contextlib
import socket
import threading


class Door:
    def __init__(self, port):
        self.to, self.shut, self.no_events = port, False, False
        self.ends, self.asked = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.close_all()
        self.listener.close()

    def close(self):
        """Whoever is connected is cut off, and whoever comes is."""
        self.shut = True
        self.close_all()

    def open(self):
        self.shut = False

    def close_all(self):
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        """One connection, each of its questions looked at."""
        server = None
        with contextlib.suppress(OSError), client:
            while not self.shut and (question := client.recv(65536)):
                self.asked.append(question.split(b" ", 2)[1].decode())
                if self.no_events and self.asked[-1].startswith("/v1/events"):
                    client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                    continue
                if not server:
                    server = socket.create_connection(("127.0.0.1", self.to))
                    self.ends += [client, server]
                    threading.Thread(target=self.answer, args=(server, client), daemon=True).start()
                server.sendall(question)
        if server:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def answer(server, client):
        with contextlib.suppress(OSError), server:
            while text := server.recv(65536):
                client.sendall(text)
