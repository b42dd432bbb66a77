"""Happy hours: between two times of the day the speed is another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods.rates import read_rate

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_TODO = "Write the hours and the speed then: 22:00-06:00 10M/20M."


@dataclass(frozen=True)
class Happy:
    """From a minute of the day until another, that one not, this `rate`.

    Where they begin later than they end, they go over midnight.
    """

    since_minute: int
    until_minute: int
    rate: str

    def is_on(self, now: int, zone: str) -> bool:
        """Whether it is their time at the place."""
        here = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
        minute = here.hour * 60 + here.minute
        if self.since_minute < self.until_minute:
            return self.since_minute <= minute < self.until_minute
        return minute >= self.since_minute or minute < self.until_minute


def read_happy(text: str) -> str:
    """Happy hours in their plain form, "22:00-06:00 10M/20M"; "" is none.

    Raises BadInput.
    """
    hours, _, rate = " ".join(text.split()).partition(" ")
    if not hours:
        return ""
    found = _HOURS.fullmatch(hours)
    if found is None or found[1] + found[2] == found[3] + found[4]:
        says = f"{text[:40]!r} are no happy hours."
        raise BadInput(says, _TODO, field="happy")
    try:
        return f"{hours} {read_rate(rate)}"
    except BadInput as exc:
        raise BadInput(exc.says, _TODO, field="happy") from None


def of(text: str) -> Happy | None:
    """Happy hours in their plain form; None for ""."""
    hours, _, rate = text.partition(" ")
    found = _HOURS.fullmatch(hours)
    if found is None:
        return None
    hour, minute, until_hour, until_minute = (int(part) for part in found.groups())
    return Happy(hour * 60 + minute, until_hour * 60 + until_minute, rate)
