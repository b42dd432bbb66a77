"""Who changed what; and what the box could not decide and a person must."""

from __future__ import annotations

from hotspot_lite.trade.models import Audit, Payment, Undecided


def note(who: str, what: str, detail: str, now: int) -> None:
    """Keep that `who` (a member of staff, or "cli") did `what`. No secrets."""
    Audit.create(at=now, who=who, what=what, detail=detail)


def leave_to_a_person(
    kind: str, says: str, now: int, payment: Payment | None = None
) -> None:
    """Put something about money or access on the exceptions list, once."""
    Undecided.insert(
        kind=kind, payment=payment, says=says, at=now
    ).on_conflict_ignore().execute()


def undecided() -> list[Undecided]:
    """What waits for a person, oldest first."""
    query = Undecided.select().where(Undecided.resolved_at.is_null())
    return list(query.order_by(Undecided.at))
