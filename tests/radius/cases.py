"""The one table of who asks and what is due: FreeRADIUS and the embedded responder
both have to answer each row of it alike, by password and by CHAP."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

WRONG = "Wrong code or password"
EXPIRED = "Your package has expired"
DATA_OVER = "Your data is used up"
NOT_YET = "Your package has not started yet"
BLOCKED = "Too many wrong tries, wait 10 minutes"
DEVICES = "Device limit reached"
GIB = 1 << 30
DAY = 86400
A, B, C = (f"BC:24:11:00:00:0{n}" for n in "ABC")
SECONDS_OF_THE_TEST = 15


@dataclass(frozen=True)
class Due:
    """The whole answer but Session-Timeout, which may be less by the test's time."""

    kind: str
    message: str = ""
    seconds: int = 0
    rate: str = "2M/4M"
    data: tuple[int, int] | None = None
    devices: int = 1


ACCEPT = Due("accept", seconds=3600)


def reject(message: str = WRONG) -> Due:
    return Due("reject", message)


@dataclass(frozen=True)
class Case:
    """`sold` None: never bought. `{name}` in `asks` is the customer's own name."""

    says: str
    due: Due
    sold: Mapping[str, Any] | None = field(default_factory=dict)
    secret: str = "pass"
    bound: str = ""  # the MAC of a device of the customer
    open: tuple[tuple[str, int], ...] = ()  # sessions: MAC, seconds since heard of
    blocked: str = ""
    asks: Mapping[str, Any] = field(default_factory=dict)
    also: Callable[[Any, int], object] | None = None  # more rows, for the subscription
    ways: tuple[str, ...] = ("pap", "chap")


def only_pap(says: str, due: Due, **more: Any) -> Case:
    """For what CHAP can't say: no password, or bytes that are no text."""
    return Case(says, due, ways=("pap",), **more)


def bare(text: str) -> str:
    return text.replace(":", "")


def _long(box: Any, subscription: int) -> None:
    box.run(
        "UPDATE subscription SET duration_seconds = 2592000 WHERE id=?", subscription
    )


def _newer(box: Any, subscription: int) -> None:
    """The older one is over; a newer with other terms has begun."""
    box.run(
        "INSERT INTO subscription (customer_id, plan_name, price_cents,"
        " duration_seconds, data_used_bytes, rate, devices, starts_at, expires_at,"
        " mac, ip, access, access_says, made_at)"
        " SELECT customer_id, 'q', 1, 7200, 0, '1M/1M', 1, NULL, NULL, '', '',"
        " 'none', '', 2 FROM subscription WHERE id = ?",
        subscription,
    )


def _ended(box: Any, subscription: int) -> None:
    now = int(time.time())
    box.run("UPDATE subscription SET ended_at = ? WHERE id = ?", now, subscription)


LIMITS = (
    Case("an hour paid is an hour given", ACCEPT),
    Case("what is left is given", Due("accept", seconds=700), {"seconds_left": 700}),
    Case("the last second is given", reject(EXPIRED), {"seconds_left": 0}),
    Case("first use gives the whole duration", ACCEPT, {"seconds_left": None}),
    Case("a month is given a day at a time", Due("accept", seconds=DAY),
         {"seconds_left": 30 * DAY}, also=_long),
    Case("time online is less than the time by the clock", Due("accept", seconds=500),
         {"uptime": (600, 100)}),
    Case("the clock is shorter than the time online", Due("accept", seconds=700),
         {"seconds_left": 700, "uptime": (3600, 100)}),
    Case("time online before the first use", Due("accept", seconds=600),
         {"seconds_left": None, "uptime": (600, 0)}),
    Case("data left is a limit", Due("accept", seconds=3600, data=(400, 0)),
         {"data_bytes": 1000, "used_bytes": 600}),
    Case("more than 4 GiB go into gigawords",
         Due("accept", seconds=3600, data=(3 * GIB, 5)),
         {"data_bytes": 24 * GIB, "used_bytes": GIB}),
    Case("exactly 4 GiB are one gigaword", Due("accept", seconds=3600, data=(0, 1)),
         {"data_bytes": 4 * GIB}),
    Case("more than a signed number holds", Due("accept", seconds=3600,
         data=(4294967295, 0)), {"data_bytes": 4294967295}),
    Case("a rate with burst goes as it is",
         Due("accept", seconds=3600, rate="2M/4M 4M/8M 1M/2M 8/8 5"),
         {"rate": "2M/4M 4M/8M 1M/2M 8/8 5"}),
)  # fmt: skip

OVER = (
    Case("time over", reject(EXPIRED), {"seconds_left": -5}),
    Case("data over", reject(DATA_OVER), {"data_bytes": 10, "used_bytes": 10}),
    Case("more used than sold", reject(DATA_OVER), {"data_bytes": 9, "used_bytes": 99}),
    Case("time online over, though the clock runs on", reject(EXPIRED),
         {"uptime": (600, 600)}),
    Case("begins later", reject(NOT_YET), {"starts_in": 600}),
    Case("never bought", reject(EXPIRED), None),
    Case("disabled by a person", reject(EXPIRED), also=_ended),
    Case("over, but a newer one waits", Due("accept", seconds=7200, rate="1M/1M"),
         {"seconds_left": -5}, also=_newer),
)  # fmt: skip

