"""Errands: what a page asks for and only the worker may do, as it takes its time.

A page never waits for a router. It leaves an errand, and shows what came of it.
"""

from __future__ import annotations

import json
from typing import Any

from hotspot_lite import jobs, store
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Errand

PLAN, APPLY, TEST, HEALTH = "plan", "apply", "test", "health"
# Fitting with the RADIUS secret written anew, which can't be read back to compare.
APPLY_SECRET = "apply-secret"  # noqa: S105
JOBS = {
    PLAN: "router-checks.run_router_errand",
    APPLY: "router-checks.run_router_errand",
    APPLY_SECRET: "router-checks.run_router_errand",
    TEST: "router-checks.run_router_errand",
    HEALTH: "default.examine",
}
# A worker that died left it in the middle; whoever asks again is not kept waiting.
STALE_SECONDS = 600
KEPT = 20


def ask(kind: str, who: str, now: int) -> Errand:
    """Leave an errand for the worker; or the one that is on its way already."""
    with store.atomic():
        going = newest(kind)
        if going is not None and is_going_on(going, now):
            return going
        made: Errand = store.create(Errand, kind=kind, who=who, at=now)
        jobs.put(JOBS[kind], errand_id=made.id)
        if kind in (APPLY, APPLY_SECRET):
            audit.note(who, "router apply", kind, now)
        old = Errand.select(Errand.id).where(Errand.kind == kind)
        kept = old.order_by(Errand.id.desc()).limit(KEPT)
        Errand.delete().where((Errand.kind == kind) & Errand.id.not_in(kept)).execute()
    return made


def begin(errand_id: int) -> Errand | None:
    """Take an errand up; None where it was done, or is no more."""
    this = (Errand.id == errand_id) & Errand.state.in_(("waiting", "running"))
    with store.atomic():
        if not Errand.update(state="running").where(this).execute():
            jobs.finish()
            return None
    found: Errand = Errand.get_by_id(errand_id)
    return found


def end(errand_id: int, outcome: dict[str, Any], is_done: bool, now: int) -> None:
    """What came of it. `is_done` False: it could not be done, `says` and `todo` why."""
    with store.atomic():
        change = {
            "state": "done" if is_done else "failed",
            "outcome": json.dumps(outcome),
            "done_at": now,
        }
        Errand.update(change).where(Errand.id == errand_id).execute()
        jobs.finish()


def newest(*kinds: str) -> Errand | None:
    """The newest errand of these kinds."""
    query = Errand.select().where(Errand.kind.in_(kinds))
    found: Errand | None = query.order_by(Errand.id.desc()).first()
    return found


def is_going_on(errand: Errand, now: int) -> bool:
    """Whether something will still come of it."""
    is_open = errand.state in ("waiting", "running")
    return is_open and now - errand.at < STALE_SECONDS


def outcome(errand: Errand) -> dict[str, Any]:
    """What came of it."""
    found: dict[str, Any] = json.loads(errand.outcome)
    return found
