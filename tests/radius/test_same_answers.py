"""Each row of the table of cases, asked of FreeRADIUS and of the embedded responder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cases import CASES, SECONDS_OF_THE_TEST, Case, Due, bare

ROWS = [(case, way) for case in CASES for way in case.ways]
AT_ONCE = 24
PATIENCE_SECONDS = 4  # no row is due silence
# As a NAS: a server that can't read its database at once says nothing.
SENDS = 3
ALWAYS = {"Acct-Interim-Interval": 300, "Idle-Timeout": 900}


class Asked:
    """One row's own customer in the box, and its words for what the row leaves open."""

    def __init__(self, box: Any, number: int, case: Case) -> None:
        self.case = case
        own = f"BC:24:11:0A:{number >> 8:02X}:{number & 255:02X}"
        ident, self.name = box.customer(case.secret)
        self.words = {
            "name": self.name,
            "number": self.name.removeprefix("hs_"),
            "own": own,
            "own_small": own.lower(),
            "own_dash": own.replace(":", "-"),
            "own_bare": bare(own),
        }
        self.bought = self._fill(box, ident)

    def _fill(self, box: Any, ident: int) -> int | None:
        case = self.case
        if case.bound:
            mac = self.said(case.bound)
            box.run(
                "INSERT INTO device (mac, customer_id, ip, seen_at)"
                " VALUES (?, ?, '', 1)",
                mac,
                ident,
            )
        for mac, ago in case.open:
            box.session(self.name, self.said(mac), ago)
        if case.blocked:
            mac = self.said(case.blocked)
            box.run("INSERT OR IGNORE INTO device_block VALUES (?, 9999999999)", mac)
        if case.sold is None:
            return None
        bought: int = box.sell(ident, **case.sold)
        if case.also:
            case.also(box, bought)
        return bought

    def said(self, text: Any) -> Any:
        if isinstance(text, bytes):
            return text.replace(b"{name}", self.name.encode())
        for key, word in self.words.items():
            text = text.replace(f"{{{key}}}", word)
        return text

    def login(self, server: Any, way: str) -> Any:
        words: dict[str, Any] = {
            "username": "{name}",
            "password": "pass",
            "mac": "{own}",
            **self.case.asks,
        }
        asks = {key: self.said(words[key]) for key in ("username", "mac")}
        patience: Any = {"seconds": PATIENCE_SECONDS, "sends": SENDS}
        chap = way == "chap"
        return server.login(**asks, password=words["password"], chap=chap, **patience)


@pytest.fixture(scope="module")
def answers(radius: Any) -> dict[tuple[str, str], Any]:
    """All rows asked at once: FreeRADIUS waits a second with each refusal."""
    asked = [Asked(radius.box, n, case) for n, (case, _) in enumerate(ROWS)]
    ways = [way for _, way in ROWS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda one, way: one.login(radius, way), asked, ways))
    return {
        (one.case.says, way): (one, answer)
        for one, way, answer in zip(asked, ways, found, strict=True)
    }


@pytest.mark.parametrize(
    ("case", "way"), ROWS, ids=[f"{case.says} ({way})" for case, way in ROWS]
)
def test_the_answer_is_as_the_table_says(answers: Any, case: Case, way: str) -> None:
    asked, answer = answers[case.says, way]
    assert (answer.kind, answer.message) == (case.due.kind, case.due.message)
    if answer.kind != "silent":
        assert answer.signed
        got = {k: v for k, v in answer.attributes.items() if k != "Reply-Message"}
        got.pop("Message-Authenticator")
        seconds = got.pop("Session-Timeout", 0)
        assert case.due.seconds - SECONDS_OF_THE_TEST <= seconds <= case.due.seconds
        assert got == limits(case.due, newest(answer, asked.bought))


def newest(answer: Any, bought: int | None) -> bytes:
    """The Class of whichever subscription is used: the one sold, or one after it."""
    found: bytes = answer.attributes.get("Class", b"")
    assert not found or (bought is not None and int(found) >= bought)
    return found


def limits(due: Due, klass: bytes) -> dict[str, Any]:
    if due.kind != "accept":
        return {}
    found = ALWAYS | {"Mikrotik-Rate-Limit": due.rate, "Class": klass}
    found["Port-Limit"] = due.devices
    if due.data is not None:
        found["Mikrotik-Total-Limit"] = due.data[0]
        found["Mikrotik-Total-Limit-Gigawords"] = due.data[1]
    return found


def test_no_two_rows_say_the_same() -> None:
    assert len({case.says for case in CASES}) == len(CASES)
