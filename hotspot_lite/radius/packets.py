"""RADIUS packets of the embedded responder: whole or not, read, answered in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import md5
from typing import Any
from urllib.parse import quote

from pyrad import packet

from hotspot_lite.radius import policy

HEADER_BYTES = 20
MOST_ATTRIBUTES = 100  # max_attributes of templates/radiusd.conf


def is_whole(raw: bytes) -> bool:
    """Whether `raw` is a packet whose attributes fill it to the length it tells, as
    FreeRADIUS sees it; pyrad takes some that are cut off."""
    if len(raw) < HEADER_BYTES:
        return False
    end, at, count = int.from_bytes(raw[2:4], "big"), HEADER_BYTES, 0
    if not HEADER_BYTES <= end <= len(raw):
        return False
    while at < end:
        if at + 1 >= end or raw[at + 1] < 2:
            return False
        at, count = at + raw[at + 1], count + 1
    return at == end and count <= MOST_ATTRIBUTES


def accounting_fields(request: Mapping[str, Any], nas: str, now: int) -> Iterable[str]:
    """The line of acct.tsv for `request`, without its end: config.ACCT_COLUMNS."""
    user, mac = first(request, "User-Name"), first(request, "Calling-Station-Id")
    session = first(request, "Acct-Session-Id")
    klass = bytes(first(request, "Class", b""))
    return [
        str(now),
        str(first(request, "Acct-Status-Type")),
        unique_id(user, session, nas, mac),
        *map(quoted, (session, user, mac)),
        str(first(request, "Framed-IP-Address")),
        str(first(request, "Acct-Session-Time", 0)),
        str(first(request, "Acct-Input-Gigawords", 0)),
        str(first(request, "Acct-Input-Octets", 0)),
        str(first(request, "Acct-Output-Gigawords", 0)),
        str(first(request, "Acct-Output-Octets", 0)),
        str(first(request, "Acct-Terminate-Cause")),
        "0x" + klass.hex() if klass else "",
        quoted(nas),
        str(first(request, "Acct-Delay-Time", 0)),
    ]


def unique_id(*parts: object) -> str:
    text = ",".join(text_of(part) for part in parts)
    raw = text.encode(errors="surrogateescape")
    return md5(raw, usedforsecurity=False).hexdigest()


def asked_of(request: packet.AuthPacket) -> policy.Request:
    """What an Access-Request asks."""
    hidden = request.get(2)
    chap = request.get(3)
    challenge = request.get(60, [request.authenticator])
    return policy.Request(
        username=text_of(first(request, "User-Name")),
        mac=text_of(first(request, "Calling-Station-Id")),
        password=shown(hidden[0], request) if hidden else None,
        chap=chap[0] if chap else None,
        challenge=challenge[0],
    )


def shown(hidden: bytes, request: packet.AuthPacket) -> bytes:
    """A User-Password in clear (RFC 2865 section 5.2), byte by byte: pyrad's own
    leaves out what is no UTF-8, and so takes wrong ones for right."""
    clear, last = b"", request.authenticator
    for start in range(0, len(hidden), 16):
        block = hidden[start : start + 16]
        key = md5(request.secret + last, usedforsecurity=False).digest()
        clear += bytes(a ^ b for a, b in zip(block, key, strict=False))
        last = block
    return clear.rstrip(b"\0")


def replied(request: packet.AuthPacket, decision: policy.Decision) -> bytes:
    """The answer to it as bytes, signed."""
    reply = request.CreateReply()
    if decision.kind == "reject":
        reply.code = packet.AccessReject
    for name, value in decision.attributes.items():
        reply[name] = value
    return bytes(reply.ReplyPacket())


def nas_of(request: Mapping[str, Any], address: str) -> str:
    """Which router it is by its own word, or else by the address it comes from."""
    found = first(request, "NAS-Identifier") or first(request, "NAS-IP-Address")
    return text_of(found or address)


def first(request: Mapping[str, Any], name: str, default: object = "") -> Any:
    values = request.get(name)
    return values[0] if values else default


def text_of(value: object) -> str:
    # pyrad gives bytes where a text is no UTF-8.
    if isinstance(value, bytes):
        return value.decode(errors="surrogateescape")
    return str(value)


def quoted(value: object) -> str:
    """A value for the spool, as FreeRADIUS's urlquote writes it."""
    return quote(text_of(value), safe="", errors="surrogateescape")
