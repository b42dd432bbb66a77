"""The whole of fitting a router: look, keep copies, take the steps, look again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hotspot_lite.errors import BadInput
from hotspot_lite.fitting.look import keep_backup, keep_copy, look
from hotspot_lite.fitting.work import RETURN_SECONDS, Fitter, Outcome, Taken
from hotspot_lite.onboarding import Plan, Site, make
from hotspot_lite.wires.routeros import Router

NO_BACKUP = (
    "The router kept no backup of its own: its memory is full, or this user may not."
    " What was read is kept on the box: {}."
)


@dataclass(frozen=True)
class Fitting:
    """How to fit one router: what the box needs, and where copies are kept.

    `sign_in` raises HotspotError unless the box itself can sign in; `told` hears of
    each step; `return_seconds` is how long a lost router is waited for.
    """

    site: Site
    folder: Path
    sign_in: Callable[[], None]
    told: Callable[[Taken], None] = lambda taken: None
    return_seconds: float = RETURN_SECONDS

    def plan(self, router: Router, now: int, is_believed: bool = True) -> Plan:
        """What differs now. Raises TryAgain, GiveUp."""
        return make(self.site, look(router, now if is_believed else None))

    def apply(self, router: Router, now: int) -> Outcome:
        """Make it so; a router that is so already is not written to.

        Raises BadInput where a person must do something first, and HotspotError where
        nothing was changed; what came of the steps is in the outcome.
        """
        seen = look(router, None)
        plan = make(self.site, seen)
        if plan.is_blocked:
            first = next(one for one in plan.remarks if one.level == "blocker")
            raise BadInput(first.says, first.todo)
        if not plan.steps:
            return Outcome(True, "Nothing differs: nothing was changed.", (), True)
        copy = keep_copy(seen, self.folder, now)
        notes = _notes(keep_backup(router), copy)
        fitter = Fitter(router, self.sign_in, self.told, self.return_seconds)
        outcome = fitter.apply(plan.steps)
        return replace(outcome, notes=(*notes, *outcome.notes))


def _notes(kept: list[str], copy: Path) -> tuple[str, ...]:
    if not kept:
        return (NO_BACKUP.format(copy),)
    return (f"As it was before: {' and '.join(kept)} on the router, {copy} here.",)
