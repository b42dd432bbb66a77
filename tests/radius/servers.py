"""A box with a database, and the two RADIUS servers on free ports around it."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from pyrad import packet
from pyrad.client import Client, Timeout
from pyrad.dictionary import Dictionary

from hotspot_lite import settings as ground
from hotspot_lite.radius import config
from hotspot_lite.radius.responder import DICTIONARY
from hotspot_lite.store import migrations
from hotspot_lite.town.whole import free_port

SECRET = "a-secret-of-32-characters-length"
KINDS = ("freeradius", "embedded")
START_SECONDS = 20
# More than FreeRADIUS's reject_delay of one second.
SILENCE_SECONDS = 1.6
OWN_MAC = "BC:24:11:EB:56:4D"
OTHER_MAC = "BC:24:11:00:00:02"


@dataclass(frozen=True)
class Answer:
    kind: str  # accept | reject | silent
    attributes: dict[str, Any] = field(default_factory=dict)
    signed: bool = False

    @property
    def message(self) -> str:
        return str(self.attributes.get("Reply-Message", ""))


class Box:
    """A data folder with a fresh database, filled by plain SQL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = ground.load(
            {
                "HOTSPOT_CONFIG": str(folder / "none.toml"),
                "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
                "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
                "HOTSPOT_RADIUS_SECRET": SECRET,
                "HOTSPOT_RADIUS_HOST": "127.0.0.1",
                "HOTSPOT_RADIUS_AUTH_PORT": str(free_port(socket.SOCK_DGRAM)),
                "HOTSPOT_RADIUS_ACCT_PORT": str(free_port(socket.SOCK_DGRAM)),
            }
        )
        self.settings.data_dir.mkdir(parents=True)
        migrations.migrate(self.settings.database_file)
        self._names = itertools.count(1)

    @property
    def spool(self) -> Path:
        return self.settings.data_dir / "spool"

    @property
    def environment(self) -> dict[str, str]:
        values = self.settings.values
        return {
            ground.BY_NAME[name].variable: as_word(values[name])
            for name, origin in self.settings.origins.items()
            if origin == "environment"
        } | {"HOTSPOT_CONFIG": str(self.folder / "none.toml")}

    def run(self, sql: str, *values: object) -> int:
        with closing(sqlite3.connect(self.settings.database_file)) as db, db:
            return int(db.execute(sql, values).lastrowid or 0)

    def customer(self, secret: str = "pass", mac: str = "") -> tuple[int, str]:
        name = f"hs_7000{next(self._names):05d}"
        ident = self.run(
            "INSERT INTO customer (username, secret, made_at) VALUES (?, ?, 1)",
            name,
            secret,
        )
        if mac:
            self.run(
                "INSERT INTO device (mac, customer_id, ip, seen_at)"
                " VALUES (?, ?, '', 1)",
                mac,
                ident,
            )
        return ident, name

    def sell(
        self,
        customer: int,
        seconds_left: int | None = 3600,
        data_bytes: int | None = None,
        used_bytes: int = 0,
        rate: str = "2M/4M",
        devices: int = 1,
        starts_in: int = -60,
        uptime: tuple[int | None, int] = (None, 0),
    ) -> int:
        """A subscription; seconds_left None: it starts at first use.

        `uptime`: seconds online that it has, and has used.
        """
        now = int(time.time())
        starts = None if seconds_left is None else now + starts_in
        expires = None if seconds_left is None else now + seconds_left
        return self.run(
            "INSERT INTO subscription (customer_id, plan_name, price_cents,"
            " duration_seconds, data_bytes, data_used_bytes, rate, devices,"
            " starts_at, expires_at, mac, ip, access, access_says, made_at,"
            " uptime_seconds, used_seconds)"
            " VALUES (?, 'p', 1, 3600, ?, ?, ?, ?, ?, ?, '', '', 'none', '', 1, ?, ?)",
            customer,
            data_bytes,
            used_bytes,
            rate,
            devices,
            starts,
            expires,
            *uptime,
        )

    def session(self, username: str, mac: str, seen_ago: int = 10) -> None:
        now = int(time.time())
        self.run(
            "INSERT INTO session (uniq, username, mac, ip, nas, acct_session_id,"
            " started_at, seen_at, seconds, octets_in, octets_out, cause)"
            " VALUES (?, ?, ?, '', 'n', 's', ?, ?, 1, 0, 0, '')",
            f"{username}/{mac}",
            username,
            mac,
            now - 3600,
            now - seen_ago,
        )