PROOF = (
    Case("a wrong password", reject(), asks={"password": "wrong"}),
    Case("a password in capitals", reject(), asks={"password": "PASS"}),
    Case("a password with a tail", reject(), asks={"password": "pass "}),
    Case("no password at all", reject(), asks={"password": ""}, ways=("pap",)),
    only_pap("a password of another alphabet's rubbish", reject(),
             asks={"password": b"pass\xff"}),
    only_pap("only rubbish", reject(), asks={"password": b"\xff\xfe\x80"}),
    only_pap("a NUL within", reject(), asks={"password": b"pa\0ss"}),
    Case("an UTF-8 password", ACCEPT, secret="n\u00e4ve\u2713\u0434",
         asks={"password": "n\u00e4ve\u2713\u0434"}),
    Case("an UTF-8 password in Latin-1", reject(), secret="n\u00e4ve",
         asks={"password": b"n\xe4ve"}),
    Case("a long password", ACCEPT, secret="x" * 100, asks={"password": "x" * 100}),
    Case("a percent sign in it is only that", ACCEPT, secret="50%{User-Name}",
         asks={"password": "50%{User-Name}"}),
    Case("wrong, by who has nothing left, is told the state", reject(EXPIRED),
         {"seconds_left": -5}, asks={"password": "wrong"}),
)  # fmt: skip

NAMES = (
    Case("an unknown name", reject(), asks={"username": "nobody"}),
    Case("a name in capitals", reject(), asks={"username": "HS_{number}"}),
    Case("a name of 65", reject(), asks={"username": "a" * 65}),
    Case("a name with a line in it", reject(), asks={"username": "new\nline"}),
    Case("an UTF-8 name", reject(), asks={"username": "na\u00efve"}),
    Case("a name that is no UTF-8", reject(), asks={"username": b"na\xefve"}),
    Case("a name with a NUL", reject(), asks={"username": b"{name}\0"}),
    Case("a name with a NUL within", reject(), asks={"username": b"{name}\0x"}),
    Case("a name with a blank", reject(), asks={"username": "{name} "}),
    Case("SQL for a name", reject(), asks={"username": "x' OR 1=1 --"}),
    Case("a command for a name", reject(), asks={"username": "%{sql:DELETE}"}),
    Case("SQL for a MAC is only a MAC", ACCEPT, asks={"mac": "' OR '1'='1"}),
    Case("no MAC", ACCEPT, asks={"mac": ""}),
    Case("an UTF-8 MAC", ACCEPT, asks={"mac": "\u2713"}),
    Case("a MAC that is no UTF-8", ACCEPT, asks={"mac": b"\xff\xfe"}),
)  # fmt: skip

WITHOUT = {"username": A, "password": ""}
MACS = (
    only_pap("a known device needs no password", ACCEPT, bound="{own}",
             asks={"username": "{own}", "password": "", "mac": "{own}"}),
    Case("nor does it look at one", ACCEPT, bound="{own}",
         asks={"username": "{own}", "password": "anything", "mac": "{own}"}),
    only_pap("in small letters", ACCEPT, bound="{own}",
             asks={"username": "{own_small}", "password": "", "mac": "{own_small}"}),
    only_pap("small for a name and capitals for the device", ACCEPT, bound="{own}",
             asks={"username": "{own_small}", "password": "", "mac": "{own}"}),
    only_pap("with dashes, as a switch writes it", ACCEPT, bound="{own}",
             asks={"username": "{own_dash}", "password": "", "mac": "{own_dash}"}),
    only_pap("with nothing between, and colons for the device", ACCEPT, bound="{own}",
             asks={"username": "{own_bare}", "password": "", "mac": "{own}"}),
    Case("somebody else's MAC", reject(), bound="{own}",
         asks={"username": "{own}", "mac": B}),
    Case("a MAC for a name and none for the device", reject(), bound="{own}",
         asks={"username": "{own}", "mac": ""}),
    only_pap("an unknown device", reject(), asks=WITHOUT | {"mac": A}),
    only_pap("a known device whose time is over", reject(EXPIRED),
             sold={"seconds_left": -5}, bound="{own}",
             asks={"username": "{own}", "password": "", "mac": "{own}"}),
)  # fmt: skip

TWO = {"devices": 2}
ACCEPT_TWO = replace(ACCEPT, devices=2)
DEVICE_LIMIT = (
    Case("another device is on", reject(DEVICES), open=((B, 10),)),
    Case("its own session is no other device", ACCEPT, open=(("{own}", 10),)),
    Case("nor in small letters", ACCEPT, open=(("{own_small}", 10),)),
    Case("nor with dashes", ACCEPT, open=(("{own}", 10),), asks={"mac": "{own_dash}"}),
    Case("one not heard of for 15 minutes", ACCEPT, open=((B, 901),)),
    Case("two of two are on", reject(DEVICES), TWO, open=((B, 10), (C, 10))),
    Case("one of two is on", ACCEPT_TWO, TWO, open=((B, 10),)),
    Case("one twice is one", ACCEPT_TWO, TWO, open=((B, 10), (B.lower(), 10))),
    Case("over comes before the devices", reject(EXPIRED), {"seconds_left": -5},
         open=((B, 10),)),
    Case("a wrong password with the devices full", reject(DEVICES), open=((B, 10),),
         asks={"password": "wrong"}),
)  # fmt: skip

BLOCKS = (
    Case("a blocked device waits", reject(BLOCKED), blocked="{own}"),
    Case("with a wrong password too", reject(BLOCKED), blocked="{own}",
         asks={"password": "wrong"}),
    Case("under an unknown name too", reject(BLOCKED), blocked="{own}",
         asks={"username": "nobody"}),
    Case("in small letters too", reject(BLOCKED), blocked="{own}",
         asks={"mac": "{own_small}"}),
    Case("what was paid on it is given", ACCEPT, blocked="{own}", bound="{own}"),
    Case("another's block is not its own", ACCEPT, blocked="BC:24:11:00:00:0F"),
)  # fmt: skip

CASES = LIMITS + OVER + PROOF + NAMES + MACS + DEVICE_LIMIT + BLOCKS
