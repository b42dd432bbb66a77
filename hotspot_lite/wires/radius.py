"""Asks a RADIUS server as the router would, and tells the router to end a session.

Every call has a client and a deadline of its own: pyrad's clients are not for threads.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pyrad import packet
from pyrad.client import Client, Timeout
from pyrad.dictionary import Dictionary

from hotspot_lite.errors import GiveUp, TryAgain

DICTIONARY = Path(__file__).parents[1] / "radius" / "dictionary"
# A reject is held back for a second by FreeRADIUS.
TIMEOUT_SECONDS = 2.0
TRIES = 2
CHALLENGE_BYTES = 16
SESSION_GONE = {503, "Session-Context-Not-Found"}


@dataclass(frozen=True)
class Address:
    """A RADIUS peer: our own server by its `auth_port`, the router by `coa_port`."""

    host: str
    secret: str = field(repr=False)
    auth_port: int = 1812
    coa_port: int = 3799
    timeout_seconds: float = TIMEOUT_SECONDS
    tries: int = TRIES


@dataclass(frozen=True)
class Answer:
    """What came back; `signed`: with a Message-Authenticator, as RouterOS asks."""

    kind: Literal["accept", "reject", "silent"]
    message: str = ""
    session_timeout_seconds: int | None = None
    rate: str = ""
    signed: bool = False


@dataclass(frozen=True)
class Online:
    """A session as RADIUS accounting told it: RouterOS needs name and address."""

    username: str
    ip: str
    acct_session_id: str = ""


def test_login(
    address: Address, username: str, password: str, mac: str = "", chap: bool = False
) -> Answer:
    """Log in as the router would, by PAP or CHAP; nothing is opened by it.

    Silent: no valid answer in time, because it is down, doesn't know this box, the
    secret differs, or its database can't be read. Raises TryAgain where the packet
    can't leave.
    """
    with _client(address) as client:
        asked = client.CreateAuthPacket(User_Name=username)
        asked["Service-Type"] = "Login-User"
        if mac:
            asked["Calling-Station-Id"] = mac
        if chap:
            _add_chap(asked, password)
        else:
            asked["User-Password"] = asked.PwCrypt(password)
        reply = _sent(client, asked)
    return Answer("silent") if reply is None else _answer(reply)


# Not a test of ours, whatever its name says to pytest.
test_login.__test__ = False  # type: ignore[attr-defined]


def status(address: Address) -> bool:
    """Whether the server, and the database behind it, answer (RFC 5997).

    Raises TryAgain where the packet can't leave.
    """
    with _client(address) as client:
        asked = client.CreateAuthPacket(code=packet.StatusServer)
        return _sent(client, asked) is not None


def disconnect(address: Address, session: Online) -> bool:
    """End a session on the router (RFC 5176); False: it was gone already.

    Raises TryAgain where the router doesn't answer, GiveUp where it refuses: then
    the API may still remove it.
    """
    with _client(address) as client:
        reply = _sent(client, _order(client, packet.DisconnectRequest, session))
    if reply is None:
        raise TryAgain(
            "The router doesn't answer a RADIUS disconnect.",
            "Check /radius/incoming (accept=yes, the port) and the secret.",
        )
    return _was_obeyed(reply, packet.DisconnectACK, "disconnect")


def change_rate(address: Address, session: Online, rate: str) -> bool:
    """Give a session another speed while it goes on (RFC 5176); False: it was gone.

    `rate` is RouterOS's Mikrotik-Rate-Limit, the client's upload first. Raises TryAgain
    where the router doesn't answer, GiveUp where it refuses.
    """
    with _client(address) as client:
        asked = _order(client, packet.CoARequest, session)
        asked["Mikrotik-Rate-Limit"] = rate
        reply = _sent(client, asked)
    if reply is None:
        raise TryAgain(
            "The router doesn't answer a RADIUS change of speed.",
            "Check /radius/incoming (accept=yes, the port) and the secret.",
        )
    return _was_obeyed(reply, packet.CoAACK, "change of speed")


def _order(client: Client, code: int, session: Online) -> packet.CoAPacket:
    """An order about a session, as RouterOS finds it: by name, address and id."""
    asked = client.CreateCoAPacket(code=code)
    asked["User-Name"] = session.username
    asked["Framed-IP-Address"] = session.ip
    if session.acct_session_id:
        asked["Acct-Session-Id"] = session.acct_session_id
    return asked


def _was_obeyed(reply: packet.Packet, ack: int, order: str) -> bool:
    if reply.code == ack:
        return True
    cause = reply.get("Error-Cause", ["no cause given"])[0]
    if cause in SESSION_GONE:
        return False
    raise GiveUp(f"The router refuses a RADIUS {order}: {cause}.")


def _answer(reply: packet.Packet) -> Answer:
    return Answer(
        kind="accept" if reply.code == packet.AccessAccept else "reject",
        message=str(_first(reply, "Reply-Message", "")),
        session_timeout_seconds=_first(reply, "Session-Timeout", None),
        rate=str(_first(reply, "Mikrotik-Rate-Limit", "")),
        signed=bool(reply.message_authenticator),
    )


def _first(reply: packet.Packet, name: str, default: Any) -> Any:
    return reply.get(name, [default])[0]


def _add_chap(asked: packet.AuthPacket, password: str) -> None:
    # RFC 2865 section 5.3; the id is any one byte.
    mark, challenge = secrets.token_bytes(1), secrets.token_bytes(CHALLENGE_BYTES)
    proof = hashlib.md5(mark + password.encode() + challenge, usedforsecurity=False)
    asked["CHAP-Challenge"] = challenge
    asked["CHAP-Password"] = mark + proof.digest()


@contextmanager
def _client(address: Address) -> Iterator[Client]:
    client = Client(
        address.host,
        authport=address.auth_port,
        coaport=address.coa_port,
        secret=address.secret.encode(),
        dict=_dictionary(),
        retries=address.tries,
        timeout=address.timeout_seconds,
    )
    try:
        yield client
    finally:
        client._CloseSocket()  # or it stays open until the collector comes by


@cache
def _dictionary() -> Dictionary:
    return Dictionary(str(DICTIONARY))


def _sent(client: Client, asked: packet.Packet) -> packet.Packet | None:
    """The valid reply to `asked`, or None if none came in time."""
    try:
        return client.SendPacket(asked)
    except Timeout:
        return None
    except OSError as exc:
        raise TryAgain(
            f"RADIUS can't be sent to {client.server}: {exc.strerror or exc}.",
            "Check the address and this box's network.",
        ) from None
