# SPDX-License-Identifier: ISC
"""Servers of HTTP on loopback, at ports that the kernel picks."""
import http.server
import threading


def send(request, body, status=200, length=None, **headers):
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), str(value))
    request.send_header("Content-Length", str(len(body) if length is None else length))
    request.end_headers()
    request.wfile.write(body)


class Server:
    """What `handler` answers, at `url`. Use in a `with`."""

    def __init__(self, handler):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Site(Server):
    """Each kind of site has its own answer(request) to a GET."""

    protocol = "HTTP/1.0"  # a connection for each question

    def __init__(self):
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = self.protocol

            def do_GET(self):
                site.answer(self)

            def log_message(self, *_):
                pass

        super().__init__(Handler)
