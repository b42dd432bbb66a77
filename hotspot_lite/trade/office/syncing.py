"""Our books and the accounting system's: a row per thing, written once each.

Packages change and are written again where their hash says so; sales and their money
never change. A row's uuid is made before anything is sent, so a worker that died in
the middle does the same thing again, and there it is one.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from peewee import fn

from hotspot_lite import store
from hotspot_lite.trade.goods.catalogue import read_terms
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Payment, Plan, Stored, SyncCall, SyncItem

# A package must be there before its sale, a sale before its money.
PRIORITIES = {"package": 30, "sale": 20, "money": 10}
KINDS = tuple(PRIORITIES)
STATES = ("pending", "processing", "completed", "failed")
AT_ONCE = 50
# 429s or failures in a row: waits of 1 2 4 8 s, then a stop (facts 6.3).
FAILURES_ALLOWED, STOP_SECONDS = 20, 600
KEPT_CALLS = 2000
STANDING = "books.standing"
_NEW_ONLY = 1000
_IS_OPEN = store.among(SyncItem.state, "pending", "processing")  # as sync_item_open


@dataclass(frozen=True)
class Standing:
    """How we stand with it: failures in a row, and until when it is left alone.

    `is_shut` where it does not let us in: a person must look. `collected` is the
    last payment that has its rows.
    """

    failures: int = 0
    not_before: int = 0
    is_shut: bool = False
    says: str = ""
    collected: int = 0


def standing() -> Standing:
    """As it is kept."""
    row = Stored.get_or_none(Stored.name == STANDING)
    return Standing(**json.loads(row.value)) if row else Standing()


def keep(new: Standing) -> None:
    """Keep it; nothing is written where nothing has changed."""
    if new != standing():
        Stored.replace(name=STANDING, value=json.dumps(asdict(new))).execute()


# -- What is to be written -----------------------------------------------------


def collect(now: int) -> int:
    """Make rows of what is new or changed here; how many are to be written."""
    with store.atomic():
        kept = standing()
        # Paid late: a payment before the last collected may be paid since.
        since = max(0, kept.collected - _NEW_ONLY)
        _collect_packages(now)
        last = _collect_payments(since, now)
        keep(replace(kept, collected=max(kept.collected, last)))
    return open_count()


def collect_all(who: str, now: int) -> int:
    """Look at everything from the beginning, as for a new account; how many are to
    be written."""
    with store.atomic():
        _collect_packages(now)
        _collect_payments(0, now)
        audit.note(who, "sync", "everything", now)
    return open_count()


def _collect_packages(now: int) -> None:
    known = {
        row.local_id: row for row in SyncItem.select().where(SyncItem.kind == "package")
    }
    for plan in Plan.select():
        row = known.get(plan.id)
        if row is None:
            _add("package", [plan.id], now)
        elif row.state == "completed" and row.hash != hash_of(plan):
            change = SyncItem.update(state="pending", attempts=0, error="")
            change.where(SyncItem.id == row.id).execute()


def _collect_payments(since: int, now: int) -> int:
    known = SyncItem.select(SyncItem.local_id).where(
        (SyncItem.kind == "sale") & (SyncItem.local_id > since)
    )
    query = (
        Payment.select(Payment.id)
        .where((Payment.state == "paid") & (Payment.id > since))
        .where(Payment.plan.is_null(False), Payment.id.not_in(known))
        .order_by(Payment.id)
    )
    rows: Any = query.tuples()
    ids = [number for (number,) in rows]
    for kind in ("sale", "money"):
        _add(kind, ids, now)
    return max(ids, default=0)


def _add(kind: str, ids: Iterable[int], now: int) -> None:
    rows = [
        {
            "kind": kind,
            "local_id": number,
            "sync_uuid": str(uuid.uuid4()),
            "priority": PRIORITIES[kind],
            "made_at": now,
        }
        for number in ids
    ]
    for start in range(0, len(rows), 100):
        SyncItem.insert_many(rows[start : start + 100]).on_conflict_ignore().execute()


def hash_of(plan: Plan) -> str:
    """What of a package is written there, in short."""
    told = f"{plan.name}\n{plan.price_cents}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


# -- Writing it ----------------------------------------------------------------


def take(most: int = AT_ONCE) -> list[SyncItem]:
    """The next few to write, in their order, marked; those a dead worker left too."""
    with store.atomic():
        # One that makes the other side stumble must not stand before all others.
        order = (SyncItem.priority.desc(), SyncItem.attempts, SyncItem.id)
        found = list(SyncItem.select().where(_IS_OPEN).order_by(*order).limit(most))
        ids = [item.id for item in found]
        SyncItem.update(state="processing").where(SyncItem.id.in_(ids)).execute()
    return found


def give_back() -> None:
    """What was taken and not written waits again."""
    taken = _IS_OPEN & (SyncItem.state == "processing")
    SyncItem.update(state="pending").where(taken).execute()


def remote_id(kind: str, local_id: int) -> str:
    """The id there of something of ours; "" if it isn't there."""
    row = SyncItem.get_or_none(
        (SyncItem.kind == kind) & (SyncItem.local_id == local_id)
    )
    return row.remote_id if row and row.state != "failed" else ""