@dataclass
class Server:
    """A RADIUS server that runs, and how to ask it."""

    kind: str
    box: Box
    process: subprocess.Popen[bytes]
    output: Path

    def client(
        self, secret: str = SECRET, seconds: float = SILENCE_SECONDS, sends: int = 1
    ) -> Client:
        values = self.box.settings
        return Client(
            "127.0.0.1",
            authport=values["radius.auth_port"],
            acctport=values["radius.acct_port"],
            secret=secret.encode(),
            dict=Dictionary(str(DICTIONARY)),
            retries=sends,
            timeout=seconds,
        )

    def login(
        self,
        username: str | bytes,
        password: str | bytes = "pass",
        mac: str | bytes = OWN_MAC,
        chap: bool = False,
        **more: Any,
    ) -> Answer:
        seconds = more.pop("seconds", SILENCE_SECONDS)
        sends = more.pop("sends", 1)
        client = self.client(more.pop("secret", SECRET), seconds, sends)
        asked = client.CreateAuthPacket()
        # As bytes: a row may hold what is no UTF-8.
        asked[1] = [in_bytes(username)]
        if mac:
            asked[31] = [in_bytes(mac)]
        if chap:
            asked.authenticator = asked.CreateAuthenticator()
            add_chap(asked, password)
        elif password:
            asked["User-Password"] = asked.PwCrypt(password)
        for name, value in more.items():
            setattr(asked, name, value)
        return self.ask(client, asked)

    def status(self) -> Answer:
        client = self.client()
        return self.ask(client, client.CreateAuthPacket(code=packet.StatusServer))

    def account(self, **attributes: Any) -> bool:
        client = self.client()
        asked = client.CreateAcctPacket(**attributes)
        return self.ask(client, asked).kind == "accounted"

    def ask(self, client: Client, asked: Any) -> Answer:
        kinds = {
            packet.AccessAccept: "accept",
            packet.AccessReject: "reject",
            packet.AccountingResponse: "accounted",
        }
        try:
            reply = client.SendPacket(asked)
        except Timeout:
            return Answer("silent")
        finally:
            client._CloseSocket()
        found = {str(name): reply[name][0] for name in reply.keys()}  # noqa: SIM118
        return Answer(kinds[reply.code], found, signed="Message-Authenticator" in reply)

    def raw(self, data: bytes, source: str = "127.0.0.1") -> bytes | None:
        """What comes back for the bytes `data` on the authentication port."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((source, 0))
            sock.settimeout(SILENCE_SECONDS)
            sock.sendto(data, ("127.0.0.1", self.box.settings["radius.auth_port"]))
            try:
                return sock.recv(4096)
            except TimeoutError:
                return None

    def wait(self, is_up: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_up():
            said = self.output.read_text(errors="replace")
            assert self.process.poll() is None, f"{self.kind} died:\n{said}"
            assert time.monotonic() < deadline, f"{self.kind} doesn't answer:\n{said}"
            time.sleep(0.05)

    def wait_for_lines(self, name: str, count: int) -> list[str]:
        """The lines of the spool `name`, once there are `count`."""
        file = self.box.spool / name
        deadline = time.monotonic() + 5
        while True:
            lines = file.read_text().splitlines() if file.exists() else []
            if len(lines) >= count or time.monotonic() > deadline:
                assert len(lines) == count, lines
                return lines
            time.sleep(0.02)

    def stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(timeout=10)


def in_bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def add_chap(asked: Any, password: str | bytes) -> None:
    challenge = bytes(range(16))
    mark = b"\x2a"
    asked["CHAP-Challenge"] = challenge
    asked["CHAP-Password"] = mark + md5(mark + in_bytes(password) + challenge).digest()


def as_word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def command(kind: str, box: Box) -> list[str]:
    if kind == "embedded":
        return [sys.executable, "-m", "hotspot_lite.radius.responder"]
    if shutil.which("freeradius") is None:
        pytest.skip("FREERADIUS IS NOT INSTALLED: nothing of it was tested")
    raddb = box.folder / "raddb"
    config.write(raddb, box.settings)
    return ["freeradius", "-f", "-d", str(raddb)]


def start(kind: str, box: Box) -> Server:
    output = box.folder / "run" / "freeradius.log"
    output.parent.mkdir(exist_ok=True)
    told = command(kind, box)
    with (box.folder / "output").open("wb") as out:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOT_")}
        process = subprocess.Popen(
            told, env=environ | box.environment, stdout=out, stderr=out, umask=0o007
        )
    if kind == "embedded":
        output = box.folder / "output"
    output.touch()
    return Server(kind, box, process, output)


def is_listening(server: Server) -> bool:
    client = server.client(seconds=0.3)
    asked = client.CreateAuthPacket(code=packet.StatusServer)
    return server.ask(client, asked).kind == "accept"


@pytest.fixture(scope="module", params=KINDS)
def radius(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Both servers in turn, one for all the tests of a module."""
    server = start(request.param, Box(tmp_path_factory.mktemp(request.param)))
    try:
        server.wait(lambda: is_listening(server))
        yield server
    finally:
        server.stop()


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


@pytest.fixture(params=KINDS)
def own_radius(request: pytest.FixtureRequest, box: Box) -> Iterator[Server]:
    """Both servers in turn, with a database that the test may break."""
    server = start(request.param, box)
    try:
        server.wait(lambda: is_listening(server))
        yield server
    finally:
        server.stop()


@pytest.fixture(params=KINDS)
def start_radius(
    request: pytest.FixtureRequest, box: Box
) -> Iterator[Callable[[], Server]]:
    """Both servers in turn; the test prepares the box first, then starts."""
    started: list[Server] = []

    def begin() -> Server:
        server = start(request.param, box)
        started.append(server)
        # The database may be unreadable: an accounting packet is answered anyway.
        server.wait(lambda: server.account(Acct_Status_Type="Accounting-On"))
        return server

    yield begin
    for server in started:
        server.stop()


@pytest.fixture
def freeradius(box: Box) -> Iterator[Server]:
    """The real FreeRADIUS on a box of the test's own."""
    server = start("freeradius", box)
    try:
        server.wait(lambda: is_listening(server))
        yield server
    finally:
        server.stop()
