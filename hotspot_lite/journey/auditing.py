"""The money is audited each night, and when somebody asks for it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.office import uploads
from hotspot_lite.trade.reckoning import money_audit
from hotspot_lite.trade.reckoning.money_audit import Asked

# At the place: the day is over, and nobody buys.
NIGHT_HOUR, NIGHT_MINUTE = 2, 10


def _at_night(utc: datetime) -> bool:
    local = utc.replace(tzinfo=UTC).astimezone(ZoneInfo(here.settings["box.timezone"]))
    return (local.hour, local.minute) == (NIGHT_HOUR, NIGHT_MINUTE)


@huey.job("default", minutes=_at_night)
def audit_nightly() -> None:
    """What the day took against what it gave, and the chain from its first fact."""
    money_audit.run(
        Asked(money_audit.NIGHTLY), here.now(), here.settings["box.timezone"]
    )


@huey.job("default")
def audit_money(who: str, statement: str = "", take: bool = False) -> None:
    """The same for `who`, with the uploaded statement of that name."""
    if statement and not uploads.is_there(here.settings.data_dir, statement):
        return  # we ran before, and died after having thrown it away
    folder, zone = here.settings.data_dir, here.settings["box.timezone"]
    found = uploads.statement(folder, statement) if statement else None
    money_audit.run(Asked(who, statement=found, take=take), here.now(), zone)
    uploads.forget(folder, statement)
