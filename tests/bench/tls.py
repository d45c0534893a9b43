# SPDX-License-Identifier: ISC
"""What a new verified TLS connection costs: sites of our own, with an authority of our own beside the system's bundle.

They are as sites on the net are: each sends its certificate and the one that signed it, and the root of that is in the bundle.
"""
import pathlib
import subprocess
import tempfile

import feeds

CONNECTIONS = 100
BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
CHAINS = {  # the keys of the root, of what signs the site's certificate, and of the site
    "p256": ("P-256", "P-256", "P-256"),
    "rsa": ("rsa:2048", "rsa:2048", "rsa:2048"),
    "p384": ("rsa:4096", "P-384", "P-256"),  # as Let's Encrypt signs
}
CONFIG = "[req]\ndistinguished_name = name\n[name]\n"  # no extensions but those that are named
SIGNS = ("basicConstraints=critical,CA:true", "keyUsage=critical,keyCertSign,cRLSign")
SERVES = ("basicConstraints=critical,CA:false", "keyUsage=critical,digitalSignature", "extendedKeyUsage=serverAuth", "subjectAltName=IP:127.0.0.1")
CERTIFICATES = (("root", SIGNS, None), ("signer", SIGNS, "root"), ("site", SERVES, "signer"))  # name, extensions, by whom


def certify(folder, keys):
    """chain.pem and site.key in the folder; the bundle that trusts the root."""
    (folder / "config").write_text(CONFIG)
    for (name, extensions, by), key in zip(CERTIFICATES, keys):
        args = ["openssl", "req", "-config", "config", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        args += ["-newkey", key] if key.startswith("rsa") else ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{key}"]
        args += ["-CA", f"{by}.pem", "-CAkey", f"{by}.key"] if by else []
        for extension in extensions:
            args += ["-addext", extension]
        subprocess.run(args, cwd=folder, check=True, capture_output=True)
    read = {name: (folder / f"{name}.pem").read_text() for name, _, _ in CERTIFICATES}
    (folder / "chain.pem").write_text(read["site"] + read["signer"])
    (folder / "bundle.pem").write_text(BUNDLE.read_text() + read["root"])
    return folder / "bundle.pem"


def measure(chain="p256", wait_ms=0):
    """{"ours_us": ..., "ours_bytes": ..., "bare_us": ..., "bare_bytes": ...} of one connection to a site that takes so long to answer"""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        bundle = certify(folder, CHAINS[chain])
        args = [feeds.BUILD / "tests" / "bench_tls_site", folder / "chain.pem", folder / "site.key", CONNECTIONS + 1, wait_ms]
        with subprocess.Popen([*map(str, args)], stdout=subprocess.PIPE, text=True) as site:
            try:
                ports = site.stdout.readline().split()
                done = subprocess.run([feeds.BUILD / "tests" / "bench_tls", bundle, *ports], capture_output=True, text=True, check=True, timeout=120)
            finally:
                site.kill()
        words = done.stdout.split()
        return {word: int(number) for word, number in zip(words[::2], words[1::2])}


if __name__ == "__main__":
    for a_chain in CHAINS:
        print(a_chain, measure(a_chain), measure(a_chain, 10))
