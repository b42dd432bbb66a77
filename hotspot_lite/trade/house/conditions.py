"""What is lastingly wrong: told when it begins and when it ends, not each time seen."""

from __future__ import annotations

from hotspot_lite import store
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Condition


def observe(name: str, is_wrong: bool, says: str, now: int) -> bool:
    """Note how something stands; whether that is a change, which is then announced.

    `name` is a word for the thing ("router-away"), `says` a sentence for the owner.
    While it stays wrong only the sentence is brought up to date.
    """
    kept = Condition.get_or_none(Condition.name == name)
    was_wrong, was_since, said = _stood(kept)
    if was_wrong == is_wrong and (not is_wrong or said == says):
        return False  # nothing to write: most looks end here
    since = was_since if was_wrong == is_wrong else now
    with store.atomic():
        Condition.replace(
            name=name, is_wrong=is_wrong, since=since, says=says
        ).execute()
        if was_wrong != is_wrong:
            _announce(name, is_wrong, says, now)
    return was_wrong != is_wrong


def _stood(kept: Condition | None) -> tuple[bool, int, str]:
    return (kept.is_wrong, kept.since, kept.says) if kept else (False, 0, "")


def _announce(name: str, is_wrong: bool, says: str, now: int) -> None:
    told = {"condition": name, "says": says, "is_good": not is_wrong}
    if is_wrong:
        events.announce("condition_began", {"title": "Trouble", **told}, now)
    else:
        events.announce("condition_ended", {"title": "Mended", **told}, now)


def wrong() -> list[Condition]:
    """What is wrong now, the oldest first."""
    query = Condition.select().where(Condition.is_wrong)
    return list(query.order_by(Condition.since, Condition.name))
