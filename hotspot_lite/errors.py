"""The ways in which things go wrong, said so that a person knows what to do.

A wire, a rule or a setting raises one of these and nothing else on purpose. Only
`TryAgain` and `GiveUp` decide whether a job is run again; any other exception is
a bug, which a job retries by its lane's table and then shows to the owner.
"""

from __future__ import annotations


class HotspotError(Exception):
    """What went wrong, and what the reader can do about it.

    `says` is one sentence of fact; `todo` is one sentence of advice, or "".
    Neither may hold a secret or a whole phone number: both reach pages and logs.
    """

    def __init__(self, says: str, todo: str = "") -> None:
        super().__init__(says, todo)
        self.says = says
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.says} {self.todo}".strip()


class BadInput(HotspotError):
    """Somebody outside gave us something that we can't use; nothing was changed.

    `field` names the part that is wrong: a form field, a setting, a JSON key.
    """

    def __init__(self, says: str, todo: str = "", field: str = "") -> None:
        super().__init__(says, todo)
        self.field = field


class NoRoom(BadInput):
    """The disk has no room for it: nothing was begun, and no money moved."""


class TryAgain(HotspotError):
    """A fault that may pass: the job is run again by its lane's backoff.

    `after_seconds`, when given, is the least wait the other side asked for.
    """

    def __init__(
        self, says: str, todo: str = "", after_seconds: float | None = None
    ) -> None:
        super().__init__(says, todo)
        self.after_seconds = after_seconds


class GiveUp(HotspotError):
    """A fault that waiting does not mend: the job fails at once, for a person."""
