"""Packaging of hotspot-lite. Each dependency says why it is here."""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(
    r'__version__ = "([^"]+)"',
    (HERE / "hotspot_lite" / "__init__.py").read_text(encoding="utf-8"),
)
assert VERSION is not None

REQUIRES = [
    # The queue. Pinned: jobs/ holds a few names that Huey doesn't call public,
    # and tests/test_huey_contract.py holds those to this version.
    "huey==3.5.4",
    # The tables. 4.5 brought lock_type="IMMEDIATE" and after_commit.
    "peewee>=4.5.3,<5",
    # Portal, callbacks and admin page: one file, templates included.
    "bottle>=0.13.4,<0.14",
    # The web server: pure Python, threads, takes a socket from systemd.
    "waitress>=3.0.2,<4",
    # The RouterOS API. GPL-2.0-or-later: the reason for our own licence.
    "librouteros>=4.2.2,<5",
    # RADIUS packets: change of authorisation, test logins, the embedded responder.
    "pyrad>=2.6.0,<3",
    # Migrations, each in one transaction with the note that it ran; imports, exports.
    # Imported only by commands, never by a daemon: 15 MiB.
    "sqlite-utils>=4.2.1,<5",
    # The websocket of the live page, and nothing else, is on gevent.
    "gevent>=26.9",
    "gevent-websocket==0.10.1",
    # One HTTP client for Daraja, SMS gateways and accounting: pools, deadlines and
    # TLS done right at 14 MiB and no dependency (requests: 19, httpx: 17).
    "urllib3>=2.8,<3",
    # Excel files, written row by row and read so: one library for both, 12 MiB, pure
    # Python (XlsxWriter only writes, pandas is 60 MiB). Imported in a job only.
    "openpyxl>=3.1.5,<4",
    # PDF: tables over pages; pure Python but for Pillow, which has wheels for aarch64
    # (fpdf2 brings fontTools too, WeasyPrint Debian's Pango). Imported in a job only.
    "reportlab>=4.4",
    # Passwords of the staff: argon2id is not in Python's library. Wheels for aarch64.
    "argon2-cffi>=25.1",
    # The second factor (RFC 6238), and QR codes as SVG: pure Python, no dependency.
    "pyotp>=2.9",
    "segno>=1.6",
    # Encrypted backups, in age's format (`age -d` opens them): ChaCha20-Poly1305, with
    # wheels for aarch64 and armv7. Not age itself: it asks a terminal, and its scrypt
    # takes 256 MiB (pyrage the same, and the whole file in memory); this takes 64 MiB
    # for a second. Not gpg: an agent and a home folder. Imported in a job only: 8 MiB.
    "cryptography>=45",
    # Starts and watches the processes where there is no systemd.
    "supervisor>=4.3,<5",
]

TESTS = [
    "pytest>=9",
    # Two files of tests at a time: most of them wait for a server or a worker.
    "pytest-xdist>=3.8",
    "hypothesis>=6.150",
    # Drives Debian's Chromium; downloads no browser.
    "playwright>=1.65",
    # axe-core for it: the rules of WCAG, kept by Deque, and the file comes with it.
    "axe-playwright-python>=0.1.8",
    # Asks the API everything its OpenAPI document allows, and holds the answers to it.
    "schemathesis>=4.32",
    # A RouterOS client that is not ours, for the pretend router to prove itself to.
    "RouterOS-api>=0.21",
    # The format of age by others, for our encrypted backups to prove themselves to.
    "pyrage>=1.4",
    "mypy>=2.4",
    "ruff>=0.17",
]

setup(
    name="hotspot-lite",
    version=VERSION.group(1),
    description="Sells WiFi from one small box beside one MikroTik router.",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="GPL-3.0-or-later",
    python_requires=">=3.11",
    packages=[*find_packages(include=["hotspot_lite*"]), "hotspot_lite.static"],
    package_dir={"hotspot_lite.static": "static"},
    package_data={
        "hotspot_lite": [
            "web/templates/**/*.tpl",
            "web/words/*.toml",
            "store/steps/*.sql",
            "radius/templates/*",
            "radius/dictionary",
            "units/*",
        ],
        "hotspot_lite.static": ["*", "vendor/*"],
    },
    install_requires=REQUIRES,
    extras_require={"test": TESTS},
    entry_points={"console_scripts": ["hotspot-lite=hotspot_lite.cli:main"]},
)
