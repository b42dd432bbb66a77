"""The payday drill: a crowd that pays as crowds do, and the books compared afterwards.

What M-Pesa's book says really moved is held against what the box took and gave. A
shilling is either time, or a row that a person decides, or a mismatch.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotspot_lite.stage import Stage, until
from hotspot_lite.town.visitor import Visitor

AT_ONCE = 4
PEOPLE = 80
TRIES = 40


class Crowd:
    """People who come to the portal and buy, a few at once, until all have been."""

    def __init__(self, stage: Stage, people: int, plan: str) -> None:
        self._stage, self._people, self._plan = stage, people, plan
        self._lock = threading.Lock()
        self.came = 0
        self.turned_away: dict[str, str] = {}  # phone: the page they saw last
        self._threads = [
            threading.Thread(target=self._come, daemon=True) for _ in range(AT_ONCE)
        ]

    def start(self) -> None:
        """Open the street."""
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> bool:
        """Wait until all have ordered; False where they have not in time."""
        ends = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _come(self) -> None:
        while (somebody := self._next()) is not None:
            page = self._order(somebody)
            if "/wait/" not in page:
                self.turned_away[somebody.phone] = page

    def _next(self) -> Visitor | None:
        with self._lock:
            if self.came >= self._people:
                return None
            self.came += 1
            return self._stage.town.visitor()

    def _order(self, somebody: Visitor) -> str:
        # The box may be just then away: people try again, as people do.
        page = ""
        for _ in range(TRIES):
            try:
                shown = somebody.buy(somebody.browse(), self._plan)
                page = shown.url if "/wait/" in shown.url else shown.html
                if shown.status < 500:
                    return page
            except (OSError, LookupError) as exc:
                page = repr(exc)
            time.sleep(0.25)
        return page


@dataclass(frozen=True)
class Books:
    """What both sides have, and where they differ. Money in cents."""

    asked: int
    prompts: int
    most_prompts: int  # of one order
    paid: int
    paid_cents: int
    taken: int
    taken_cents: int
    given: int
    undecided: int
    mismatches: tuple[str, ...]

    def table(self) -> str:
        """The books in words."""
        rows = (
            ("orders in the portal", str(self.asked)),
            (
                "phones that were asked",
                f"{self.prompts}, each {self.most_prompts} time",
            ),
            ("paid, says M-Pesa", f"{self.paid}, {_kes(self.paid_cents)}"),
            ("taken, says our ledger", f"{self.taken}, {_kes(self.taken_cents)}"),
            ("given time", str(self.given)),
            ("undecided, for a person", str(self.undecided)),
            ("mismatches", str(len(self.mismatches))),
        )
        lines = [f"  {name:<26}{told}" for name, told in rows]
        return "\n".join([*lines, *(f"    - {says}" for says in self.mismatches)])


def _kes(cents: int) -> str:
    return f"KES {cents / 100:,.2f}"


class Ledger:
    """The box's database, read from outside as it stands on disk."""

    def __init__(self, stage: Stage) -> None:
        folder = Path(stage.environment["HOTSPOT_BOX_DATA_DIR"])
        self._file = folder / "hotspot.db"

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one statement."""
        with sqlite3.connect(f"file:{self._file}?mode=ro", uri=True) as ledger:
            return ledger.execute(sql).fetchall()

    def one(self, sql: str) -> int:
        """The one number that a statement asks for."""
        return int(self.ask(sql)[0][0] or 0)


def compare(stage: Stage) -> Books:
    """Hold M-Pesa's book against the box's."""
    ledger, daraja = Ledger(stage), stage.town.daraja
    book = daraja.money_taken()
    prompts = Counter(daraja.prompts.references())
    facts = "FROM money_fact WHERE kind = 'taken'"
    return Books(
        asked=ledger.one("SELECT count(*) FROM payment"),
        prompts=len(prompts),
        most_prompts=max(prompts.values(), default=0),
        paid=len(book),
        paid_cents=sum(taken.amount_cents for taken in book),
        taken=ledger.one(f"SELECT count(*) {facts}"),
        taken_cents=ledger.one(f"SELECT sum(amount_cents) {facts}"),
        given=ledger.one("SELECT count(*) FROM subscription"),
        undecided=ledger.one(
            "SELECT count(*) FROM undecided WHERE resolved_at IS NULL"
        ),
        mismatches=tuple(_mismatches(ledger, {t.reference for t in book})),
    )


def _mismatches(ledger: Ledger, paid: set[str]) -> Iterator[str]:
    rows = ledger.ask(
        "SELECT p.id, p.state, (SELECT count(*) FROM subscription AS s"
        " WHERE s.payment_id = p.id), (SELECT count(*) FROM undecided AS u"
        " WHERE u.payment_id = p.id AND u.resolved_at IS NULL) FROM payment AS p"
    )
    known = {f"HL{row[0]}": row[1:] for row in rows}
    for name in sorted(paid - set(known)):
        yield f"{name} was paid and the box has no such order"
    for name, (state, times, doubts) in known.items():
        if name in paid and state != "paid" and not doubts:
            yield f"{name} was paid, is {state} here, and nobody is told"
        if state == "paid" and times + bool(doubts) == 0:
            yield f"{name} was paid and has no time, and nobody is told"
        if times > 1 or (times and name not in paid):
            yield f"{name} has time {times} times, paid {int(name in paid)} times"


def is_quiet(stage: Stage) -> bool:
    """No prompt is open, no callback waits and no work that must not be lost."""
    ledger = Ledger(stage)
    waiting = ledger.one("SELECT count(*) FROM job")
    is_asked = "state = 'asked' OR (state IN ('sent', 'uncertain') AND"
    open_ = ledger.one(
        f"SELECT count(*) FROM payment WHERE {is_asked}"  # noqa: S608
        " checkout_request_id IS NOT NULL)"
    )
    return not waiting and not open_


def wait_until_quiet(stage: Stage, seconds: float) -> bool:
    """Wait for that; whether it came."""
    return bool(until(lambda: is_quiet(stage), seconds, every=0.5))


def take_statement(stage: Stage) -> dict[str, Any]:
    """The owner's evening: M-Pesa's statement is taken in; what the audit says."""
    file = stage.folder / "statement.csv"
    file.write_text(stage.town.daraja.statement())
    return dict(stage.audit(str(file)))


def play(stage: Stage, plan: str, tell: Callable[[str], None]) -> Books:
    """Play a payday evening on a box that runs; `tell` hears how it goes."""
    daraja = stage.town.daraja
    daraja.profile = "payday"
    crowd = Crowd(stage, PEOPLE, plan)
    crowd.start()
    tell(f"{PEOPLE} people come to buy “{plan}”")
    until(lambda: crowd.came >= PEOPLE // 2, 120)
    daraja.prompts.hold()
    tell("the line to the box breaks: callbacks wait")
    crowd.join(120)
    until(lambda: not daraja.prompts.open_now(), 30)
    tell(f"the line is back: {daraja.prompts.release()} callbacks within a second")
    tell("lost ones are asked about, from the 90th second on …")
    wait_until_quiet(stage, 240)
    said = take_statement(stage)
    tell(f"the evening's statement is taken in: {said['says']}")
    wait_until_quiet(stage, 30)
    return compare(stage)