def package_of(payment: Payment) -> int:
    """The id of the plan that a payment bought."""
    return payment.plan.id if payment.plan else read_terms(payment.terms).plan_id


def written(item: SyncItem, its_id: str, hash: str, now: int) -> None:
    """It is there."""
    SyncItem.update(
        state="completed", remote_id=its_id, hash=hash, error="", done_at=now
    ).where(SyncItem.id == item.id).execute()


def not_written(item: SyncItem, says: str, final: bool) -> None:
    """It isn't there. `final`: it was refused, and a person must look."""
    state = "failed" if final else "pending"
    change = {"state": state, "attempts": item.attempts + 1, "error": says[:300]}
    SyncItem.update(change).where(SyncItem.id == item.id).execute()


def failed_once(says: str, after_seconds: float, now: int) -> Standing:
    """A failure that is not the thing's: wait 1 2 4 8 s …, and stop after too many."""
    kept = standing()
    count = kept.failures + 1
    wait = max(after_seconds, min(60, 2 ** (min(count, 7) - 1)))
    if count >= FAILURES_ALLOWED:
        wait = STOP_SECONDS
    new = replace(kept, failures=count, not_before=now + int(wait + 0.999), says=says)
    keep(new)
    return new


def went_well() -> None:
    """It answers: failures are no longer in a row."""
    kept = standing()
    keep(replace(kept, failures=0, not_before=0, says=""))


def shut(says: str) -> None:
    """It does not let us in: nothing more until somebody says so."""
    keep(replace(standing(), is_shut=True, says=says))


def resume(who: str, now: int) -> None:
    """Somebody has looked: go on at once."""
    with store.atomic():
        keep(replace(standing(), failures=0, not_before=0, is_shut=False, says=""))
        audit.note(who, "sync", "resumed", now)


def retry(who: str, now: int, item_id: int | None = None) -> int:
    """Try what has failed again, all or one; how many."""
    failed = SyncItem.state == "failed"
    if item_id is not None:
        failed &= SyncItem.id == item_id
    with store.atomic():
        change = SyncItem.update(state="pending", attempts=0, error="")
        count = change.where(failed).execute()
        if count:
            audit.note(who, "sync", f"{count} tried again", now)
    return int(count)


# -- What people see -----------------------------------------------------------


def counts() -> dict[str, dict[str, int]]:
    """How many of each kind are in each state, and of all."""
    found = {kind: dict.fromkeys(STATES, 0) for kind in (*KINDS, "all")}
    query = SyncItem.select(SyncItem.kind, SyncItem.state, fn.COUNT())
    rows: Any = query.group_by(SyncItem.kind, SyncItem.state).tuples()
    for kind, state, count in rows:
        found[kind][state] += count
        found["all"][state] += count
    return found


def open_count() -> int:
    """How many are to be written."""
    return int(SyncItem.select().where(_IS_OPEN).count())


def failed(most: int = 100) -> list[SyncItem]:
    """What was refused, the newest first."""
    query = SyncItem.select().where(SyncItem.state == "failed")
    return list(query.order_by(SyncItem.id.desc()).limit(most))


def note_call(now: int, call: Any) -> None:
    """Keep a request and its answer; of the old ones only so many."""
    SyncCall.insert(at=now, **asdict(call)).execute()
    last = SyncCall.select(fn.MAX(SyncCall.id)).scalar() or 0
    if last % 100 == 0:
        SyncCall.delete().where(SyncCall.id <= last - KEPT_CALLS).execute()


def calls(most: int = 30) -> list[SyncCall]:
    """The newest requests."""
    return list(SyncCall.select().order_by(SyncCall.id.desc()).limit(most))
