# SPDX-License-Identifier: ISC
"""What a new verified TLS connection costs: a site of our own, with a certificate of our own authority beside the system's bundle."""
import http.server
import pathlib
import ssl
import subprocess
import tempfile
import threading

import feeds

CONNECTIONS = 100
BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def openssl(folder, *args):
    subprocess.run(["openssl", *map(str, args)], cwd=folder, check=True, capture_output=True)


def certify(folder):
    """ca.pem, site.pem and site.key in the folder; the bundle that trusts the first."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    openssl(folder, "req", "-x509", *curve, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(folder, "req", *curve[:-2], "-subj", "/CN=site", "-keyout", "site.key", "-out", "site.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "site.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "site.pem")
    (folder / "bundle.pem").write_text(BUNDLE.read_text() + (folder / "ca.pem").read_text())
    return folder / "bundle.pem"


def measure():
    """{"ours_us": ..., "ours_bytes": ..., "bare_us": ..., "bare_bytes": ...} of one connection"""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        bundle = certify(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "site.pem", folder / "site.key")
        servers = [Server(("127.0.0.1", 0), Handler) for _ in range(CONNECTIONS + 1)]
        for server in servers:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run([feeds.BUILD / "tests" / "bench_tls", bundle, *(str(server.server_port) for server in servers)],
                              capture_output=True, text=True, check=True, timeout=120)
        words = done.stdout.split()
        return {word: int(number) for word, number in zip(words[::2], words[1::2])}


if __name__ == "__main__":
    print(measure())
