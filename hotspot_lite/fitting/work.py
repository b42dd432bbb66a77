"""Takes a plan's steps, checks after each, and takes them back if one fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain
from hotspot_lite.fitting import switch
from hotspot_lite.onboarding import Step
from hotspot_lite.onboarding.seen import Row
from hotspot_lite.onboarding.steps import SECRETS, same
from hotspot_lite.wires.routeros import Router

# A router that reboots is back within two minutes; the switch waits longer.
RETURN_SECONDS = 120.0
PAUSE_SECONDS = 2.0
FILES = "/file"


@dataclass
class Taken:
    """A step under way: taken, failed, undone, or not undone."""

    step: Step
    state: str = "taken"
    row_id: str = ""
    says: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of it. `is_armed`: the router could have helped itself."""

    is_good: bool
    says: str
    taken: Sequence[Taken]
    is_armed: bool
    notes: Sequence[str] = field(default_factory=tuple)

    def as_dict(self) -> dict[str, Any]:
        """All of it as data, without a secret."""
        return {
            "is_good": self.is_good,
            "says": self.says,
            "is_armed": self.is_armed,
            "notes": list(self.notes),
            "steps": [
                {"does": one.step.line(), "state": one.state, "says": one.says}
                for one in self.taken
            ],
        }


class Fitter:
    """Changes one router by one user's rights.

    `sign_in` raises HotspotError unless the box itself can still sign in; `told` hears
    of each step as it goes.
    """

    def __init__(
        self,
        router: Router,
        sign_in: Callable[[], None],
        told: Callable[[Taken], None] = lambda taken: None,
        return_seconds: float = RETURN_SECONDS,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self.router = router
        self.sign_in = sign_in
        self.told = told
        self.return_seconds = return_seconds
        self.pause_seconds = pause_seconds

    def apply(self, steps: Sequence[Step]) -> Outcome:
        """Take all steps, or none: after a failure what was done is undone.

        Raises HotspotError only where nothing was changed.
        """
        is_armed = switch.arm(self.router, steps)
        taken: list[Taken] = []
        for step in steps:
            one = Taken(step)
            taken.append(one)
            try:
                self._take(one)
            except HotspotError as exc:
                one.state, one.says = "failed", exc.says
                self.told(one)
                return self._reverted(taken, is_armed, exc.says)
            self.told(one)
        return self._finished(taken, is_armed)

    # -- one step --------------------------------------------------------------

    def _take(self, one: Taken) -> None:
        try:
            self._write(one)
        except TryAgain as exc:
            # Nobody knows whether a lost order was obeyed; looking tells.
            one.says = exc.says
            self._await_return()
            if not self._is_taken(one):
                self._write(one)
        self._check(one)
        if one.step.is_risky:
            self.sign_in()
        one.says = ""

    def _write(self, one: Taken) -> None:
        step = one.step
        if step.verb == "fetch":
            self.router.run("/tool/fetch", step.words)
        elif step.verb == "add":
            one.row_id = self.router.add_words(step.menu, step.words)
        else:
            one.row_id = step.row_id
            self.router.change_words(step.menu, step.row_id, step.words)

    def _is_taken(self, one: Taken) -> bool:
        try:
            self._check(one)
        except GiveUp:
            return False
        return True

    def _check(self, one: Taken) -> None:
        """Read back what was written. Raises GiveUp where it isn't so."""
        found = self._found(one.step)
        for name, value in self._expected(one.step).items():
            told = found.get(name, "")
            is_hidden = name in SECRETS and not told.strip("*")
            if not is_hidden and not same(name, _granting(name, value), told):
                raise GiveUp(
                    f"The router took {one.step.menu} but shows {name} otherwise."
                )

    def _expected(self, step: Step) -> dict[str, str]:
        if step.verb == "fetch":
            return {"size": str(step.size_bytes)}
        return dict(step.words)

    def _found(self, step: Step) -> Row:
        """The row of a step. Raises GiveUp where there is none, or several."""
        rows = self._rows(step)
        if len(rows) != 1:
            raise GiveUp(f"After {step.menu} {step.verb} the router shows no such row.")
        return rows[0]

    def _rows(self, step: Step) -> list[Row]:
        if step.verb == "fetch":
            return self.router.rows(FILES, name=step.words["dst-path"])
        if step.verb == "add":
            key = {name.replace("-", "_"): step.words[name] for name in step.key}
            return self.router.rows(step.menu, **key)
        wanted = {".id": step.row_id} if step.row_id else {}
        return self.router.rows(step.menu, **wanted)

    # -- a router that was lost ------------------------------------------------

    def _await_return(self) -> None:
        """Wait until the router answers again. Raises TryAgain where it stays away."""
        end = time.monotonic() + self.return_seconds
        while True:
            try:
                self.router.close()
                self.router.resource()
            except TryAgain:
                if time.monotonic() >= end:
                    raise
                time.sleep(self.pause_seconds)
            else:
                return

    # -- the end ---------------------------------------------------------------

    def _finished(self, taken: list[Taken], is_armed: bool) -> Outcome:
        notes: tuple[str, ...] = ()
        try:
            if not is_armed:
                notes = (
                    "This user may not put a scheduler on the router, so the router"
                    " could not have helped itself.",
                )
            elif not switch.disarm(self.router):
                says = "The router has taken the changes back by itself: look again."
                return Outcome(False, says, taken, is_armed)
        except HotspotError as exc:
            says = (
                f"All steps were taken, but then the router was lost ({exc.says})."
                f" Within {switch.MOST_MINUTES} minutes it takes them back by itself."
            )
            return Outcome(False, says, taken, is_armed)
        count = len(taken)
        says = f"{count} step{'' if count == 1 else 's'} taken, each checked."
        return Outcome(True, says, taken, is_armed, notes)

    def _reverted(self, taken: list[Taken], is_armed: bool, why: str) -> Outcome:
        try:
            self._await_return()
        except HotspotError:
            return Outcome(False, _lost(why, is_armed), taken, is_armed)
        for one in reversed(taken):
            self._undo(one)
            self.told(one)
        left = [one for one in taken if one.state == "not undone"]
        if not left and is_armed:
            switch.disarm(self.router)
        says = f"{why} What was done before has been undone."
        if left:
            says = f"{why} {len(left)} of the steps before could not be undone."
        return Outcome(False, says, taken, is_armed)

    def _undo(self, one: Taken) -> None:
        was_failed = one.state == "failed"
        try:
            self._take_back(one.step)
        except HotspotError as exc:
            one.state, one.says = "not undone", exc.says
        else:
            one.state = "failed" if was_failed else "undone"

    def _take_back(self, step: Step) -> None:
        if step.verb == "set":
            self.router.change_words(step.menu, step.row_id, step.undo_words())
            return
        if step.verb == "fetch" and step.before:
            return  # an older one was there; ours does no harm in its place
        menu = FILES if step.verb == "fetch" else step.menu
        self.router.remove(menu, [row[".id"] for row in self._rows(step)])


def _granting(name: str, value: str) -> str:
    """A policy as it is granted: what it denies isn't shown as granted."""
    if name != "policy":
        return value
    return ",".join(part for part in value.split(",") if not part.startswith("!"))


def _lost(why: str, is_armed: bool) -> str:
    if is_armed:
        return (
            f"{why} The router is lost; within {switch.MOST_MINUTES} minutes it takes"
            " the changes back by itself."
        )
    return f"{why} The router is lost, and some changes stay: see its menus by hand."
