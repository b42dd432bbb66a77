"""What the disk's room allows: everything, what sells, or only what is paid already.

The worker looks at the disk and notes here how it stands; whoever would begin
something new asks first. What was asked or paid before asks nobody.
"""

from __future__ import annotations

from hotspot_lite import store
from hotspot_lite.errors import NoRoom
from hotspot_lite.store.room import MIB, Room, State
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import Condition

LOW, FULL = "disk-low", "disk-full"


def standing() -> State:
    """How the disk was when the worker last looked."""
    names = Condition.name.in_((LOW, FULL))
    query = Condition.select().where(names & Condition.is_wrong)
    wrong = {one.name for one in query}
    if FULL in wrong:
        return "full"
    return "low" if wrong else "plenty"


def note(found: Room, state: State, now: int) -> bool:
    """Keep how the disk stands, and tell the owner where that is news; whether it is.

    Full is also low: while selling is stopped there is one trouble, not two.
    """
    if standing() == state:
        return False
    with store.atomic():
        conditions.observe(FULL, state == "full", says(found, state), now)
        conditions.observe(LOW, state == "low", says(found, state), now)
    return True


def says(found: Room, state: State) -> str:
    """How a disk stands, and what that means, for the owner."""
    if found.is_read_only:
        left = "The disk can only be read: the card may be worn out"
    elif found.free_files is not None and found.free_files < 1000:
        left = f"The disk takes only {found.free_files:,} files more"
    else:
        left = f"{found.free_bytes // MIB:,} MiB are free on the disk"
    return f"{left}. {_MEANS[state]}"


_MEANS: dict[State, str] = {
    "plenty": "Everything goes on.",
    "low": "Selling goes on; charts, exports, imports and old backups are stopped."
    " Find what fills it: du -xh / | sort -h | tail -30",
    "full": "Nothing new is sold; what is paid goes on. Make room now:"
    " du -xh / | sort -h | tail -30",
}


def refuse_sales() -> None:
    """Raise NoRoom where nothing new may be sold. Call it before any money moves."""
    if standing() == "full":
        raise NoRoom(
            "Nothing can be sold here just now.",
            "Your money was not taken. Please ask the staff.",
        )


def refuse_extras(what: str) -> None:
    """Raise NoRoom where what is not needed for selling may not begin."""
    if standing() != "plenty":
        raise NoRoom(
            f"The disk has little room left: {what} must wait.",
            "Make room on the disk first: hotspot-lite doctor says how.",
        )
