"""Runs node-routeros's own specs against the pretend router.

    python tests/town/node_routeros_suite.py CHECKOUT [mocha arguments]

CHECKOUT is a checkout of aluisiora/node-routeros. Needs openssl, node, npm and their
registry: the client as it was published, mocha and chai are brought to a passing
folder. The specs want the router at port 8728, and nobody at 192.168.88.2. All pass
but the two that compare a socket's errno with a word: newer nodes give its number.
"""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

from hotspot_lite.town.routeros import PretendRouter

PORT, PASSWORD = 8728, "node"
PACKAGES = ("node-routeros@1.6.9", "mocha@10", "chai@4", "dotenv@8")


def secured_by(folder: Path) -> ssl.SSLContext:
    """TLS by a certificate of its own and DHE, which the spec offers; nothing newer."""
    pem, dh = str(folder / "tls.pem"), str(folder / "dh.pem")
    certificate = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=hsl"]
    for asked in (
        [*certificate, "-keyout", pem, "-out", pem + ".crt"],
        ["dhparam", "-dsaparam", "-out", dh, "2048"],
    ):
        subprocess.run(["openssl", *asked], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DHE-RSA-AES256-GCM-SHA384")
    context.load_dh_params(dh)
    context.load_cert_chain(pem + ".crt", pem)
    return context


def bring(checkout: Path, folder: Path) -> None:
    """The specs and what they need, in `folder`."""
    command = ["npm", "install", "--silent", "--no-audit", "--prefix", str(folder)]
    subprocess.run([*command, *PACKAGES], check=True)
    shutil.copytree(checkout / "test", folder / "test")
    shutil.copytree(folder / "node_modules" / "node-routeros" / "dist", folder / "dist")


def run_specs(checkout: Path, arguments: list[str]) -> int:
    """Run the specs; gives mocha's exit code."""
    users = {"admin": PASSWORD}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bring(checkout, folder)
        tls = secured_by(folder)
        with (
            PretendRouter(api_users=users, api_tls=tls) as secured,
            PretendRouter(api_users=users, api_port=PORT),
        ):
            return run_mocha(folder, secured.api_port, arguments)


def run_mocha(folder: Path, tls_port: int, arguments: list[str]) -> int:
    """Mocha over the specs in `folder`; gives its exit code."""
    wanted = {
        "HOST": "127.0.0.1",
        "USERNAME": "admin",
        "PASSWORD": PASSWORD,
        "SSL_PORT": str(tls_port),
    }
    mocha = ["node_modules/.bin/mocha", "--exit", "test/*.spec.js"]
    environment = os.environ | wanted
    return subprocess.call([*mocha, *arguments], env=environment, cwd=folder)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(run_specs(Path(sys.argv[1]).resolve(), sys.argv[2:]))
