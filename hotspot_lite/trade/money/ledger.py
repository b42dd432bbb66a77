"""The ledger of money facts: only ever added to, each chained to the one before.

A fact's hash is over itself and the hash before it. Who changes, removes or slips in a
row must make all later hashes anew; and the newest hash is known elsewhere: each
nightly audit keeps it, says it in the worker's log and in an event, and every backup
holds it (`first_break` takes such anchors). So a cut-off end is noticed as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hotspot_lite import jobs, store
from hotspot_lite.trade.models import MoneyFact, Payment

ROWS_A_STEP = 1000
KINDS = {
    "taken": "Money came",
    "given": "Time was given for it",
    "refunded": "Money was given back",
    "reversed": "The provider took money back",
    "written-off": "Nothing more will be done about money",
    "decided": "A person decided about money in doubt",
}


@dataclass(frozen=True)
class Anchor:
    """The chain as somebody saw it: the newest fact's id and hash. 0 and "": none."""

    fact_id: int
    hash: str

    def __str__(self) -> str:
        return f"{self.fact_id}:{self.hash[:16]}"


@dataclass(frozen=True)
class Break:
    """Where the chain doesn't hold, and what that means."""

    fact_id: int
    says: str


def write(
    kind: str,
    amount_cents: int,
    now: int,
    payment: Payment | None = None,
    detail: str = "",
    who: str = "",
) -> MoneyFact:
    """Add a fact, in the transaction of what it tells.

    `kind` is one of KINDS. `who` is a member of staff or "cli", "" for the box itself.
    `detail` is for people: no secret, no phone number.
    """
    fact = {
        "at": now,
        "kind": kind,
        "amount_cents": amount_cents,
        "payment_id": payment.id if payment else None,
        "detail": detail,
        "who": who,
    }
    with store.atomic():
        made = hash_of(fact, newest().hash)
        named = {k: v for k, v in fact.items() if k != "payment_id"}
        return store.create(MoneyFact, **named, payment=payment, hash=made)


def newest() -> Anchor:
    """The chain's end: of the row with the highest id, by the primary key."""
    # Asked at each write: Peewee would build its text anew each time.
    sql = "SELECT id, hash FROM money_fact ORDER BY id DESC LIMIT 1"
    row = store.database.execute_sql(sql).fetchone()
    return Anchor(*row) if row else Anchor(0, "")


def hash_of(fact: dict[str, object], before: str) -> str:
    """SHA-256 in hex over a fact and the hash before it ("" for the first).

    The text is JSON in ASCII: names sorted, no spaces, whole numbers, null for no
    payment. So it can be made again by anybody, in any language.
    """
    told = json.dumps(fact | {"previous": before}, sort_keys=True, separators=_BARE)
    return hashlib.sha256(told.encode("ascii")).hexdigest()


_BARE = (",", ":")
# What is hashed of a fact.
NAMES = ("at", "kind", "amount_cents", "payment_id", "detail", "who")


def _rows() -> Iterator[tuple[int, str, dict[str, object]]]:
    columns = [getattr(MoneyFact, "payment" if n == "payment_id" else n) for n in NAMES]
    query = MoneyFact.select(MoneyFact.id, MoneyFact.hash, *columns)
    for row_id, told, *values in query.order_by(MoneyFact.id).tuples().iterator():
        yield row_id, told, dict(zip(NAMES, values, strict=True))


def first_break(anchors: Iterable[Anchor] = ()) -> Break | None:
    """The first place where the chain doesn't hold; None where it does.

    `anchors` are ends of the chain seen earlier; their hashes may be shortened.
    """
    known = {one.fact_id: one.hash for one in anchors if one.fact_id}
    before, last_id = "", 0
    for row_id, told, fact in _rows():
        if row_id % ROWS_A_STEP == 0:
            jobs.goes_on()  # years of facts take a small board minutes
        if told != hash_of(fact, before):
            return Break(row_id, _broken(row_id, last_id, fact))
        if not told.startswith(known.pop(row_id, "")):
            return Break(row_id, f"Fact {row_id} is not the one that was seen earlier.")
        before, last_id = told, row_id
    if known:
        return Break(last_id + 1, _cut(last_id, max(known)))
    return None


def _broken(row_id: int, last_id: int, fact: dict[str, object]) -> str:
    gone = "" if row_id == last_id + 1 else f" Facts before it, from {last_id + 1}, are"
    gone = gone and f"{gone} missing."
    about = f" (payment {fact['payment_id']})" if fact["payment_id"] else ""
    return (
        f"Fact {row_id}, {fact['kind']} of {_amount(fact['amount_cents'])}{about}, does"
        f" not follow the one before it: one of the two was changed.{gone}"
    )


def _amount(cents: object) -> str:
    return f"{cents / 100:.2f}" if isinstance(cents, int) else str(cents)


def _cut(last_id: int, seen_id: int) -> str:
    return (
        f"An earlier audit saw fact {seen_id}, but the ledger ends at {last_id}: its"
        " end was cut off, or an older file was put back."
    )
