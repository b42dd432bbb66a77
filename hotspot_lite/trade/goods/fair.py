"""Fair use: after so much data in a period the speed is another, until the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods.amounts import read_data
from hotspot_lite.trade.goods.rates import read_rate

PERIODS = ("day", "month", "all")
_TODO = "Write data, day, month or all, and the speed then: 2G day 512k/1M."
# No day is before it, none after.
FIRST_DAY, LAST_DAY = "0000-00-00", "9999-99-99"


@dataclass(frozen=True)
class Fair:
    """So much data in a `period` of the place, then this `rate` (RouterOS's words)."""

    data_bytes: int
    period: str
    rate: str

    def days(self, today: str) -> tuple[str, str]:
        """The first and last day that count, for what is used on `today`."""
        if self.period == "day":
            return today, today
        if self.period == "month":
            return date.fromisoformat(today).replace(day=1).isoformat(), today
        return FIRST_DAY, LAST_DAY


def read_fair(text: str) -> str:
    """A rule in its plain form, "2G day 512k/1M"; "" is none. Raises BadInput."""
    words = text.split(maxsplit=2)
    if not words:
        return ""
    try:
        amount, period, rate = words
        if period not in PERIODS or read_data(amount) is None:
            raise ValueError
        return f"{amount} {period} {read_rate(rate)}"
    except (ValueError, BadInput):
        says = f"{text[:40]!r} is no rule of fair use."
        raise BadInput(says, _TODO, field="fair") from None


def of(text: str) -> Fair | None:
    """The rule in its plain form; None for ""."""
    if not text:
        return None
    amount, period, rate = text.split(maxsplit=2)
    return Fair(read_data(amount) or 0, period, rate)
