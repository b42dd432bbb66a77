"""The two FreeRADIUS that are compared: ours, and Debian's stock `sql` on SQLite.

The stock one is a copy of /etc/freeradius/3.0 with what its own comments tell to do for
SQLite: the driver, the dialect, a file, `sql` enabled; the file is bootstrapped by its
schema.sql. Both hold the same customers.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hotspot_lite import settings as ground
from hotspot_lite.radius import config
from hotspot_lite.serve import FREERADIUS_MEMORY
from hotspot_lite.store import migrations

STOCK = Path("/etc/freeradius/3.0")
SECRET = "a-secret-of-32-characters-length"
HOUR = 3600
RATE = "2M/4M"


class Rival:
    """One server's folder, ports, database and process."""

    def __init__(self, name: str, folder: Path, ports: tuple[int, int]) -> None:
        self.name, self.folder, self.ports = name, folder, ports
        self.raddb = folder / "raddb"
        self.database = folder / "data" / "hotspot.db"
        (folder / "data").mkdir(parents=True)

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        told = ["freeradius", "-f", "-l", f"{self.folder}/log", "-d", str(self.raddb)]
        # Ours as its unit starts it; Debian's unit says nothing of memory.
        more = FREERADIUS_MEMORY if self.name == "ours" else {}
        process = subprocess.Popen(told, umask=0o007, env=os.environ | more)
        try:
            time.sleep(1.5)
            yield process
        finally:
            # The stock one was seen to hang at its end, its threads in a busy file.
            process.kill()
            process.wait()


def ours(folder: Path, ports: tuple[int, int], names: list[str]) -> Rival:
    """Ours as the installer writes it, with its customers sold an hour each."""
    rival = Rival("ours", folder, ports)
    given = {
        "HOTSPOT_CONFIG": str(folder / "none.toml"),
        "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
        "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
        "HOTSPOT_RADIUS_SECRET": SECRET,
        "HOTSPOT_RADIUS_HOST": "127.0.0.1",
        "HOTSPOT_RADIUS_AUTH_PORT": str(ports[0]),
        "HOTSPOT_RADIUS_ACCT_PORT": str(ports[1]),
    }
    settings = ground.load(given)
    migrations.migrate(settings.database_file)
    config.write(rival.raddb, settings)
    now = int(time.time())
    with closing(sqlite3.connect(rival.database)) as db, db:
        db.executemany(
            "INSERT INTO customer (username, secret, made_at) VALUES (?, 'pass', 1)",
            [(name,) for name in names],
        )
        db.execute(
            "INSERT INTO subscription (customer_id, plan_name, price_cents,"
            " duration_seconds, data_used_bytes, rate, devices, starts_at,"
            " expires_at, mac, ip, access, access_says, made_at)"
            " SELECT id, 'p', 1, ?, 0, ?, 1, ?, ?, '', '', 'none', '', 1"
            " FROM customer",
            (HOUR, RATE, now - 60, now + HOUR),
        )
    return rival


def stock(
    folder: Path, ports: tuple[int, int], names: list[str], logged: bool = True
) -> Rival:
    """Debian's: radcheck has the password, radreply the limits. It logs each login in
    radpostauth; not `logged`: that line is taken out."""
    rival = Rival("stock" if logged else "unlogged", folder, ports)
    shutil.copytree(STOCK, rival.raddb, symlinks=True)
    tunnel = f"port = {ports[0] + 5}"  # of EAP, which nobody asks
    _change(rival.raddb / "sites-available" / "inner-tunnel", ("port = 18120", tunnel))
    if not logged:
        _forget_logins(rival.raddb / "sites-available" / "default")
    _listen(rival.raddb / "sites-available" / "default", ports)
    _change(rival.raddb / "mods-available" / "sql",
            (r'driver = "rlm_sql_null"', 'driver = "rlm_sql_sqlite"'),
            (r'filename = "/tmp/freeradius.db"', f'filename = "{rival.database}"'),
            )  # fmt: skip
    enabled = rival.raddb / "mods-enabled" / "sql"
    enabled.unlink(missing_ok=True)
    enabled.symlink_to("../mods-available/sql")
    text = (rival.raddb / "clients.conf").read_text()
    text = re.sub(r"secret = testing123", f"secret = {SECRET}", text)
    (rival.raddb / "clients.conf").write_text(text)
    _own(rival.raddb / "radiusd.conf", folder)
    _fill(rival, names)
    return rival


def _change(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text()
    for pattern, new in changes:
        text = re.sub(pattern, lambda _, new=new: new, text, flags=re.M)
    file.write_text(text)


def _listen(file: Path, ports: tuple[int, int]) -> None:
    """The IPv4 listeners on ports of ours, the IPv6 ones out."""
    text = file.read_text()
    begin = text.index("listen {")
    end = text.index("authorize {")
    told = "".join(
        f"listen {{\n type = {kind}\n ipaddr = 127.0.0.1\n port = {port}\n}}\n"
        for kind, port in zip(("auth", "acct"), ports, strict=True)
    )
    file.write_text(text[:begin] + told + text[end:])


def _forget_logins(file: Path) -> None:
    before, mark, after = file.read_text().partition("\npost-auth {")
    file.write_text(before + mark + re.sub(r"^\t+-sql$", "", after, flags=re.M))


def _own(file: Path, folder: Path) -> None:
    """Its log and pid in a folder of ours, as whoever starts it."""
    (folder / "run").mkdir(exist_ok=True)
    _change(file, (r"^raddbdir = [^\n]*$", f"raddbdir = {folder}/raddb"),
            (r"^logdir = [^\n]*$", f"logdir = {folder}/run"),
            (r"^run_dir = [^\n]*$", f"run_dir = {folder}/run"),
            (r"^\tuser = freerad$", ""), (r"^\tgroup = freerad$", ""))  # fmt: skip


def _fill(rival: Rival, names: list[str]) -> None:
    schema = STOCK / "mods-config" / "sql" / "main" / "sqlite" / "schema.sql"
    limits = (("Session-Timeout", str(HOUR)), ("Mikrotik-Rate-Limit", RATE),
              ("Acct-Interim-Interval", "300"), ("Idle-Timeout", "900"))  # fmt: skip
    with closing(sqlite3.connect(rival.database)) as db, db:
        db.executescript(schema.read_text())
        db.executemany(
            "INSERT INTO radcheck (username, attribute, op, value)"
            " VALUES (?, 'Cleartext-Password', ':=', 'pass')",
            [(name,) for name in names],
        )
        db.executemany(
            "INSERT INTO radreply (username, attribute, op, value)"
            " VALUES (?, ?, '=', ?)",
            [(name, *limit) for name in names for limit in limits],
        )


if __name__ == "__main__":
    sys.exit("Run radius_compare.py")
